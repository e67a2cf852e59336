"""What is done with orders, invoices and payments. Each is one act, whole or not at all."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.languages import number
from groundwork.core.money import to_major
from groundwork.core.refusals import Refusal
from groundwork.crm.trade import vat
from groundwork.crm.trade.models import Invoice, InvoiceLine, Order, Payment, Series, Share
from groundwork.crm.trade.series import series_for, vat_by_of
from groundwork.records import workdays
from groundwork.records.write import creating, locked, put_part, writing

# ── orders


def confirm(order: Order, by) -> None:
    """Promise it to the customer. Refused without lines."""
    with writing(order, by=by, act="order.confirm") as fresh:
        if fresh.state != Order.State.DRAFT or not fresh.lines_count:
            raise Refusal(_("Only a draft with lines is confirmed."))
        fresh.state = Order.State.CONFIRMED


def change(order: Order, by) -> None:
    """Open a confirmed order again: a draft, whose changes stand in its history, until it is confirmed anew.

    What is invoiced of a line stays: no line gets shorter than that (``OrderLine``).
    """
    with writing(order, by=by, act="order.change") as fresh:
        if fresh.state != Order.State.CONFIRMED:
            raise Refusal(_("Only a confirmed order is opened for changes."))
        fresh.state = Order.State.DRAFT


def cancel(order: Order, by) -> None:
    """Refused once there is an invoice of it."""
    with writing(order, by=by, act="order.cancel") as fresh:
        if not fresh.is_open:
            raise Refusal(_("This order is closed or cancelled already."))
        if fresh.invoices.current().exists():
            raise Refusal(_("There is an invoice of this order: close the order instead."))
        fresh.state = Order.State.CANCELLED


def close(order: Order, by) -> None:
    """Nothing more will be delivered, whatever is not invoiced yet."""
    with writing(order, by=by, act="order.close") as fresh:
        if fresh.state != Order.State.CONFIRMED:
            raise Refusal(_("Only a confirmed order is closed."))
        fresh.state = Order.State.CLOSED


@dataclass(frozen=True)
class PartlyDone:
    """How much of a line is done with, and how much is left."""

    line: Any  # an OrderLine or an InvoiceLine
    done: Decimal

    @property
    def left(self) -> Decimal:
        return self.line.quantity - self.done


def invoiced(order: Order) -> list[PartlyDone]:
    """The lines of an order with what invoices, drafts too, hold of each; two queries."""
    lines = list(order.lines.select_related("product"))
    taken = InvoiceLine.objects.filter(order_line__in=lines, invoice__archived_at=None)
    return _parts(lines, taken.filter(corrects_line=None), "order_line")


def credited(invoice: Invoice) -> list[PartlyDone]:
    """The lines of an invoice with what credit notes, drafts too, take back of each; two queries."""
    lines = list(invoice.lines.select_related("product"))
    taken = InvoiceLine.objects.filter(corrects_line__in=lines, invoice__archived_at=None)
    return [PartlyDone(part.line, -part.done) for part in _parts(lines, taken, "corrects_line")]


def _parts(lines: Sequence, taken, name: str) -> list[PartlyDone]:
    sums = dict(taken.order_by().values_list(name).annotate(Sum("quantity")))
    return [PartlyDone(line, sums.get(line.pk) or Decimal(0)) for line in lines]


def _wanted(parts: Iterable[PartlyDone], quantities: Mapping[int, Decimal]) -> list[tuple[PartlyDone, Decimal]]:
    """The lines with the quantity asked for. Refused: nothing at all, below zero, and more than is left."""
    found = []
    for part in parts:
        quantity = quantities.get(part.line.pk) or Decimal(0)
        if not quantity:
            continue
        within = 0 < quantity <= part.left if part.line.quantity > 0 else part.left <= quantity < 0
        if not within:
            raise Refusal(
                _("Only %(left)s of “%(name)s” are left.") % {"left": number(part.left), "name": part.line.description}
            )
        found.append((part, quantity))
    return found


def make_invoice(order: Order, by, quantities: Mapping[int, Decimal], with_freight: bool = True) -> Invoice:
    """A draft of what is asked of the order's lines, {line: quantity}; the freight as a line of its own, once.

    Refused for more than is left, and unless the order is confirmed.
    """
    order = locked(order)
    if order.state != Order.State.CONFIRMED:
        raise Refusal(_("Confirm the order first: an invoice is made out of a confirmed order."))
    freight = with_freight and freight_is_left(order)
    wanted = _wanted(invoiced(order), quantities)
    if not wanted and not freight:
        raise Refusal(_("Say of which line how much is invoiced."))
    invoice = Invoice(
        state=Invoice.State.DRAFT, company=order.company, country=order.company.country, issued_on=today(),
        currency=order.currency, order=order, with_freight=freight, owner=order.owner, department=order.department,
        vat_by=series_for(Invoice.Kind.INVOICE).vat_by,
    )  # fmt: skip
    code = home_rate(invoice.issued_on)
    lines = [
        InvoiceLine(
            product=part.line.product, description=part.line.description, quantity=quantity, price=part.line.price,
            discount=part.line.discount, order_line=part.line, vat_code=code, position=place,
        )
        for place, (part, quantity) in enumerate(wanted, 1)
    ]  # fmt: skip
    if freight:
        price = to_major(order.freight_minor, order.currency)
        lines.append(
            InvoiceLine(
                description=_("Freight"), quantity=Decimal(1), price=price, vat_code=code, position=len(lines) + 1
            )
        )
    return creating(invoice, by=by, act="order.invoice", parts=lines)


def freight_is_left(order: Order) -> bool:
    return bool(order.freight_minor) and not order.invoices.current().filter(with_freight=True).exists()


def home_rate(on: date) -> str:
    """The standard rate of our country on the day of the document."""
    return vat.standard_code(Firm.own_country(), on)


def vat_as_invoiced(nets: Iterable[int], on: date) -> list[vat.VatRow]:
    """The VAT of an invoice of that day over lines of ``nets`` (minor units): to the penny what ``make_invoice`` will
    say of them, by the same rate, and rounded as the series of invoices says. Nothing where our firm charges none."""
    code, by = home_rate(on), vat_by_of(Invoice.Kind.INVOICE)
    if code == vat.NONE:
        return []
    return vat.vat_table([(code, net, vat.RATES[code].vat_of(net) if by == vat.LINE else None) for net in nets], by)


# ── invoices


def issue(invoice: Invoice, by, series: Series | None = None) -> Invoice:
    """Give the document its legal number, its due day and its place in the debts; from now on its money stands.

    A number typed by hand stays, and none of the series is used up. A credit note is set against what is open on the
    document that it corrects. Refused without lines, and where the number is taken already.
    """
    with writing(invoice, by=by, act="invoice.issue") as fresh:
        if not fresh.is_draft or not fresh.lines_count:
            raise Refusal(_("Only a draft with lines is issued."))
        refuse_old_rates(fresh)
        if not fresh.document_number:
            fresh.series = series or series_for(fresh.kind)
            fresh.document_number = fresh.series.take(fresh.issued_on)
            count_vat_as(fresh, fresh.series)
        if Invoice.objects.filter(document_number=fresh.document_number, state=Invoice.State.ISSUED).exists():
            raise Refusal(
                _("There is a document %(number)s already. Give another number, or move the series on.")
                % {"number": fresh.document_number}
            )
        fresh.due_on = fresh.due_on or due_on(fresh)
        fresh.state = Invoice.State.ISSUED
        fresh.prepare()
        if fresh.kind == Invoice.Kind.CREDIT_NOTE:
            set_against(fresh)
    return fresh


def count_vat_as(invoice: Invoice, series: Series) -> None:
    """Round VAT as the series says; a correction keeps the way of what it corrects."""
    if invoice.corrects_id or invoice.vat_by == series.vat_by:
        return
    invoice.vat_by = series.vat_by
    for line in invoice.lines.all():
        put_part(invoice, line)


def set_against(note: Invoice) -> None:
    """Set the credit note against what is open on the document that it corrects.

    Refused: a note that takes nothing back, and one that takes back more of a line than was invoiced.
    """
    if note.gross_minor >= 0:
        raise Refusal(_("A credit note takes back: its quantities are below zero."))
    if note.corrects is None:
        return
    corrected = locked(note.corrects)
    if any(part.left * part.line.quantity < 0 for part in credited(corrected)):
        raise Refusal(_("More would be taken back than was invoiced: look at the other credit notes of this invoice."))
    note.offset_minor = max(min(corrected.open_minor, -note.gross_minor), 0)


def refuse_old_rates(invoice: Invoice) -> None:
    """A credit note keeps the rates of what it corrects; other documents those of their own day."""
    if invoice.corrects_id:
        return
    for code in invoice.lines.exclude(vat_code="").values_list("vat_code", flat=True).distinct():
        rate = vat.RATES.get(code)
        if rate and not rate.is_valid(invoice.issued_on):
            raise Refusal(_("The rate %(rate)s is not in force on the day of the document.") % {"rate": code})


def due_on(invoice: Invoice):
    """The day by the company's days to pay, moved off a day off where the law moves the end of a term.

    None where no term was agreed, and for what we pay back.
    """
    days = invoice.company.payment_days if invoice.company else None
    if days is None or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return None
    return workdays.calendar().end_of_term(invoice.issued_on + timedelta(days=days))


def make_credit_note(invoice: Invoice, by, quantities: Mapping[int, Decimal]) -> Invoice:
    """A draft that takes back what is asked of the invoice's lines, {line: quantity}, at their own price and VAT.

    The invoice may be of an earlier period; the note is of today. Refused for more than was invoiced and not yet taken
    back, and for a draft.
    """
    invoice = locked(invoice)
    if invoice.is_draft or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise Refusal(_("A credit note corrects an issued invoice."))
    wanted = _wanted(credited(invoice), quantities)
    if not wanted:
        raise Refusal(_("Say of which line how much is taken back."))
    note = Invoice(
        kind=Invoice.Kind.CREDIT_NOTE, state=Invoice.State.DRAFT, company=invoice.company, country=invoice.country,
        issued_on=max(today(), invoice.issued_on), currency=invoice.currency, corrects=invoice, order=invoice.order,
        owner=invoice.owner, department=invoice.department, vat_by=invoice.vat_by,
    )  # fmt: skip
    lines = [
        InvoiceLine(
            product=part.line.product, description=part.line.description, quantity=-quantity, price=part.line.price,
            discount=part.line.discount, vat_code=part.line.vat_code, corrects_line=part.line, position=place,
        )
        for place, (part, quantity) in enumerate(wanted, 1)
    ]  # fmt: skip
    return creating(note, by=by, act="invoice.credit", parts=lines)


# ── payments


def share_out(payment: Payment, by, invoices: Iterable[Invoice]) -> int:
    """Let the payment pay these documents in their order, as far as it reaches; the minor units that it paid.

    Never more than the payment has left, nor than is open. A second call finds nothing to do.
    """
    shared = 0
    with writing(payment, by=by, act="payment.match") as fresh:
        kept = {share.invoice_id: share for share in fresh.shares.all()}
        for invoice in invoices:
            free = fresh.amount_minor - fresh.shares.aggregate(sum=Sum("amount_minor", default=0))["sum"]
            amount = min(free, fresh.sign * locked(invoice).open_minor)
            if amount <= 0:
                continue
            share = kept.get(invoice.pk) or Share(invoice=invoice, amount_minor=0)
            share.amount_minor += amount
            put_part(fresh, share)
            shared += amount
    return shared


def open_documents(payment: Payment, user):
    """What the payment can pay: the open documents of its company that ``user`` sees, the oldest due first."""
    found = Invoice.objects.visible_to(user).current().filter(
        company=payment.company_id, currency=payment.currency, state=Invoice.State.ISSUED
    )  # fmt: skip
    found = found.filter(open_minor__gt=0) if payment.sign > 0 else found.filter(open_minor__lt=0)
    return found.order_by(F("due_on").asc(nulls_last=True), "issued_on", "pk")


def share_oldest_first(payment: Payment, by) -> int:
    return share_out(payment, by, _first(open_documents(payment, by), payment.unshared_minor, payment.sign))


def _first(documents, money: int, sign: int) -> list[Invoice]:
    """As many of them as the money reaches, so that a payment of a large customer locks no more than it pays."""
    found = []
    for invoice in documents.iterator(chunk_size=200):
        if money <= 0:
            break
        found.append(invoice)
        money -= sign * invoice.open_minor
    return found


def share_by_number(payment: Payment, by) -> int:
    """To the open documents whose numbers stand in the reference, whole words, in the order they stand there."""
    text = f" {payment.reference.casefold()} "
    named = []
    for invoice in open_documents(payment, by).exclude(document_number=""):
        found = re.search(rf"(?<![\w/-]){re.escape(invoice.document_number.casefold())}(?![\w/-])", text)
        if found:
            named.append((found.start(), invoice))
    return share_out(payment, by, [invoice for _place, invoice in sorted(named, key=lambda item: item[0])])
