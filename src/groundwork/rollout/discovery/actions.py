"""Setting a number and telling us something: what the first two steps do."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records.write import creating, writing
from groundwork.rollout.discovery.models import Conflict, Goal, Need
from groundwork.rollout.discovery.places import Place


@dataclass(frozen=True)
class GoalTemplate:
    """A number that firms often begin with; the form comes filled in."""

    key: str
    statement: Any
    metric: str
    target: Decimal
    days: int

    def typed(self, owner) -> dict:
        return {
            "statement": str(self.statement), "metric": self.metric, "target": self.target,
            "due": today() + timedelta(days=self.days), "owner": owner.pk,
        }  # fmt: skip


goal_templates: Registry[GoalTemplate] = Registry(lambda item: item.key)
goal_templates.add(GoalTemplate("margin", _("We know our margin by product"), "known-share", Decimal(90), 90))


def set_number(*, by, goal: Goal | None = None, version: int | None = None, **typed) -> Goal:
    """A new number, or the fields of one that is there."""
    if goal is None:
        return creating(Goal(**typed), by=by)
    with writing(goal, by=by, act="edited", version=version) as fresh:
        for name, value in typed.items():
            setattr(fresh, name, value)
    return fresh


def begin_wholesale(director) -> None:
    """What the template "wholesale" begins with: the number as a draft, to be agreed with those it concerns."""
    set_number(by=director, **{**goal_templates["margin"].typed(director), "owner": director})


def tell(statement: str, *, by, author=None, kind=Need.Kind.PROBLEM, place: Place | None = None) -> Need:
    """Keep what ``author`` told us, else what ``by`` tells us; ``place`` is where that person was in the product."""
    where = place.kept if place else {}
    return creating(Need(statement=statement, kind=kind, author=author or by, **where), by=by)


def oppose(need: Need, *, by, other: Need, subject: str, owner, due=None) -> Conflict:
    """Two things that cannot both be had; ``owner`` sees to a decision by ``due``. Refused for one and the same."""
    if need.pk == other.pk:
        raise Refusal(gettext("Choose another one: this is the same one."))
    conflict = Conflict(subject=subject, one=need, other=other, owner=owner, due=due, department=need.department)
    return creating(conflict, by=by)
