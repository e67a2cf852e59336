"""The next order made from the last: the same goods at the prices that hold today (D130)."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.due import baskets_of
from groundwork.crm.trade.document_lines import DocumentLine
from groundwork.crm.trade.models import Invoice, Order, OrderLine
from groundwork.records.copying import copied_parts
from groundwork.records.types import types
from groundwork.records.write import creating


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
    lines = copied_parts(last, by) if last else []
    wanted = [_again(line) for line in lines if isinstance(line, DocumentLine) and line.quantity > 0]
    if last is None or not wanted:
        raise Refusal(_("There is no order or invoice of this customer to repeat."))
    made = _ordered(company, wanted, last.currency, by)
    made.left_out += last.lines.filter(quantity__gt=0).count() - len(wanted)
    return made


def _again(line: DocumentLine) -> OrderLine:
    names = ("product", "description", "quantity", "price", "discount")
    return OrderLine(**{name: getattr(line, name) for name in names})


def order_usual(company: Company, *, by) -> Repeated:
    """A draft of the usual basket; refused where nothing is taken regularly."""
    basket = baskets_of([company.pk], by).get(company.pk, [])
    if not basket:
        raise Refusal(_("Nothing is bought regularly enough to be called usual: repeat the last order instead."))
    lines = [OrderLine(product=usual.product, quantity=usual.quantity, price=usual.price) for usual in basket]
    return _ordered(company, lines, basket[0].currency, by)


def last_document(company: Company, user) -> Order | Invoice | None:
    """The newest order that was not cancelled, else the newest invoice: of what the person sees."""
    orders = Order.objects.visible_to(user).current().filter(company=company).exclude(state=Order.State.CANCELLED)
    invoices = Invoice.objects.visible_to(user).current()
    invoices = invoices.filter(company=company, kind=Invoice.Kind.INVOICE, state=Invoice.State.ISSUED)
    return orders.order_by("-ordered_on", "-pk").first() or invoices.order_by("-issued_on", "-pk").first()


def _ordered(company: Company, wanted: list[OrderLine], currency: str, by) -> Repeated:
    """``wanted`` bear the prices of then."""
    kind = types[Order.type_key]
    if not by.can("create", kind.key) or "lines" not in {part.key for part in kind.visible_parts(by)}:
        raise NotAllowed(_("Your role does not make orders."))
    kept = [line for line in wanted if line.product is None or not line.product.is_archived]
    if not kept:
        raise Refusal(_("Nothing of it is sold any more: begin a new order."))
    order = Order(company=company, ordered_on=today(), currency=currency)
    repriced = sum(_is_repriced(order, line) for line in kept)
    creating(order, by=by, act="order.repeat", parts=kept)
    return Repeated(order, repriced, len(wanted) - len(kept))


def _is_repriced(order: Order, line: OrderLine) -> bool:
    """Give the line today's price. That of then stays without a product, and where nobody knows one for today."""
    then, line.order = line.price, order
    if line.product is not None:
        line.price = None  # type: ignore[assignment]
        try:
            line.clean()
        except ValidationError:
            line.price = then
    return line.price != then
