"""Order among open deals: eight checks of each, asked of the database at once, and what they come to.

A deal's order is the weight of the checks that hold over the weight of all; a person's is the mean over the deals, a
team's the mean over all deals of its people. docs/domain/order-of-deals.md
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now, start_of, today
from groundwork.core.money import round_half_up
from groundwork.crm.sales.checks import BITS, Code, Weights, weights
from groundwork.crm.sales.deals import Deal, DealContact
from groundwork.crm.sales.pipelines import Outcome, needed_in, sales
from groundwork.crm.sales.stage_times import limits
from groundwork.crm.trade.rates import OwnRates
from groundwork.records.models import Activity, Change, RecordQuerySet
from groundwork.records.tasks.models import Task
from groundwork.records.workdays import calendar

FEWEST = 3  # deals that make a figure
WORDS = 20  # signs of a note that tells of something
LONG_AGO = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
AT_ONCE = 10  # records: more of them in one act is work in bulk, which touches none


# ── the checks, as the database asks them


def held_checks() -> dict[Code, Any]:
    """{check: what is true where it holds}, of deals ``with_since``."""
    return {
        Code.STEP: Q(next_on__gte=today()),
        Code.TOUCH: _touched(),
        Code.TIME: Q(stage_since__gte=F("stood_since")),
        Code.AMOUNT: Q(amount_minor__isnull=False),
        Code.CLOSE: Q(expected_on__gte=today()),
        Code.FACTS: _tells_what_is_asked(),
        Code.LINKED: Q(company__isnull=False)
        & (Q(contact__isnull=False) | Exists(DealContact.objects.filter(deal=OuterRef("pk")))),
        Code.SINGLE: ~_doubles(),
    }


def with_since(deals: QuerySet) -> QuerySet:
    steps = Task.objects.open().filter(about_type=Deal.type_key, about_id=OuterRef("pk")).order_by("due_on")
    return deals.order_by().annotate(
        next_on=Subquery(steps.values("due_on")[:1]),
        idle_since=_since({key: stage.idle_days for key, stage in sales().stages.items()}),
        stood_since=_since(limits()),
    )


def looked_at(deals: QuerySet) -> QuerySet:
    """``deals`` with ``mask``, a bit for each check that holds, and ``next_on``, the day of the next step."""
    bits = [
        Case(When(condition, then=Value(BITS[code])), default=Value(0)) for code, condition in held_checks().items()
    ]
    mask: Any = Value(0, IntegerField())
    for bit in bits:
        mask = mask + bit
    return with_since(deals).annotate(mask=mask)


# ── what lists are narrowed by

SEEN_BY_ALL = (Code.STEP, Code.TOUCH, Code.TIME)  # whoever sees a deal and its stage sees these on its card


def untidy_choices() -> list[tuple[str, Any]]:
    words = {Code.STEP: _("no next step, or a late one"), Code.TOUCH: _("nothing happened lately"),
             Code.TIME: _("stands too long")}  # fmt: skip
    return [(str(code), words[code]) for code in SEEN_BY_ALL]


def being_untidy(values: list[str]) -> QuerySet:
    """The open deals in which any of these checks does not hold."""
    holds = held_checks()
    lacks = {
        f"lacks_{code}": Case(When(holds[code], then=Value(0)), default=Value(1))  # ~Q would pass over unknown days
        for code in SEEN_BY_ALL
        if code in values
    }
    found = with_since(open_deals()).annotate(**lacks)
    return found.filter(reduce(or_, (Q(**{name: 1}) for name in lacks), Q(pk=None))).values("pk")


def _since(days_of: dict[str, int | None]) -> Case:
    """Since when at the latest it must have been, by the days of its stage; long ago where there is no limit."""
    stages: dict[int, list[str]] = {}
    for key, days in days_of.items():
        if days is not None:
            stages.setdefault(days, []).append(key)
    whens = [
        When(stage__in=keys, then=Value(now() - timedelta(days=days), DateTimeField())) for days, keys in stages.items()
    ]
    return Case(*whens, default=Value(LONG_AGO, DateTimeField()), output_field=DateTimeField())


def _touched() -> Any:
    """A move, a step that was done, a call in which somebody was reached, a note that tells something, another amount
    or day: by a person, one by one. Work in bulk, imports and jobs touch nothing."""
    about = {"object_id": OuterRef("pk"), "type": Deal.type_key}
    done = Task.objects.current().filter(
        about_type=Deal.type_key, about_id=OuterRef("pk"), done_at__gte=OuterRef("idle_since")
    )
    told = Activity.objects.annotate(length=Length("text")).filter(
        (Q(kind=Activity.Kind.CALL) & ~Q(outcome=Activity.Outcome.NO_ANSWER)) | Q(length__gte=WORDS),
        **about, at__gte=OuterRef("idle_since"),
    )  # fmt: skip
    same_act = Change.objects.filter(changeset=OuterRef("changeset")).order_by().values("changeset")
    changed = Change.objects.annotate(size=Subquery(same_act.annotate(size=Count("pk")).values("size"))).filter(
        **about, changeset__at__gte=OuterRef("idle_since"), changeset__channel="web", size__lte=AT_ONCE,
        fields__has_any_keys=["amount_minor", "expected_on"],
    )  # fmt: skip
    return Q(stage_since__gte=F("idle_since")) | Exists(done) | Exists(told) | Exists(changed)


def _tells_what_is_asked() -> Q:
    """The facts that its stage and those before it ask for (``needed_in``)."""
    conditions = []
    for key, stage in sales().stages.items():
        if stage.outcome == Outcome.OPEN:
            wanted = Q(stage=key)
            for name in needed_in(stage):
                wanted &= _is_filled(name)
            conditions.append(wanted)
    return reduce(or_, conditions, Q(pk=None))


def _is_filled(name: str) -> Q:
    is_text = isinstance(Deal._meta.get_field(name), CharField)
    return ~Q(**{name: ""}) if is_text else Q(**{f"{name}__isnull": False})


def _doubles() -> Any:
    """Open deals of the same customer under the same name. Names that a customer has twice are found first, at once."""
    named = open_deals().filter(company__isnull=False).order_by().values("company", "sort_key")
    twice = named.annotate(count=Count("pk")).filter(count__gt=1).values("sort_key")
    others = open_deals().filter(company=OuterRef("company"), sort_key=OuterRef("sort_key"))
    return Q(sort_key__in=twice) & Exists(others.exclude(pk=OuterRef("pk")))


def open_deals() -> RecordQuerySet:
    return Deal.objects.current().filter(state=Outcome.OPEN)


def counted() -> RecordQuerySet:
    """The open deals of which order is asked: those older than one working day."""
    day = calendar().add_working(today(), -1)
    return open_deals().filter(created_at__lte=start_of(day) + (now() - start_of(today())))


# ── what they come to


@dataclass
class Hygiene:
    """The order of some deals. ``score``, ``clean_share``, ``weighted`` are None ("n/a") for fewer than three deals."""

    deals: int = 0
    points: int = 0
    clean: int = 0
    amount: int = 0  # minor units of the firm's currency, at the rates of the day
    amount_points: int = 0
    unrated: int = 0  # deals with an amount in a currency without a rate: they weigh nothing in ``weighted``
    broken: Counter = field(default_factory=Counter)  # {code: deals in which it does not hold}
    held: Weights = field(default_factory=weights, repr=False, compare=False)

    def __add__(self, other: "Hygiene") -> "Hygiene":
        return Hygiene(
            self.deals + other.deals, self.points + other.points, self.clean + other.clean,
            self.amount + other.amount, self.amount_points + other.amount_points, self.unrated + other.unrated,
            self.broken + other.broken,
        )  # fmt: skip

    def take(self, mask: int, deals: int, amount: int, unrated: int = 0) -> None:
        points, broken = self.held.points(mask), self.held.broken(mask)
        self.deals += deals
        self.points += points * deals
        self.clean += 0 if broken else deals
        self.amount += amount
        self.amount_points += points * amount
        self.unrated += unrated
        self.broken.update(dict.fromkeys(broken, deals))

    @property
    def score(self) -> int | None:
        return _percent(self.points, self.deals * self.held.total) if self.deals >= FEWEST else None

    @property
    def clean_share(self) -> int | None:
        return _percent(self.clean, self.deals) if self.deals >= FEWEST else None

    @property
    def weighted(self) -> int | None:
        """Each deal counts as much as its amount: shown beside, since large deals would hide the rest."""
        return _percent(self.amount_points, self.amount * self.held.total) if self.deals >= FEWEST else None


def _percent(part: int, whole: int) -> int | None:
    return int(round_half_up(Decimal(part) * 100 / whole)) if whole else None


def hygiene_by_owner(deals: QuerySet) -> dict[int | None, Hygiene]:
    """The order of the deals of each person: one query, whatever their number, and one for rates where there are
    other currencies than the firm's. ``deals`` are among ``counted()``."""
    grouped = looked_at(deals).values_list("owner", "mask", "currency")
    rows = list(grouped.annotate(deals=Count("pk"), known=Count("amount_minor"), amount=Sum("amount_minor")))
    weight = weights_of_amounts(currency for _owner, _mask, currency, *_counts in rows)
    found: dict[int | None, Hygiene] = {}
    for owner, mask, currency, count, known, amount in rows:
        found.setdefault(owner, Hygiene()).take(mask, count, *weight(currency, known, amount))
    return found


