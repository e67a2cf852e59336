"""The next order made from the last: the same goods at the prices that hold today (D130)."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.due import baskets_of
from groundwork.crm.trade.models import Invoice, Order, OrderLine, Product
from groundwork.records.write import creating


@dataclass(frozen=True)
class Line:
    """What is ordered again. Without a product nothing tells today's price, so that of the old line stays."""

    product: Product | None
    description: str
    quantity: Decimal
    price: Decimal
    discount: Decimal = Decimal(0)


@dataclass
class Repeated:
    order: Order
    repriced: int = 0  # lines whose price is another one today
    left_out: int = 0  # lines of products that are not sold any more, or not seen by this person


def repeat_last(company: Company, *, by) -> Repeated:
    """A draft of what the company ordered last, or was invoiced last where no order was kept.

    Refused where there is nothing to repeat; NotAllowed without the right to make orders.
    """
    last = last_document(company, by)
    if last is None:
        raise Refusal(_("There is no order or invoice of this customer to repeat."))
    lines = last.lines.filter(quantity__gt=0).select_related("product").order_by("position", "pk")
    wanted = [Line(line.product, line.description, line.quantity, line.price, line.discount) for line in lines]
    return _ordered(company, wanted, last.currency, by)


def order_usual(company: Company, *, by) -> Repeated:
    """A draft of the usual basket; refused where nothing is taken regularly."""
    basket = baskets_of([company.pk], by).get(company.pk, [])
    if not basket:
        raise Refusal(_("Nothing is bought regularly enough to be called usual: repeat the last order instead."))
    lines = [Line(usual.product, "", usual.quantity, usual.price) for usual in basket]
    return _ordered(company, lines, basket[0].currency, by)


def last_document(company: Company, user) -> Order | Invoice | None:
    """The newest order that was not cancelled, else the newest invoice: of what the person sees."""
    orders = Order.objects.visible_to(user).current().filter(company=company).exclude(state=Order.State.CANCELLED)
    invoices = Invoice.objects.visible_to(user).current()
    invoices = invoices.filter(company=company, kind=Invoice.Kind.INVOICE, state=Invoice.State.ISSUED)
    return orders.order_by("-ordered_on", "-pk").first() or invoices.order_by("-issued_on", "-pk").first()


def _ordered(company: Company, wanted: list[Line], currency: str, by) -> Repeated:
    if not by.can("create", Order.type_key):
        raise NotAllowed(_("Your role does not make orders."))
    sold = set(Product.objects.visible_to(by).current().values_list("pk", flat=True).filter(
        pk__in=[line.product.pk for line in wanted if line.product]
    ))  # fmt: skip
    kept = [line for line in wanted if line.product is None or line.product.pk in sold]
    if not kept:
        raise Refusal(_("Nothing of it is sold any more: begin a new order."))
    order = Order(company=company, ordered_on=today(), currency=currency)
    lines = [_line_of(order, line) for line in kept]
    repriced = sum(made.price != line.price for made, line in zip(lines, kept, strict=True))
    creating(order, by=by, act="order.repeat", parts=lines)
    return Repeated(order, repriced, len(wanted) - len(kept))


def _line_of(order: Order, line: Line) -> OrderLine:
    made = OrderLine(
        order=order, product=line.product, description=line.description, quantity=line.quantity, discount=line.discount
    )
    if line.product is None:
        made.price = line.price
        return made
    try:
        made.clean()
    except ValidationError:  # nobody knows a price for today
        made.price = line.price
    return made
