"""The firm's own Word templates of quotes: one, and others for pipelines whose quotes look otherwise.

Kept row by row, so that a quote comes out as the template stood when the quote was made. A row without content puts
back what stands behind: behind a pipeline's own the firm's, behind that the product's.
"""

import json
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now, today
from groundwork.core.languages import day, money, number
from groundwork.core.refusals import Refusal
from groundwork.crm.sales import quotes
from groundwork.crm.sales.pipelines import sales
from groundwork.crm.sales.quotes import Quote
from groundwork.crm.trade.printing import heads, tax_heads
from groundwork.documents import docx
from groundwork.documents.pdf import Paper
from groundwork.records.added.rows import refuse_unless_configurator

ELEMENT = "template:quote"
MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class QuoteTemplate(models.Model):
    """A template as it was put in use. Never changed: the next one goes before it."""

    made_at = models.DateTimeField(default=now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    pipeline = models.CharField(max_length=20, default="", db_default="", blank=True)  # "": of all without an own one
    name = models.CharField(max_length=200)  # of the file
    content = models.BinaryField(blank=True)  # in the database, so that every backup holds it

    class Meta:
        verbose_name = gettext_lazy("template of quotes")
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return self.name if self.content else _("the built-in template")


elements.declared.add(
    elements.Declared(
        ELEMENT, Element.Kind.RULE, gettext_lazy("Template of quotes"), url=lambda: reverse("sales:quote_template")
    )
)


def element_of(pipeline: str) -> str:
    return f"{ELEMENT}:{pipeline}" if pipeline else ELEMENT


def own_template(pipeline: str = "", moment=None) -> QuoteTemplate | None:
    """That of the pipeline, or of the firm, in use then, or now; None while there was no own one."""
    rows = QuoteTemplate.objects.filter(pipeline=pipeline)
    found = (rows.filter(made_at__lte=moment) if moment else rows).first()
    return found if found and found.content else None


def content_for(pipeline: str = "", moment=None) -> bytes:
    """What quotes of the pipeline are filled into: its own template, else the firm's, else the product's."""
    held = own_template(pipeline, moment) or (own_template("", moment) if pipeline else None)
    return bytes(held.content) if held else docx.builtin()


@transaction.atomic
def put_in_use(content: bytes, *, name: str, by, reason: str, asked_by=None, pipeline: str = "") -> QuoteTemplate:
    """From the next quote on. Refused, and the old one stays, unless it can be filled; empty puts back what stands
    behind."""
    refuse_unless_configurator(by)
    if not reason.strip():
        raise Refusal(_("Say in one sentence why: those who work with it will read it."))
    if content:
        docx.examine(content, sample())
    before = own_template(pipeline)
    made = QuoteTemplate.objects.create(by=by, name=name[-200:], content=content, pipeline=pipeline)
    elements.revise(
        element_of(pipeline), kind=Element.Kind.RULE, by=by, cause=reason.strip(), asked_by=asked_by,
        name=_("Template of quotes: %(name)s") % {"name": sales().pipelines[pipeline]} if pipeline else "",
        difference={"template": [before.name if before else "", made.name if content else ""]},
    )  # fmt: skip
    return made


def put_back(*, by, reason: str, pipeline: str = "") -> None:
    """What stands behind. Nothing to do where it is in use."""
    if own_template(pipeline) is not None:
        put_in_use(b"", name="", by=by, reason=reason, pipeline=pipeline)


# ── what it is filled with


def said_of(paper: Paper, *, about: dict[str, str]) -> dict[str, Any]:
    """The words of a template (``docx.SHAPE``), from a paper; ``about`` has those that no paper has."""
    return {
        **about, "title": paper.title, "language": paper.language,
        **dict(zip(("total", "gross"), quotes.net_and_gross(paper.totals), strict=True)),
        "vat": paper.totals[1][1] if len(paper.totals) > 1 else "",
        "text": "\n".join(paper.remarks), "seller": paper.seller, "buyer": paper.buyer,
        "seller_word": paper.seller_word, "buyer_word": paper.buyer_word,
        "columns": [label for label, _numeric in paper.columns],
        "lines": [dict(zip(docx.LINE, row, strict=False)) for row in paper.rows],
        "totals": [{"words": words, "amount": amount} for words, amount in paper.totals],
        "facts": [{"label": label, "value": value} for label, value in paper.facts],
        "taxes": [dict(zip(docx.TAX, row, strict=True)) for row in paper.taxes],
        "tax_columns": paper.tax_columns,
    }  # fmt: skip


def quote_docx(quote: Quote, user) -> bytes:
    """The version as it was made, in the template that was in use then."""
    with translation.override(quote.language):
        about = {
            "number": str(quote), "day": day(quote.made_on), "currency": quote.currency,
            "valid_until": day(quote.valid_until) if quote.valid_until else "",
            "person": str(quote.by) if quote.by else "",
        }  # fmt: skip
    said = json.loads(json.dumps(said_of(quotes.paper_of(quote, user), about=about)))
    return docx.fill(content_for(quote.pipeline, quote.made_at), said)


def sample() -> dict[str, Any]:
    """A quote that nobody made, in the reader's language."""
    rows = [
        ["1", _("Almonds"), _("kg"), number(10), money(1200, "EUR", False), "5", money(11400, "EUR", False)],
        [
            "2",
            _("Nuts & <raisins>"),
            _("kg"),
            number(25),
            money(800, "EUR", False),
            "",
            money(20000, "EUR", False),
        ],
    ]
    title = _("Quote %(number)s") % {"number": "DL-1/2"}
    paper = Paper(
        language=translation.get_language() or "en", title=title, seller=[_("Our firm"), _("Our street 1")],
        buyer=[_("The customer"), _("Their street 2")], seller_word=pgettext("on a document", "Seller"),
        buyer_word=pgettext("on a document", "Buyer"), columns=heads(), rows=rows,
        facts=[(_("Date"), day(today())), (_("About"), _("Nuts for the winter")), (_("Valid until"), day(today()))],
        totals=[
            (_("Total without VAT"), money(31400, "EUR")), (_("VAT %(rates)s") % {"rates": "23%"}, money(7222, "EUR")),
            (_("Total with VAT"), money(38622, "EUR")),
        ],
        tax_columns=tax_heads(),
        taxes=[["23%", money(31400, "EUR", False), money(7222, "EUR", False), money(38622, "EUR", False)]],
        remarks=[_("Paid within 14 days.")],
    )  # fmt: skip
    about = {
        "number": "DL-1/2", "day": day(today()), "valid_until": day(today()), "currency": "EUR",
        "person": _("The seller's name"),
    }  # fmt: skip
    return said_of(paper, about=about)


MEANINGS = {
    "title": gettext_lazy("the heading"), "number": gettext_lazy("number of the deal and of the version"),
    "day": gettext_lazy("when it was made"), "valid_until": gettext_lazy("until when it is valid; may be empty"),
    "currency": gettext_lazy("code of the currency"), "total": gettext_lazy("the sum without VAT, with its currency"),
    "vat": gettext_lazy("VAT in all; empty where the firm charges none"),
    "gross": gettext_lazy("the sum with VAT; empty where the firm charges none"),
    "text": gettext_lazy("what else the seller typed"), "language": gettext_lazy("code of the language"),
    "person": gettext_lazy("who made it"), "seller_word": gettext_lazy("the word over us"),
    "buyer_word": gettext_lazy("the word over the customer"), "seller": gettext_lazy("our name and address by line"),
    "buyer": gettext_lazy("the customer's name and address by line"),
    "columns": gettext_lazy("headings of the lines, in their order"), "lines": gettext_lazy("what is offered"),
    "totals": gettext_lazy("the sums under the lines: net, and where VAT is charged VAT and gross"),
    "taxes": gettext_lazy("VAT by rate; empty where the firm charges none"),
    "tax_columns": gettext_lazy("headings of VAT by rate, in their order"),
    "facts": gettext_lazy("date, subject, validity"),
}  # fmt: skip
PARTS = {
    "no": gettext_lazy("the line's number"), "name": gettext_lazy("of the goods or the service"),
    "unit": gettext_lazy("unit; may be empty"), "quantity": gettext_lazy("how many"),
    "price": gettext_lazy("of one, without discount"), "discount": gettext_lazy("in per cent; may be empty"),
    "net": gettext_lazy("the line's sum without VAT"), "words": gettext_lazy("what the sum is"),
    "amount": gettext_lazy("the sum, with its currency"), "label": gettext_lazy("what is told"),
    "value": gettext_lazy("what it is"), "rate": gettext_lazy("the rate"),
    "vat": gettext_lazy("VAT of that rate"), "gross": gettext_lazy("with VAT"),
}  # fmt: skip


def words() -> list[tuple[str, str, str]]:
    """(how it is written, what it means, an example) of every word that may stand in a template."""
    said, told = sample(), []
    for name, meaning in MEANINGS.items():
        value = said[name]
        if isinstance(value, str):
            told.append((f"{{{{ {name} }}}}", str(meaning), value))
        elif isinstance(value[0], str):
            told.append((f"{{{{ {name}[0] }}}}", str(meaning), value[0]))
        else:
            told.append((f"{{%tr for x in {name} %}}", str(meaning), ""))
            told += [(f"{{{{ x.{inside} }}}}", str(PARTS.get(inside, "")), text) for inside, text in value[0].items()]
    return told


quotes.FORMS["docx"] = quotes.Kind(MIME, quote_docx)
