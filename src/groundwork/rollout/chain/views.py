"""The five steps at a glance, and the map."""

from dataclasses import dataclass

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from groundwork.access.doors import allowed
from groundwork.rollout.chain.map import HEADS, Map
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.requirements.models import Requirement


@dataclass
class Step:
    label: str
    explain: str
    there: str  # what is there
    missing: str  # what is not; empty: nothing
    action: str
    href: str
    done: bool = False
    now: bool = False


def counted(singular: str, plural: str, count: int) -> str:
    return ngettext(singular, plural, count) % {"count": count}


def five_steps(chart: Map, told: int, people: int) -> list[Step]:
    """What is there, what is missing, and one way forward, for each step. The first that is not done is "now"."""
    goals = [goal for goal in chart.goals if goal.kind == Goal.Kind.GOAL]
    standings, total = chart.coverage.standings, len(chart.coverage.standings)
    agreed = sum(goal.is_agreed for goal in goals)
    confirmed = sum(standing.holds[2] and standing.holds[3] for standing in standings)
    passed, live = sum(standing.holds[4] for standing in standings), sum(standing.holds[5] for standing in standings)
    used = sum(standing.holds[5] and standing.holds[6] for standing in standings)
    asked = told and not chart.waiting
    steps = [
        Step(
            _("Our number"), _("What should change, from where to where, by when, and who answers for it."),
            " · ".join(f"{goal} ({goal.course_words})" if goal.course_words else str(goal) for goal in goals),
            "" if agreed and agreed == len(goals) else _("not agreed yet") if goals else _("no number yet"),
            _("Our number") if goals else _("What number should change?"), reverse("rollout:number"), bool(goals) and agreed == len(goals),
        ),
        Step(
            _("What people told us"), _("What hinders those who do the work, in their own words."),
            _("%(told)s by %(people)s") % {
                "told": counted("%(count)s thing", "%(count)s things", told), "people": counted("%(count)s person", "%(count)s people", people),
            } if told else "",
            counted("%(count)s waits for an answer", "%(count)s wait for an answer", len(chart.waiting)) if chart.waiting
            else "" if told else _("nobody was asked yet"),
            _("Listen"), reverse("rollout:told"), bool(asked),
        ),
        Step(
            _("What we agreed"), _("What we will do, how we know that it is done, and what is switched on for it."),
            _("%(done)s of %(total)s agreed and switched on") % {"done": confirmed, "total": total} if total else "",
            "" if total and confirmed == total else _("not everything is agreed and switched on") if total else _("nothing yet"),
            _("What we agreed"), reverse("rollout:agreed"), bool(total) and confirmed == total,
        ),
        Step(
            _("Try it"), _("Does it work, and does it fit the work?"),
            _("%(done)s of %(total)s works and fits, %(live)s live") % {"done": passed, "total": total, "live": live} if total else "",
            "" if total and passed == total and live == total else _("not live yet") if total and passed == total
            else _("not everything is tried") if total else _("nothing yet"),
            _("Try it"), reverse("rollout:try"), bool(total) and passed == total and live == total,
        ),
        Step(
            _("Is it used"), _("Do people really open it and fill it in, and does the number move?"),
            _("%(done)s of %(total)s used") % {"done": used, "total": total} if total else "",
            "" if total and used == total else _("not used yet") if live else _("nothing is live yet"),
            _("Is it used?"), reverse("rollout:used"), bool(total) and used == total,
        ),
    ]  # fmt: skip
    for step in steps:
        if not step.done:
            step.now = True
            break
    return steps


@require_GET
@allowed("view", Requirement.type_key)
def start(request):
    chart = Map(request.user)
    authors = list(Need.objects.visible_to(request.user).current().values_list("author", flat=True))
    steps = five_steps(chart, len(authors), len(set(authors)))
    return render(request, "chain/start.html", {"five": steps, "chart": chart, "first": not chart.goals})


@require_GET
@allowed("view", Requirement.type_key)
def map_(request):
    return render(request, "chain/map.html", {"chart": Map(request.user), "heads": HEADS})
