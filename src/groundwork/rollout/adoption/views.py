"""The fifth step: is it used."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from groundwork.core import languages
from groundwork.rollout.adoption.use import DAYS, FILLED_ENOUGH, Usage
from groundwork.rollout.discovery.metrics import Readings
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.project.screens import MOST_SHOWN, reads, steps
from groundwork.rollout.requirements.models import Requirement


@require_GET
@reads(Requirement)
def used(request):
    user = request.user
    requirements = [item for item in Requirement.objects.for_cards(user)[:MOST_SHOWN] if item.is_confirmed]
    usage, values = Usage(requirements), Readings()
    cards = []
    for requirement in requirements:
        readings = usage.readings(requirement)
        cards.append({
            "requirement": requirement, "is_live": requirement.state == Requirement.State.LIVE,
            "is_used": bool(readings) and all(reading.is_used for reading in readings),
            "readings": [
                {
                    "it": reading, "people": len(reading.report.people) if reading.report else 0,
                    "last": languages.moment(reading.report.last) if reading.report and reading.report.last else "",
                    "percent": None if reading.filled is None else int(reading.filled * 100),
                    "is_open": reading.is_open_to(user),
                }
                for reading in readings
            ],
        })  # fmt: skip
    numbers = []
    for goal in Goal.objects.for_cards(user)[:MOST_SHOWN]:
        if not goal.metric:
            continue
        value = values.of(goal.metric)
        numbers.append({
            "goal": goal, "now": goal.read_by(user, value), "course": goal.course(user),
            "half_way": goal.half_way(value), "is_open": goal.is_open_to(user),
            "value": value if goal.unit == "%" and goal.is_open_to(user) else None,
        })  # fmt: skip
    context = {**steps("used"), "cards": cards, "numbers": numbers, "days": DAYS, "enough": int(FILLED_ENOUGH * 100)}
    return render(request, "adoption/used.html", context)
