"""The lines of invoices under a number, newest first."""

from datetime import date

from django.db.models import Q, Sum
from django.http import Http404
from django.utils.translation import gettext as _

from groundwork.core.languages import NO_VALUE, day, money, number
from groundwork.crm.customers.models import Company
from groundwork.crm.insight import screens
from groundwork.crm.trade import profit
from groundwork.crm.trade.entries import without_cost
from groundwork.crm.trade.models import Category, InvoiceLine, Product
from groundwork.crm.trade.rates import OwnRates, without_rate
from groundwork.ui.table import Cell, Column, Empty, Row, Table

LINES_SHOWN = 50


def lines_of(user, start, end, currency=""):
    """The lines of the invoices that ``user`` may see; ``start`` and ``end`` are both included."""
    found = InvoiceLine.objects.filter(invoice__in=profit.invoices_of(user, currency))
    if start:
        found = found.filter(issued_on__gte=start)
    return found.filter(issued_on__lte=end) if end else found


def narrowed(found, user, query):
    """The lines of what the address names, and its words. 404 for a product or category that the person may not see."""
    titles = []
    for name, model, path in (
        ("product", Product, "product"),
        ("category", Category, "product__category"),
        ("company", Company, "invoice__company"),
    ):
        value = query.get(name, "")
        if not value:
            continue
        if value == "none":
            found = found.filter(**{f"{path}__isnull": True})
            titles.append(screens.words_of(profit.Place(name, None)))
        elif value.isdecimal() and len(value) < 19:
            seen = model.objects.visible_to(user).filter(pk=value).first()
            if seen is None and name != "company":
                raise Http404
            found = found.filter(**{path: value})
            titles.append(str(seen) if seen else _("no access"))
        else:
            raise Http404
    if query.get("cost") == "unknown":
        found = without_cost(found) if profit.sees_costs(user) else found.none()
        titles.append(_("without a known cost"))
    if query.get("rate") == "unknown":
        found = without_rate(found)
        titles.append(_("without a rate of exchange"))
    if country := query.get("country", "")[:60]:
        found = found.filter(invoice__country="" if country == "none" else country)
        titles.append(screens.words_of(profit.Place("country", None)) if country == "none" else country)
    return found, ", ".join(titles) or _("All lines")


def sums_of(found) -> list[str]:
    """One amount a currency, the largest first."""
    sums = found.values("invoice__currency").annotate(revenue=Sum("amount_minor")).order_by("-revenue")
    return [money(row["revenue"], row["invoice__currency"]) for row in sums]


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


def page_of(found, user, path: str, query) -> Table:
    """One page of the lines, with the address of the next."""
    page = list(after(found, query.get("after", ""))[: LINES_SHOWN + 1])
    table = lines_table(page[:LINES_SHOWN], user, in_own=query.get("currency") == profit.ALL)
    if len(page) > LINES_SHOWN:
        last, following = page[LINES_SHOWN - 1], query.copy()
        following["after"] = f"{last.issued_on}_{last.pk}"
        table.next_url = f"{path}?{following.urlencode()}"
        table.next_label = _("Next %(count)s") % {"count": LINES_SHOWN}
    return table


def lines_table(page, user, in_own: bool = False) -> Table:
    rates = OwnRates({line.invoice.currency for line in page} if in_own else ())
    seen = {line.product_id for line in page if line.product_id}
    products = set(Product.objects.visible_to(user).filter(pk__in=seen).values_list("pk", flat=True))
    columns = [
        Column("document", _("Document"), main=True),
        Column("issued_on", _("Issued on")),
        Column("product", _("Product")),
        Column("quantity", _("Quantity"), numeric=True),
        Column("price", _("Price of one unit"), numeric=True),
        Column("amount", _("Amount"), numeric=True, second=True),
        *([Column("worth", _("In %(currency)s") % {"currency": rates.own}, numeric=True)] if in_own else []),
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
                *([worth_of(line, rates)] if in_own else []),
            ],
            key=str(line.pk),
        )
        for line in page
    ]
    return Table(columns, rows, id="lines", empty=Empty(_("No lines"), _("Nothing stands under this number."), "", ""))


def worth_of(line, rates: OwnRates) -> Cell:
    worth = rates.worth(line.amount_minor, line.invoice.currency, line.issued_on)
    return Cell(NO_VALUE if worth is None else money(worth, rates.own, with_code=False))


def product_words(line, products) -> str:
    if line.product_id is None:
        return line.description or NO_VALUE
    return str(line.product) if line.product_id in products else _("no access")
