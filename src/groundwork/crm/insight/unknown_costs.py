"""Products sold whose cost is not known."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.core.languages import money, number, percent
from groundwork.crm.insight import output
from groundwork.crm.insight.screens import Cost, address, lines_address, words_of
from groundwork.crm.insight.sections import Look, Rows, Section, Shown, add, plain, sees_sales
from groundwork.crm.trade import profit
from groundwork.ui.table import Cell, Column, Empty, Row, Table


def unknown_rows(look: Look) -> tuple[list[profit.ProfitRow], list[profit.ProfitRow]]:
    """(All rows by product, those with lines of unknown cost: most revenue first). Lines without a product are one."""
    rows = look.sales.products
    missing = [row for row in rows if row.shows_cost and row.known_lines < row.lines]
    return rows, sorted(missing, key=lambda row: row.known_revenue - row.revenue)


def show_unknown_costs(look: Look) -> Shown:
    cost = Cost.of(look.user)
    if not cost.kept:
        words = _("See what it takes in the roll-out")
        return Shown(unknown=_("Margin is unknown: cost prices are not kept here."), offer=words, offer_href=cost.href)
    rows, missing = unknown_rows(look)
    profit.give_names(missing[: look.top], look.user)
    columns = [
        Column("product", _("Product"), main=True),
        Column("unknown", _("Revenue without a cost"), numeric=True, second=True),
        Column("lines", _("Lines without a cost"), numeric=True),
        Column("revenue", _("Revenue"), numeric=True),
        Column("known", _("Cost known"), numeric=True),
    ]
    table = Table(columns, [_unknown_row(look, row) for row in missing[: look.top]], id="unknown-costs")
    table.empty = Empty(_("Every cost is known"), _("Each line of this period has a cost valid on its day."), "", "")
    total = next(iter(profit.totals(rows)), profit.Sums(look.code))
    whole = sum(row.revenue - row.known_revenue for row in missing)
    if missing:
        table.totals = [
            Cell(_("Total")),
            Cell(plain(whole, look), kind="number", href=_lines_without_cost(look)),
            Cell(number(sum(row.lines - row.known_lines for row in missing), 0)),
            Cell(plain(sum(row.revenue for row in missing), look)),
            Cell(""),
        ]
    words = ngettext("%(count)s product", "%(count)s products", len(missing)) % {"count": number(len(missing), 0)}
    part = Shown(meta=f"{words}, {money(whole, look.code)}" if missing else "", table=table)
    if total.known_share is not None:
        part.completeness = total.known_share * 100
        part.completeness_words = _("cost known for %(share)s of revenue") % {"share": percent(total.known_share)}
    if missing and look.user.can("create", "product"):
        part.offer, part.offer_href = _("Import cost prices"), address("imports:start", layout="costs")
    if missing and look.user.can("create", "task"):
        part.ask = address("insight:ask_costs", from_=look.start, to=look.end, currency=look.currency)
    return part


def _lines_without_cost(look: Look, **query) -> str:
    return lines_address(look.start, look.end, look.currency, cost="unknown", **query)


def _unknown_row(look: Look, row: profit.ProfitRow) -> Row:
    where = row.place
    page = address("records:page", "product", where.value) if where.value and not where.is_hidden else ""
    drill = "" if where.is_hidden else _lines_without_cost(look, product=where.value or "none")
    return Row(
        [
            Cell(words_of(where), href=page, kind="bold"),
            Cell(plain(row.revenue - row.known_revenue, look), kind="number", href=drill),
            Cell(number(row.lines - row.known_lines, 0)),
            Cell(plain(row.revenue, look)),
            Cell(percent(row.known_share, 0)),
        ]
    )


def unknown_costs_rows(user, as_of: date | None) -> Rows:
    """A row a product and currency with lines of unknown cost, all days up to ``as_of``."""
    names = ["product", "name", "unknown_revenue", "unknown_lines", "revenue", "known_share", "currency"]
    if not profit.sees_costs(user):
        return names, []
    rows = unknown_rows(Look(user, None, as_of or profit.last_day(user), ""))[1]
    profit.give_names(rows, user)
    return names, [
        {
            "product": row.place.code,
            "name": row.place.name,
            "unknown_revenue": output.major(row.revenue - row.known_revenue, row.currency),
            "unknown_lines": row.lines - row.known_lines,
            "revenue": output.major(row.revenue, row.currency),
            "known_share": None if row.known_share is None else output.shortest(row.known_share),
            "currency": row.currency,
        }
        for row in rows
    ]


def sees_unknown(user) -> bool:
    return sees_sales(user) and profit.sees_costs(user)


add(Section("unknown-costs", gettext_lazy("Unknown costs"), sees_unknown, show_unknown_costs, unknown_costs_rows))
