"""Profit: revenue less what it took, by product, category, company, country, owner, department or month.

Every figure is a sum over the ledger rows that the asker may see (``ledger``): the lines of current invoices, and what
claims and the like take. What a line cost is quantity x the
cost price valid on the day of the document, rounded half up once, to minor units. A line without such a price has an
**unknown** cost, which is not zero: it counts in ``revenue`` and in nothing else (docs/domain/money.md).

Months that hold come from kept sums (``rollups``), everything else from the rows, in one query: the number is the same
whichever it is, at any moment. Each row belongs to one currency. Asked for ``ALL`` currencies, they are added in the
firm's own, each line by the rate of its day; a line without a rate is in no sum (``unconverted`` counts them).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Max, Min, Model, Q, QuerySet

from groundwork.access.models import Department, User
from groundwork.access.rights import Scope, reach, rights
from groundwork.blueprint.elements import is_on
from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.months import days_of
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import entries, late
from groundwork.crm.trade.ledger import LedgerRow, profit_lines
from groundwork.crm.trade.models import Category, Invoice, Product
from groundwork.crm.trade.rates import firm_currency
from groundwork.crm.trade.rollups import Held, LateSum, MonthSum, Unrolled, held
from groundwork.crm.trade.types import COST
from groundwork.records.models import ExternalKey, RecordQuerySet

DIMENSIONS = ("month", "product", "category", "company", "country", "owner", "department")
WHOLE_FIRM = Scope(all=True)
ALL = "all"  # asked for as a currency: all of them in the firm's own


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
    returns: int = 0  # taken back, already left out of ``revenue``
    discount: int = 0  # given on the lines, already left out of ``revenue``
    posted: dict[str, int] = field(default_factory=dict)  # what ledger rows take, by kind
    late: int | None = None  # what late money cost; None where unknown, or not asked for (``parts``)

    @property
    def cost(self) -> int | None:
        """Of the lines whose cost is known; None where there is none such."""
        return self.known_cost if self.shows_cost and self.known_lines else None

    @property
    def margin(self) -> int | None:
        """Revenue less cost of the lines whose cost is known; None where there is none such."""
        return self.known_revenue - self.known_cost if self.shows_cost and self.known_lines else None

    @property
    def sales(self) -> int:
        """Revenue before discounts and returns."""
        return self.revenue + self.discount + self.returns

    def taken(self, kind: str) -> int | None:
        """What the ledger rows of a kind take; None where that kind is not kept, or not for the asker's eyes."""
        line = profit_lines.get(kind)
        return self.posted.get(kind, 0) if self.shows_cost and line is not None and line.is_kept() else None

    @property
    def profit(self) -> int | None:
        """The margin less claims, late payment and whatever else is kept; None where no cost is known.

        Of rows that were asked for with their ``parts``; without them late payment is not in it.
        """
        if self.margin is None:
            return None
        return self.margin - sum(self.taken(line.key) or 0 for line in profit_lines) - (self.late or 0)

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
        self.returns += other.returns
        self.discount += other.discount
        if other.late is not None:
            self.late = (self.late or 0) + other.late
        for kind, amount in other.posted.items():
            self.posted[kind] = self.posted.get(kind, 0) + amount


@dataclass(slots=True)
class Place:
    """The value of one dimension. ``value`` is the key of the group: None for lines without a product, say."""

    dimension: str
    value: int | str | None
    code: str | None = None  # a product's code, a company's key in the other system or its number
    name: str | None = None  # None also where the asker may not see that record

    @property
    def is_hidden(self) -> bool:
        return self.dimension in MODELS and self.value is not None and self.name is None


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


def invoices_of(user, currency: str = "") -> RecordQuerySet:
    """The current invoices that ``user`` may see; all of them for None."""
    found = entries.counting_invoices()
    if user is not None:
        found = found.visible_to(user)
    return found.filter(currency=currency) if currency not in ("", ALL) else found


