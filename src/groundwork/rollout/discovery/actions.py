"""Setting a number and telling us something: what the first two steps do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records.write import creating, writing
from groundwork.rollout.discovery.library import goal_templates
from groundwork.rollout.discovery.models import Conflict, Goal, Need
from groundwork.rollout.discovery.places import Place


def set_number(*, by, goal: Goal | None = None, version: int | None = None, **typed) -> Goal:
    """A new number, or the fields of one that is there."""
    if goal is None:
        return creating(Goal(**typed), by=by)
    with writing(goal, by=by, act="edited", version=version) as fresh:
        for name, value in typed.items():
            setattr(fresh, name, value)
    return fresh


def begin_with(key: str, director) -> None:
    """The number that a template of the firm begins with, as a draft: it is agreed with those it concerns."""
    set_number(by=director, **{**goal_templates[key].typed(director), "owner": director})


def tell(statement: str, *, by, author=None, kind=Need.Kind.PROBLEM, place: Place | None = None) -> Need:
    """Keep what ``author`` told us, else what ``by`` tells us; ``place`` is where that person was in the product."""
    where = place.kept if place else {}
    return creating(Need(statement=statement, kind=kind, author=author or by, **where), by=by)


@dataclass(frozen=True)
class Taker:
    """What an upper room takes from "Tell us" that is no need: ``take`` keeps it and says what the person reads."""

    key: str
    label: Any
    take: Callable[..., str]  # (statement, by=, place=)
    may: Callable[[Any], bool]


takers: Registry[Taker] = Registry(lambda item: item.key)


def oppose(need: Need, *, by, other: Need, subject: str, owner, due=None) -> Conflict:
    """Two things that cannot both be had; ``owner`` sees to a decision by ``due``. Refused for one and the same."""
    if need.pk == other.pk:
        raise Refusal(gettext("Choose another one: this is the same one."))
    conflict = Conflict(subject=subject, one=need, other=other, owner=owner, due=due, department=need.department)
    return creating(conflict, by=by)
