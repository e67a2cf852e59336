"""What is seen here of a step of work, beside what people told of it (ROLLOUT.md 4.7): how often, by whom, how long.

A use case says which step of work it is, and its steps say which fields and reports they use: that ties the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast
from django.utils.timezone import localtime

from groundwork.access.models import User
from groundwork.core.clock import now
from groundwork.records.models import Change, Use
from groundwork.records.types import types
from groundwork.records.use import flush
from groundwork.rollout.adoption.roles import FEW
from groundwork.rollout.adoption.use import DAYS
from groundwork.rollout.discovery.differences import ALIKE, FAR_APART, likeness
from groundwork.rollout.discovery.interviews import Interview, WorkProcess, WorkStep
from groundwork.rollout.requirements.models import Mode, Requirement, UseCase

MONTH = 365 / 12  # days
SITTING = timedelta(hours=1)  # what was opened longer ago was not opened for this
SLOWER = 1.2  # times as long as people told (R57)
Opening = tuple[str, int, int]  # a record, and who opened it


class Written(NamedTuple):
    case: int
    opening: Opening
    at: datetime


@dataclass
class Seen:
    """Of the last four weeks. A step that fills something in is seen each day and record that it was filled in on;
    where nothing is filled in, each time that something was opened."""

    times: int = 0
    people: set[int] = field(default_factory=set)
    minutes: list[float] = field(default_factory=list)  # from opening a record until it was saved


@dataclass(frozen=True)
class Observed:
    """One step of work as people told it, and as it is seen here."""

    case: UseCase
    told: list[WorkStep]  # as one person tells it, and as somebody on the other side does: head or worker
    seen: Seen
    is_by_others: bool  # nobody of the role that was agreed did it

    @property
    def step(self) -> WorkStep:
        return self.told[0]

    @property
    def is_due(self) -> bool:
        """Has it been live for four weeks?"""
        live_at = self.case.requirement.live_at
        return live_at is not None and live_at <= now() - timedelta(days=DAYS)

    @property
    def often_told(self) -> list[float]:
        """Times a month, of those who said it."""
        return [often for step in self.told if (often := step.times_a_month)]

    @property
    def a_month(self) -> float:
        return self.seen.times * MONTH / DAYS

    @property
    def is_rarer(self) -> bool:
        """Than anybody told: half as often, or less."""
        return all(self.a_month * FAR_APART <= often for often in self.often_told)

    @property
    def is_oftener(self) -> bool:
        return all(self.a_month >= often * FAR_APART for often in self.often_told)

    @property
    def differs(self) -> bool:
        """R16: is it seen otherwise than everybody told?"""
        return bool(self.often_told) and (self.is_rarer or self.is_oftener or self.is_by_others)

    @property
    def share(self) -> float | None:
        """How much of what was told is seen here, 0..1; None where nobody said how often."""
        often = self.step.times_a_month
        return min(1.0, self.a_month / often) if often else None

    @property
    def minutes(self) -> float | None:
        """Half of the times it took less. None for fewer than five people: it would be somebody's own figure."""
        is_told = len(self.seen.people) >= FEW and len(self.seen.minutes) >= FEW
        return median(self.seen.minutes) if is_told else None

    @property
    def saved(self) -> float | None:
        """Minutes a month that it takes less than people told; None where it takes longer, or nothing tells."""
        told, seen = self.step.minutes, self.minutes
        if not self.is_due or told is None or seen is None or seen >= told:
            return None
        return (told - seen) * self.a_month

    @property
    def is_slower(self) -> bool:
        """R57"""
        told, seen = self.step.minutes, self.minutes
        return told is not None and seen is not None and seen > told * SLOWER


def observed(user) -> list[Observed]:
    """Of what is live and says which work it is, as far as ``user`` sees that. Seven queries at most."""
    works = WorkProcess.objects.visible_to(user)
    steps = WorkStep.objects.visible_to(user).current().filter(process__in=works)
    cases = list(
        UseCase.objects.visible_to(user)
        .current()
        .filter(work_step__in=steps, requirement__state=Requirement.State.LIVE, requirement__archived_at=None)
        .select_related("requirement", "work_step__process", "work_step__interview")
        .prefetch_related("steps")
        .order_by("pk")
    )
    if not cases:
        return []
    told = list(steps.filter(process__in={case.work_step.process_id for case in cases}).select_related("interview"))
    seen, roles = Log(cases).seen, roles_of({case.actor for case in cases})
    return [
        Observed(
            case, said_of(case.work_step, told), seen[case.pk],
            bool(case.actor and seen[case.pk].people) and seen[case.pk].people.isdisjoint(roles.get(case.actor, ())),
        )
        for case in cases
    ]  # fmt: skip