def rows_of(user, currency: str = "") -> QuerySet[LedgerRow]:
    """The ledger rows beside those invoices."""
    found = LedgerRow.objects.visible_to(user) if user is not None else LedgerRow.objects.all()
    return found.filter(currency=currency) if currency not in ("", ALL) else found


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
    top: int | None = None,
    raw: bool = False,
    parts: bool = False,
    costs: bool = True,
) -> list[ProfitRow]:
    """Rows by one or more of DIMENSIONS, or one row a currency; documents of ``start`` to ``end``, both included.

    ``as_of`` leaves out later documents. For a ``user``: over the invoices visible to that person, costs as that person
    may see them. Months are in order; other rows begin with the largest revenue. Only the first ``top`` rows get their
    names, where given. ``raw`` reads no kept sums: slower, and never another number. ``parts`` also reads what late
    money cost: from the documents, so it takes longer the more of them were late. ``currency`` leaves out others, or
    adds them in the firm's own (``ALL``). Without ``costs`` only revenue is told: quicker where rows must be read.
    """
    asked = _asked(by, start, _until(end, as_of), user, currency, costs)
    found = _rows(asked, asked.answer(raw=raw))
    if parts and asked.shows_cost:
        found = _with_late(asked, found, raw)
    rows = sorted(found, key=lambda row: _order(asked.dimensions, row))
    give_names(rows if top is None else rows[:top], user)
    return rows


@dataclass(frozen=True)
class Largest:
    """The rows with most revenue, of how many there are at all; ``named`` leaves out "without a product"."""

    rows: list[ProfitRow]
    count: int
    named: int


def largest(
    by: str,
    top: int,
    *,
    start: date | None = None,
    end: date | None = None,
    as_of: date | None = None,
    user=None,
    currency: str = "",
    raw: bool = False,
) -> Largest:
    """The first ``top`` rows of ``profit(by)``, chosen by the database: what is not shown is only counted."""
    asked = replace(_asked(by, start, _until(end, as_of), user, currency), top=top)
    answer = asked.answer(raw=raw)
    rows = sorted(_rows(asked, answer), key=lambda row: _order(asked.dimensions, row))
    give_names(rows, user)
    return Largest(rows, *(map(int, answer[0][-2:]) if answer else (0, 0)))


def _asked(
    by: str | Sequence[str], start: date | None, until: date | None, user, currency: str, costs: bool = True
) -> "Asked":
    dimensions = (by,) if isinstance(by, str) else tuple(by)
    if unknown := [name for name in dimensions if name not in DIMENSIONS]:
        raise ValueError(f"no such dimension: {unknown[0]}")
    shows_cost = costs and sees_costs(user)
    own = own_of(currency)
    return Asked(dimensions, start, until, user, currency, shows_cost, shows_cost and costs_are_kept(), own=own)


def own_of(currency: str) -> str:
    """The firm's own, where all currencies are asked for in it; else ""."""
    return firm_currency() if currency == ALL else ""


def code_of(currency: str) -> str:
    """Of what currency the rows are: the asked one, or the firm's own."""
    return own_of(currency) or currency


@dataclass(frozen=True)
class Unconverted:
    """Of how many lines in other currencies no rate is known on their day, of how many lines at all."""

    lines: int
    of_lines: int


def unconverted(each: Iterable[Sums], together: Iterable[Sums]) -> Unconverted:
    """From the rows of each currency, and of the same in the firm's own (``ALL``)."""
    every = sum(row.lines for row in each)
    return Unconverted(every - sum(row.lines for row in together), every)


def documents(*, start=None, end=None, as_of=None, user=None, currency: str = "", raw: bool = False) -> int:
    """How many documents there are; those without lines count, too. Of ``ALL`` those whose rate is known."""
    asked = Asked((), start, _until(end, as_of), user, currency, counts_documents=True, own=own_of(currency))
    place = 2 + entries.FIGURES.index("documents")  # after the currency and the count of rows
    return sum(int(values[place]) for values in asked.answer(raw=raw))


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
    own = Firm.own_currency()
    if own and (not sums or any(row.currency == own for row in sums)):
        return own
    return max(sums, key=lambda row: row.lines).currency if sums else ""


