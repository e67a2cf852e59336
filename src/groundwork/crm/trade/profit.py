"""Profit: revenue less the cost of what was sold, by product, company, country or month.

Every figure is a sum over the lines of current invoices that the asker may see. What a line cost is quantity x the
cost price valid on the day of the document, rounded half up once, to minor units. A line without such a price has an
**unknown** cost, which is not zero: it counts in ``revenue`` and in nothing else (docs/domain/money.md).

Sums are integers made in SQL, equal on SQLite and PostgreSQL. One query a call, whatever the number of rows. Currencies
are never added together: each row belongs to one. Kept monthly sums may later stand
behind ``profit`` without changing it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from babel.core import get_global
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Max, QuerySet

from groundwork.access.rights import rights
from groundwork.blueprint.elements import is_on
from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.money import minor_digits, round_half_up
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Product
from groundwork.crm.trade.types import COST

DIMENSIONS = ("month", "product", "company", "country")


@dataclass(slots=True)
class Sums:
    """What stands under one row. Amounts are minor units of ``currency``."""

    currency: str
    revenue: int = 0
    lines: int = 0
    known_revenue: int = 0  # of the lines whose cost is known
    known_lines: int = 0
    known_cost: int = 0
    shows_cost: bool = True  # False: the asker may not see costs

    @property
    def cost(self) -> int | None:
        """Of the lines whose cost is known; None where there is none such."""
        return self.known_cost if self.shows_cost and self.known_lines else None

    @property
    def margin(self) -> int | None:
        """Revenue less cost of the lines whose cost is known; None where there is none such."""
        return self.known_revenue - self.known_cost if self.shows_cost and self.known_lines else None

    @property
    def margin_share(self) -> Decimal | None:
        """Margin of revenue, both of the lines whose cost is known."""
        if self.margin is None or self.known_revenue <= 0:
            return None
        return Decimal(self.margin) / self.known_revenue

    @property
    def known_share(self) -> Decimal | None:
        """How much of the revenue has a known cost, 0 to 1; None without revenue, or for who may not see costs."""
        if not self.shows_cost or not self.revenue:
            return None
        share = Decimal(self.known_revenue) / self.revenue
        return round_half_up(min(max(share, Decimal(0)), Decimal(1)), 6)

    def add(self, other: "Sums") -> None:
        self.revenue += other.revenue
        self.lines += other.lines
        self.known_revenue += other.known_revenue
        self.known_lines += other.known_lines
        self.known_cost += other.known_cost


@dataclass(slots=True)
class Place:
    """The value of one dimension. ``value`` is the key of the group: None for lines without a product, say."""

    dimension: str
    value: int | str | None
    code: str | None = None  # a product's code, a company's key in the other system or its number
    name: str | None = None  # None also where the asker may not see that record

    @property
    def is_hidden(self) -> bool:
        return self.dimension in ("product", "company") and self.value is not None and self.name is None


@dataclass(slots=True)
class ProfitRow(Sums):
    places: tuple[Place, ...] = ()

    @property
    def place(self) -> Place:
        return self.places[0]


def sees_costs(user) -> bool:
    """May this person read costs and margins? ``None`` is the firm itself (a command)."""
    return user is None or rights(user).field_mode(Product.type_key, "costs") != "hidden"


def costs_are_kept() -> bool:
    """Has the firm asked for cost prices (element field:product.cost)?"""
    return is_on(COST)


def invoices_of(user, currency: str = "") -> QuerySet:
    """The current invoices that ``user`` may see; all of them for None."""
    found = (
        (Invoice.objects.visible_to(user) if user is not None else Invoice.objects.all())
        .current()
        .filter(state=Invoice.State.ISSUED)
    )
    return found.filter(currency=currency) if currency else found


def last_day(user=None) -> date:
    """The day a report stands at by default: today, or the last day with documents where the data ends earlier."""
    now = today()
    newest = invoices_of(user).filter(issued_on__lte=now).aggregate(newest=Max("issued_on"))["newest"]
    return min(newest or now, now)


def profit(
    by: str | Sequence[str] = (),
    *,
    start: date | None = None,
    end: date | None = None,
    as_of: date | None = None,
    user=None,
    currency: str = "",
) -> list[ProfitRow]:
    """Rows by one or more of DIMENSIONS, or one row a currency; documents of ``start`` to ``end``, both included.

    ``as_of`` leaves out later documents. For a ``user``: over the invoices visible to that person, costs as that person
    may see them. Months are in order; other rows begin with the largest revenue.
    """
    dimensions = (by,) if isinstance(by, str) else tuple(by)
    if unknown := [name for name in dimensions if name not in DIMENSIONS]:
        raise ValueError(f"no such dimension: {unknown[0]}")
    shows_cost = sees_costs(user)
    try:
        sql, params = _sql(dimensions, _until(end, as_of), start, user, currency, shows_cost and costs_are_kept())
    except EmptyResultSet:  # this person sees no invoice
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    rows = [_row(dimensions, values, shows_cost) for values in found]
    if "month" in dimensions:
        rows = _folded(rows)
    return sorted(rows, key=lambda row: _order(dimensions, row))


def regrouped(rows: Iterable[ProfitRow], by: str) -> list[ProfitRow]:
    """The rows of one dimension out of rows by several."""
    found: dict[tuple, ProfitRow] = {}
    for row in rows:
        place = next(place for place in row.places if place.dimension == by)
        key = (place.value, row.currency)
        if key not in found:
            found[key] = ProfitRow(row.currency, shows_cost=row.shows_cost, places=(place,))
        found[key].add(row)
    return sorted(found.values(), key=lambda row: _order((by,), row))


def totals(rows: Iterable[Sums]) -> list[Sums]:
    """One sum a currency, the largest first."""
    found: dict[str, Sums] = {}
    for row in rows:
        found.setdefault(row.currency, Sums(row.currency, shows_cost=row.shows_cost)).add(row)
    return sorted(found.values(), key=lambda row: (-row.revenue, row.currency))


def main_currency(sums: Sequence[Sums]) -> str:
    """The firm's own where there is revenue in it, else the one with most lines."""
    firm = Firm.objects.first()
    if firm and (not sums or any(row.currency == firm.currency for row in sums)):
        return firm.currency
    return max(sums, key=lambda row: row.lines).currency if sums else ""