def unsaid(user) -> list[UseCase]:
    """What is live and does not say which work it is, of what ``user`` may change. One query."""
    cases = UseCase.objects.visible_to(user, "edit").current().filter(work_step=None)
    return list(cases.filter(requirement__state=Requirement.State.LIVE, requirement__archived_at=None).order_by("pk"))


def said_of(step: WorkStep, told: Iterable[WorkStep]) -> list[WorkStep]:
    """The step, and the likest one of the other side: of the head if a worker told it, else of a worker."""
    is_worker = is_of_worker(step)
    others = [one for one in told if one.process_id == step.process_id and is_of_worker(one) != is_worker]
    best = max(others, key=lambda one: likeness(one.name, step.name), default=None)
    return [step, best] if best is not None and likeness(best.name, step.name) >= ALIKE else [step]


def is_of_worker(step: WorkStep) -> bool:
    return step.interview is None or step.interview.level == Interview.Level.WORKER


def roles_of(keys: set[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for role, person in User.objects.filter(roles__key__in=keys).order_by().values_list("roles__key", "pk"):
        found.setdefault(role, set()).add(person)
    return found


class Log:
    """What of these use cases is seen in the history and in what was opened. Three queries at most."""

    def __init__(self, cases: list[UseCase]):
        flush()
        self.since = now() - timedelta(days=DAYS)
        self.seen = {case.pk: Seen() for case in cases}
        self.timed = {case.pk for case in cases if case.work_step.minutes}
        self.writes: dict[tuple[str, str], set[int]] = {}  # {(type, what of it is named in history): use cases}
        self.reads: dict[str, set[int]] = {}  # {element: use cases}
        for case in cases:
            keys = {step.uses: step.mode for step in case.steps.all() if step.uses}
            written = [key for key, mode in keys.items() if mode == Mode.WRITES]
            for key in written:
                if place := place_of(key):
                    self.writes.setdefault(place, set()).add(case.pk)
            for key in () if written else keys:
                self.reads.setdefault(key, set()).add(case.pk)
        self.note_minutes(self.note_written())
        self.note_opened()

    def note_written(self) -> list[Written]:
        wanted = Q(pk__in=[])
        for type_key, name in self.writes:  # a coarse sieve: half of the history is of other fields
            wanted |= Q(type=type_key, text__contains=f'"{name}')
        rows = Change.objects.annotate(text=Cast("fields", TextField())).filter(wanted)
        rows = rows.filter(changeset__at__gte=self.since, changeset__channel="web", changeset__by__isnull=False)
        found, days = [], set()
        for type_key, pk, fields, person, at in rows.order_by("pk").values_list(
            "type", "object_id", "fields", "changeset__by", "changeset__at"
        ):
            names = {name.partition("#")[0] for name in fields}
            for case in set().union(*(self.writes.get((type_key, name), ()) for name in names)):
                day = (case, type_key, pk, localtime(at).date())
                self.seen[case].times += day not in days
                self.seen[case].people.add(person)
                days.add(day)
                found.append(Written(case, (type_key, pk, person), at))
        return found

    def note_minutes(self, written: list[Written]) -> None:
        """Only where it may be told."""
        told = [one for one in written if one.case in self.timed and len(self.seen[one.case].people) >= FEW]
        opened: dict[Opening, list[datetime]] = {}
        rows = Use.objects.filter(kind="view", at__gte=self.since - SITTING).order_by()
        rows = rows.filter(key__in={one.opening[0] for one in told}, object_id__in={one.opening[1] for one in told})
        for key, pk, person, at in rows.values_list("key", "object_id", "user", "at"):
            opened.setdefault((key, pk or 0, person), []).append(at)
        for one in told:
            before = [at for at in opened.get(one.opening, ()) if one.at - SITTING <= at <= one.at]
            if before:
                self.seen[one.case].minutes.append((one.at - max(before)).total_seconds() / 60)

    def note_opened(self) -> None:
        rows = Use.objects.filter(kind="report", key__in=self.reads, at__gte=self.since).order_by()
        for key, person, times in rows.values_list("key", "user").annotate(times=Count("pk")):
            for case in self.reads[key]:
                self.seen[case].times += times
                self.seen[case].people.add(person)


def place_of(key: str) -> tuple[str, str] | None:
    """(record type, what of it history names) of the element of a field, or of lines."""
    type_key, _dot, name = key.removeprefix("field:").partition(".")
    kind = types.get(type_key)
    if kind is None:
        return None
    if name in kind.by_name:
        return type_key, kind.by_name[name].column
    lines = next((part for part in kind.parts if part.element == key), None)
    return (type_key, str(lines.model._meta.model_name)) if lines else None
