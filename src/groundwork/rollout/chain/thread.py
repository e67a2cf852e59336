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
    goal, uses = standing.requirement.goal, standing.requirement.uses.all()
    sees_goal = Goal.objects.visible_to(user).filter(pk=goal.pk).exists()
    asked = standing.requirement.needs.all()
    seen = set(
        Need.objects.visible_to(user).filter(pk__in=[link.need_id for link in asked]).values_list("pk", flat=True)
    )
    people = dict.fromkeys(str(link.need.author) if link.need_id in seen else _("no access") for link in asked)
    tried = ", ".join(str(Verdict(said).label) for _t, _r, said in standing.tests)
    words = {
        1: ", ".join(people) or _("nobody asked"),
        2: str(standing.requirement.confirmed_by or _("not agreed")),
        3: ", ".join(
            use.element.label if use.element.is_on else _("%(name)s is off") % {"name": use.element.label}
            for use in uses
        ),
        4: tried or _("not tried yet"),
        5: _("live") if standing.holds[5] else _("not live"),
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
    goal = standing.requirement.goal
    course = goal.course_words(user)
    return f"{course}, {goal.read_by(user, standing.value)}" if course else ""
