"""Invoices and their lines: the total of a document is the sum of its lines' amounts, always.

A line's amount is rounded once where the line is made, so a total is never rounded again. Lines are put and dropped
inside ``writing(invoice, ...)``; new documents come whole.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from groundwork.core.money import minor_digits
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import Invoice, InvoiceLine
from groundwork.records import write
from groundwork.records.write import Follower, followers


def put_line(invoice: Invoice, line: InvoiceLine) -> InvoiceLine:
    """Keep a new or changed line; new ones stand last."""
    write.put_part(invoice, line)
    return line


def drop_line(invoice: Invoice, line: InvoiceLine) -> None:
    write.drop_part(invoice, line)


def replace_lines(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Put ``lines`` in place of all the invoice has. An equal line keeps its row, so a repeat changes nothing.

    Lines are compared as a multiset (equal lines do repeat in real documents), whatever their order.
    """
    kept: dict[tuple, list[InvoiceLine]] = {}
    for old in invoice.lines.all():
        kept.setdefault(_content(old), []).append(old)
    new = []
    for line in lines:
        line.invoice = invoice
        line.prepare()
        if same := kept.get(_content(line)):
            same.pop()
        else:
            new.append(line)
    for rest in kept.values():
        for old in rest:
            write.drop_part(invoice, old)
    place = max(invoice.lines.values_list("position", flat=True), default=0)
    for line in new:
        place += 1
        line.position = place
        write.put_part(invoice, line)


def _content(line: InvoiceLine) -> tuple:
    return (line.product_id, line.description, line.quantity, line.price, line.at)


def create_many(documents: Iterable[tuple[Invoice, list[InvoiceLine]]]) -> list[Invoice]:
    """Keep new invoices with their lines, in bulk; inside ``acting``."""
    invoices: list[Invoice] = []
    every: list[InvoiceLine] = []
    for invoice, lines in documents:
        for place, line in enumerate(lines, 1):
            line.invoice, line.position = invoice, line.position or place
            line.prepare()
        invoice.total_minor = sum(line.amount_minor for line in lines)
        invoice.lines_count = len(lines)
        invoices.append(invoice)
        every += lines
    write.writing_many(created=list(invoices))
    for line in every:
        line.invoice_id = line.invoice.pk
    InvoiceLine.objects.bulk_create(every, batch_size=2000)
    return invoices


def _follow(changed) -> None:
    """The lines carry the day of their document. Refused: a currency with other decimals, for amounts would change."""
    for invoice, before, after in changed:
        if before is None or after is None:
            continue
        old, new = before["currency"], after["currency"]
        if invoice.lines_count and minor_digits(old) != minor_digits(new):
            raise Refusal(
                _("The lines are in %(old)s, which has other decimals than %(new)s: make a new invoice instead.")
                % {"old": old, "new": new}
            )
        if before["issued_on"] != after["issued_on"]:
            InvoiceLine.objects.filter(invoice=invoice).update(issued_on=invoice.issued_on)


followers.add(Follower("invoice lines", Invoice.type_key, _follow))
