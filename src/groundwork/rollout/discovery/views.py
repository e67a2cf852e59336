"""The first two steps: our number, and what people told us."""

from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Prefetch, Q, Value, When
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groundwork.core.clock import today
from groundwork.rollout.discovery.actions import goal_templates, set_number, tell
from groundwork.rollout.discovery.asking import asked_of
from groundwork.rollout.discovery.forms import NumberForm, TellForm, TurnDownForm
from groundwork.rollout.discovery.interviews import Interview
from groundwork.rollout.discovery.metrics import Readings
from groundwork.rollout.discovery.models import Conflict, Goal, Need
from groundwork.rollout.discovery.places import words_of
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.screens import (
    MOST_SHOWN,
    DecisionForm,
    VersionForm,
    acts_on,
    reads,
    steps,
    writes_down,
)
from groundwork.ui.notices import said


def _number_page(request, *, form=None, wrong=None, status=200):
    """``wrong`` is the form of a goal that could not be saved."""
    values, user = Readings(), request.user
    cards, change = [], wrong.prefix if wrong else f"goal{request.GET.get('change', '')}"
    for goal in Goal.objects.for_cards(user)[:MOST_SHOWN]:
        value = values.of(goal.metric) if goal.metric else None
        may_edit = user.can("edit", goal)
        cards.append(
            {
                "goal": goal,
                "now": goal.read_by(user, value),
                "value": value if goal.unit == "%" and goal.is_open_to(user) else None,
                "start": goal.read_by(user, goal.baseline),
                "target": goal.words(goal.target),
                "missing": goal.missing() if goal.kind == Goal.Kind.GOAL else [],
                "faults": goal.faults(),
                "form": (wrong or NumberForm.of(goal)) if may_edit and change == f"goal{goal.pk}" else None,
                "may_edit": may_edit,
            }
        )
    template = goal_templates["margin"]
    first = not cards
    context = {
        **steps("number"),
        "cards": cards,
        "may_create": writes_down(user, Goal),
        "may_decide": may_decide(user),
        "first": first,
        "form": form or NumberForm(initial=template.typed(user) if first else {"owner": user.pk}),
    }
    return render(request, "discovery/number.html", context, status=status)


@require_http_methods(["GET", "POST"])
@reads(Goal)
def number(request):
    if request.method == "GET":
        return _number_page(request)
    if not writes_down(request.user, Goal):
        raise PermissionDenied
    form = NumberForm(request.POST)
    if not form.is_valid():
        return _number_page(request, form=form, status=422)
    set_number(by=request.user, **form.cleaned_data)
    return redirect("rollout:number")


@acts_on(Goal, "edit")
def number_edit(request, goal):
    form = NumberForm.of(goal, request.POST)
    if not form.is_valid():
        return _number_page(request, wrong=form, status=422)
    set_number(by=request.user, goal=goal, **form.cleaned_data)
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


# ── what people told us


def _told_page(request, *, form=None, status=200):
    user = request.user
    is_due = Q(state=Need.State.PARKED, until__lte=today())
    waiting_first = Case(
        When(Q(state=Need.State.CAPTURED) | is_due, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    needs = list(
        Need.objects.visible_to(user)
        .current()
        .exclude(state=Need.State.MERGED)
        .select_related("author__department")
        .prefetch_related(Prefetch("merged", Need.objects.visible_to(user).select_related("author").order_by("pk")))
        .order_by(waiting_first, "-pk")[:MOST_SHOWN]
    )
    places = words_of(needs, user)
    cards = [
        {
            "need": need,
            "may_edit": user.can("edit", need) and need.state != Need.State.COVERED,
            "is_open": need.state == Need.State.CAPTURED or need.is_due,
            "place": places.get(need.pk, ""),
        }
        for need in needs
    ]
    people = len({each.author_id for need in needs for each in (need, *need.merged.all())})
    context = {
        **steps("told"),
        "cards": cards,
        "people": people,
        "asked_of_me": asked_of(user),
        "conflicts": conflicts_of(user),
        "may_ask": user.can("view", Interview),
        "may_create": user.can("create", Need),
        "may_edit": user.can("edit", Need),
        "form": form or TellForm(user=user),
        "waiting": sum(card["is_open"] for card in cards),
    }
    return render(request, "discovery/told.html", context, status=status)


def conflicts_of(user) -> list[dict]:
    """What is not decided yet between two things told, the late ones first; in words those that the person sees."""
    open_ones = Conflict.objects.visible_to(user).current().filter(state=Conflict.State.OPEN)
    found = list(open_ones.select_related("one__author", "other__author", "owner").order_by("due", "pk")[:MOST_SHOWN])
    told = {pk for conflict in found for pk in (conflict.one_id, conflict.other_id)}
    seen = set(Need.objects.visible_to(user).filter(pk__in=told).values_list("pk", flat=True)) if told else set()
    return [
        {
            "conflict": conflict,
            "sides": [need for need in (conflict.one, conflict.other) if need.pk in seen],
            "may_edit": user.can("edit", conflict),
        }
        for conflict in found
    ]


@require_http_methods(["GET", "POST"])
@reads(Need)
def told(request):
    if request.method == "GET":
        return _told_page(request)
    if not request.user.can("create", Need):
        raise PermissionDenied
    form = TellForm(request.POST, user=request.user)
    if not form.is_valid():
        return _told_page(request, form=form, status=422)
    tell(by=request.user, **form.cleaned_data)
    said(request, _("Heard. You will see here what becomes of it."))
    return redirect("rollout:told")


@acts_on(Need, "edit", VersionForm)
def need_agree(request, need, typed):
    need.agree(by=request.user, **typed)
    return redirect("rollout:told")


@acts_on(Need, "edit", TurnDownForm)
def need_turn_down(request, need, typed):
    need.turn_down(by=request.user, **typed)
    return redirect("rollout:told")
