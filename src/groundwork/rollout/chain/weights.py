"""How much hangs on a requirement: hours a month of the work in which those who asked for it are hindered (3.5)."""

from groundwork.rollout.requirements.models import RequirementNeed
from groundwork.rollout.requirements.weights import LEAST, hindered_hours


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
