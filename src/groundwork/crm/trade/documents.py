"""Invoices and their lines: the total of a document is the sum of its lines' amounts, always.

A line's amount is rounded once where the line is made, so a total is never rounded again. Lines are put and dropped
inside ``writing(invoice, ...)`` while it is a draft; new documents come whole. What is issued stands.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.money import minor_digits
from groundwork.core.refusals import Refusal
from groundwork.crm.trade import debts, vat
from groundwork.crm.trade.models import Invoice, InvoiceLine, Order, OrderLine, Payment, Share
from groundwork.crm.trade.payments import settle
from groundwork.crm.trade.prices import price_may_wait
from groundwork.crm.trade.series import vat_by_of
from groundwork.records import write
from groundwork.records.write import Follower, followers


def create_many(documents: Iterable[tuple[Invoice, list[InvoiceLine]]]) -> list[Invoice]:
    """Keep new invoices with their lines, in bulk; inside ``acting``."""
    invoices: list[Invoice] = []
    every: list[InvoiceLine] = []
    for invoice, lines in documents:
        for place, line in enumerate(lines, 1):
            line.invoice, line.position = invoice, line.position or place
            line.prepare()
        invoice.sum_up([(line.vat_code, line.amount_minor, line.vat_minor) for line in lines])
        invoices.append(invoice)
        every += lines
    write.writing_many(created=list(invoices))
    for line in every:
        line.invoice_id = line.invoice.pk
    InvoiceLine.objects.bulk_create(every, batch_size=2000)
    return invoices


def create_orders(documents: Iterable[tuple[Order, list[OrderLine]]]) -> list[Order]:
    """The same for orders."""
    orders: list[Order] = []
    every: list[OrderLine] = []
    for order, lines in documents:
        for place, line in enumerate(lines, 1):
            line.order, line.position = order, line.position or place
            line.prepare()
        order.total_minor, order.lines_count = sum(line.amount_minor for line in lines), len(lines)
        orders.append(order)
        every += lines
    write.writing_many(created=list(orders))
    for line in every:
        line.order_id = line.order.pk
    OrderLine.objects.bulk_create(every, batch_size=2000)
    return orders


# ── what stands once a document is issued

MONEY = ("kind", "issued_on", "currency", "total_minor", "vat_minor", "series_id", "vat_by", "offset_minor")
OF_OUR_NUMBER = ("document_number", "company_id", "corrects_id")  # of a document that our own series numbered


def _follow(changed) -> None:
    """The lines carry the day of their document, what is issued stands, and corrected documents follow their notes."""
    touched: set[int] = set()
    for invoice, before, after in changed:
        if before and after:
            keep_issued(invoice, before, after)
            if before["issued_on"] != after["issued_on"]:
                InvoiceLine.objects.filter(invoice=invoice).update(issued_on=invoice.issued_on)
        touched |= _affected(before, after)
        if after and after["offset_minor"] != (before["offset_minor"] if before else 0):
            touched.add(invoice.pk)
    if touched:
        settle(touched)


def keep_issued(invoice: Invoice, before: dict, after: dict) -> None:
    """Refused: other money on an issued document, a way back to draft, and hiding one that others stand on.

    An import may bring the document of the other system anew.
    """
    old, new = before["currency"], after["currency"]
    if invoice.lines_count and minor_digits(old) != minor_digits(new):
        raise Refusal(
            _("The lines are in %(old)s, which has other decimals than %(new)s: make a new invoice instead.")
            % {"old": old, "new": new}
        )
    if before["state"] != Invoice.State.ISSUED or write.channel() == "import":
        return
    stands = {*MONEY, *OF_OUR_NUMBER} if before["series_id"] else {*MONEY}
    if write.doing() in ("merged", "unmerged"):  # two companies turned out to be one: it is for the same one
        stands -= {"company_id"}
    if before["state"] != after["state"] or any(before[name] != after[name] for name in stands):
        raise Refusal(_("This document is issued, so its money stands: make a credit note."))
    if after["archived_at"] and not before["archived_at"] and (why := why_invoice_stays(invoice)):
        raise Refusal(why)


def why_invoice_stays(invoice: Invoice) -> str:
    """Why an issued document may not be archived; "" where it may."""
    if invoice.is_draft:
        return ""
    if invoice.series_id:
        return _("Our own number stands on this document, and numbers have no gaps: make a credit note.")
    if Share.objects.filter(invoice=invoice, payment__archived_at=None).exists():
        return _("A payment has a share in this document: take the share back first.")
    return ""


def _affected(before: dict | None, after: dict | None) -> set[int]:
    """The documents that this one corrects, where it takes something from them."""
    states = [state for state in (before, after) if state and state["corrects_id"] and state["offset_minor"]]
    return {state["corrects_id"] for state in states} if before != after else set()


followers.add(Follower("invoice lines", Invoice.type_key, _follow))


def _follow_payments(changed) -> None:
    """Invoices follow their payments into the archive and back; the first payment makes debts known."""
    if not debts.payments_are_kept():
        raise_config_version()
    moved = [payment.pk for payment, before, after in changed if before and after and _moved(before, after)]
    if moved:
        refuse_too_much(moved)
        settle(Share.objects.filter(payment__in=moved).values_list("invoice_id", flat=True))
    if any(after is None for _payment, _before, after in changed):  # an import was taken back, shares and all
        settle(Invoice.objects.exclude(settled_minor=0).values_list("pk", flat=True))


def _moved(before: dict, after: dict) -> bool:
    names = ("archived_at", "direction", "paid_on", "amount_minor", "currency")
    return any(before[name] != after[name] for name in names)


def refuse_too_much(payments: Sequence[int]) -> None:
    """Refused: a payment that changes or comes back, but whose shares would then be more than there is."""
    for share in Share.objects.filter(payment__in=payments, payment__archived_at=None).select_related("payment"):
        settle([share.invoice_id])
        invoice = Invoice.objects.get(pk=share.invoice_id)
        left = share.payment.sign * invoice.open_minor
        if invoice.currency != share.payment.currency or left < 0 or share.payment.unshared_minor < 0:
            raise Refusal(
                _("More would be shared out than there is (%(name)s): take shares of the payment back first.")
                % {"name": invoice}
            )


followers.add(Follower("paid invoices", Payment.type_key, _follow_payments))


# ── what records made by hand begin with, and what is not typed any more


def begin_invoice(invoice: Invoice) -> None:
    invoice.state, invoice.issued_on = Invoice.State.DRAFT, today()
    invoice.vat_by = vat_by_of(invoice.kind)


def begin_order(order: Order) -> None:
    order.ordered_on = today()


def begin_payment(payment: Payment) -> None:
    payment.paid_on = today()


def frozen_invoice(invoice: Invoice) -> frozenset[str]:
    if invoice.is_draft:
        return frozenset()
    money = {"kind", "issued_on", "currency", "lines"}
    return frozenset(money | ({"document_number", "company", "corrects"} if invoice.series_id else set()))


def frozen_order(order: Order) -> frozenset[str]:
    """Confirmed, it is promised as it stands, until "Change order" opens it again."""
    return frozenset() if order.is_draft else frozenset({"lines", "currency", "company", "freight_minor"})


def _follow_orders(changed) -> None:
    """Refused: other money on an order that is confirmed or done. An import may bring it anew."""
    for order, before, after in changed:
        stands = before and after and before["state"] == after["state"] != Order.State.DRAFT
        if stands and any(before[name] != after[name] for name in ("currency", "freight_minor")):
            order.refuse_new_lines()


followers.add(Follower("confirmed orders", Order.type_key, _follow_orders))


def offer_rates(form) -> None:
    """The VAT rates of our country on the day of the document; a new line begins with that of the line before."""
    price_may_wait(form)
    invoice, field = form.parent, form.fields["vat_code"]
    country = Firm.own_country()
    offered = {rate.code for rate in vat.rates_of(country, invoice.issued_on)}
    kept = form.instance.vat_code
    field.choices = [("", _("not told")), *(row for row in vat.choices() if row[0] in offered | {kept} - {""})]
    if form.instance.pk is None:
        last = invoice.lines.order_by("-position").values_list("vat_code", flat=True).first()
        standard = vat.standard_code(country, invoice.issued_on)
        form.initial["vat_code"] = standard if last is None else last
