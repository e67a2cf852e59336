"""What is offered in a deal: quotes, each as it stood when it was made. A later one goes before those made earlier."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.rights import rights
from groundwork.core.clock import now, today
from groundwork.core.languages import day, money
from groundwork.core.money import to_major
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.deals import Deal, DealLine
from groundwork.crm.sales.pipelines import Outcome
from groundwork.crm.trade.actions import vat_as_invoiced
from groundwork.crm.trade.printing import heads, line_texts, parties, rate_text, tax_heads, tax_texts
from groundwork.crm.trade.vat import VatRow, vat_sum
from groundwork.documents.pdf import Paper, render
from groundwork.records import undo, write

TELLS = ("lines", "amount_minor")  # from whom one of them is hidden gets no quote
MADE = "quote.made"
LINE = ("no", "name", "unit", "quantity", "price", "discount", "net")
LANGUAGE_OF = {"PL": "pl", "RU": "ru", "BY": "ru", "KZ": "ru"}  # of letters to a country; elsewhere English


class Quote(models.Model):
    """One version of what was offered in a deal. Never changed; taken back by its act it is ``withdrawn``, and its
    number stays used."""

    # history tells that it was made, the quote itself what it says
    derived: frozenset[str] = frozenset({"said", "vat_minor", "pipeline"})

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="quotes")
    number = models.PositiveSmallIntegerField()
    made_on = models.DateField(default=today)
    made_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    valid_until = models.DateField(null=True)
    language = models.CharField(max_length=5)
    total_minor = models.BigIntegerField()  # net
    vat_minor = models.BigIntegerField(null=True)  # None where it says none: nobody charged any, or it is an old one
    currency = models.CharField(max_length=3)
    pipeline = models.CharField(max_length=20, default="", db_default="")  # then: its Word template goes by it
    said = models.JSONField()  # the paper (documents.pdf.Paper), word by word
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = gettext_lazy("quote")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="quote_number_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("made_on")), name="quote_valid_for_a_while"
            ),
        ]

    def __str__(self):
        return f"{self.deal.number}/{self.number}"

    @property
    def gross_minor(self) -> int:
        return self.total_minor + (self.vat_minor or 0)

    @property
    def is_over(self) -> bool:
        return self.valid_until is not None and self.valid_until < today()


# ── reading


def sees_quotes(user) -> bool:
    mode = rights(user).field_mode
    return user.can("view", Deal.type_key) and not any(mode(Deal.type_key, name) == "hidden" for name in TELLS)


def quotes_of(deal: Deal) -> list[Quote]:
    """The newest first: one query."""
    return list(Quote.objects.filter(deal=deal, withdrawn_at=None).select_related("by", "deal"))


def paper_of(quote: Quote, user) -> Paper:
    """The paper as it was made; a company that ``user`` may not see is not named on it."""
    said = dict(quote.said)
    hidden = rights(user).field_mode(Deal.type_key, "company") == "hidden"
    if hidden or not Company.objects.visible_to(user).filter(pk=quote.deal.company_id).exists():
        said["buyer"] = []
    return Paper(**said)


def quote_pdf(quote: Quote, user) -> bytes:
    return render(paper_of(quote, user))


@dataclass(frozen=True)
class Kind:
    """A kind of file that a quote is given out as; ``of(quote, user)`` makes it."""

    mime: str
    of: Callable[[Quote, Any], bytes]


FORMS = {"pdf": Kind("application/pdf", quote_pdf)}  # by the ending of the file's name


def differences(before: Quote | None, paper: Paper) -> list[str]:
    """What a new one says otherwise than the last one, in words; nothing where there is none, or they agree."""
    if before is None:
        return []
    was, becomes = _lines_by_name(before.said["rows"]), _lines_by_name(paper.rows)
    told = [_("new: %(name)s") % {"name": name} for name in becomes if name not in was]
    told += [_("left out: %(name)s") % {"name": name} for name in was if name not in becomes]
    for name in (name for name in becomes if name in was and becomes[name] != was[name]):
        told.append(_("%(name)s: %(before)s, now %(now)s") % {
            "name": name, "before": "; ".join(was[name]), "now": "; ".join(becomes[name]),
        })  # fmt: skip
    (net, gross), (now_net, now_gross) = net_and_gross(before.said["totals"]), net_and_gross(paper.totals)
    if net != now_net:
        told.append(_("in all %(before)s, now %(now)s") % {"before": net, "now": now_net})
    if gross != now_gross:
        words = {"before": gross or _("not said"), "now": now_gross or _("not said")}
        told.append(_("with VAT %(before)s, now %(now)s") % words)
    return told


def net_and_gross(totals: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The sums of a paper, ready to print; "" for the gross of one that says no VAT."""
    return totals[0][1], totals[-1][1] if len(totals) > 1 else ""


