"""Invoices, credit notes and orders as PDF, in the language of whoever prints."""

import re
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from groundwork.blueprint.models import Firm
from groundwork.core.languages import NO_VALUE, day, money, number
from groundwork.core.money import minor_digits
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import vat
from groundwork.crm.trade.document_lines import DocumentLine
from groundwork.crm.trade.models import Invoice, InvoiceLine, Order
from groundwork.crm.trade.units import on_paper
from groundwork.documents.pdf import Paper, render
from groundwork.documents.words import sum_in_words
from groundwork.records.models import Record
from groundwork.records.pages import PageFile, page_files
from groundwork.records.types import type_of


def invoice_pdf(invoice: Invoice, user) -> tuple[str, bytes]:
    return file_name(invoice), render(invoice_paper(invoice, user))


def order_pdf(order: Order, user) -> tuple[str, bytes]:
    return file_name(order), render(order_paper(order, user))


def file_name(record: Record) -> str:
    return re.sub(r"[^\w.-]+", "-", str(record)).strip("-") + ".pdf"


def invoice_paper(invoice: Invoice, user) -> Paper:
    """What the paper says. A company, order or corrected document that ``user`` may not see is not named."""
    lines, plain = list(invoice.lines.select_related("product")), invoice.currency
    by_line = invoice.vat_by == vat.LINE
    rows = [[*line_texts(place, line), *vat_texts(line, plain, by_line)] for place, line in enumerate(lines, 1)]
    columns = [*heads(), (_("VAT"), True), *([(_("VAT amount"), True)] if by_line else [])]
    totals = [(_("Net"), money(invoice.total_minor, plain))]
    if invoice.vat_minor is not None:
        totals.append((_("VAT"), money(invoice.vat_minor, plain)))
    totals.append((_("To pay"), money(invoice.gross_minor, plain)))
    words = sum_in_words(invoice.gross_minor, plain, get_language() or "en")
    return Paper(
        title=" ".join(part for part in (titles()[invoice.kind], invoice.document_number) if part),
        facts=facts(invoice, user, ("issued_on", "due_on", "order", "corrects")),
        columns=columns, rows=rows, totals=totals, tax_columns=tax_heads(),
        taxes=tax_texts(invoice.vat_rows(), plain),
        remarks=[_("In words: %(words)s") % {"words": words}], watermark=_("draft") if invoice.is_draft else "",
        **parties(invoice, user),
    )  # fmt: skip


def order_paper(order: Order, user) -> Paper:
    rows = [line_texts(place, line) for place, line in enumerate(order.lines.select_related("product"), 1)]
    totals = [(_("Goods"), money(order.total_minor, order.currency))] if order.freight_minor else []
    if order.freight_minor:
        totals.append((_("Freight"), money(order.freight_minor, order.currency)))
    totals.append((_("Total without VAT"), money(order.total_minor + order.freight_minor, order.currency)))
    return Paper(
        title=f"{_('Order')} {order}", facts=facts(order, user, ("ordered_on", "required_on")), columns=heads(),
        rows=rows, totals=totals, watermark=_("draft") if order.state == Order.State.DRAFT else "",
        **parties(order, user),
    )  # fmt: skip


def titles() -> dict[str, str]:
    return {"invoice": _("Invoice"), "credit": _("Credit note"), "adjustment": _("Adjustment")}


def heads() -> list[tuple[str, bool]]:
    return [
        (_("No."), True), (pgettext("of goods, on a document", "Name"), False),
        (_("Unit"), False), (_("Quantity"), True), (pgettext("on a document", "Price"), True),
        (_("Discount, %"), True), (_("Net"), True),
    ]  # fmt: skip


def line_texts(place: int, line: DocumentLine) -> list[str]:
    document = line.document
    digits = max(minor_digits(document.currency), -int(line.price.normalize().as_tuple().exponent))
    return [
        str(place), line.description, on_paper(line.product.unit) if line.product else "", number(line.quantity),
        number(line.price, digits), number(line.discount) if line.discount else "",
        money(line.amount_minor, document.currency, False),
    ]  # fmt: skip


def tax_heads() -> list[str]:
    return [_("Rate"), _("Net"), _("VAT"), _("Gross")]


def tax_texts(rows: list[vat.VatRow], currency: str) -> list[list[str]]:
    """A line for each rate; nothing of lines whose rate nobody told."""
    return [
        [rate_text(row.rate), money(row.net_minor, currency, False), money(row.vat_minor, currency, False),
         money(row.gross_minor, currency, False)]
        for row in rows if row.rate
    ]  # fmt: skip


def vat_texts(line: InvoiceLine, currency: str, by_line: bool) -> list[str]:
    rate = rate_text(vat.RATES.get(line.vat_code))
    return [rate, *([money(line.vat_minor, currency, False)] if by_line else [])]


def rate_text(rate: vat.Rate | None) -> str:
    return str(rate.label) if rate else NO_VALUE


def facts(record: Invoice | Order, user, names: tuple[str, ...]) -> list[tuple[str, str]]:
    kind, found = type_of(record), []
    for shown in kind.visible_fields(user, names):
        value = getattr(record, shown.name)
        if shown.kind == "link":
            value = shown.target.objects.visible_to(user).filter(pk=value.pk).first() if value else None
        if value:
            label = str(shown.label)
            found.append((label[:1].upper() + label[1:], day(value) if shown.kind == "date" else str(value)))
    return found


def parties(record: Any, user) -> dict:
    firm = Firm.current()
    seller = [firm.name, *firm.details.splitlines()] if firm else []
    company = Company.objects.visible_to(user).filter(pk=record.company_id).first()
    return {
        "language": get_language() or "en", "seller": seller, "buyer": buyer(company) if company else [],
        "seller_word": pgettext("on a document", "Seller"),
        "buyer_word": pgettext("on a document", "Buyer"), "page_word": _("page"),
    }  # fmt: skip


def buyer(company: Company) -> list[str]:
    town = " ".join(text for text in (company.postcode, company.city) if text)
    ids = [
        f"{label}: {value}"
        for label, value in (
            ("ИНН", company.inn), ("КПП", company.kpp), ("NIP", company.nip), ("УНП", company.unp),
            ("БИН", company.bin), ("VAT", company.vat), ("", company.legal_id),
        )
        if value
    ]  # fmt: skip
    lines = [company.legal_name or company.name, company.address, town, company.country, *ids]
    return [line.removeprefix(": ") for line in lines if line]


page_files.add(PageFile("invoice.pdf", "PDF", invoice_pdf, ("lines", "total_minor", "vat_minor", "gross_minor")))
page_files.add(PageFile("order.pdf", "PDF", order_pdf, ("lines", "total_minor", "freight_minor")))
