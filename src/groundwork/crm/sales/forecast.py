"""What open deals promise by month and by person, beside what was won there and what was to be won.

Everything is grouped by the database over what the reader sees: its cost is one look at those deals, however many. A
deal counts by its expected close, with the probability of its stage, in the category that the stage or the deal itself
says; what is left out counts in none of the sums. An amount that nobody knows is no 0: such deals are counted beside.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    FloatField,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.utils.translation import gettext as _

from groundwork.core.clock import start_of, today
from groundwork.core.months import FirstOfMonth, first_of_month
from groundwork.crm.sales.deals import Deal, Stay
from groundwork.crm.sales.pipelines import Category, Outcome, Stage, sales
from groundwork.crm.trade.rates import OwnRates, firm_currency, half_up

ALL = "all"  # currencies together, in the firm's own
BEHIND, AHEAD = 2, 3  # months beside this one
YEAR = 365  # days over which stages, reasons and win rates are looked at
MOST = 12  # rows of a win rate
COUNTED = (Category.COMMIT, Category.BEST, Category.PIPELINE)


@dataclass
class Part:
    """A sum of deals in minor units of one currency; ``unknown`` of them have no amount, ``unrated`` no rate."""

    amount: int = 0
    deals: int = 0
    unknown: int = 0
    unrated: int = 0

    def add(self, amount: int | None, deals: int, unknown: int) -> None:
        self.deals += deals
        self.unknown += unknown
        if amount is None:
            self.unrated += deals - unknown
        else:
            self.amount += amount


@dataclass
class Line:
    """One month, or one person: what was won, and what is open by category."""

    won: Part = field(default_factory=Part)
    of: dict[str, Part] = field(default_factory=lambda: defaultdict(Part))
    chance: int = 0  # hundredths of minor units: amount x probability
    target: int | None = None

    @property
    def weighted(self) -> int:
        return half_up(Fraction(self.chance, 100))

    @property
    def expected(self) -> int:
        return self.won.amount + self.weighted

    @property
    def counted(self) -> list[Part]:
        return [self.of[name] for name in COUNTED]

    @property
    def deals(self) -> int:
        """Open ones that count."""
        return sum(part.deals for part in self.counted)

    @property
    def unknown(self) -> int:
        return sum(part.unknown for part in self.counted)

    @property
    def unrated(self) -> int:
        return self.won.unrated + sum(part.unrated for part in self.counted)

    def add(self, other: "Line") -> None:
        for mine, theirs in ((self.won, other.won), *((self.of[name], other.of[name]) for name in Category.values)):
            mine.add(theirs.amount, theirs.deals, theirs.unknown)
            mine.unrated += theirs.unrated
        self.chance += other.chance


@dataclass(frozen=True)
class Asked:
    """Whose forecast, of which person alone, in which currency ("all": together in the firm's own)."""

    user: Any
    owner: int | None = None
    currency: str = ALL
    month: date | None = None  # of the table of people

    @property
    def code(self) -> str:
        return firm_currency() if self.currency == ALL else self.currency

    def deals(self) -> QuerySet:
        found = Deal.objects.current().visible_to(self.user)
        if self.owner is not None:
            found = found.filter(owner=self.owner)
        return found if self.currency == ALL else found.filter(currency=self.currency)


def category_of(said: str, stage: Stage | None) -> str:
    """What the deal says goes before what its stage says."""
    return said or (stage.category if stage else Category.OMITTED)


def counting_as(values: list[str]) -> QuerySet:
    """The open deals that count in one of these categories: the rows under a number of the forecast."""
    by_stage = [key for key, stage in sales().stages.items() if stage.category in values]
    wanted = Q(category__in=values) | Q(category="", stage__in=by_stage)
    return Deal.objects.filter(wanted, state=Outcome.OPEN).order_by().values("pk")


def category_choices() -> list[tuple[str, Any]]:
    return list(Category.choices)


EARLIER, LATER, NO_DAY = "earlier", "later", "none"
Place = date | str  # a month by its first day, or one of the three


@dataclass
class Forecast:
    """``months`` in their order; open deals that were expected earlier, later, or on no known day stand in ``rest``."""

    asked: Asked
    today: date
    months: dict[date, Line]
    rest: dict[str, Line]
    people: dict[int | None, Line]  # of the asked month
    currencies: list[str]

    @property
    def now(self) -> Line:
        return self.months[first_of_month(self.today)]

    @property
    def month(self) -> date:
        return self.asked.month if self.asked.month in self.months else first_of_month(self.today)  # type: ignore[return-value]

    @property
    def whole(self) -> Line:
        found = Line()
        for line in (*self.months.values(), *self.rest.values()):
            found.add(line)
        return found


def forecast(asked: Asked) -> Forecast:
    """Two queries, and one for rates where currencies meet."""
    day = today()
    months = {first_of_month(day, ahead): Line() for ahead in range(-BEHIND, AHEAD + 1)}
    made = Forecast(asked, day, months, {name: Line() for name in (EARLIER, LATER, NO_DAY)}, defaultdict(Line), [])
    opened, won = list(open_sums(asked.deals())), list(won_sums(asked.deals(), min(months)))
    made.currencies = sorted({row["currency"] for row in (*opened, *won)})
    worth = worth_of(asked, made.currencies, day)
    for row in opened:
        _add_open(made, row, worth)
    for row in won:
        amount = worth(row["sum"] or 0, row["currency"])
        for line in _lines_of(made, row["month"], row["owner"]):
            line.won.add(amount, row["count"], row["count"] - row["known"])
    return made


def open_sums(deals: QuerySet, *more: str) -> QuerySet:
    """Open deals by month, stage, own category, currency, owner and ``more``: their count, known amounts and sum."""
    found = deals.filter(state=Outcome.OPEN).order_by().annotate(month=FirstOfMonth("expected_on"))
    return _summed(found.values("month", "stage", "category", "currency", "owner", *more))


def won_sums(deals: QuerySet, since: date) -> QuerySet:
    found = deals.filter(state=Outcome.WON, closed_on__gte=since).order_by()
    return _summed(found.annotate(month=FirstOfMonth("closed_on")).values("month", "currency", "owner"))


def _summed(found):
    return found.annotate(count=Count("pk"), known=Count("amount_minor"), sum=Sum("amount_minor"))


def worth_of(asked: Asked, currencies: Iterable[str], on: date) -> Callable[[int, str], int | None]:
    """What an amount is worth in the asked currency on that day; None where no rate is known."""
    if asked.currency != ALL:
        return lambda amount, _currency: amount
    rates = OwnRates(currencies)
    return lambda amount, currency: rates.worth(amount, currency, on)


def _add_open(made: Forecast, row: dict, worth) -> None:
    stage = sales().stages.get(row["stage"])
    amount, category = worth(row["sum"] or 0, row["currency"]), category_of(row["category"], stage)
    for line in _lines_of(made, row["month"], row["owner"]):
        line.of[category].add(amount, row["count"], row["count"] - row["known"])
        if category in COUNTED and amount is not None and stage is not None:
            line.chance += amount * stage.probability


def _lines_of(made: Forecast, month: date | None, owner: int | None) -> list[Line]:
    """The month's, or the rest's; and the person's where it is the asked month."""
    this = first_of_month(made.today)
    if month is None:
        return [made.rest[NO_DAY]]
    if month in made.months:
        return [made.months[month], *([made.people[owner]] if month == made.month else [])]
    return [made.rest[EARLIER if month < this else LATER]]


# ── how it goes: stages, reasons, win rates over the last year


def ended(asked: Asked, day: date) -> QuerySet:
    """Those won or lost within the last year."""
    return asked.deals().exclude(state=Outcome.OPEN).filter(closed_on__gt=day - timedelta(days=YEAR))


@dataclass
class Passed:
    """One stage: how many of the ended deals reached it, how many went on, and how long deals stood in it."""

    stage: Stage
    reached: int = 0
    went_on: int = 0
    days: float | None = None
    stays: int = 0

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.went_on, self.reached) if self.reached else None


