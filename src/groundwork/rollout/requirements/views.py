"""The third step: what we agreed, and switching on what it needs."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groundwork.blueprint.models import Element
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.screens import (
    MOST_SHOWN,
    DecisionForm,
    VersionForm,
    acts_on,
    opened,
    reads,
    steps,
    writes_down,
)
from groundwork.rollout.requirements.actions import rewrite, write_down
from groundwork.rollout.requirements.forms import AgreeForm, CaseForm
from groundwork.rollout.requirements.models import Requirement, UseCase
from groundwork.ui.notices import said


def _first_words(user) -> dict:
    """What the form proposes: the newest number, what its metric usually takes, needs not answered yet."""
    goals = Goal.objects.visible_to(user).standing().filter(kind=Goal.Kind.GOAL)
    goal = goals.order_by("-pk").first()
    if goal is None:
        return {}
    usual = goal.measure.elements if goal.measure else ()
    answered = Need.objects.visible_to(user).current().filter(state=Need.State.AGREED)
    return {
        "goal": goal.pk,
        "needs": list(answered.values_list("pk", flat=True)),
        "elements": list(Element.objects.filter(key__in=usual).values_list("pk", flat=True)),
    }


def _page(request, *, form=None, wrong=None, status=200):
    user = request.user
    cards, change = [], wrong.prefix if wrong else f"r{request.GET.get('change', '')}"
    seen_goals = set(Goal.objects.visible_to(user).values_list("pk", flat=True))
    for requirement in Requirement.objects.for_cards(user)[:MOST_SHOWN]:
        may_edit = user.can("edit", requirement)
        uses = list(requirement.uses.all())
        to_agree = not requirement.is_confirmed or requirement.was_reworded
        cards.append(
            {
                "requirement": requirement,
                "needs": list(requirement.needs.all()),
                "sees_goal": requirement.goal_id in seen_goals,
                "course": requirement.goal.course(user),
                "uses": uses,
                "cases": list(requirement.use_cases.all()),
                "may_edit": may_edit,
                "off": [use for use in uses if not use.element.is_on],
                "may_configure": user.can("configure", requirement),
                "to_agree": to_agree,
                "faults": requirement.faults(user) if to_agree else [],
                "form": (wrong or AgreeForm.of(requirement, user))
                if may_edit and change == f"r{requirement.pk}"
                else None,
            }
        )
    may_create = writes_down(user, Requirement)
    context = {
        **steps("agreed"),
        "cards": cards,
        "may_create": may_create,
        "may_decide": may_decide(user),
        "first": not cards,
    }
    if may_create:
        context["form"] = form or AgreeForm(user=user, initial=_first_words(user))
        context["has_number"] = context["form"].fields["goal"].queryset.exists()
    return render(request, "requirements/agreed.html", context, status=status)


@require_http_methods(["GET", "POST"])
@reads(Requirement)
def agreed(request):
    if request.method == "GET":
        return _page(request)
    if not writes_down(request.user, Requirement):
        raise PermissionDenied
    form = AgreeForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    write_down(by=request.user, **form.cleaned_data)
    return redirect("rollout:agreed")


@acts_on(Requirement, "edit")
def edit(request, requirement):
    form = AgreeForm.of(requirement, request.user, request.POST)
    if not form.is_valid():
        return _page(request, wrong=form, status=422)
    write_down(by=request.user, requirement=requirement, **form.cleaned_data)
    return redirect("rollout:agreed")


@acts_on(Requirement, "edit", DecisionForm)
def confirm(request, requirement, typed):
    requirement.confirm(by=request.user, **typed)
    return redirect("rollout:agreed")


@acts_on(Requirement, "configure")
def switch_on(request, requirement):
    if switched := requirement.switch_on(by=request.user):
        names = ", ".join(item.label for item in switched)
        said(request, _("Switched on: %(names)s. Now try it.") % {"names": names})
    return redirect("rollout:agreed")


@acts_on(Requirement, "edit", VersionForm)
def withdraw(request, requirement, typed):
    requirement.withdraw(by=request.user, **typed)
    return redirect("rollout:agreed")


@require_http_methods(["GET", "POST"])
@reads(UseCase)
def how_it_goes(request, pk):
    """Who does it, when, and its steps, to be changed in one form."""
    case = opened(request, UseCase, pk, "edit")
    form = CaseForm(request.POST if request.method == "POST" else None, case=case)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("actor", "trigger", "version")}
        rewrite(case, by=request.user, steps=form.typed(), **facts)
        said(request, _("Saved."))
        return redirect(f"{reverse('rollout:agreed')}#requirement-{case.requirement_id}")
    context = {**steps("agreed"), "case": case, "form": form}
    return render(request, "requirements/case.html", context, status=422 if form.errors else 200)
