"""What is offered in a deal, as PDF, as the deal stands when it is printed."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.clock import today
from groundwork.core.languages import day, money
from groundwork.core.money import to_major
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.deals import Deal, DealLine
from groundwork.crm.trade.printing import file_name, heads, line_texts, parties
from groundwork.documents.pdf import Paper, render
from groundwork.records.pages import PageFile, page_files


def quote_pdf(deal: Deal, user) -> tuple[str, bytes]:
    """Refused while nobody knows for how much it is offered."""
    return file_name(deal), render(quote_paper(deal, user))


def quote_paper(deal: Deal, user) -> Paper:
    """What the paper says, without VAT. A company that ``user`` may not see is not named."""
    if deal.amount_minor is None:
        raise Refusal(_("Say first for how much it is offered: with lines, or with an amount."))
    lines = list(deal.lines.select_related("product").order_by("position", "pk")) or [_whole(deal, deal.amount_minor)]
    return Paper(
        title=f"{_('Quote')} {deal}", facts=[(_("Date"), day(today()))], columns=heads(),
        rows=[line_texts(place, line) for place, line in enumerate(lines, 1)],
        totals=[(_("Total without VAT"), money(deal.amount_minor, deal.currency))], **parties(deal, user),
    )  # fmt: skip


def _whole(deal: Deal, amount_minor: int) -> DealLine:
    """Stands for the lines of a deal that has none; it is not kept."""
    price = to_major(amount_minor, deal.currency)
    return DealLine(deal=deal, description=deal.name, quantity=Decimal(1), price=price, amount_minor=amount_minor)


page_files.add(PageFile("deal.pdf", gettext_lazy("Quote as PDF"), quote_pdf, ("lines", "amount_minor")))