def stages_passed(asked: Asked, day: date) -> list[Passed]:
    """Of the deals that ended within the year. A won one reached every stage of its pipeline, whatever was skipped."""
    places = {stage.key: place for place, stage in enumerate(sales().stages.values(), 1) if stage.outcome == "open"}
    if not places:
        return []
    stood = Stay.objects.filter(deal=OuterRef("pk"), stage__in=places).order_by().values("deal")
    furthest = Subquery(stood.annotate(place=Max(_by_place(places))).values("place"))
    of_lost = Case(When(state=Outcome.LOST, then=furthest), output_field=IntegerField())
    found = ended(asked, day).annotate(furthest=of_lost).order_by()
    rows = list(found.values_list("pipeline", "state", "furthest").annotate(count=Count("pk")))
    stays = _time_in(asked, day, list(places))
    passed = []
    for key, place in places.items():
        stage = sales().stages[key]
        if stage.retired_at:
            continue
        mine = [row for row in rows if row[0] == str(stage.pipeline_id)]
        reached = sum(count for _pipeline, state, far, count in mine if state == "won" or (far or 0) >= place)
        went_on = sum(count for _pipeline, state, far, count in mine if state == "won" or (far or 0) > place)
        passed.append(Passed(stage, reached, went_on, *stays.get(key, (None, 0))))
    return passed


