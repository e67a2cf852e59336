"""How far each role has come (ROLLOUT.md 4.8): four shares of the last four weeks, and their geometric mean.

A role of fewer than five people is counted together with the other small ones: nobody's own figure is told to others.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import prod

from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.core.clock import now
from groundwork.core.money import round_half_up
from groundwork.records.models import Change, ChangeSet, Use
from groundwork.records.types import types
from groundwork.records.use import flush
from groundwork.rollout.adoption.models import Measured
from groundwork.rollout.adoption.use import DAYS, fills
from groundwork.rollout.requirements.models import Requirement, UseStep

FEW = 5  # people; fewer are nobody's business but their own
CHANGES = 20_000  # of the last four weeks, the newest
TOGETHER = ""  # the key of the small roles, counted together
TAKEN_OFF = Decimal("0.7")

PARTS = {
    "access": _("work in it"),
    "task": _("do in it what was agreed"),
    "quality": _("find filled in what is needed"),
    "reliance": _("write what others read"),
}


@dataclass
class Parts:
    """Four shares, 0..1; None where there is nothing to count."""

    people: int
    access: float | None = None
    task: float | None = None
    quality: float | None = None
    reliance: float | None = None

    @property
    def known(self) -> dict[str, float]:
        return {name: share for name in PARTS if (share := getattr(self, name)) is not None}

    @property
    def index(self) -> Decimal | None:
        """Of at least two shares: one alone says nothing of the whole."""
        shares = list(self.known.values())
        return round_half_up(Decimal(str(prod(shares) ** (1 / len(shares)))), 4) if len(shares) > 1 else None

    @property
    def kept(self) -> dict:
        return {"people": self.people, **self.known}


@dataclass
class Done:
    """What people did in the last four weeks, read at once."""

    since: datetime
    active: set[int] = field(default_factory=set)
    used: set[tuple[int, str]] = field(default_factory=set)  # (person, element)
    made: dict[tuple[str, int], int] = field(default_factory=dict)  # {record: who made it}
    read: set[tuple[str, int]] = field(default_factory=set)  # of them, those that somebody else opened
    is_reading_known: bool = False  # did anybody open any record?

    @classmethod
    def lately(cls) -> "Done":
        flush()
        done = cls(now() - timedelta(days=DAYS))
        done.note_changes()
        done.note_uses()
        return done

    def note_changes(self) -> None:
        acts = ChangeSet.objects.filter(at__gte=self.since, channel="web", by__isnull=False).order_by()
        self.active |= set(acts.values_list("by", flat=True).distinct())
        rows = Change.objects.filter(changeset__in=acts).order_by("-pk")
        told = rows.values_list("type", "object_id", "created", "fields", "changeset__by")
        for type_key, pk, created, fields, person in told[:CHANGES]:
            if created:
                self.made[type_key, pk] = person
            self.used |= {(person, key) for key in elements_of(type_key, fields)}

    def note_uses(self) -> None:
        uses = Use.objects.filter(at__gte=self.since).order_by()
        self.active |= set(uses.values_list("user", flat=True).distinct())
        reports = uses.filter(kind="report").values_list("user", "key").distinct()
        self.used |= set(reports)
        views = uses.filter(kind="view", object_id__isnull=False).values_list("key", "object_id", "user").distinct()
        for type_key, pk, person in views:
            self.is_reading_known = True
            record = (type_key, pk or 0)
            if self.made.get(record, person) != person:
                self.read.add(record)


def elements_of(type_key: str, fields: Iterable[str]) -> set[str]:
    """The elements of the fields, and of the lines, that a change was of."""
    kind = types.get(type_key)
    if kind is None:
        return set()
    names = {shown.column: name for name, shown in kind.by_name.items()}
    lines = {part.model._meta.model_name: part.element for part in kind.parts if part.element}
    found = {f"field:{type_key}.{names[column]}" for column in fields if column in names}
    return found | {lines[name] for column in fields if (name := column.partition("#")[0]) in lines}


def people_of_roles() -> dict[str, set[int]]:
    """{role: its people}; those of small roles together, where they are enough not to be told apart."""
    found: dict[str, set[int]] = {}
    held = User.objects.filter(is_active=True, roles__isnull=False).order_by()
    for key, person in held.values_list("roles__key", "pk"):
        found.setdefault(key, set()).add(person)
    large = {key: people for key, people in found.items() if len(people) >= FEW}
    rest = set().union(*(people for key, people in found.items() if key not in large))
    return {**large, TOGETHER: rest} if len(rest) >= FEW else large


def measured_roles() -> dict[str, Parts]:
    people = people_of_roles()
    if not people:
        return {}
    done, steps = Done.lately(), steps_of_roles()
    large = set(people) - {TOGETHER}
    found = {}
    for role, members in people.items():
        keys = [key for actor, key in steps if (actor == role if role else actor not in large)]
        found[role] = parts_of(members, keys, done)
    return found


def steps_of_roles() -> list[tuple[str, str]]:
    """(role, element) of each step of what went live."""
    steps = UseStep.objects.filter(case__archived_at=None, case__requirement__state=Requirement.State.LIVE)
    return list(steps.exclude(uses="").order_by("pk").values_list("case__actor", "uses"))


def parts_of(members: set[int], keys: list[str], done: Done) -> Parts:
    made = [record for record, person in done.made.items() if person in members]
    return Parts(
        people=len(members),
        access=len(members & done.active) / len(members),
        task=share(sum(any((person, key) in done.used for person in members) for key in keys), len(keys)),
        quality=mean([filled for key in set(keys) if (filled := filled_of(key)) is not None]),
        reliance=share(sum(record in done.read for record in made), len(made)) if done.is_reading_known else None,
    )


def filled_of(key: str) -> float | None:
    """How full a field is: as it is known of what was sold, else of the newest records, as the last round had it."""
    if key in fills:
        known = fills[key].share()
        return None if known is None else float(known)
    row = Measured.objects.filter(kind=Measured.Kind.FIELD, key=key).first()
    return row.more.get("filled") if row else None


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