def known_share(as_of: date | None = None) -> Decimal | None:
    """The metric: revenue of the lines whose product has a cost valid on the document's day / revenue, up to ``as_of``.

    Of the firm's main currency, since currencies are not added. None without revenue; 0 while no cost is kept.
    """
    sums = profit(as_of=as_of)
    currency = main_currency(sums)
    return next((row.known_share for row in sums if row.currency == currency), None)


# ── how the sums are made


@dataclass(frozen=True)
class Asked:
    """One question, and the one query that answers it."""

    dimensions: tuple[str, ...]
    start: date | None
    until: date | None
    user: User | None
    currency: str
    shows_cost: bool = False
    with_costs: bool = False
    counts_documents: bool = False
    top: int | None = None
    own: str = ""  # the firm's currency, where all others are read in it

    @property
    def read_by(self) -> tuple[str, ...]:
        return entries.read_by(self.dimensions)

    @property
    def scope(self) -> Scope:
        return WHOLE_FIRM if self.user is None else reach(self.user, "view", Invoice.type_key)

    @property
    def grain(self) -> str:
        """The kept sums that can answer; "" for none. Of one's own documents only the sums by owner tell."""
        wanted = set(self.read_by) - {"month"}
        if self.scope.all and wanted == {"product"}:
            return "product"
        whole = self.scope.all or self.scope.departments
        for name in ("owner", "country", "company", "goods") if whole else ("owner",):
            if wanted <= set(entries.GRAINS[name].dimensions):
                return name
        return ""

    def answer(self, raw: bool) -> list[tuple]:
        """The rows of ``entries.together``. Asked again where a write came between."""
        if self.scope.nothing:
            return []
        for _time in range(0 if raw or not self.grain else 3):
            months = held(self.start, self.until)
            if (found := self._ask(months)) is not None:
                return found
        return self._ask(Held()) or []

    def _ask(self, months: Held) -> list[tuple] | None:
        parts = self._parts(months)
        if not parts:
            return []
        kinds = [line.key for line in profit_lines] if self.shows_cost else []
        group, params = entries.together(self.dimensions, parts, kinds, self.top)
        guard, guard_params = months.guard_sql()
        sql = (
            f"WITH {entries.COSTS_BY_DAY} SELECT h.months, h.turns, g.* "  # noqa: S608
            f"FROM ({guard}) h LEFT JOIN ({group}) g ON 1 = 1"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*guard_params, *params])
            found = cursor.fetchall()
        if not months.stands(int(found[0][0]), int(found[0][1])):
            return None
        place = 2 + len(self.dimensions)  # the currency, which no group is without
        return [row[2:] for row in found if row[place] is not None]

    def _parts(self, months: Held) -> list[entries.Sql]:
        """Kept sums of the months that hold, and the rows of everything else."""
        parts = [self._kept(months)] if months.months else []
        for invoices in self._split(months.months, invoices_of(self.user, self.currency), "issued_on", "invoice_id"):
            for some, own in self._by_worth(invoices):
                if self.counts_documents:
                    parts.append(entries.sql_or_none(entries.documents_by, self.read_by, some, own))
                else:
                    parts.append(entries.sql_or_none(entries.lines_by, self.read_by, some, self.with_costs, own))
        if self.shows_cost and not self.counts_documents:
            for rows in self._split(months.months, rows_of(self.user, self.currency), "counts_on", "row_id"):
                for some, own in self._by_worth(rows):
                    parts.append(entries.sql_or_none(entries.rows_by, self.read_by, some, own))
        return [part for part in parts if part is not None]

    def _by_worth(self, rows: QuerySet) -> list[tuple[QuerySet, str]]:
        """Those that stand as they are, and those that are converted, with the currency into which."""
        if not self.own:
            return [(rows, "")]
        return [(rows.filter(currency=self.own), ""), (rows.exclude(currency=self.own), self.own)]

    def _kept(self, months: Held) -> entries.Sql | None:
        by_year = self.grain in entries.BY_YEAR and "month" not in self.dimensions
        sums = MonthSum.objects.filter(grain=self.grain, month__in=months.shortest if by_year else months.months)
        if self.own:
            sums = sums.filter(currency__in=(self.own, entries.IN_OWN_CURRENCY))
        elif self.currency:
            sums = sums.filter(currency=self.currency)
        else:
            sums = sums.exclude(currency=entries.IN_OWN_CURRENCY)
        if not self.shows_cost:
            sums = sums.filter(kind="")
        if not self.scope.all:
            seen = Q(department_id__in=self.scope.departments)
            sums = sums.filter(seen | Q(key=self.scope.me) if self.grain == "owner" else seen)
        return entries.sql_or_none(entries.sums_by, self.read_by, self.grain, sums, self.own)

    def _split(self, months: tuple[str, ...], every: QuerySet, day: str, waiting: str) -> list[QuerySet]:
        """The rows that the kept sums do not hold: other days, not folded in yet, own ones of other departments."""
        found = [every.filter(gap) for gap in _gaps(months, day, self.start, self.until)]
        if not months:
            return found
        if self.start is not None:
            every = every.filter(**{f"{day}__gte": self.start})
        if self.until is not None:
            every = every.filter(**{f"{day}__lte": self.until})
        new = Unrolled.objects.filter(month__in=months).exclude(**{waiting: None}).values(waiting)
        found.append(every.filter(pk__in=new))
        if own := self._own_elsewhere(months):
            elsewhere = Q(department=None) | ~Q(department__in=self.scope.departments)
            inside = reduce(or_, (Q(**{f"{day}__gte": first, f"{day}__lte": last}) for first, last in _runs(own)))
            found.append(every.filter(elsewhere, inside, owner=self.scope.me).exclude(pk__in=new))
        return found

    def _own_elsewhere(self, months: tuple[str, ...]) -> list[str]:
        """In which of these months the reader has own documents of other departments: the sums by owner tell it."""
        if not self.scope.departments or self.grain == "owner":
            return []
        own = MonthSum.objects.filter(grain="owner", month__in=months, key=self.scope.me)
        theirs = own.exclude(department_id__in=self.scope.departments) | own.filter(department_id=None)
        return list(theirs.order_by("month").values_list("month", flat=True).distinct())


