"""How much hangs on a requirement: hours a month of the work in which those who asked for it are hindered (3.5)."""

from groundwork.rollout.discovery.interviews import PER_MONTH
from groundwork.rollout.discovery.models import Interview, WorkStep
from groundwork.rollout.requirements.models import RequirementNeed

LEAST = 1.0  # hours a month; also where nobody said how often the work is done and how long it takes


def weights_of(ids) -> dict[int, float]:
    """{requirement: its weight}, of those that weigh more than the least. Two queries at most."""
    hours = hindered_hours()
    if not hours:
        return {}
    found: dict[int, float] = {}
    asked = RequirementNeed.objects.filter(requirement__in=ids, need__author__in={author for author, _words in hours})
    rows = asked.values_list("requirement_id", "need__author_id", "need__statement").order_by("pk")
    for requirement, author, statement in rows:
        found[requirement] = found.get(requirement, 0) + hours.get((author, statement), 0)
    return {requirement: weight for requirement, weight in found.items() if weight > LEAST}


def hindered_hours() -> dict[tuple[int, str], float]:
    """Who said in confirmed answers what hinders, and the hours a month of the work that was asked about."""
    steps = WorkStep.objects.current().filter(
        interview__state=Interview.State.CONFIRMED, interview__respondent__isnull=False, times__gt=0, minutes__gt=0
    )
    said = steps.exclude(interview__hinders="").exclude(per="").order_by()
    found: dict[tuple[int, str], float] = {}
    for author, words, times, per, minutes in said.values_list(
        "interview__respondent_id", "interview__hinders", "times", "per", "minutes"
    ):
        found[author, words] = found.get((author, words), 0) + times * PER_MONTH[per] * minutes / 60
    return found