def _lines_by_name(rows: list[list[str]]) -> dict[str, list[str]]:
    """{name: (quantity and unit, price, discount) of all lines that are called so}"""
    found: dict[str, list[str]] = {}
    for row in rows:
        line = dict(zip(LINE, row, strict=False))
        discount = f"-{line['discount']} %" if line["discount"] else ""
        amount = " ".join(part for part in (line["quantity"], line["unit"]) if part)
        told = " ".join(part for part in (amount, "×", line["price"], discount) if part)
        found.setdefault(line["name"], []).append(told)
    return found


# ── making


def language_for(deal: Deal) -> str:
    """Of letters to that customer."""
    country = deal.company.country if deal.company else ""
    return LANGUAGE_OF.get(country, "en") if country else translation.get_language() or "en"


def quote_paper(deal: Deal, user, *, number: int, language: str, valid_until: date | None = None, text="") -> Paper:
    """What the paper says. Refused while nobody knows for how much it is offered."""
    lines, taxes = _lines(deal), _taxes(deal)
    with translation.override(language):
        facts = [(_("Date"), day(today())), (_("About"), deal.name)]
        if valid_until:
            facts.append((_("Valid until"), day(valid_until)))
        return Paper(
            title=_("Quote %(number)s") % {"number": f"{deal.number}/{number}"}, facts=facts, columns=heads(),
            rows=[line_texts(place, line) for place, line in enumerate(lines, 1)],
            totals=_totals(deal, taxes), tax_columns=tax_heads(), taxes=tax_texts(taxes, deal.currency),
            remarks=[line for line in text.splitlines() if line.strip()], **parties(deal, user),
        )  # fmt: skip


def _lines(deal: Deal) -> list[DealLine]:
    """Those of the deal; of one without any, one of its name and its amount."""
    if deal.amount_minor is None:
        raise Refusal(_("Say first for how much it is offered: with lines, or with an amount."))
    return list(deal.lines.select_related("product").order_by("position", "pk")) or [_whole(deal, deal.amount_minor)]


def _taxes(deal: Deal) -> list[VatRow]:
    """As the invoice of the order that may come of it will say them, were it made today."""
    return vat_as_invoiced([line.amount_minor for line in _lines(deal)], today())


def _totals(deal: Deal, taxes: list[VatRow]) -> list[tuple[str, str]]:
    """Net alone where the firm charges no VAT."""
    net, tax = deal.amount_minor or 0, vat_sum(taxes)
    totals = [(_("Total without VAT"), money(net, deal.currency))]
    if tax is not None:
        rates = ", ".join(rate_text(row.rate) for row in taxes)
        totals += [(_("VAT %(rates)s") % {"rates": rates}, money(tax, deal.currency))]
        totals += [(_("Total with VAT"), money(net + tax, deal.currency))]
    return totals


def _whole(deal: Deal, amount_minor: int) -> DealLine:
    """Stands for the lines of a deal that has none; it is not kept."""
    price = to_major(amount_minor, deal.currency)
    return DealLine(deal=deal, description=deal.name, quantity=Decimal(1), price=price, amount_minor=amount_minor)


def next_number(deal: Deal) -> int:
    return (Quote.objects.filter(deal=deal).aggregate(last=Max("number"))["last"] or 0) + 1


def make_quote(deal: Deal, *, by, language: str, valid_until: date | None = None, text: str = "") -> Quote:
    """Keep what the deal offers now. Of two people at once the second gets the next number: the deal is locked."""
    if not sees_quotes(by):
        raise NotAllowed(_("Your role makes no quotes."))
    if valid_until is not None and valid_until < today():
        raise Refusal(_("Choose a day from today on: until then it is valid."))
    with write.writing(deal, by=by, act=MADE) as fresh:
        if fresh.state != Outcome.OPEN:
            raise Refusal(_("This deal is closed: open it again first."))
        number = next_number(fresh)
        paper = quote_paper(fresh, by, number=number, language=language, valid_until=valid_until, text=text)
        made = Quote.objects.create(
            deal=fresh, number=number, by=by, valid_until=valid_until, language=language,
            total_minor=fresh.amount_minor or 0, vat_minor=vat_sum(_taxes(fresh)), currency=fresh.currency,
            pipeline=fresh.pipeline, said=asdict(paper),
        )  # fmt: skip
        write.part_changed(fresh, made, None, write.values(made))
    return made


def put_back(record: Any, pk: str, before: dict | None, after: dict | None) -> bool:
    """Undo of making one, and of that undo, where it still is as the act left it."""
    quote = Quote.objects.filter(pk=pk, deal=record.pk).first()
    if quote is None or write.values(quote) != after:
        return False
    was = write.values(quote)
    quote.withdrawn_at = now() if before is None else None
    quote.save(update_fields=["withdrawn_at"])
    write.part_changed(record, quote, was, write.values(quote))
    return True


undo.put_back_attached["quote"] = put_back
