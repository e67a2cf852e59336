"""The thread of one requirement, as a panel of its page: solid as far as it holds."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.rollout.chain.coverage import LEVELS, Coverage
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.requirements.models import Requirement


@dataclass
class Knot:
    label: Any
    words: str
    href: str
    holds: bool  # and everything before it


def thread_of(requirement: Requirement, user) -> dict:
    """The template's values; empty for one that was withdrawn."""
    standings = Coverage(user, Requirement.objects.filter(pk=requirement.pk)).standings
    if not standings:
        return {"knots": []}
    (standing,) = standings
    goal = standing.goal
    sees_goal = Goal.objects.visible_to(user).filter(pk=goal.pk).exists()
    seen = Need.objects.visible_to(user).select_related("author").in_bulk({link.need for link in standing.needs})
    people = dict.fromkeys(
        str(seen[link.need].author) if link.need in seen else _("no access") for link in standing.needs
    )
    tried = ", ".join(str(Verdict(test.said).label) for test in standing.tests)
    words = {
        1: ", ".join(people) or _("nobody asked"),
        2: str(requirement.confirmed_by or _("not agreed")),
        3: ", ".join(
            element.label if element.is_on else _("%(name)s is off") % {"name": element.label}
            for element in standing.elements
        ),
        4: tried or _("not tried yet"),
        5: _("live") if standing.is_live else _("not live"),
        6: _("opened and filled in") if standing.is_used else _("not used yet"),
        7: paid_off_words(standing, user) if sees_goal else "",
    }
    screens = {1: "told", 2: "agreed", 3: "agreed", 4: "try", 5: "try", 6: "used", 7: "number"}
    return {
        "reached": standing.level,
        "knots": [
            Knot(label, words[level], reverse(f"rollout:{screens[level]}"), level <= standing.level)
            for level, label in LEVELS.items()
        ],
    }


def paid_off_words(standing, user) -> str:
    goal = standing.goal
    course = goal.course_words(user)
    return f"{course}, {goal.read_by(user, standing.number.value)}" if course else ""