def known_share(as_of: date | None = None) -> Decimal | None:
    """The metric: revenue of the lines whose product has a cost valid on the document's day / revenue, up to ``as_of``.

    Of the firm's main currency, since currencies are not added. None without revenue; 0 while no cost is kept.
    """
    sums = profit(as_of=as_of)
    currency = main_currency(sums)
    return next((row.known_share for row in sums if row.currency == currency), None)


# ── how the sums are made

LINE, PRODUCT, COSTS = InvoiceLine._meta.db_table, Product._meta.db_table, CostPrice._meta.db_table

GROUPED = {"month": "i.issued_on", "product": "l.product_id", "company": "i.company_id", "country": "i.country"}


@cache
def _digits_case(power: str) -> str:
    """10^digits of the invoice's currency (``power`` "+") or 10^(6 - digits) ("-"), as SQL."""
    groups: dict[int, list[str]] = {}
    for code in sorted(get_global("currency_fractions")):
        if code != "DEFAULT" and len(code) == 3 and minor_digits(code) != 2:
            groups.setdefault(minor_digits(code), []).append(f"'{code}'")
    value = {digits: 10**digits if power == "+" else 10 ** (6 - digits) for digits in {2, *groups}}
    cases = " ".join(
        f"WHEN i.currency IN ({', '.join(codes)}) THEN {value[digits]}" for digits, codes in groups.items()
    )
    return f"CAST(CASE {cases} ELSE {value[2]} END AS BIGINT)"


def _cost_sql() -> str:
    """quantity x cost in minor units, half up away from zero, in 64-bit integers on both databases.

    Both are scaled by 10^6, so the plain product overflows at 9.2 million. Split: quantity = a + b/10^6 and
    cost = e + f/10^6; then the minor units are a*e*M + X/R + (rest), with M = 10^digits, R = 10^(6 - digits) and
    X = a*f + b*e. Exact wherever the result itself fits. A cost is never negative, so the sign is the quantity's.
    """
    million = 10**6
    a, b = f"(ABS(l.quantity) / {million})", f"(ABS(l.quantity) %% {million})"
    e, f = f"(c.cost / {million})", f"(c.cost %% {million})"
    m, r = "i.units", "i.rest"
    x = f"({a} * {f} + {b} * {e})"
    rest = f"(({x} %% {r}) * {million} + {b} * {f} + {r} * {million // 2}) / ({r} * {million})"
    size = f"{a} * {e} * {m} + {x} / {r} + {rest}"
    return f"CASE WHEN l.quantity < 0 THEN -({size}) ELSE {size} END"


def _sql(dimensions, until, start, user, currency, with_costs) -> tuple[str, list]:
    """The one query. Names are joined to the finished groups only, and only those the person may see."""
    invoices, params = _invoices_sql(until, start, user, currency)
    costs = _costs_sql(invoices) if with_costs else CostsSql(source=f"({invoices})")
    keys = [GROUPED[name] for name in dimensions]
    picked = "".join(f"{key} AS {name}_key, " for key, name in zip(keys, dimensions, strict=True))
    from_invoices = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"  # SQLite then begins with the invoices
    group = (
        f"SELECT {picked}i.currency AS currency, COALESCE(SUM(l.amount_minor), 0) AS revenue, COUNT(*) AS lines, "  # noqa: S608
        f"{costs.known_revenue} AS known_revenue, {costs.known_lines} AS known_lines, {costs.known_cost} AS known_cost "
        f"FROM {costs.source} i {from_invoices} {LINE} l ON l.invoice_id = i.id {costs.join}"
        f"GROUP BY {', '.join([*keys, 'i.currency'])}"
    )
    names, named, name_params = _names_sql(dimensions, user)
    return f"{costs.begin}SELECT g.*{names} FROM ({group}) g{named}", [*params, *name_params]  # noqa: S608


