"""Payments that come from a file, and the invoices whose numbers the payer writes."""

import re

from groundwork.crm.trade.models import Invoice, Payment, Share
from groundwork.records import write

NUMBERS = re.compile(
    r"(?:сч[её]т\w*|сч\.|накладн\w*|упд|реализаци\w*|договор\w*|invoice|faktur\w*|fv)\W{0,3}(?:на оплату\W{0,3})?"
    r"(?:№|n[oо]?\b\.?|nr\.?|#)?\s*([\w/-]*\d[\w/-]*)",
    re.IGNORECASE,
)


def invoices_named(text: str) -> list[str]:
    """The numbers of invoices that a purpose names: «Оплата по счету № 1024 от 01.01.23» names 1024."""
    return list(dict.fromkeys(number.strip("/-") for number in NUMBERS.findall(text)))


def share_out(payment: Payment) -> None:
    """Give the invoices that the payer names their share, in the order named, as far as money and debt reach.

    A table of payments may have nothing but the invoice's number where a bank has the purpose.
    """
    named = [plain_number(number) for number in invoices_named(payment.reference) or [payment.reference]]
    left = payment.amount_minor
    if not any(named):
        return
    before = write.values(payment)
    open_ones: dict[str, list[Invoice]] = {}
    for invoice in Invoice.objects.current().filter(
        company=payment.company_id, state=Invoice.State.ISSUED, currency=payment.currency, open_minor__gt=0
    ):
        open_ones.setdefault(plain_number(invoice.document_number), []).append(invoice)
    for number in named:
        if left and len(open_ones.get(number, ())) == 1:
            invoice = open_ones[number][0]
            part = min(left, invoice.open_minor)
            write.put_part(payment, Share(invoice=invoice, amount_minor=part))
            left -= part
    write.writing_many(changed=[(payment, before)])


def plain_number(number: str) -> str:
    """Without the zeros that programs put before it: 00000026 is 26, ТК-00026 is тк26."""
    return "".join(
        part.lstrip("0") if part.isdigit() else part for part in re.findall(r"\d+|[^\W\d_]+", number.lower())
    )
