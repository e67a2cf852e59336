"""How far what we agreed has come: asked, agreed, set up, tried, live, used, paid off. Computed live, nothing is kept.

A level counts only if all below it do: a thread that breaks in the middle ends there (light profile).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Concat
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.blueprint.models import Element
from groundwork.core import languages
from groundwork.rollout.adoption.use import Reading, Usage
from groundwork.rollout.chain.weights import LEAST, weights_of
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun, Verdict, verdict_of
from groundwork.rollout.discovery.metrics import Readings
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.requirements.doubts import Agreed, Asked, Doubt, Ends, doubts_among, grouped
from groundwork.rollout.requirements.models import Requirement
from groundwork.rollout.requirements.weights import hindered_hours

LEVELS = {
    1: _("asked"),
    2: _("agreed"),
    3: _("set up"),
    4: _("tried"),
    5: _("live"),
    6: _("used"),
    7: _("paid off"),
}
AGREED = (Requirement.State.CONFIRMED, Requirement.State.LIVE)


class Row(NamedTuple):
    """What a requirement says of itself."""

    pk: int
    goal: int
    owner: int | None
    live_at: datetime | None
    statement: str
    state: str
    author: int | None
    future_user: int | None  # whoever will use it and said yes
    held_by: dict[str, Any]
    confirmed_at: datetime | None
    words_hold: bool  # they are those that were agreed
    says_when_done: bool


class Tried(NamedTuple):
    test: int
    said: str  # Verdict
    at: datetime | None

    def __str__(self):
        return f"{Verdict(self.said).label} {languages.moment(self.at) if self.at else ''}".strip()


class Number(NamedTuple):
    """What the levels ask of a goal, worked out once for all that was agreed for it."""

    holds: bool  # agreed, measured, and still wanted
    has_moved: bool  # at least half of the way
    value: Decimal | None  # of its metric, today


@dataclass(slots=True)
class Standing:
    """One requirement with everything that its levels rest on; ``holds`` tells of each level by itself."""

    row: Row
    goal: Goal
    owner: User | None
    needs: list[Asked]
    elements: list[Element]
    tests: list[Tried]
    readings: list[Reading]  # of what is live
    number: Number
    weight: float
    doubts: list[Doubt] = field(default_factory=list)  # what changed since it was agreed
    holds: dict[int, bool] = field(default_factory=dict)
    level: int = 0  # the highest with none missing below it; 0: nobody asked, or for a number nobody agreed on

    def __post_init__(self):
        self.holds = {
            1: self.number.holds and bool(self.needs),
            2: self.is_agreed and not self.doubts and self.row.says_when_done and bool(self.elements),
            3: bool(self.elements) and all(element.is_on for element in self.elements),
            4: bool(self.tests) and all(tried.said == Verdict.PASSED for tried in self.tests),
            5: self.row.state == Requirement.State.LIVE,
            6: bool(self.readings) and all(reading.is_used for reading in self.readings),
            7: self.number.has_moved,
        }
        self.level = next((level - 1 for level, holds in self.holds.items() if not holds), len(LEVELS))

    @property
    def pk(self) -> int:
        return self.row.pk

    @property
    def statement(self) -> str:
        return self.row.statement

    @property
    def is_agreed(self) -> bool:
        return self.row.state in AGREED

    @property
    def was_reworded(self) -> bool:
        return self.is_agreed and not self.row.words_hold

    @property
    def is_live(self) -> bool:
        return self.holds[5]

    @property
    def live_on(self) -> date | None:
        return localtime(self.row.live_at).date() if self.row.live_at else None

    @property
    def is_used(self) -> bool:
        return self.holds[5] and self.holds[6]

    @property
    def words(self):
        return LEVELS[self.level] if self.level else _("not asked for")


class Coverage:
    """The standing of every requirement that ``user`` sees and nobody withdrew or parked. A fixed number of queries.

    Read as plain rows, not as records: two thousand take a fifth of a second (docs/domain/map.md).
    """

    def __init__(self, user, requirements=None):
        found = (Requirement.objects.visible_to(user) if requirements is None else requirements).in_force()
        self.user, self.values, self.hours = user, Readings(), hindered_hours()
        self.standings = self._read(found)

    def _read(self, found) -> list[Standing]:
        ids, rows = found.order_by().values("pk"), rows_of(found)
        goals = Goal.objects.select_related("owner").in_bulk({row.goal for row in rows})
        people = User.objects.in_bulk({row.owner for row in rows if row.owner})
        ends = Ends(ids)
        needs, needed, tests = ends.needs, ends.elements, tests_of(ids, ends.elements)
        weights = weights_of(needs, self.hours)
        agreed = (Agreed(row.pk, row.goal, row.words_hold, row.held_by) for row in rows if row.state in AGREED)
        doubts = doubts_among(agreed, goals, ends)
        usage = Usage(elements={element.key: element for elements in needed.values() for element in elements})
        numbers = {pk: self.number_of(goal) for pk, goal in goals.items()}
        standings = []
        for row in rows:
            goal, elements, is_live = goals[row.goal], needed.get(row.pk, []), row.state == Requirement.State.LIVE
            readings = usage.readings_of(elements, answers_for=goal.owner_id, live_at=row.live_at) if is_live else []
            standings.append(
                Standing(
                    row, goal, people.get(row.owner), needs.get(row.pk, []), elements, tests.get(row.pk, []), readings,
                    numbers[row.goal], weights.get(row.pk, LEAST), doubts.get(row.pk, []),
                )
            )  # fmt: skip
        return standings

    def number_of(self, goal: Goal) -> Number:
        value = self.value_of(goal)
        return Number(goal.is_agreed and not goal.is_stale and bool(goal.metric), goal.half_way(value), value)

    def value_of(self, goal: Goal) -> Decimal | None:
        """Today's value of the goal's metric."""
        return self.values.of(goal.metric) if goal.metric else None


def share(standings: Iterable[Standing], level: int) -> int | None:
    """Per cent of the requirements that have come so far, by their weight (3.5)."""
    weighed = [(standing.weight, standing.level >= level) for standing in standings]
    whole = sum(weight for weight, _has_come in weighed)
    return round(100 * sum(weight for weight, has_come in weighed if has_come) / whole) if whole else None


def rows_of(found) -> list[Row]:
    agreed_words = Q(confirmed_text=Concat("statement", Value("\n"), "done_when", output_field=TextField()))
    says = [ExpressionWrapper(said, output_field=BooleanField()) for said in (agreed_words, ~Q(done_when=""))]
    names = ("pk", "goal_id", "owner_id", "live_at", "statement", "state")
    more = ("author_id", "future_user_id", "held_by", "confirmed_at")
    return [Row(*values) for values in found.order_by("pk").values_list(*names, *more, *says)]


def tests_of(ids, needed: dict[int, list[Element]]) -> dict[int, list[Tried]]:
    """The verdict of each test by its newest run, as ``delivery`` gives it."""
    tests = AcceptanceTest.objects.current().filter(requirement__in=ids)
    later = TestRun.objects.filter(test=OuterRef("test")).filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    )
    same_words = ExpressionWrapper(Q(script=F("test__script")), output_field=BooleanField())
    newest = TestRun.objects.filter(test__in=tests.order_by().values("pk")).exclude(Exists(later)).order_by()
    runs = {
        test: run
        for test, *run in newest.values_list("test_id", same_words, "element_revisions", "works", "fits", "at")
    }
    revisions = {pk: {element.key: element.revision for element in elements} for pk, elements in needed.items()}
    return grouped(
        (requirement, tried(test, runs.get(test), revisions.get(requirement, {})))
        for test, requirement in tests.order_by("pk").values_list("pk", "requirement_id")
    )


def tried(test: int, run: list | None, revisions: dict[str, int]) -> Tried:
    if run is None:
        return Tried(test, Verdict.NOT_RUN, None)
    same_words, were, works, fits, at = run
    return Tried(test, verdict_of(is_as_tried=same_words and were == revisions, works=works, fits=fits), at)
