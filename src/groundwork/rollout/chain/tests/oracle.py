"""The levels by a plain loop over records, one by one: what coverage is compared with."""

from groundwork.rollout.adoption.use import Usage
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.requirements.models import Requirement


def level_of(requirement: Requirement) -> int:
    goal, uses = requirement.goal, list(requirement.uses.select_related("element").order_by("pk"))
    tests = list(requirement.tests.filter(archived_at=None))
    requirement = Requirement.objects.prefetch_related("uses__element").select_related("goal").get(pk=requirement.pk)
    readings = Usage([requirement]).readings(requirement)
    holds = [
        goal.is_agreed and not goal.is_stale and goal.metric != "" and requirement.needs.exists(),
        requirement.is_confirmed and not requirement.doubts and requirement.done_when != "" and uses != [],
        uses != [] and all(use.element.is_on for use in uses),
        tests != [] and all(test.verdict() == Verdict.PASSED for test in tests),
        requirement.state == "live",
        readings != [] and all(reading.is_used for reading in readings),
        goal.half_way(goal.measure.value(None) if goal.measure else None),
    ]
    return (holds + [False]).index(False)
