"""Who owes what, by age."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.rights import rights
from groundwork.core.languages import NO_VALUE, day, money, number
from groundwork.core.money import to_major
from groundwork.crm.customers.models import Company
from groundwork.crm.insight import output
from groundwork.crm.insight.screens import address, scale_of
from groundwork.crm.insight.sections import Look, Rows, Section, Shown, add, plain
from groundwork.crm.trade import debts, profit
from groundwork.crm.trade.rates import OwnRates
from groundwork.ui.charts import BarChart, Series
from groundwork.ui.table import Cell, Column, Empty, Row, Table

AGES = {
    "not_due": gettext_lazy("not due yet"),
    "days_30": gettext_lazy("1–30 days late"),
    "days_60": gettext_lazy("31–60 days late"),
    "days_90": gettext_lazy("61–90 days late"),
    "older": gettext_lazy("more than 90 days late"),
    "without_day": gettext_lazy("without a due day"),
}
DEBTS = ("open", *AGES, "credit", "balance", "limit", "over_limit")


def debts_seen(user, as_of: date) -> list[debts.Debt] | None:
    """As ``debts.debts``; the limits are left out for whoever may not read them."""
    return without_hidden(user, debts.debts(user, as_of=as_of))


def without_hidden(user, found: list[debts.Debt] | None) -> list[debts.Debt] | None:
    if user is not None and rights(user).field_mode(Company.type_key, "debt_limit_minor") == "hidden":
        for row in found or []:
            row.limit = None
    return found


def show_debts(look: Look) -> Shown:
    together = debts.in_own(look.user, as_of=look.end) if look.currency == profit.ALL else None
    found = without_hidden(look.user, together.rows) if together else debts_seen(look.user, look.end)
    if found is None:
        part = Shown(unknown=_("Debts are unknown: no payment has been kept here up to this day."))
        if look.user.can("create", "payment"):
            part.offer, part.offer_href = _("Import payments"), address("imports:start")
        return part
    if look.query.get("company") or look.query.get("age"):
        return open_documents(look)
    rows = [row for row in found if row.currency == look.code]
    total = next(iter(debts.totals(rows)), debts.Sums(look.code))
    words = {"amount": money(total.overdue, look.code), "day": day(look.end)}
    part = Shown(meta=_("%(amount)s overdue on %(day)s") % words, table=debts_table(look, rows, total))
    part.chart = ageing(total, look.code) if total.open else None
    if together and together.without_rate:
        sums = ", ".join(money(row.balance, row.currency) for row in together.without_rate)
        part.missing = _("Not in these sums, since no rate of exchange is known: %(sums)s.") % {"sums": sums}
    return part


def ageing(total: debts.Sums, currency: str) -> BarChart:
    amounts = [getattr(total, name) for name in AGES]
    scale, unit = scale_of(max(amounts), currency)
    values: list[float | None] = [float(to_major(amount, currency)) / scale for amount in amounts]
    words = {"open": money(total.open, currency), "overdue": money(total.overdue, currency)}
    return BarChart(
        title=_("Debts by age: %(open)s open, %(overdue)s of it overdue.") % words,
        labels=[_("not due"), "1–30", "31–60", "61–90", "> 90", _("no day")],
        series=[Series(f"{_('Open')}, {unit}", values, [number(round(Decimal(value or 0), 1)) for value in values])],
        label_heading=_("Days late"),
        id="ageing",
    )


def short_ages() -> list[str]:
    """The words of AGES as heads of columns."""
    days = [_("%(days)s days") % {"days": days} for days in ("1–30", "31–60", "61–90", "> 90")]
    return [_("Not due"), *days, _("No due day")]


def debts_table(look: Look, rows: list[debts.Debt], total: debts.Sums) -> Table:
    kept = [name for name in AGES if getattr(total, name)]  # an age without debts takes no room
    heads = dict(zip(AGES, short_ages(), strict=True))
    columns = [Column("company", _("Company"), main=True), Column("balance", _("Balance"), numeric=True, second=True)]
    columns += [Column("open", _("Open"), numeric=True)]
    columns += [Column(name, heads[name], numeric=True) for name in kept]
    columns += [Column("credit", _("Credit"), numeric=True)] if total.credit else []

    beyond = _("over the limit by %(amount)s")

    def cells(row: debts.Sums, who: Cell, over: int | None, **query) -> list[Cell]:
        sums = {name: getattr(row, name) for name in ("open", *kept)}
        drills = {
            name: look.report("debts", age="" if name == "open" else name, **({"company": "all"} | query))
            for name, amount in sums.items()
            if amount
        }
        return [
            who,
            Cell(plain(row.balance, look), sub=beyond % {"amount": plain(over, look)} if over else ""),
            *(
                Cell(plain(amount, look), kind="number", href=drills.get(name, "")) if amount else Cell("0")
                for name, amount in sums.items()
            ),
            *([Cell(plain(row.credit, look))] if total.credit else []),
        ]

    shown = []
    for row in rows[: look.top]:
        href = address("records:page", "company", row.company_id) if row.name else ""
        name = row.name or (_("no access") if row.company_id else _("without a company"))
        who = Cell(name, href=href, kind="bold")
        shown.append(Row(cells(row, who, row.over_limit, company=row.company_id or "none")))
    empty = Empty(_("Nothing is owed"), _("No document was open on this day."), "", "")
    totals = cells(total, Cell(_("Total")), None) if rows else []
    return Table(columns, shown, totals=totals, id="debts", empty=empty)


def open_documents(look: Look) -> Shown:
    """The documents under one number of the debts, with what was open on each that day."""
    found = debts.open_on(look.end, profit.invoices_of(look.user, look.currency)).filter(left__gt=0)
    company = look.query.get("company", "")
    if company == "none" or company.isdecimal():
        found = found.filter(company=None if company == "none" else int(company[:18]))
    age = look.query.get("age", "")
    rows: list[Any] = list(found.order_by("due_on", "pk"))
    rates = OwnRates({row.currency for row in rows} if look.currency == profit.ALL else ())
    for row in rows:
        row.worth = rates.worth(row.left, row.currency, look.end) if look.currency == profit.ALL else row.left
    rows = [row for row in rows if row.worth is not None]
    rows = [row for row in rows if age not in AGES or debts.age_of(row.due_on, look.end) == age]
    columns = [
        Column("document", _("Document"), main=True),
        Column("issued_on", _("Issued on")),
        Column("due_on", _("Due on")),
        Column("late", _("Days late"), numeric=True),
        Column("gross", _("To pay"), numeric=True),
        Column("left", _("Open"), numeric=True, second=True),
    ]
    shown = [
        Row(
            [
                Cell(str(row), href=row.get_absolute_url()),
                Cell(day(row.issued_on)),
                Cell(day(row.due_on) if row.due_on else NO_VALUE),
                Cell(NO_VALUE if row.due_on is None else number(max((look.end - row.due_on).days, 0), 0)),
                Cell(money(row.gross_minor, row.currency, with_code=look.currency == profit.ALL)),
                Cell(plain(row.worth, look)),
            ]
        )
        for row in rows
    ]
    totals = [Cell(_("Total")), *[Cell("")] * 4, Cell(plain(sum(row.worth for row in rows), look))] if rows else []
    empty = Empty(_("Nothing is owed"), _("No document was open on this day."), "", "")
    return Shown(
        meta=str(AGES.get(age, "")), table=Table(columns, shown, totals=totals, id="open", empty=empty),
        back=look.report("debts"),
    )  # fmt: skip


def debts_rows(user, as_of: date | None) -> Rows:
    """A row a company and currency. Where no payment was kept by then, one row that says nothing: debts are unknown."""
    columns = ["company", "name", *DEBTS, "currency"]
    found = debts_seen(user, as_of or debts.default_day(user))
    if found is None:
        return columns, [dict.fromkeys(columns)]
    records = []
    for row in found:
        amounts = {name: output.major(getattr(row, name), row.currency) for name in DEBTS}
        records.append({"company": row.number or None, "name": row.name, **amounts, "currency": row.currency})
    return columns, records


add(Section("debts", gettext_lazy("Debts"), debts.sees_debts, show_debts, debts_rows))
