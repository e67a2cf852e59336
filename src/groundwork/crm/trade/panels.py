"""What the pages of companies, orders and invoices show of debts, deliveries and payments."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from groundwork.access.rights import rights
from groundwork.core.clock import today
from groundwork.core.languages import day, money, number
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions
from groundwork.crm.trade.debts import Debt, debts, default_day, payments_are_kept, sees_debts
from groundwork.crm.trade.models import Invoice, Order, Payment
from groundwork.crm.trade.printing import rate_text
from groundwork.crm.trade.vat import VatRow
from groundwork.records.models import Record
from groundwork.records.pages import Panel, panels
from groundwork.ui.table import Cell, Fact, Facts, Row


@dataclass
class Side:
    """A panel of facts, rows and one remark; None in its place shows nothing."""

    title: str
    facts: list[Facts] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    remark: str = ""
    alarm: str = ""


def debts_of(company: Company, user) -> Side | None:
    """The debts of a company as the reader may see them, as of the day that debts stand at."""
    if not sees_debts(user):
        return None
    stands_at = default_day(user)
    rows = debts(user, as_of=stands_at, companies=[company.pk])
    title = _("Debts on %(day)s") % {"day": day(stands_at)}
    if rows is None:
        return Side(title, remark=_("Unknown: no payment has been kept yet."))
    rows = [without_hidden(row, user) for row in rows]
    side = Side(title, facts=[_facts(row) for row in rows], remark="" if rows else _("Nothing is owed."))
    over = [money(row.over_limit, row.currency) for row in rows if row.over_limit]
    if over:
        side.alarm = _("Over the limit by %(amount)s") % {"amount": ", ".join(over)}
    return side


def without_hidden(row: Debt, user) -> Debt:
    """The debt without what roles hide of the company: its limit, its days to pay."""
    limit = row.limit if sees(user, Company, "debt_limit_minor") else None
    return replace(row, limit=limit, payment_days=row.payment_days if sees(user, Company, "payment_days") else None)


def sees(user, model: type[Record], *names: str) -> bool:
    """Is none of these fields and parts hidden from the reader?"""
    return not any(rights(user).field_mode(model.type_key, name) == "hidden" for name in names)


def _facts(row: Debt) -> Facts:
    ages = [
        (pgettext("an amount", "Open"), row.open), (_("not due yet"), row.not_due), (_("1–30 days late"), row.days_30),
        (_("31–60 days late"), row.days_60), (_("61–90 days late"), row.days_90),
        (_("more than 90 days late"), row.older), (_("without a due day"), row.without_day),
        (_("Credit and money not shared out"), row.credit),
    ]  # fmt: skip
    items = [Fact(label, Cell(money(value, row.currency))) for label, value in ages if value]
    items.append(Fact(_("Balance"), Cell(money(row.balance, row.currency), kind="bold")))
    if row.limit is not None:
        items.append(Fact(_("Limit"), Cell(money(row.limit, row.currency))))
    if row.payment_days is not None:
        words = ngettext("%(count)s day to pay", "%(count)s days to pay", row.payment_days)
        items.append(Fact(_("Terms"), Cell(words % {"count": row.payment_days})))
    return Facts(items)


def payments_of(invoice: Invoice, user) -> Side | None:
    """VAT by rate, what was paid and what is open, as far as the reader sees these; unknown where the firm keeps no
    payments."""
    back = -1 if invoice.kind == Invoice.Kind.CREDIT_NOTE else 1
    items = list(_due(invoice, user, back))
    side = Side(_("Payment"), facts=[Facts(items)] if items else [])
    if invoice.is_draft:
        side.remark = _("A draft owes nothing until it is issued.")
    elif not payments_are_kept():
        side.remark = _("What is open is unknown: no payment has been kept yet.")
    else:
        side.rows = [*_shares(invoice, user), *_notes(invoice, user)]
        if sees(user, Invoice, "open_minor"):
            _add_open(side, items, invoice, back)
    return side if side.facts or side.rows or sees(user, Invoice, "open_minor") else None


def _due(invoice: Invoice, user, back: int) -> Iterator[Fact]:
    """VAT by rate and what is to be paid; ``back`` is -1 for what is to be given back."""
    if sees(user, Invoice, "lines", "total_minor", "vat_minor"):
        yield from (_vat(row, invoice.currency, back) for row in invoice.vat_rows() if row.rate)
    if sees(user, Invoice, "gross_minor"):
        label = _("To pay") if back > 0 else _("To give back")
        yield Fact(label, Cell(money(back * invoice.gross_minor, invoice.currency), kind="bold"))


def _add_open(side: Side, items: list[Fact], invoice: Invoice, back: int) -> None:
    left = _("Still to pay") if back > 0 else _("Still to give back")
    items.append(Fact(left, Cell(money(back * invoice.open_minor, invoice.currency), kind="bold")))
    side.facts = [Facts(items)]
    if invoice.open_minor > 0 and invoice.due_on and invoice.due_on < today():
        late = (today() - invoice.due_on).days
        side.alarm = ngettext("%(count)s day late", "%(count)s days late", late) % {"count": late}


def _vat(row: VatRow, currency: str, sign: int) -> Fact:
    label = _("VAT %(rate)s") % {"rate": rate_text(row.rate)}
    vat = None if row.vat_minor is None else sign * row.vat_minor
    return Fact(label, Cell(money(vat, currency), sub=money(sign * row.net_minor, currency)))


def _shares(invoice: Invoice, user) -> list[Row]:
    """The payments that have a share in the invoice; named where the reader sees them."""
    if not sees(user, Invoice, "settled_minor"):
        return []
    shares = list(invoice.shares.filter(payment__archived_at=None).select_related("payment").order_by("pk"))
    visible = Payment.objects.visible_to(user).filter(pk__in=[share.payment_id for share in shares])
    seen = set(visible.values_list("pk", flat=True))
    rows = []
    for share in shares:
        payment, named = share.payment, share.payment_id in seen
        amount = money(payment.sign * share.amount_minor, invoice.currency)
        cells = [Cell(str(payment) if named else _("no access")), Cell(f"{day(payment.paid_on)}, {amount}")]
        rows.append(Row(cells, href=payment.get_absolute_url() if named else ""))
    return rows


def _notes(invoice: Invoice, user) -> list[Row]:
    """The issued credit notes that the reader sees."""
    if not sees(user, Invoice, "gross_minor"):
        return []
    notes = Invoice.objects.visible_to(user).current().filter(corrects=invoice, state=Invoice.State.ISSUED)
    rows = []
    for note in notes.order_by("issued_on", "pk"):
        words = f"{day(note.issued_on)}, {money(note.gross_minor, note.currency)}"
        rows.append(Row([Cell(str(note)), Cell(words)], href=note.get_absolute_url()))
    return rows


def delivered_of(order: Order, user) -> Side | None:
    """How much of each line is invoiced; nothing until the order is confirmed."""
    if order.state == Order.State.DRAFT or not sees(user, Order, "lines"):
        return None
    parts = actions.invoiced(order)
    items = [
        Fact(
            part.line.description,
            Cell(_("%(done)s of %(all)s") % {"done": number(part.done), "all": number(part.line.quantity)}),
        )
        for part in parts[:50]
    ]
    left = sum(1 for part in parts if part.left)
    words = ngettext("%(count)s line is not wholly invoiced", "%(count)s lines are not wholly invoiced", left)
    return Side(_("Invoiced"), facts=[Facts(items)], remark=words % {"count": left} if left else _("All is invoiced."))


for key, of in (("company", debts_of), ("invoice", payments_of), ("order", delivered_of)):
    panels.add(Panel(f"trade.{key}", key, "trade/side.html", of))
