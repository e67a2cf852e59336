"""View from above, the reports behind it, and the rows behind the reports."""

import json
from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from groundwork.access.doors import allowed
from groundwork.blueprint.elements import is_on
from groundwork.core.languages import NO_VALUE, day, money, number
from groundwork.crm.customers.models import Company
from groundwork.crm.insight import output, screens
from groundwork.crm.insight.period import PERIODS, Period, PeriodForm, RangeForm, asked
from groundwork.crm.insight.reports import reports
from groundwork.crm.trade import profit
from groundwork.crm.trade.models import InvoiceLine, Product
from groundwork.records.use import note_use
from groundwork.ui.table import Cell, Column, Empty, Row, Table

LINES_SHOWN = 50


@require_GET
@allowed("view", "reports")
def above(request):
    """Revenue, margin and their parts, up to a day."""
    form = PeriodForm(request.GET)
    choice = asked(form)
    as_of = choice.get("as_of") or profit.last_day(request.user)
    period = Period(choice.get("period", "month"), as_of)
    shown = screens.Above.of(request.user, period, choice.get("currency", ""))
    note_use(request.user, "view", reports["profit"].element)
    query = {"as_of": choice.get("as_of"), "currency": choice.get("currency")}
    periods = [
        {"label": label, "current": key == period.key, "href": screens.address("insight:above", period=key, **query)}
        for key, label in PERIODS.items()
    ]
    currencies = [
        {
            "label": code,
            "current": code == shown.currency,
            "href": screens.address("insight:above", period=period.key, as_of=choice.get("as_of"), currency=code),
        }
        for code in shown.currencies
    ]
    empty = Empty(
        _("No documents up to %(day)s") % {"day": day(as_of)},
        _("Here stands what was sold, by month, product, company and country, as soon as there are invoices."),
        _("Open the invoices"),
        screens.address("records:list", "invoice"),
    )
    context = {"above": shown, "period": period, "periods": periods, "currencies": currencies, "empty": empty}
    return render(request, "insight/above.html", {**context, "as_of": as_of.isoformat(), "wrong": form.errors})


class Asked:
    """A report as asked for in the address."""

    def __init__(self, request, key):
        self.report = reports.get(key)
        if self.report is None or not is_on(self.report.element):
            raise Http404
        self.user = request.user
        self.form = RangeForm(request.GET)
        choice = asked(self.form)
        self.dimension = choice.get("by", "month")
        if self.dimension not in self.report.dimensions:
            raise Http404
        self.start, self.to = choice.get("start"), choice.get("end")
        self.as_of = choice.get("as_of") or (None if self.to else profit.last_day(request.user))
        self.page = choice.get("page", 1)
        self.currency = choice.get("currency", "")

    @property
    def end(self) -> date:
        return min(item for item in (self.to, self.as_of) if item)

    def rows(self, currency=""):
        return self.report.run(
            self.dimension, start=self.start, end=self.to, as_of=self.as_of, user=self.user, currency=currency
        )

    def query(self, **changes) -> str:
        kept = {
            "by": self.dimension,
            "from": self.start,
            "to": self.to,
            "as_of": self.as_of if not self.to else None,
            "currency": self.currency,
            **changes,
        }
        return urlencode({key: value for key, value in kept.items() if value not in (None, "")})


