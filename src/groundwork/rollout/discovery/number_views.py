"""The first step: our number, what we expect, and the numbers that other firms begin with."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.rollout.discovery.actions import set_number
from groundwork.rollout.discovery.forms import HopeForm, JudgeForm, KeepAsForm, NumberForm
from groundwork.rollout.discovery.goals import Goal, opposing
from groundwork.rollout.discovery.library import FIRMS, goal_templates, offers
from groundwork.rollout.discovery.metrics import Readings
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.screens import (
    MOST_SHOWN,
    DecisionForm,
    VersionForm,
    acts_on,
    reads,
    steps,
)
from groundwork.ui.notices import said

FIRST = "margin"  # the template that a first number is proposed from


def _page(request, *, form=None, wrong=None, hope=None, status=200):
    """``wrong`` is the form of a goal that could not be saved."""
    values, user = Readings(), request.user
    goals = list(Goal.objects.for_cards(user)[:MOST_SHOWN])
    against, change = opposing(goals), wrong.prefix if wrong else f"goal{request.GET.get('change', '')}"
    cards = []
    for goal in goals:
        may_edit, is_changed = user.can("edit", goal), change == f"goal{goal.pk}"
        shown = wrong or NumberForm.of(goal, begun=_begun(request, user, values)) if may_edit and is_changed else None
        cards.append(_card(user, goal, values, against.get(goal.pk, ())) | {"form": shown, "may_edit": may_edit})
    context = {
        **steps("number"),
        "cards": cards,
        "may_create": user.can("create", Goal),
        "may_import": user.can("create", "import"),
        "may_decide": may_decide(user),
        "first": not cards,
        "form": form or NumberForm(initial=_first_words(request, user, values, first=not cards)),
        "begun": form is None and request.GET.get("begin") in goal_templates,
        "hopes": [{"goal": goal, "may_edit": user.can("edit", goal)} for goal in Goal.objects.hopes(user)[:MOST_SHOWN]],
        "hope_form": hope or HopeForm(prefix="hope"),
        "verdicts": Goal.Verdict.choices,
    }
    return render(request, "discovery/number.html", context, status=status)


def _card(user, goal: Goal, values: Readings, against) -> dict:
    value = values.of(goal.metric) if goal.metric else None
    return {
        "goal": goal,
        "now": goal.read_by(user, value),
        "value": value if goal.unit == "%" and goal.is_open_to(user) else None,
        "start": goal.read_by(user, goal.baseline),
        "target": goal.words(goal.target),
        "came_to": goal.read_by(user, goal.closed_value) if goal.closed_on else "",
        "may_close": goal.is_open_to(user) and goal.may_close(value),
        "faults": goal.faults(user),
        "against": against,
    }


def _begun(request, user, values: Readings) -> dict:
    """What the chosen template types, for a number that is there already: its own words stay with the firm."""
    template = goal_templates.get(request.GET.get("begin", ""))
    return template.typed(user, values.of(template.metric)) if template else {}


def _first_words(request, user, values: Readings, *, first: bool) -> dict:
    if begun := _begun(request, user, values):
        return begun
    return goal_templates[FIRST].typed(user) if first else {"owner": user.pk}


@require_http_methods(["GET", "POST"])
@reads(Goal)
def number(request):
    if request.method == "GET":
        return _page(request)
    if not request.user.can("create", Goal):
        raise PermissionDenied
    form = NumberForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    set_number(by=request.user, **form.cleaned_data)
    said(request, _("Written down."))
    return redirect("rollout:number")


@require_GET
@reads(Goal)
def library(request):
    """Numbers to begin with, each beside what the firm measures today."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in FIRMS else "trade"
    tabs = [{"key": key, "label": label, "current": key == kind} for key, label in FIRMS.items()]
    shown = offers(request.user, kind, Readings())
    context = {**steps("number"), "tabs": tabs, "offers": shown, "may_create": request.user.can("create", Goal)}
    return render(request, "discovery/library.html", context)


@acts_on(Goal, "edit")
def number_edit(request, goal):
    form = NumberForm.of(goal, request.POST)
    if not form.is_valid():
        return _page(request, wrong=form, status=422)
    kept = set_number(by=request.user, goal=goal, **form.cleaned_data)
    anew = goal.is_agreed and not kept.is_agreed
    said(request, _("Saved. What it asks has changed: agree on it anew.") if anew else _("Saved."))
    return redirect("rollout:number")


@acts_on(Goal, "edit", DecisionForm)
def number_agree(request, goal, typed):
    goal.agree(by=request.user, **typed)
    said(request, _("Agreed. Now ask people what stands in the way."))
    return redirect("rollout:number")


@acts_on(Goal, "edit", VersionForm)
def number_drop(request, goal, typed):
    goal.drop(by=request.user, **typed)
    return redirect("rollout:number")


@acts_on(Goal, "edit", VersionForm)
def number_hold(request, goal, typed):
    goal.hold(by=request.user, **typed)
    return redirect("rollout:number")


@acts_on(Goal, "edit", VersionForm)
def number_close(request, goal, typed):
    closed = goal.close(by=request.user, **typed)
    reached = closed.state == Goal.State.REACHED
    said(request, _("Reached. Well done.") if reached else _("Closed as missed. What did we learn? Write it down."))
    return redirect("rollout:number")


@acts_on(Goal, "edit", KeepAsForm)
def number_keep_as(request, goal, typed):
    goal.keep_as(by=request.user, **typed)
    return redirect("rollout:number")


# ── what we expect


@require_POST
@allowed("create", Goal.type_key)
def hope(request):
    if not request.user.can("create", Goal):
        raise PermissionDenied
    form = HopeForm(request.POST, prefix="hope")
    if not form.is_valid():
        return _page(request, hope=form, status=422)
    set_number(by=request.user, **form.cleaned_data, owner=request.user)
    return redirect("rollout:number")


@acts_on(Goal, "edit", JudgeForm)
def hope_judge(request, goal, typed):
    goal.judge(by=request.user, **typed)
    return redirect("rollout:number")
