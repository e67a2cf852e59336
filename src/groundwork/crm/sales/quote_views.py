"""A quote is made from a deal, looked at, and taken as a file."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from groundwork.access import audit
from groundwork.core.clock import today
from groundwork.core.languages import day, money
from groundwork.core.refusals import Refusal
from groundwork.crm.sales import quotes
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Outcome
from groundwork.crm.sales.quotes import Quote
from groundwork.documents.pdf import Paper
from groundwork.records.pages import Panel, panels
from groundwork.records.use import note_use
from groundwork.records.views import acts_on
from groundwork.ui.forms import DayInput, PlainErrors
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Row, Table

VALID_FOR = timedelta(days=14)
SHOWN = 5  # in the panel


class QuoteForm(PlainErrors, forms.Form):
    valid_until = forms.DateField(label=gettext_lazy("Valid until"), required=False, widget=DayInput())
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=lambda: settings.LANGUAGES)
    text = forms.CharField(
        label=gettext_lazy("What else it says"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=gettext_lazy("Delivery, payment, a word to the customer."),
    )  # fmt: skip


def _deal(kind, record) -> Deal:
    if kind.key != Deal.type_key:
        raise Http404
    return record


@require_http_methods(["GET", "POST"])
@acts_on("edit")
def new(request, kind, record):
    """What the quote would say, and how it differs from the last one; made by one press."""
    deal = _deal(kind, record)
    if not quotes.sees_quotes(request.user):
        raise PermissionDenied
    first = {"valid_until": today() + VALID_FOR, "language": quotes.language_for(deal)}
    form = QuoteForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid() and (made := _made(deal, form, request.user)):
        said(request, _("Quote %(number)s is made.") % {"number": made})
        return redirect(deal)
    return _page(request, deal, form, first)


def _made(deal: Deal, form: QuoteForm, user) -> Quote | None:
    try:
        return quotes.make_quote(deal, by=user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return None


def _page(request, deal: Deal, form: QuoteForm, first: dict[str, Any]):
    asked = {**first, **{name: value for name, value in getattr(form, "cleaned_data", {}).items() if value}}
    context: dict[str, Any] = {"deal": deal, "form": form, "status": ""}
    try:
        paper = quotes.quote_paper(deal, request.user, number=quotes.next_number(deal), **asked)
        last = next(iter(quotes.quotes_of(deal)), None)
        context |= {"paper": paper, "table": _table(paper), "last": last, "differs": quotes.differences(last, paper)}
    except Refusal as refusal:
        context["refused"] = str(refusal.sentence)
    return render(request, "sales/quote.html", context, status=422 if form.is_bound else 200)


def _table(paper: Paper) -> Table:
    columns = [
        Column(str(place), label, numeric=is_number, main=place == 1)
        for place, (label, is_number) in enumerate(paper.columns)
    ]
    rows = [Row([Cell(text) for text in row], key=str(place)) for place, row in enumerate(paper.rows)]
    return Table(columns, rows, caption=paper.title, caption_seen=False)


@require_GET
@acts_on("view")
def file(request, kind, record, number, form):
    """One version, as it was made."""
    deal = _deal(kind, record)
    if not quotes.sees_quotes(request.user):
        raise PermissionDenied
    quote = get_object_or_404(Quote.objects.select_related("deal"), deal=deal, number=number, withdrawn_at=None)
    made = quotes.FORMS.get(form)
    if made is None:
        raise Http404
    audit.record(audit.Event.EXPORTED, request.user, {"what": f"quote {quote}", "file": form}, request)
    note_use(request.user, "export", Deal.type_key, deal.pk)
    name = re.sub(r"[^\w.-]+", "-", f"{_('Quote')} {quote}").strip("-")
    content = BytesIO(made.of(quote, request.user))
    return FileResponse(content, as_attachment=True, filename=f"{name}.{form}", content_type=made.mime)


# ── beside a deal


def panel_of(deal: Deal, user) -> dict[str, Any] | None:
    if not quotes.sees_quotes(user):
        return None
    found = quotes.quotes_of(deal)
    may_make = deal.state == Outcome.OPEN and user.can("edit", deal)
    if not found and not may_make:
        return None
    rows = [
        {
            "name": str(quote), "amount": money(quote.total_minor, quote.currency), "gross": with_vat(quote),
            "is_over": quote.is_over,
            "made": _("%(day)s, %(who)s") % {"day": day(quote.made_on), "who": quote.by or ""},
            "valid": _("valid until %(day)s") % {"day": day(quote.valid_until)} if quote.valid_until else "",
            "files": [(form.upper(), address(quote, form)) for form in quotes.FORMS],
        }
        for quote in found[:SHOWN]
    ]  # fmt: skip
    older = len(found) - len(rows)
    return {
        "rows": rows, "new_url": reverse("sales:quote_new", args=[Deal.type_key, deal.pk]) if may_make else "",
        "older": ngettext("%(count)s older one", "%(count)s older ones", older) % {"count": older} if older else "",
    }  # fmt: skip


def with_vat(quote: Quote) -> str:
    """Nothing of one that says no VAT."""
    if quote.vat_minor is None:
        return ""
    return _("with VAT %(amount)s") % {"amount": money(quote.gross_minor, quote.currency)}


def address(quote: Quote, form: str) -> str:
    return reverse("sales:quote_file", args=[Deal.type_key, quote.deal_id, quote.number, form])


panels.add(Panel("quotes", Deal.type_key, "sales/quotes.html", panel_of))