def _runs(months: Sequence[str]) -> list[tuple[date, date]]:
    """The first and last days of months on end."""
    runs: list[tuple[date, date]] = []
    for month in months:
        first, last = days_of(month)
        if runs and runs[-1][1] + timedelta(days=1) == first:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return runs


def _gaps(months: Sequence[str], day: str, start: date | None, until: date | None) -> list[Q]:
    """The days outside ``months``, from ``start`` to ``until``.

    One bound a side: of two SQLite takes the first it meets, and then walks the documents of all years.
    """
    one, gaps = timedelta(days=1), []
    runs: list[tuple[date | None, date | None]] = [*_runs(months), (None, None)]
    for first, last in runs:
        end = min((bound for bound in (until, first and first - one) if bound is not None), default=None)
        if start is None or end is None or start <= end:
            bounds = {f"{day}__gte": start, f"{day}__lte": end}
            gaps.append(Q(**{name: bound for name, bound in bounds.items() if bound is not None}))
        if last is not None:
            start = max(start or last, last + one)
    return gaps


MODELS: dict[str, tuple[type[Model], str]] = {  # dimension: (model, the field that is its code)
    "product": (Product, "code"),
    "category": (Category, "number"),
    "company": (Company, "number"),
    "owner": (User, "email"),
    "department": (Department, "path"),
}
MANY = 500  # names are looked up one by one below this, all together above


