"""A deal that is won becomes an order: once, and each leads to the other."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from groundwork.core.clock import today
from groundwork.core.money import to_major
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Outcome
from groundwork.crm.trade.models import Order, OrderLine
from groundwork.records.pages import PageAction, page_actions
from groundwork.records.types import types
from groundwork.records.write import creating, locked, writing

AGREED = ("product", "description", "quantity", "price", "discount", "position")


def order_of(deal: Deal) -> Order | None:
    """The order that was made of it; one that was archived since does not count."""
    return deal.order if deal.order is not None and not deal.order.is_archived else None


def make_order(deal: Deal, by) -> Order:
    """A draft of what was sold at the prices that were agreed; the order of before where there is one.

    It belongs to whom the deal belongs to. Refused unless the deal is won and says to whom and what is sold;
    NotAllowed to whom the lines of deals or of orders are hidden.
    """
    if not by.can("create", Order.type_key) or not all(_sees_lines(by, key) for key in (Deal.type_key, Order.type_key)):
        raise NotAllowed(_("Your role does not make orders."))
    deal = locked(deal)
    if (made := order_of(deal)) is not None:
        return made
    _refuse_what_is_no_order(deal)
    order = Order(
        company=deal.company, ordered_on=today(), currency=deal.currency, owner=deal.owner, department=deal.department
    )
    with writing(deal, by=by, act="deal.order") as fresh:
        creating(order, by=by, act="deal.order", parts=_lines(fresh))
        fresh.order = order
    return order


def _sees_lines(user, key: str) -> bool:
    return "lines" in {part.key for part in types[key].visible_parts(user)}


def _refuse_what_is_no_order(deal: Deal) -> None:
    if deal.state != Outcome.WON:
        raise Refusal(_("Only a deal that is won becomes an order."))
    if deal.company is None:
        raise Refusal(_("Say first to which company it is sold."))
    if not deal.lines_count and deal.amount_minor is None:
        raise Refusal(_("Say first for how much it is sold: with lines, or with an amount."))


def _lines(deal: Deal) -> list[OrderLine]:
    """Those of the deal; of a deal without any, one of its name and its amount."""
    if deal.lines_count:
        lines = deal.lines.select_related("product").order_by("position", "pk")
        return [OrderLine(**{name: getattr(line, name) for name in AGREED}) for line in lines]
    price = to_major(deal.amount_minor or 0, deal.currency)
    return [OrderLine(description=deal.name, quantity=Decimal(1), price=price, position=1)]


page_actions.add(
    PageAction(
        "deal.order", gettext_lazy("Make order"), make_order,
        gettext_lazy("Here is the draft of the order. Look at it, then confirm it."),
        offered=lambda deal: deal.state == Outcome.WON and order_of(deal) is None, made=order_of, can_go_back=True,
        also=(("create", Order.type_key),), icon="shopping-cart", primary=True,
        past=pgettext_lazy("a deal", "Order made"),
    )
)  # fmt: skip
