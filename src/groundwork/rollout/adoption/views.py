"""The fifth step: is it used, what did it bring, what could go."""

from datetime import date

from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundwork.access.models import Role
from groundwork.access.view_as import is_looked_at
from groundwork.blueprint.models import Firm
from groundwork.core import languages
from groundwork.rollout.adoption import helped, own
from groundwork.rollout.adoption.became import became_for
from groundwork.rollout.adoption.forms import PulseForm
from groundwork.rollout.adoption.inside import places_of
from groundwork.rollout.adoption.models import Measured
from groundwork.rollout.adoption.observed import observed, unsaid
from groundwork.rollout.adoption.roles import PARTS, TAKEN_OFF
from groundwork.rollout.adoption.signals import signals_of
from groundwork.rollout.adoption.takeoff import takeoff_of
from groundwork.rollout.adoption.unread import SHOWN, proposals
from groundwork.rollout.adoption.use import DAYS, FILLED_ENOUGH, Usage
from groundwork.rollout.adoption.way import Ways
from groundwork.rollout.adoption.weeks import first_days, first_weeks, whole_week
from groundwork.rollout.discovery.interviews import WorkStep
from groundwork.rollout.discovery.metrics import Readings
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.project.screens import MOST_SHOWN, reads, sent, steps
from groundwork.rollout.requirements.models import Requirement
from groundwork.ui.notices import said


@require_GET
@reads(Requirement)
def used(request):
    user = request.user
    requirements = [item for item in Requirement.objects.for_cards(user)[:MOST_SHOWN] if item.is_confirmed]
    reads_words, sees_work = user.can("edit", Requirement), user.can("view", WorkStep)
    weeks, cards, roles = first_weeks(), cards_of(user, requirements), roles_of(in_parts=reads_words)
    numbers = numbers_of(user, requirements, cards, roles)
    seen = observed(user) if sees_work else []
    context = {
        **steps("used"),
        "cards": cards,
        "numbers": numbers,
        "charted": [item for item in numbers if item["chart"]],
        "days": DAYS,
        "enough": int(FILLED_ENOUGH * 100),
        "weeks": weeks,
        "last_week": whole_week(weeks),
        "first_days": first_days() if weeks else None,
        "roles": roles,
        "places": places_of(user, seen) if sees_work else None,
        "observed": seen,
        "unsaid": unsaid(user)[:SHOWN] if sees_work else [],
        "help": helped.felt(),
        "reads_words": reads_words,
    }
    if reads_words:
        context["signals"] = signals_of(user, context["places"] or [], cards)
    context["retires"] = user.can("configure", "settings")
    if context["retires"] or reads_words:
        found = proposals(user)
        minutes = sum(one.minutes for one in found)
        context |= {"unread": found[:SHOWN], "wasted": round(minutes / 60), "wasted_money": money_of(minutes)}
    return render(request, "adoption/used.html", context)


def cards_of(user, requirements) -> list[dict]:
    usage = Usage(requirements)
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
    return cards


def money_of(minutes: float) -> str:
    """Empty where the firm has not said what an hour costs: unknown is not zero."""
    costs = Firm.cost_of_minutes(minutes)
    return languages.money(costs, Firm.own_currency()) if costs else ""


def numbers_of(user, requirements, cards, roles) -> list[dict]:
    goals = [goal for goal in Goal.objects.for_cards(user)[:MOST_SHOWN] if goal.metric]
    values, ways = Readings(), Ways(goals)
    used_ones = {card["requirement"].pk for card in cards if card["is_used"]}
    indexes = {role["key"]: role["index"] for role in roles}
    live_on: dict[int, date] = {}
    for requirement in sorted((one for one in requirements if one.live_at), key=lambda one: one.live_at, reverse=True):
        live_on[requirement.goal_id] = localtime(requirement.live_at).date()  # the first of each number
    numbers = []
    for goal in goals:
        value, is_open = values.of(goal.metric), goal.is_open_to(user)
        numbers.append({
            "goal": goal, "now": goal.read_by(user, value), "course": goal.course(user),
            "half_way": goal.half_way(value), "is_worse": (goal.way(value) or 0) < 0,
            "is_unknown": goal.way(value) is None, "is_open": is_open,
            "value": value if goal.unit == "%" and is_open else None,
            "takeoff": takeoff_of(
                [one for one in requirements if one.goal_id == goal.pk], used_ones, indexes,
                None if value is None else goal.half_way(value),
            ),
            "chart": ways.chart(goal, value, live_on.get(goal.pk)) if is_open else None,
        })  # fmt: skip
    return numbers


def roles_of(*, in_parts: bool) -> list[dict]:
    """How far each role has come, by the last round of the day; ``in_parts`` also what that is made of, the lowest in
    words. Two queries."""
    latest: dict[str, Measured] = {}
    for row in Measured.objects.filter(kind=Measured.Kind.ROLE).order_by("-day")[:MOST_SHOWN]:
        latest.setdefault(row.key, row)
    names = {role.key: str(role) for role in Role.objects.all()}
    found = []
    for key, row in latest.items():
        shares = {name: row.more[name] for name in PARTS if in_parts and name in row.more}
        lowest = min(shares, key=lambda name: shares[name], default="")
        found.append({
            "key": key, "name": names.get(key, key), "people": row.more["people"], "index": row.value,
            "percent": None if row.value is None else int(row.value * 100),
            "has_taken_off": row.value is not None and row.value >= TAKEN_OFF,
            "lowest": PARTS.get(lowest, ""), "lowest_share": int(shares[lowest] * 100) if lowest else 0,
            "shares": [(PARTS[name], int(share * 100)) for name, share in shares.items()],
        })  # fmt: skip
    return sorted(found, key=lambda role: (not role["name"], role["name"]))


@require_GET
@reads(Requirement)
def my_use(request):
    """What came of what I and my colleagues asked for; and my own figures, which nobody else is shown."""
    user = request.user
    context = {
        **steps("used"), "became": became_for(user), "team": own.team_figures(user), "days": DAYS,
        "own": None if is_looked_at(user) else own.own_figures(user),
    }  # fmt: skip
    return render(request, "adoption/mine.html", context)


@require_POST
@reads(Requirement)
def pulse(request):
    """One's own answer of this month, from "My day"."""
    helped.answer(request.user, **sent(PulseForm(request.POST)))
    said(request, _("Thank you."))
    return redirect("records:day")
