"""What stands in the way, as facts: each with whom it waits for and one thing to do. Computed, never kept."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.rollout.adoption.use import FILLED_ENOUGH
from groundwork.rollout.delivery.actions import WHY_NOT
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.requirements.models import Requirement

STOP, ATTENTION = "bad", "warn"


@dataclass
class Finding:
    kind: str  # STOP blocks the next step; ATTENTION only says
    fact: str
    owner: str
    action: str
    href: str

    @property
    def word(self) -> str:
        return _("Stop") if self.kind == STOP else _("Attention")


def findings(goals, coverage, waiting_needs) -> list[Finding]:
    """Stops first. ``waiting_needs`` are needs nobody has answered. No query."""
    found = []
    for goal in goals:
        found += of_goal(goal, coverage)
    for standing in coverage.standings:
        found += of_requirement(standing, coverage.user)
    for need in waiting_needs:
        fact = _("Nobody has answered: “%(words)s”") % {"words": need.statement[:120]}
        found.append(
            Finding(ATTENTION, fact, str(need.author), _("Answer"), f"{reverse('rollout:told')}#need-{need.pk}")
        )
    return sorted(found, key=lambda item: item.kind != STOP)


def of_goal(goal: Goal, coverage) -> list[Finding]:
    if not goal.is_goal:
        return []
    there, owner = f"{reverse('rollout:number')}#goal-{goal.pk}", str(goal.owner or "")
    if not goal.is_agreed:
        if faults := goal.faults():
            fact = _("“%(goal)s” is not a number yet. %(faults)s") % {"goal": goal, "faults": " ".join(faults)}
            return [Finding(STOP, fact, owner, _("Complete it"), there)]
        return [
            Finding(ATTENTION, _("“%(goal)s” is complete and not agreed.") % {"goal": goal}, owner, _("Agree"), there)
        ]
    if goal.is_stale:
        fact = _("“%(goal)s” held until %(day)s: what hangs on it is doubtful.") % {
            "goal": goal,
            "day": languages.day(goal.valid_until),
        }
        return [Finding(ATTENTION, fact, owner, _("Say whether it still holds"), there)]
    if not coverage.of_goal(goal):
        fact = _("Nothing is agreed for “%(goal)s”.") % {"goal": goal}
        return [Finding(ATTENTION, fact, owner, _("Agree on something"), reverse("rollout:agreed"))]
    if (
        goal.due
        and goal.due < today()
        and goal.is_open_to(coverage.user)
        and not goal.half_way(coverage.value_of(goal))
    ):
        fact = _("“%(goal)s” was due on %(day)s and is less than half of the way.") % {
            "goal": goal,
            "day": languages.day(goal.due),
        }
        return [Finding(ATTENTION, fact, owner, _("Is it used?"), reverse("rollout:used"))]
    return []


def of_requirement(standing, user) -> list[Finding]:
    requirement, holds = standing.requirement, standing.holds
    owner, name = str(requirement.owner or ""), {"what": requirement.statement}
    there = f"{reverse('rollout:agreed')}#requirement-{requirement.pk}"
    found = []
    if not requirement.needs.all():
        found.append(Finding(ATTENTION, _("Nobody asked for “%(what)s”.") % name, owner, _("Say who did"), there))
    if requirement.was_reworded:
        found.append(
            Finding(ATTENTION, _("“%(what)s” was reworded after it was agreed.") % name, owner, _("Agree again"), there)
        )
    elif not requirement.is_confirmed:
        return [
            *found,
            Finding(ATTENTION, _("“%(what)s” is written down and not agreed.") % name, owner, _("Agree"), there),
        ]
    off = [use.element.label for use in requirement.uses.all() if not use.element.is_on]
    if off:
        fact = _("%(names)s: still off, needed for “%(what)s”.") % {**name, "names": ", ".join(off)}
        return [*found, Finding(ATTENTION, fact, owner, _("Switch on"), there)]
    for test, _last, said in standing.tests:
        if said != Verdict.PASSED:
            href = f"{reverse('rollout:try')}#test-{test.pk}"
            kind = ATTENTION if requirement.state == Requirement.State.LIVE else STOP
            found.append(Finding(kind, WHY_NOT[said]() % name, owner, _("Try it"), href))
    if holds[4] and not holds[5]:
        found.append(
            Finding(
                ATTENTION, _("“%(what)s” is tried and not live.") % name, owner, _("Go live"), reverse("rollout:try")
            )
        )
    if holds[5]:
        found += [of_reading(reading, owner, user) for reading in standing.readings if not reading.is_used]
    return found


def of_reading(reading, owner: str, user) -> Finding:
    name = {"what": reading.element.label}
    if reading.report is not None:
        fact = _("Nobody but whoever set it up has opened the report “%(what)s” in four weeks.") % name
    elif reading.measured and not reading.is_open_to(user):
        fact = _("“%(what)s” is not filled in enough, or nobody reads it.") % name
    elif reading.measured and reading.filled is None:
        fact = _("Nothing is sold yet that “%(what)s” could be filled in for.") % name
    elif reading.measured and reading.filled < FILLED_ENOUGH:
        fact = _("“%(what)s” is filled in to %(share)s only.") % {**name, "share": languages.percent(reading.filled, 0)}
    else:
        fact = _("“%(what)s” is filled in and nobody reads it.") % name
    return Finding(ATTENTION, fact, owner, _("Is it used?"), reverse("rollout:used"))