def weights_of_amounts(currencies: Iterable[str]) -> Callable[[str, int, int | None], tuple[int, int]]:
    """What deals weigh: of (currency, deals with an amount, their sum) gives the sum in the firm's currency by the
    rates that stand today, and how many of them cannot be weighed since no rate is known."""
    rates = OwnRates(currencies)

    def weight(currency: str, known: int, amount: int | None) -> tuple[int, int]:
        worth = rates.worth(amount, currency, today()) if amount is not None else 0
        return (0, known) if worth is None else (worth, 0)

    return weight


def hygiene_of(deals: QuerySet) -> Hygiene:
    return sum(hygiene_by_owner(deals).values(), Hygiene())


# ── one deal by one


@dataclass(frozen=True)
class Looked:
    """An open deal, and which checks hold of it."""

    pk: int
    name: str
    stage: str
    stage_since: datetime
    expected_on: date | None
    company_id: int | None
    mask: int
    next_on: date | None

    @property
    def broken(self) -> list[Code]:
        return weights().broken(self.mask)

    @property
    def points(self) -> int:
        return weights().points(self.mask)


FACTS = ("pk", "name", "stage", "stage_since", "expected_on", "company_id", "mask", "next_on")


def by_urgency(deals: QuerySet) -> list[Looked]:
    """How each of ``deals`` stands, the worst first, then those that stand longest: one query."""
    rows = [Looked(**row) for row in looked_at(deals).values(*FACTS)]
    return sorted(rows, key=lambda row: (row.points, row.stage_since, row.pk))


def rows_of(deals: Iterable[Deal]) -> dict[int, Looked]:
    """How each of these open deals stands: one query."""
    ids = [deal.pk for deal in deals if deal.state == Outcome.OPEN]
    rows: list[dict[str, Any]] = list(looked_at(open_deals().filter(pk__in=ids)).values(*FACTS)) if ids else []
    return {row["pk"]: Looked(**row) for row in rows}
