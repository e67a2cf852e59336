"""The five steps at a glance, and the map."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from groundwork.rollout.adoption.became import became_for
from groundwork.rollout.chain.forms import FilterForm
from groundwork.rollout.chain.map import HEADS, Map
from groundwork.rollout.chain.orphans import orphans
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.screens import reads
from groundwork.rollout.requirements.models import Requirement

SHOWN = 12  # findings, until somebody asks for all


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


def number_step(goals, user) -> Step:
    courses = [(goal, goal.course_words(user)) for goal in goals]
    done = bool(goals) and all(goal.is_agreed for goal in goals)
    return Step(
        _("Our number"),
        _("What should change, from where to where, by when, and who answers for it."),
        " · ".join(f"{goal} ({course})" if course else str(goal) for goal, course in courses),
        "" if done else _("not agreed yet") if goals else _("no number yet"),
        _("Our number") if goals else _("What number should change?"),
        reverse("rollout:number"),
        done,
    )


def told_step(told: int, people: int, waiting: int) -> Step:
    words = {
        "told": ngettext("%(count)s thing", "%(count)s things", told) % {"count": told},
        "people": ngettext("%(count)s person", "%(count)s people", people) % {"count": people},
    }
    answers = ngettext("%(count)s waits for an answer", "%(count)s wait for an answer", waiting) % {"count": waiting}
    return Step(
        _("What people told us"),
        _("What hinders those who do the work, in their own words."),
        _("%(told)s by %(people)s") % words if told else "",
        answers if waiting else "" if told else _("nobody was asked yet"),
        _("Listen"),
        reverse("rollout:told"),
        bool(told) and not waiting,
    )


def agreed_step(standings) -> Step:
    ready, total = sum(standing.holds[2] and standing.holds[3] for standing in standings), len(standings)
    done = bool(total) and ready == total
    return Step(
        _("What we agreed"),
        _("What we will do, how we know that it is done, and what is switched on for it."),
        _("%(done)s of %(total)s agreed and switched on") % {"done": ready, "total": total} if total else "",
        "" if done else _("not everything is agreed and switched on") if total else _("nothing yet"),
        _("What we agreed"),
        reverse("rollout:agreed"),
        done,
    )


def try_step(standings) -> Step:
    passed, live = sum(standing.holds[4] for standing in standings), sum(standing.is_live for standing in standings)
    total = len(standings)
    words, done = {"done": passed, "total": total, "live": live}, bool(total) and passed == total == live
    missing = _("not everything is tried") if passed < total else _("not live yet")
    return Step(
        _("Try it"),
        _("Does it work, and does it fit the work?"),
        _("%(done)s of %(total)s works and fits, %(live)s live") % words if total else "",
        "" if done else missing if total else _("nothing yet"),
        _("Try it"),
        reverse("rollout:try"),
        done,
    )


def used_step(standings) -> Step:
    used, live = sum(standing.is_used for standing in standings), sum(standing.is_live for standing in standings)
    total = len(standings)
    done = bool(total) and used == total
    return Step(
        _("Is it used"),
        _("Do people really open it and fill it in, and does the number move?"),
        _("%(done)s of %(total)s used") % {"done": used, "total": total} if total else "",
        "" if done else _("not used yet") if live else _("nothing is live yet"),
        _("Is it used?"),
        reverse("rollout:used"),
        done,
    )


def five_steps(chart: Map, told: int, people: int) -> list[Step]:
    """What is there, what is missing, and one way forward, for each step. The first that is not done is "now"."""
    goals = [goal for goal in chart.goals if goal.kind == Goal.Kind.GOAL]
    standings = chart.coverage.standings
    steps = [
        number_step(goals, chart.coverage.user),
        told_step(told, people, len(chart.waiting)),
        agreed_step(standings),
        try_step(standings),
        used_step(standings),
    ]
    for step in steps:
        if not step.done:
            step.now = True
            break
    return steps


IN_IT = 2  # things that came of what the person, or somebody of the same role, said


@require_GET
@reads(Requirement)
def start(request):
    chart = Map(request.user)
    told = list(Need.objects.visible_to(request.user).current().values_list("author", "state"))
    standing = [state for _author, state in told if state != Need.State.MERGED]  # as "What people told us" counts them
    steps = five_steps(chart, len(standing), len({author for author, _state in told}))
    found, count = chart.findings[:SHOWN], len(chart.findings)
    return render(
        request,
        "chain/start.html",
        {
            "five": steps,
            "chart": chart,
            "found": found,
            "count": count,
            "became": became_for(request.user)[:IN_IT],
            "may_decide": may_decide(request.user),
        },
    )


@require_GET
@reads(Requirement)
def map_(request):
    """``goal``, ``who`` and ``kind`` narrow what stands in the way; ``all`` shows it to the end."""
    chart = Map(request.user)
    form = FilterForm(request.GET, chart.findings, chart.goals)
    found = form.shown()
    context = {
        "chart": chart, "heads": HEADS, "filter": form,
        "found": found if "all" in request.GET else found[:SHOWN], "count": len(found),
        "query": urlencode({**form.chosen, "all": 1}), "orphans": orphans(chart.look),
    }  # fmt: skip
    return render(request, "chain/map.html", context)
