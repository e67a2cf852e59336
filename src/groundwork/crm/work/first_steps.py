"""A newcomer's first steps: a short list of real work, ticked by the work itself, and the time it took (D201).

Nothing is ticked by hand. The list stands on *My day* for 60 days after joining, until all is done or it is put away.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, Q
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import Grant, User
from groundwork.access.rights import reach
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.registry import Registry
from groundwork.crm.work.models import PutAway
from groundwork.records.models import Activity
from groundwork.records.tasks.models import Task
from groundwork.records.types import route

NEW_FOR = timedelta(days=60)
LOOKED_BACK = timedelta(days=365)  # who joined within it stands in the heads' list


@dataclass(frozen=True)
class FirstStep:
    """``times`` gives for each of the people the moment of the first such work since they joined: one query.

    ``may`` is the right that the work takes: (verb, key of a type).
    """

    key: str
    label: Any  # lazy
    address: Callable[[], str]  # where it is done
    may: tuple[str, str]
    times: Callable[[Iterable[int]], dict[int, datetime]]


first_steps: Registry[FirstStep] = Registry(lambda step: step.key)


def first_of(manager, person: str = "created_by", at: str = "created_at") -> Callable:
    """``times`` of a step that is done by writing a row: whose it is and when stand in these columns."""

    def times(people):
        rows = manager.filter(**{f"{person}__in": people, f"{at}__gte": F(f"{person}__joined_at")}).order_by()
        return dict(rows.values_list(person).annotate(first=Min(at)))

    return times


@dataclass(frozen=True)
class Newcomer:
    person: User
    steps: list[tuple[FirstStep, datetime | None]]  # what this person may do, and when it was done first

    @property
    def done(self) -> list[datetime]:
        return sorted(at for _step, at in self.steps if at is not None)

    @property
    def is_through(self) -> bool:
        return len(self.done) == len(self.steps)

    @property
    def first(self) -> str:
        """From joining to the first piece of real work, in words; "" as long as there is none."""
        return _span(self.person, self.done[0]) if self.done else ""

    @property
    def all(self) -> str:
        return _span(self.person, self.done[-1]) if self.is_through else ""


def _span(person: User, at: datetime) -> str:
    return timesince(person.joined_at, at, depth=1)


def newcomers(people: Iterable[User]) -> list[Newcomer]:
    """A fixed number of queries, whatever the number of people; who may do none of the work is left out."""
    people = list(people)
    ids = [person.pk for person in people]
    times = {step.key: step.times(ids) for step in first_steps} if ids else {}
    granted, found = _granted(ids), []
    for person in people:
        own = [step for step in first_steps if (person.pk, *step.may) in granted]
        if own:
            found.append(Newcomer(person, [(step, times[step.key].get(person.pk)) for step in own]))
    return found


def _granted(ids: list[int]) -> set[tuple[int, str, str]]:
    """(person, verb, type) by any role, but for types that the firm does not use."""
    off = Element.objects.filter(kind=Element.Kind.OBJECT, state=Element.State.RETIRED).values_list("key", flat=True)
    unused = {key.removeprefix("object:") for key in off}
    rows = Grant.objects.filter(role__people__in=ids).values_list("role__people", "verb", "type")
    return {row for row in rows if row[2] not in unused}


def day_section(user: User) -> Newcomer | None:
    if now() - user.joined_at > NEW_FOR or PutAway.objects.filter(person_id=user.pk).exists():
        return None
    return next((found for found in newcomers([user]) if not found.is_through), None)


def put_away(user: User) -> None:
    """The list does not come back."""
    PutAway.objects.get_or_create(person_id=user.pk)


def of_my_people(user: User) -> list[Newcomer]:
    """Those who joined within a year and whose tasks the person sees, the newest first."""
    scope = reach(user, "view", Task.type_key)
    found = User.objects.filter(is_active=True, joined_at__gte=now() - LOOKED_BACK).select_related("department")
    if not scope.all:
        found = found.filter(Q(pk=scope.me) | Q(department__in=scope.departments))
    return newcomers(found.order_by("-joined_at", "pk"))


first_steps.add(
    FirstStep(
        "talk", _("Write down a call or what was agreed, on a customer's page"),
        lambda: route("records:list", "company"), ("view", "company"),
        first_of(Activity.objects, "by", "at"),
    )
)  # fmt: skip
first_steps.add(
    FirstStep(
        "next step", _("Plan a next step: what, by when"), lambda: route("records:list", "task"),
        ("create", "task"), first_of(Task.objects),
    )
)  # fmt: skip
first_steps.add(
    FirstStep(
        "done", _("Tick off a task"), lambda: route("records:list", "task"),
        ("create", "task"), first_of(Task.objects, "done_by", "done_at"),
    )
)  # fmt: skip
