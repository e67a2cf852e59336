"""How far what we agreed has come: asked, agreed, set up, tried, live, used, paid off. Computed live, nothing is kept.

A level counts only if all below it do: a thread that breaks in the middle ends there (light profile).
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from groundwork.rollout.adoption.use import Reading, Usage
from groundwork.rollout.delivery.actions import with_verdicts
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun, Verdict
from groundwork.rollout.discovery.metrics import Readings
from groundwork.rollout.requirements.models import Requirement, RequirementNeed

LEVELS = {
    1: _("asked"),
    2: _("agreed"),
    3: _("set up"),
    4: _("tried"),
    5: _("live"),
    6: _("used"),
    7: _("paid off"),
}


@dataclass
class Standing:
    """One requirement with everything that its levels rest on; ``holds`` tells of each level by itself."""

    requirement: Requirement
    tests: list[tuple[AcceptanceTest, TestRun | None, str]]
    readings: list[Reading]
    value: Decimal | None  # of the goal's metric, today
    holds: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self):
        requirement, goal = self.requirement, self.requirement.goal
        uses = list(requirement.uses.all())
        self.holds = {
            1: goal.is_agreed and not goal.is_stale and bool(goal.metric) and bool(requirement.needs.all()),
            2: requirement.is_confirmed and not requirement.was_reworded and bool(requirement.done_when) and bool(uses),
            3: bool(uses) and all(use.element.is_on for use in uses),
            4: bool(self.tests) and all(said == Verdict.PASSED for _test, _run, said in self.tests),
            5: requirement.state == Requirement.State.LIVE,
            6: bool(self.readings) and all(reading.is_used for reading in self.readings),
            7: goal.half_way(self.value),
        }

    @property
    def is_used(self) -> bool:
        return self.holds[5] and self.holds[6]

    @property
    def level(self) -> int:
        """The highest level with none missing below it; 0: nobody asked, or for a number nobody agreed on."""
        return next((level - 1 for level in LEVELS if not self.holds[level]), len(LEVELS))

    @property
    def words(self):
        return LEVELS[self.level] if self.level else _("not asked for")


class Coverage:
    """The standing of every requirement that ``user`` sees and nobody withdrew. The number of queries is fixed."""

    def __init__(self, user, requirements=None):
        found = Requirement.objects.visible_to(user).current() if requirements is None else requirements
        self.requirements = list(
            found.exclude(state=Requirement.State.WITHDRAWN)
            .select_related("goal", "goal__owner", "owner", "confirmed_by")
            .prefetch_related(
                "uses__element",
                Prefetch("needs", RequirementNeed.objects.select_related("need__author").order_by("pk")),
            )
            .order_by("pk")
        )
        self.user = user
        self.values, usage, verdicts = Readings(), Usage(self.requirements), with_verdicts(self.requirements)
        self.standings = [
            Standing(
                requirement, verdicts[requirement.pk], usage.readings(requirement),
                self.value_of(requirement.goal),
            )
            for requirement in self.requirements
        ]  # fmt: skip

    def value_of(self, goal) -> Decimal | None:
        """Today's value of the goal's metric."""
        return self.values.of(goal.metric) if goal.metric else None

    def of_goal(self, goal) -> list[Standing]:
        return [standing for standing in self.standings if standing.requirement.goal_id == goal.pk]

    def share(self, level: int) -> int | None:
        """Per cent of the requirements that have come so far; every one weighs the same in the light profile."""
        if not self.standings:
            return None
        return round(100 * sum(standing.level >= level for standing in self.standings) / len(self.standings))