def give_names(rows: Sequence[ProfitRow], user) -> None:
    """Fill in the names and codes that this person may see; one query a dimension, two for companies."""
    for dimension, (model, code) in MODELS.items():
        places = [place for row in rows for place in row.places if place.dimension == dimension and place.value]
        if not places:
            continue
        readable: Any = model._default_manager.order_by()
        if user is not None and hasattr(readable, "visible_to"):
            readable = readable.visible_to(user)
        values = {place.value for place in places}
        if len(values) < MANY:
            readable = readable.filter(pk__in=values)
        known = {pk: (code, name) for pk, code, name in readable.values_list("pk", code, "name")}
        theirs = _keys_elsewhere(values) if dimension == "company" else {}
        for place in places:
            if place.value in known:
                place.code, place.name = known[place.value]
                place.code = theirs.get(place.value, place.code)


def _keys_elsewhere(companies: set) -> dict[Any, str]:
    """The key that another system gives to a company, by which people there know it."""
    keys = ExternalKey.objects.filter(type=Company.type_key)
    if len(companies) < MANY:
        keys = keys.filter(object_id__in=companies)
    return dict(keys.order_by().values_list("object_id").annotate(first=Min("key")))


def _rows(asked: Asked, answer: Iterable[tuple]) -> list[ProfitRow]:
    """One row a group, with what ledger rows take beside its lines."""
    count, found = len(asked.dimensions), []
    kinds = [line.key for line in profit_lines] if asked.shows_cost else []
    for values in answer:
        lines_and_rows, amount, lines, *figures = map(int, values[count + 1 :])
        if not lines_and_rows:
            continue  # documents without lines
        row = ProfitRow(
            values[count], amount, lines, shows_cost=asked.shows_cost, returns=figures[3], discount=figures[4],
            places=_places(asked.dimensions, values[:count]),
        )  # fmt: skip
        row.posted = dict(zip(kinds, figures[6:], strict=False))
        if asked.with_costs:
            row.known_revenue, row.known_lines, row.known_cost = figures[:3]
        found.append(row)
    return found


def _with_late(asked: Asked, rows: list[ProfitRow], raw: bool) -> list[ProfitRow]:
    """The rows with what late money cost, and such of documents that were sold before; unchanged where unknown."""
    percent = late.rate(asked.until)
    if percent is None or asked.scope.nothing:
        return rows
    found = {(*(place.value for place in row.places), row.currency): row for row in rows}
    for row in rows:
        row.late = 0
    invoices, sums = invoices_of(asked.user, asked.currency), _late_sums(asked)
    costs = late.costs(invoices, None if raw else sums, asked.start, asked.until, percent)
    for keys, cost in late.grouped(costs, asked.dimensions, asked.own, asked.until).items():
        places, currency = _places(asked.dimensions, keys[:-1]), keys[-1]
        key = (*(place.value for place in places), currency)
        if key not in found:
            found[key] = ProfitRow(currency, shows_cost=asked.shows_cost, places=places, late=0)
        found[key].late = (found[key].late or 0) + cost
    return list(found.values())


def _late_sums(asked: Asked) -> QuerySet[LateSum]:
    sums = LateSum.objects.all() if asked.user is None else LateSum.objects.visible_to(asked.user)
    return sums.filter(currency=asked.currency) if asked.currency not in ("", ALL) else sums


def _places(dimensions, values) -> tuple[Place, ...]:
    return tuple(
        Place(dimension, value or None, *(() if dimension in MODELS else (value or None, value or None)))
        for dimension, value in zip(dimensions, values, strict=True)
    )


def _order(dimensions, row: ProfitRow) -> tuple:
    values = tuple((place.value is None, str(place.value)) for place in row.places)
    if dimensions[:1] == ("month",):
        return (values[0], -row.revenue, values, row.currency)
    return (-row.revenue, values, row.currency)


def _until(end: date | None, as_of: date | None) -> date | None:
    days = [day for day in (end, as_of) if day is not None]
    return min(days) if days else None
