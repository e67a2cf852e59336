"""Dependence on customers: the share of each in the revenue."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.languages import number, percent
from groundwork.core.money import round_half_up
from groundwork.core.months import first_of_month
from groundwork.crm.insight import output
from groundwork.crm.insight.screens import address, invoices_address, lines_address, words_of
from groundwork.crm.insight.sections import Look, Rows, Section, Shown, add, plain, sees_sales
from groundwork.crm.trade import profit
from groundwork.ui.table import Cell, Column, Empty, Row, Table


@dataclass
class Dependence:
    """A customer's revenue, its share of the whole, and the share of all up to this one."""

    row: profit.ProfitRow
    share: Decimal | None
    together: Decimal | None


def held(rows: list[profit.ProfitRow], whole: int) -> list[Dependence]:
    """The rows of one currency, the largest first; sales without a company count in the ``whole`` and stand last.

    Shares are None without revenue above zero.
    """
    so_far, found = 0, []
    for row in sorted(rows, key=lambda row: (row.place.value is None, -row.revenue)):
        so_far += row.revenue
        shares = [round_half_up(Decimal(part) / whole, 6) if whole > 0 else None for part in (row.revenue, so_far)]
        found.append(Dependence(row, *shares))
    return found


def show_concentration(look: Look) -> Shown:
    days: dict[str, Any] = {"start": look.start, "as_of": look.end, "user": look.user, "currency": look.currency}
    whole = look.sales.whole
    if look.top is None:
        every = held(profit.profit("company", **days), whole)
    else:
        every = held([row for row in look.sales.companies.rows if row.place.value is not None], whole)
    shown = every[: look.top]
    columns = [
        Column("place", "№", numeric=True),
        Column("company", _("Company"), main=True),
        Column("revenue", _("Revenue"), numeric=True, second=True),
        Column("share", _("Share"), numeric=True),
        Column("together", _("With those above"), numeric=True),
    ]
    table = Table(columns, [_held_row(look, place, item) for place, item in enumerate(shown, 1)], id="concentration")
    table.totals = [
        Cell(""), Cell(_("Total")), Cell(plain(whole, look)), Cell(""), Cell(""),
    ]  # fmt: skip
    table.empty = Empty(_("Nothing to count"), _("There are no documents in this period."), "", "")
    named = [item for item in every if item.row.place.value is not None]
    part = Shown(table=table)
    if named and named[0].share is not None:
        shares = {count: percent(named[min(count, len(named)) - 1].together, 0) for count in (1, 5, 10)}
        part.meta = _("the largest customer %(one)s, five %(five)s, ten %(ten)s of the revenue") % {
            "one": shares[1], "five": shares[5], "ten": shares[10],
        }  # fmt: skip
    return part


def _held_row(look: Look, place: int, item: Dependence) -> Row:
    where = item.row.place
    if where.value is None or where.is_hidden:
        rows = lines_address(look.start, look.end, look.currency, company=where.value or "none")
        page = ""
    else:
        rows = invoices_address(look.user, look.start, look.end, look.currency, company=where.value)
        page = address("records:page", "company", where.value)
    return Row(
        [
            Cell(number(place, 0)),
            Cell(words_of(where), href=page, kind="bold"),
            Cell(plain(item.row.revenue, look), kind="number", href=rows),
            Cell(percent(item.share)),
            Cell(percent(item.together)),
        ]
    )


def concentration_rows(user, as_of: date | None) -> Rows:
    """Of the twelve months up to the day: a row a customer and currency, the largest of each currency first."""
    end = as_of or profit.last_day(user)
    rows = profit.profit("company", start=first_of_month(end, -11), as_of=end, user=user)
    records = []
    for total in profit.totals(rows):
        currency = total.currency
        for item in held([row for row in rows if row.currency == currency], total.revenue):
            where = item.row.place
            records.append(
                {
                    "company": where.code,
                    "name": where.name,
                    "revenue": output.major(item.row.revenue, currency),
                    "share": None if item.share is None else output.shortest(item.share),
                    "together": None if item.together is None else output.shortest(item.together),
                    "currency": currency,
                }
            )
    return ["company", "name", "revenue", "share", "together", "currency"], records


LABEL = gettext_lazy("Dependence on customers")
add(Section("concentration", LABEL, sees_sales, show_concentration, concentration_rows))