@require_GET
@allowed("view", "reports")
def report(request, key):
    """The whole report by one dimension, with totals of all rows."""
    asked_for = Asked(request, key)
    every = asked_for.rows()
    note_use(request.user, "report", asked_for.report.element)
    sums = profit.totals(every)
    currency = asked_for.currency or profit.main_currency(sums)
    rows = [row for row in every if row.currency == currency]
    total = next((item for item in sums if item.currency == currency), None)
    cost = screens.Cost.of(request.user)
    first = (asked_for.page - 1) * screens.PAGE
    table = screens.profit_table(
        request.user,
        rows[first : first + screens.PAGE],
        asked_for.dimension,
        asked_for.start,
        asked_for.end,
        cost,
        id="report",
        total=total,
    )
    table.empty = Empty(_("Nothing to count"), _("There are no documents in this period."), "", "")
    here = reverse("insight:report", args=[key])
    if first + screens.PAGE < len(rows):
        table.next_url = f"{here}?{asked_for.query(currency=currency, page=asked_for.page + 1)}"
        table.next_label = _("Next %(count)s of %(all)s") % {
            "count": min(screens.PAGE, len(rows) - first - screens.PAGE),
            "all": number(len(rows), 0),
        }
    if request.htmx and asked_for.page > 1:
        response = render(request, "insight/rows.html", {"table": table})
        response["Vary"] = "HX-Request"
        return response
    tabs = [
        {"label": label, "current": name == asked_for.dimension, "href": f"{here}?{asked_for.query(by=name)}"}
        for name, label in asked_for.report.dimensions.items()
    ]
    currencies = [
        {
            "label": item.currency,
            "current": item.currency == currency,
            "href": f"{here}?{asked_for.query(currency=item.currency)}",
        }
        for item in sums
    ]
    downloads = []
    if request.user.can("export", "reports"):
        downloads = [
            (kind.upper(), f"{reverse('insight:download', args=[key, kind])}?{asked_for.query()}")
            for kind in ("csv", "json")
        ]
    context = {
        "report": asked_for.report,
        "table": table,
        "tabs": tabs,
        "currencies": currencies,
        "currency": currency,
        "cost": cost,
        "downloads": downloads,
        "asked": asked_for,
        "total": total,
        "period": words_of_range(asked_for.start, asked_for.end),
        "known": None if total is None or total.known_share is None else total.known_share * 100,
    }
    response = render(request, "insight/report.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_GET
@allowed("export", "reports")
def download(request, key, kind):
    """The same rows as a file."""
    if not request.user.can("view", "reports"):
        raise PermissionDenied
    if kind not in ("csv", "json"):
        raise Http404
    asked_for = Asked(request, key)
    names = output.columns([asked_for.dimension])
    found = output.records(asked_for.rows(asked_for.currency), [asked_for.dimension])
    note_use(request.user, "export", asked_for.report.element)
    if kind == "json":
        body, content_type = json.dumps({"columns": names, "rows": found}, ensure_ascii=False), "application/json"
    else:
        body, content_type = "\ufeff" + output.as_csv(found, names), "text/csv; charset=utf-8"
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{key}-{asked_for.dimension}-{asked_for.end}.{kind}"'
    return response


@require_GET
@allowed("view", "reports")
def lines(request):
    """The lines of invoices under a number: of a product, a company, a country, a month, or all."""
    limits = RangeForm(request.GET)
    choice = asked(limits)
    start, end, currency = choice.get("start"), choice.get("end"), choice.get("currency", "")
    invoices = profit.invoices_of(request.user, currency)
    found = InvoiceLine.objects.filter(invoice__in=invoices)
    if start:
        found = found.filter(issued_on__gte=start)
    if end:
        found = found.filter(issued_on__lte=end)
    found, title = narrowed(request, found)
    sums = list(found.values("invoice__currency").annotate(revenue=Sum("amount_minor")).order_by("-revenue"))
    page = list(after(found, request.GET.get("after", ""))[: LINES_SHOWN + 1])
    more, page = len(page) > LINES_SHOWN, page[:LINES_SHOWN]
    table = lines_table(page, request.user)
    if more:
        query = request.GET.copy()
        query["after"] = f"{page[-1].issued_on}_{page[-1].pk}"
        table.next_url, table.next_label = (
            f"{request.path}?{query.urlencode()}",
            _("Next %(count)s") % {"count": LINES_SHOWN},
        )
    if request.htmx and "after" in request.GET:
        response = render(request, "insight/rows.html", {"table": table})
    else:
        context = {
            "title": title,
            "table": table,
            "period": words_of_range(start, end),
            "sums": [money(row["revenue"], row["invoice__currency"]) for row in sums],
        }
        response = render(request, "insight/lines.html", context)
    response["Vary"] = "HX-Request"
    return response


def narrowed(request, found):
    """The lines of what the address names, and its words. 404 for a product or company that the person may not see."""
    titles = []
    for name, model, path in (("product", Product, "product"), ("company", Company, "invoice__company")):
        value = request.GET.get(name, "")
        if not value:
            continue
        if value == "none":
            found = found.filter(**{f"{path}__isnull": True})
            titles.append(screens.words_of(profit.Place(name, None)))
        elif value.isdigit() and len(value) < 19:
            seen = model.objects.visible_to(request.user).filter(pk=value).first()
            if seen is None and name == "product":
                raise Http404
            found = found.filter(**{path: value})
            titles.append(str(seen) if seen else _("no access"))
        else:
            raise Http404
    if country := request.GET.get("country", "")[:60]:
        found = found.filter(invoice__country="" if country == "none" else country)
        titles.append(screens.words_of(profit.Place("country", None)) if country == "none" else country)
    return found, ", ".join(titles) or _("All lines")


def after(found, mark: str):
    """The newest first; ``mark`` is the day and id of the last line shown."""
    day_text, _sign, pk = mark.partition("_")
    try:
        last, last_pk = date.fromisoformat(day_text), int(pk)
    except ValueError:
        last, last_pk = None, 0
    if last and abs(last_pk) < 2**63:
        found = found.filter(issued_on__lte=last).filter(Q(issued_on__lt=last) | Q(pk__lt=last_pk))
    return found.select_related("invoice", "product").order_by("-issued_on", "-pk")


def lines_table(page, user) -> Table:
    seen = {line.product_id for line in page if line.product_id}
    products = set(Product.objects.visible_to(user).filter(pk__in=seen).values_list("pk", flat=True))
    columns = [
        Column("document", _("Document"), main=True),
        Column("issued_on", _("Issued on")),
        Column("product", _("Product")),
        Column("quantity", _("Quantity"), numeric=True),
        Column("price", _("Price of one unit"), numeric=True),
        Column("amount", _("Amount"), numeric=True, second=True),
    ]
    rows = [
        Row(
            [
                Cell(line.invoice.document_number, href=screens.address("records:page", "invoice", line.invoice_id)),
                Cell(day(line.issued_on)),
                Cell(product_words(line, products)),
                Cell(number(line.quantity)),
                Cell(number(line.price)),
                Cell(money(line.amount_minor, line.invoice.currency)),
            ],
            key=str(line.pk),
        )
        for line in page
    ]
    return Table(columns, rows, id="lines", empty=Empty(_("No lines"), _("Nothing stands under this number."), "", ""))


def product_words(line, products) -> str:
    if line.product_id is None:
        return line.description or NO_VALUE
    return str(line.product) if line.product_id in products else _("no access")


def words_of_range(start, end) -> str:
    if start and end:
        return f"{day(start)} – {day(end)}"
    if end:
        return _("up to %(day)s") % {"day": day(end)}
    return _("from %(day)s") % {"day": day(start)} if start else _("all days")
