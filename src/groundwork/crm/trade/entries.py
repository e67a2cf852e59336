"""What counts in the profit, as SQL: the lines of current invoices with the cost valid on their day, and ledger rows.

Read raw and summed into months from the same expressions, so that both can only give the same number. All sums are
64-bit integers made in the database, equal on SQLite and PostgreSQL.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from babel.core import get_global
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from groundwork.core.money import minor_digits
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Product, Rate
from groundwork.crm.trade.rollups import MonthSum
from groundwork.records.models import RecordQuerySet

LINE, COSTS, SUMS = InvoiceLine._meta.db_table, CostPrice._meta.db_table, MonthSum._meta.db_table
RATES = Rate._meta.db_table
NO_PRODUCT = "CAST(NULL AS BIGINT)"
IN_OWN_CURRENCY = ""  # of kept sums: what other currencies were worth in the firm's own
FIGURES = ("amount", "lines", "known_amount", "known_lines", "known_cost", "returns", "discount", "documents")
Sql = tuple[str, list]


def counting_invoices() -> RecordQuerySet:
    """The documents that count. ``counts`` says the same of the values of one."""
    return Invoice.objects.current().filter(state=Invoice.State.ISSUED)


def counts(values: dict | None) -> bool:
    return values is not None and not values["archived_at"] and values["state"] == Invoice.State.ISSUED


# What of a document's own values its figures depend on; a change of others leaves all sums as they are.
DEPENDS_ON = ("kind", "company_id", "country", "issued_on", "currency", "owner_id", "department_id", "archived_at")


# ── one line of an invoice


@cache
def _unusual_digits() -> dict[int, list[str]]:
    """The currencies that have not two digits after the point, as SQL, by the number they have."""
    groups: dict[int, list[str]] = {}
    for code in sorted(get_global("currency_fractions")):
        if code != "DEFAULT" and len(code) == 3 and minor_digits(code) != 2:
            groups.setdefault(minor_digits(code), []).append(f"'{code}'")
    return groups


def _by_digits(column: str, power: Callable[[int], int]) -> str:
    """10^power(digits) of the currency in ``column``, as SQL."""
    cases = " ".join(
        f"WHEN {column} IN ({', '.join(codes)}) THEN {10 ** power(digits)}"
        for digits, codes in _unusual_digits().items()
    )
    return f"CAST(CASE {cases} ELSE {10 ** power(2)} END AS BIGINT)"


def _cost() -> str:
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


def of_line(with_costs: bool) -> dict[str, str]:
    """The figures of one line, as SQL."""
    return {
        "amount": "l.amount_minor",
        "lines": "1",
        "known_amount": "CASE WHEN c.cost IS NULL THEN 0 ELSE l.amount_minor END" if with_costs else "0",
        "known_lines": "CASE WHEN c.cost IS NULL THEN 0 ELSE 1 END" if with_costs else "0",
        "known_cost": f"CASE WHEN c.cost IS NULL THEN 0 ELSE {_cost()} END" if with_costs else "0",
        "returns": f"CASE WHEN l.amount_minor < 0 OR i.kind = '{Invoice.Kind.CREDIT_NOTE}' "
        "THEN -l.amount_minor ELSE 0 END",
        "discount": "l.discount_minor",
        "documents": "0",
    }


OF_ROW = dict.fromkeys(FIGURES, "0") | {"amount": "r.amount_minor", "lines": "1"}
OF_DOCUMENT = dict.fromkeys(FIGURES, "0") | {"documents": "1"}

COSTS_BY_DAY = (
    "costs AS (SELECT product_id, cost, currency, valid_from, "  # noqa: S608 - names of our own tables
    f"LEAD(valid_from) OVER (PARTITION BY product_id ORDER BY valid_from) AS until FROM {COSTS})"
)


def invoices_sql(invoices: QuerySet) -> Sql:
    """EmptyResultSet where it is known beforehand that there are none."""
    columns = ("id", "currency", "company_id", "country", "issued_on", "owner_id", "department_id", "kind")
    sql, params = invoices.order_by().values(*columns).query.sql_with_params()
    return sql, list(params)


def rows_sql(rows: QuerySet) -> Sql:
    columns = ("kind", "amount_minor", "currency", "counts_on", "product_id", "company_id", "country")
    sql, params = rows.order_by().values(*columns, "owner_id", "department_id").query.sql_with_params()
    return sql, list(params)


def lines_from(invoices: QuerySet, with_costs: bool, own: str = "") -> Sql:
    """FROM ...: each line ``l`` beside its invoice ``i`` and the cost ``c`` valid on its day in its currency.

    With ``own`` only those of other currencies, as ``with_rate`` has them.
    """
    source, params = invoices_sql(invoices)
    if own:
        source = with_rate(source, "issued_on", own)
    if with_costs:
        units, rest = (_by_digits("i.currency", power) for power in (int, lambda digits: 6 - digits))
        source = f"SELECT i.*, {units} AS units, {rest} AS rest FROM ({source}) i"  # noqa: S608
    join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"  # SQLite then begins with the invoices
    costs = (
        "LEFT JOIN costs c ON c.product_id = l.product_id AND c.currency = i.currency "
        "AND c.valid_from <= i.issued_on AND (c.until IS NULL OR c.until > i.issued_on) "
    )
    return f"({source}) i {join} {LINE} l ON l.invoice_id = i.id {costs if with_costs else ''}", params


def without_cost(lines: QuerySet) -> QuerySet:
    """The lines of invoices whose ``c.cost`` of ``lines_from`` is unknown."""
    valid = CostPrice.objects.filter(product=OuterRef("product"), valid_from__lte=OuterRef("issued_on"))
    newest = Subquery(valid.order_by("-valid_from").values("currency")[:1])
    return lines.annotate(cost_in=newest).filter(Q(cost_in=None) | ~Q(cost_in=F("invoice__currency")))


# ── in the firm's own currency


def with_rate(source: str, day: str, own: str) -> str:
    """The rows of ``source`` in other currencies than ``own`` whose rate is known on their ``day``: an amount in minor
    units x ``num`` / ``den`` is one of ``own``.

    The same rate as ``rates.rate_on``: the newest kept by the day, or one kept the other way round, turned.
    """
    mine = _literal(own)

    def newest(currency: str, to: str) -> str:
        return (
            f"(SELECT e.id FROM {RATES} e WHERE e.currency = {currency} AND e.to_currency = {to} "  # noqa: S608
            f"AND e.valid_from <= x.{day} AND e.archived_at IS NULL ORDER BY e.valid_from DESC LIMIT 1)"
        )

    up = _by_digits("f.currency", lambda digits: max(minor_digits(own) - digits, 0))
    down = _by_digits("f.currency", lambda digits: max(digits - minor_digits(own), 0))
    units, turned = f"CAST({10**6} AS BIGINT) * w.units", f"w.currency = {mine}"
    return (
        f"SELECT f.*, CASE WHEN {turned} THEN {units} ELSE w.rate END * {up} AS num, "  # noqa: S608
        f"CASE WHEN {turned} THEN w.rate ELSE {units} END * {down} AS den FROM (SELECT x.*, "
        f"COALESCE({newest('x.currency', mine)}, {newest(mine, 'x.currency')}) AS rate_id FROM ({source}) x "
        f"WHERE x.currency <> {mine}) f JOIN {RATES} w ON w.id = f.rate_id"
    )


def _literal(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"no currency: {code!r}")
    return f"'{code}'"


MONEY = ("amount", "known_amount", "known_cost", "returns", "discount")


def _worth(name: str) -> str:
    """A figure at the rate of its row, half up away from zero; split, so that no product leaves 64 bits."""
    size = f"(ABS(v.{name}) / v.den) * v.num + ((ABS(v.{name}) %% v.den) * v.num + v.den / 2) / v.den"
    return f"CASE WHEN v.{name} < 0 THEN -({size}) ELSE {size} END"


def in_own(product: str, alias: str, kind: str, figures: dict[str, str], source: Sql) -> Sql:
    """One row a line, document or ledger row of a source ``with_rate``.

    Each amount of it is rounded by itself, so that every way of grouping adds up to the same.
    """
    day = "r.counts_on" if alias == "r" else "i.issued_on"
    keys = [f"{alias}.{name}" for name in ("company_id", "country", "owner_id", "department_id", "num", "den")]
    inner = [f"{product} AS product_id", f"{day} AS day", f"{kind} AS kind", *keys]
    inner += [f"{sql} AS {name}" for name, sql in figures.items()]
    outer = ["v.product_id", "v.day", "v.kind", "v.company_id", "v.country", "v.owner_id", "v.department_id"]
    outer += [f"{_worth(name) if name in MONEY else f'v.{name}'} AS {name}" for name in figures]
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {source[0]}) v", source[1]  # noqa: S608


# ── read by dimensions

IN_LINES = {
    "month": "i.issued_on",
    "product": "l.product_id",
    "company": "i.company_id",
    "country": "i.country",
    "owner": "i.owner_id",
    "department": "i.department_id",
}
IN_ROWS = {name: f"r.{column.partition('.')[2]}" for name, column in IN_LINES.items()} | {"month": "r.counts_on"}


IN_OWN = {name: f"r.{column.partition('.')[2]}" for name, column in IN_LINES.items()} | {"month": "r.day"}


def _month(column: str) -> str:
    return f"SUBSTR({column}, 1, 7)" if connection.vendor == "sqlite" else f"TO_CHAR({column}, 'YYYY-MM')"


def _grouped(dimensions: Sequence[str], columns: dict[str, str], figures: dict[str, str], source: Sql) -> Sql:
    """Days are put together before their month is made of them: cheaper than a month a line."""
    picked = [f"{_month(columns[name]) if name == 'month' else columns[name]} AS {name}_key" for name in dimensions]
    alias = columns["owner"].partition(".")[0]
    kind = "r.kind" if alias == "r" else "''"
    sums = [f"SUM({figures[name]}) AS {name}" for name in FIGURES]
    group = [*(columns[name] for name in dimensions), f"{alias}.currency", *(["r.kind"] if alias == "r" else [])]
    words = ", ".join([*picked, f"{alias}.currency AS currency", f"{kind} AS kind", *sums])
    return f"SELECT {words} FROM {source[0]} GROUP BY {', '.join(group)}", source[1]  # noqa: S608


def _grouped_in_own(dimensions: Sequence[str], own: str, rows: Sql) -> Sql:
    """The same of rows ``in_own``."""
    with_code = f"(SELECT o.*, {_literal(own)} AS currency FROM ({rows[0]}) o) r"  # noqa: S608
    return _grouped(dimensions, IN_OWN, {name: f"r.{name}" for name in FIGURES}, (with_code, rows[1]))


def lines_by(dimensions: Sequence[str], invoices: QuerySet, with_costs: bool, own: str = "") -> Sql:
    """With ``own`` those of other currencies, at the rate of their day; those without a rate are left out."""
    source, figures = lines_from(invoices, with_costs, own), of_line(with_costs)
    if own:
        return _grouped_in_own(dimensions, own, in_own("l.product_id", "i", "''", figures, source))
    return _grouped(dimensions, IN_LINES, figures, source)


def documents_by(dimensions: Sequence[str], invoices: QuerySet, own: str = "") -> Sql:
    source, params = invoices_sql(invoices)
    if own:
        documents = (f"({with_rate(source, 'issued_on', own)}) i", params)
        return _grouped_in_own(dimensions, own, in_own(NO_PRODUCT, "i", "''", OF_DOCUMENT, documents))
    return _grouped(dimensions, IN_LINES, OF_DOCUMENT, (f"({source}) i", params))


def rows_by(dimensions: Sequence[str], rows: QuerySet, own: str = "") -> Sql:
    source, params = rows_sql(rows)
    if own:
        found = (f"({with_rate(source, 'counts_on', own)}) r", params)
        return _grouped_in_own(dimensions, own, in_own("r.product_id", "r", "r.kind", OF_ROW, found))
    return _grouped(dimensions, IN_ROWS, OF_ROW, (f"({source}) r", params))


@dataclass(frozen=True)
class Grain:
    """By what the sums of a month are kept: ``key`` or ``word``, within a department or not."""

    key: str = "NULL"
    word: str = "''"
    department: str = "department_id"
    dimensions: tuple[str, ...] = ()  # beside the month
    counts_documents: bool = True


GRAINS = {
    "product": Grain("product_id", department="NULL", dimensions=("product",), counts_documents=False),
    "goods": Grain("product_id", dimensions=("product", "department"), counts_documents=False),
    "company": Grain("company_id", dimensions=("company", "department")),
    "country": Grain(word="country", dimensions=("country", "department")),
    "owner": Grain("owner_id", dimensions=("owner", "department")),
}

BY_YEAR = ("product", "goods", "company")  # there are many of them, and most buy or are bought in several months


def sums_by(dimensions: Sequence[str], grain: str, sums: QuerySet, own: str = "") -> Sql:
    """Out of the kept sums of ``grain``; with ``own`` all of them are of that currency."""
    columns = {"month": "month", "department": "department_id"}
    columns |= {
        name: "word" if name == "country" else "key" for name in GRAINS[grain].dimensions if name not in columns
    }
    needed = {*(columns[name] for name in dimensions), "currency", "kind", *FIGURES}
    source, params = sums.order_by().values(*sorted(needed)).query.sql_with_params()
    currency = f"{_literal(own)} AS currency" if own else "s.currency"
    picked = ", ".join([*(f"s.{columns[name]} AS {name}_key" for name in dimensions), currency, "s.kind"])
    figures = ", ".join(f"s.{name}" for name in FIGURES)
    return f"SELECT {picked}, {figures} FROM ({source}) s", list(params)  # noqa: S608


# What follows from another dimension: a category from the product, whose sums are kept.
FOLLOWS = {"category": "product"}


def read_by(dimensions: Sequence[str]) -> tuple[str, ...]:
    """The dimensions to read by, so that the asked ones follow."""
    return tuple(dict.fromkeys(FOLLOWS.get(name, name) for name in dimensions))


def together(dimensions: Sequence[str], parts: Iterable[Sql], kinds: Sequence[str], top: int | None = None) -> Sql:
    """One row a group out of several sources: keys, currency, rows, FIGURES of the lines, then what each kind takes.

    With ``top`` only so many, those with most revenue first; a last column says of how many with a key of the first
    dimension, one before it of how many at all.
    """
    parts = list(parts)
    keys = ["p.category_id" if name == "category" else f"u.{name}_key" for name in dimensions]
    sums = {name: f"SUM(u.{name})" for name in FIGURES}
    sums |= {name: f"SUM(CASE WHEN u.kind = '' THEN u.{name} ELSE 0 END)" for name in ("amount", "lines")}
    taken = [f"SUM(CASE WHEN u.kind = %s THEN u.amount ELSE 0 END) AS taken_{place}" for place in range(len(kinds))]
    words = [
        *(f"{key} AS {name}_key" for key, name in zip(keys, dimensions, strict=True)), "u.currency AS currency",
        "SUM(u.lines) AS entries", *(f"{sql} AS {name}" for name, sql in sums.items()), *taken,
    ]  # fmt: skip
    source = " UNION ALL ".join(sql for sql, _params in parts)
    product = f" LEFT JOIN {Product._meta.db_table} p ON p.id = u.product_key" if "category" in dimensions else ""
    sql = f"SELECT {', '.join(words)} FROM ({source}) u{product} GROUP BY {', '.join([*keys, 'u.currency'])}"  # noqa: S608
    if top is not None:
        first = f"{dimensions[0]}_key"
        order = f"amount DESC, {first} IS NULL, CAST({first} AS TEXT), currency"
        sql = (
            f"SELECT e.*, COUNT(*) OVER () AS of_all, COUNT({first}) OVER () AS of_named "  # noqa: S608
            f"FROM ({sql}) e WHERE entries <> 0 ORDER BY {order} LIMIT {int(top)}"
        )
    return sql, [*kinds, *(item for _sql, params in parts for item in params)]


# ── summed into months


def month_sums(month: str, invoices: QuerySet, rows: QuerySet | None, own: str) -> Sql:
    """The sums of every grain, in the order of ``COLUMNS``; ``WITH ... SELECT``.

    What is of another currency than ``own`` stands there again in it, with the currency ``IN_OWN_CURRENCY``.
    """
    plain = "product_id, company_id, country, owner_id, department_id, currency, kind"
    found = []
    for code in ("", own):
        found.append(_plain("l.product_id", "i", "''", of_line(True), lines_from(invoices, True, code), code))
        source, params = invoices_sql(invoices)
        documents = with_rate(source, "issued_on", code) if code else source
        found.append(_plain(NO_PRODUCT, "i", "''", OF_DOCUMENT, (f"({documents}) i", params), code))
        if rows is not None:
            source, params = rows_sql(rows)
            posted = with_rate(source, "counts_on", code) if code else source
            found.append(_plain("r.product_id", "r", "r.kind", OF_ROW, (f"({posted}) r", params), code))
    entries, params = [sql for sql, _params in found], [item for _sql, items in found for item in items]
    sums = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in FIGURES)
    selects = []
    for name, grain in GRAINS.items():
        group = [column for column in (grain.department, grain.key, grain.word) if column not in ("NULL", "''")]
        where = "" if grain.counts_documents else " WHERE documents = 0"
        selects.append(
            f"SELECT '{name}' AS grain, '{month}' AS month, "  # noqa: S608
            f"{_typed(grain.department)} AS department_id, {_typed(grain.key)} AS key, {grain.word} AS word, "
            f"currency, kind, {sums} FROM entries{where} GROUP BY {', '.join([*group, 'currency', 'kind'])}"
        )
    return (
        f"WITH {COSTS_BY_DAY}, entries ({plain}, {', '.join(FIGURES)}) AS MATERIALIZED ({' UNION ALL '.join(entries)}) "  # noqa: S608
        + " UNION ALL ".join(selects),
        params,
    )


COLUMNS = ("grain", "month", "department_id", "key", "word", "currency", "kind", *FIGURES)


def year_sums(year: str) -> Sql:
    """The sums of the months of a year, put together; in the order of ``COLUMNS``."""
    keys = ["department_id", "key", "word", "currency", "kind"]
    sums = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in FIGURES)
    return (
        f"SELECT grain, '{year}', {', '.join(keys)}, {sums} FROM {SUMS} "  # noqa: S608
        f"WHERE grain IN ({', '.join(repr(name) for name in BY_YEAR)}) AND month IN ({', '.join(['%s'] * 12)}) "
        f"GROUP BY grain, {', '.join(keys)}",
        [f"{year}-{month:02}" for month in range(1, 13)],
    )


def _typed(column: str) -> str:
    return NO_PRODUCT if column == "NULL" else column


def _plain(product: str, alias: str, kind: str, figures: dict[str, str], source: Sql, own: str) -> Sql:
    """One row a line, document or ledger row."""
    if own:
        rows, params = in_own(product, alias, kind, figures, source)
        source, alias, product, kind = (f"({rows}) o", params), "o", "o.product_id", "o.kind"
        figures = {name: f"o.{name}" for name in FIGURES}
    columns = [f"{alias}.{name}" for name in ("company_id", "country", "owner_id", "department_id")]
    currency = f"'{IN_OWN_CURRENCY}'" if own else f"{alias}.currency"
    words = ", ".join([product, *columns, currency, kind, *(figures[name] for name in FIGURES)])
    return f"SELECT {words} FROM {source[0]}", source[1]  # noqa: S608


def sql_or_none(build, *arguments) -> Sql | None:
    """None where the person sees nothing of it."""
    try:
        return build(*arguments)
    except EmptyResultSet:
        return None