def reached(values: list[str]) -> QuerySet:
    """The deals under a number of the stages: those that reached one of these, however they ended."""
    found = Q(pk__in=[])
    for value in values:
        stage = sales().stages.get(value)
        if stage is not None:
            later = [
                other.key for other in sales().stages_of(str(stage.pipeline_id), Outcome.OPEN)
                if (other.order, other.pk) >= (stage.order, stage.pk)
            ]  # fmt: skip
            stood = Q(pk__in=Stay.objects.filter(stage__in=later).values("deal"))
            found |= Q(pipeline=str(stage.pipeline_id)) & (stood | Q(state=Outcome.WON))
    return Deal.objects.filter(found).order_by().values("pk")


def stage_choices() -> list[tuple[str, Any]]:
    return [(key, str(stage)) for key, stage in sales().stages.items() if stage.outcome == Outcome.OPEN]


def _by_place(places: dict[str, int]) -> Case:
    return Case(*(When(stage=key, then=Value(place)) for key, place in places.items()), output_field=IntegerField())


class DaysBetween(Func):
    """Days from the first moment to the second. SQLite reckons by itself: Django's way calls Python for each row."""

    output_field = FloatField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" - ", **context)

    def as_postgresql(self, compiler, connection, **context):
        template = "EXTRACT(EPOCH FROM (%(expressions)s)) / 86400"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **context)


class JulianDay(Func):
    """On SQLite a moment as a number of days; elsewhere the moment itself."""

    output_field = FloatField()

    def as_sql(self, compiler, connection, **context):
        if connection.vendor == "sqlite":
            return super().as_sql(compiler, connection, function="julianday", **context)
        return compiler.compile(self.source_expressions[0])


def _time_in(asked: Asked, day: date, stages: list[str]) -> dict[str, tuple[float, int]]:
    """{stage: (mean days, stays)} of the stays that ended within the year."""
    since = start_of(day - timedelta(days=YEAR))
    left = Stay.objects.filter(stage__in=stages, left_at__gt=since, deal__in=asked.deals()).order_by()
    lasted = DaysBetween(JulianDay("left_at"), JulianDay("entered_at"))
    rows = left.values_list("stage").annotate(days=Avg(lasted), count=Count("pk"))
    return {stage: (float(days), count) for stage, days, count in rows}


@dataclass
class Rate:
    """How deals of one source, product or person ended, or why they were lost."""

    value: Any
    name: str
    won: int = 0
    lost: int = 0
    amount: Part = field(default_factory=Part)  # of the won ones; of the lost ones among reasons

    @property
    def ended(self) -> int:
        return self.won + self.lost

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.won, self.ended) if self.ended else None


NAMED_BY = {"product": "product__name", "owner": "owner__name"}


def win_rates(asked: Asked, day: date, by: str) -> list[Rate]:
    """By "source", "product" or "owner": the most ended first, at most MOST of them."""
    names = [by, *([NAMED_BY[by]] if by in NAMED_BY else [])]
    found = ended(asked, day).order_by()
    most = [row[by] for row in found.values(by).annotate(count=Count("pk")).order_by("-count", by)[:MOST]]
    kept = found.filter(Q(**{f"{by}__in": most}) | (Q(**{f"{by}__isnull": True}) if None in most else Q(pk__in=[])))
    rates: dict[Any, Rate] = {}
    rows = list(_summed(kept.values(*names, "state", "currency")))
    worth = worth_of(asked, {row["currency"] for row in rows}, day)
    for row in rows:
        rate = rates.setdefault(row[by], Rate(row[by], _named(by, row)))
        if row["state"] == Outcome.WON:
            rate.won += row["count"]
            rate.amount.add(worth(row["sum"] or 0, row["currency"]), row["count"], row["count"] - row["known"])
        else:
            rate.lost += row["count"]
    return sorted(rates.values(), key=lambda rate: (-rate.ended, str(rate.name)))


def _named(by: str, row: dict) -> str:
    if by == "source":
        return str(sales().words.get(row[by]) or _("without a source"))
    without = _("without a product") if by == "product" else _("without an owner")
    return row[NAMED_BY[by]] or without


def lost_reasons(asked: Asked, day: date) -> list[Rate]:
    """Why deals were lost within the year; the most frequent first."""
    found = ended(asked, day).filter(state=Outcome.LOST).order_by()
    rows = list(_summed(found.values("reason", "currency")))
    worth = worth_of(asked, {row["currency"] for row in rows}, day)
    rates: dict[str, Rate] = {}
    for row in rows:
        word = sales().words.get(row["reason"])
        rate = rates.setdefault(row["reason"], Rate(row["reason"], str(word or _("no reason given"))))
        rate.lost += row["count"]
        rate.amount.add(worth(row["sum"] or 0, row["currency"]), row["count"], row["count"] - row["known"])
    return sorted(rates.values(), key=lambda rate: (-rate.lost, rate.name))