def _invoices_sql(until, start, user, currency) -> tuple[str, tuple]:
    """The invoices that count. EmptyResultSet where the person may see none at all."""
    invoices = invoices_of(user, currency)
    if start is not None:
        invoices = invoices.filter(issued_on__gte=start)
    if until is not None:
        invoices = invoices.filter(issued_on__lte=until)
    return invoices.values("id", "currency", "company_id", "country", "issued_on").query.sql_with_params()


@dataclass
class CostsSql:
    """What the query says about costs; as it stands, nothing is known of them."""

    source: str  # of the invoices
    begin: str = ""
    join: str = ""
    known_revenue: str = "0"
    known_lines: str = "0"
    known_cost: str = "0"


def _costs_sql(invoices: str) -> CostsSql:
    """Beside each line the cost that was valid on the day of its document, in the document's currency."""
    return CostsSql(
        source=f"(SELECT i.*, {_digits_case('+')} AS units, {_digits_case('-')} AS rest FROM ({invoices}) i)",  # noqa: S608
        begin=(
            "WITH costs AS (SELECT product_id, cost, currency, valid_from, "  # noqa: S608 - names of our own tables
            f"LEAD(valid_from) OVER (PARTITION BY product_id ORDER BY valid_from) AS until FROM {COSTS}) "
        ),
        join=(
            "LEFT JOIN costs c ON c.product_id = l.product_id AND c.currency = i.currency "
            "AND c.valid_from <= i.issued_on AND (c.until IS NULL OR c.until > i.issued_on) "
        ),
        known_revenue="COALESCE(SUM(CASE WHEN c.cost IS NULL THEN 0 ELSE l.amount_minor END), 0)",
        known_lines="COUNT(c.cost)",
        known_cost=f"COALESCE(SUM({_cost_sql()}), 0)",
    )


PRODUCT_CODE = "product_name.code"
COMPANY_CODE = (
    "COALESCE((SELECT MIN(k.key) FROM records_externalkey k WHERE k.type = 'company' "
    "AND k.object_id = g.company_key), company_name.number)"
)


def _names_sql(dimensions, user) -> tuple[str, str, list]:
    """The columns of names and codes, the joins they come from, and what those are asked with."""
    columns, joins, params = "", "", []
    for model, alias, key, code in (
        (Product, "product", "code", PRODUCT_CODE),
        (Company, "company", "number", COMPANY_CODE),
    ):
        if alias not in dimensions:
            continue
        readable = model.objects.visible_to(user) if user is not None else model.objects.all()
        try:
            subquery, more = readable.values("id", key, "name").query.sql_with_params()
        except EmptyResultSet:
            subquery, more = f"SELECT id, {key}, name FROM {model._meta.db_table} WHERE 1 = 0", ()  # noqa: S608
        columns += f", {code} AS {alias}_code, {alias}_name.name AS {alias}_label"
        joins += f" LEFT JOIN ({subquery}) {alias}_name ON {alias}_name.id = g.{alias}_key"
        params += more
    return columns, joins, params


def _row(dimensions, values, shows_cost) -> ProfitRow:
    count = len(dimensions)
    currency = values[count]
    revenue, lines, known_revenue, known_lines, known_cost = map(int, values[count + 1 : count + 6])
    names = iter(values[count + 6 :])
    found = {}
    for dimension in ("product", "company"):
        if dimension in dimensions:
            found[dimension] = (next(names), next(names))
    places = []
    for dimension, value in zip(dimensions, values[:count], strict=True):
        if dimension == "month":
            value = str(value)[:7]
        elif dimension == "country":
            value = value or None
        code, name = found.get(dimension, (value, value))
        places.append(Place(dimension, value, code if value is not None and name is not None else None, name))
    return ProfitRow(
        currency, revenue, lines, known_revenue, known_lines, known_cost, shows_cost=shows_cost, places=tuple(places)
    )


def _folded(rows: list[ProfitRow]) -> list[ProfitRow]:
    """Days into months: cheaper than a month computed in SQL, and the same on both databases."""
    found: dict[tuple, ProfitRow] = {}
    for row in rows:
        key = (*(place.value for place in row.places), row.currency)
        if key in found:
            found[key].add(row)
        else:
            found[key] = row
    return list(found.values())


def _order(dimensions, row: ProfitRow) -> tuple:
    values = tuple((place.value is None, str(place.value)) for place in row.places)
    if dimensions[:1] == ("month",):
        return (values[0], -row.revenue, values, row.currency)
    return (-row.revenue, values, row.currency)


def _until(end: date | None, as_of: date | None) -> date | None:
    days = [day for day in (end, as_of) if day is not None]
    return min(days) if days else None
