"""The fourth step: try it, and go live."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundwork.access.doors import allowed
from groundwork.blueprint.elements import declared
from groundwork.rollout.delivery.actions import faults_before_live, go_live, with_verdicts
from groundwork.rollout.delivery.forms import TryForm
from groundwork.rollout.delivery.models import AcceptanceTest, Verdict
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.discovery.views import goals_shown
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.screens import DecisionForm, opened, sent, steps, told_of_conflicts
from groundwork.rollout.requirements.models import Requirement
from groundwork.rollout.requirements.views import requirements_shown
from groundwork.ui.notices import said

COLOUR = {
    Verdict.PASSED: "ok",
    Verdict.DOES_NOT_FIT: "bad",
    Verdict.FAILS: "bad",
    Verdict.STALE: "warn",
    Verdict.NOT_RUN: "",
}


def places(requirement) -> list[tuple[str, str]]:
    """Where to try it: (words, address) of the fields and reports it uses."""
    found = []
    for use in requirement.uses.all():
        declaration = declared.get(use.element.key)
        address = str(declaration.url()) if declaration and declaration.url else ""
        if use.element.key.startswith("field:"):
            address = reverse("records:list", args=[use.element.key.removeprefix("field:").split(".")[0]])
        found.append((use.element.label, address))
    return found


def _page(request, *, wrong=None, status=200):
    user = request.user
    requirements = [item for item in requirements_shown(user)[:100] if item.is_confirmed]
    verdicts, goals, cards = with_verdicts(requirements), {}, []
    seen = set(
        AcceptanceTest.objects.visible_to(user).filter(requirement__in=requirements).values_list("pk", flat=True)
    )
    seen_goals = set(goals_shown(user).values_list("pk", flat=True))
    may = user.can("create", AcceptanceTest)
    for requirement in requirements:
        if requirement.goal_id in seen_goals:
            goals.setdefault(requirement.goal_id, []).append(requirement)
        off = [use.element.label for use in requirement.uses.all() if not use.element.is_on]
        for test, run, verdict in verdicts[requirement.pk]:
            if test.pk not in seen:
                continue
            is_wrong = wrong is not None and wrong.prefix == f"t{test.pk}"
            form = (
                (wrong if is_wrong else TryForm(initial={"version": test.version}, prefix=f"t{test.pk}"))
                if may and not off
                else None
            )
            cards.append(
                {
                    "requirement": requirement,
                    "test": test,
                    "run": run,
                    "verdict": Verdict(verdict).label,
                    "colour": COLOUR[verdict],
                    "off": off,
                    "form": form,
                    "places": places(requirement),
                    "open": verdict != Verdict.PASSED,
                    "said": verdict,
                }
            )
    context = {
        **steps("try"),
        "cards": cards,
        "goals": [_before_live(user, found) for found in goals.values()],
        "may_decide": may_decide(user),
    }
    return render(request, "delivery/try.html", context, status=status)


def _before_live(user, requirements) -> dict:
    goal = requirements[0].goal
    waiting = [item for item in requirements if item.state == Requirement.State.CONFIRMED]
    return {
        "goal": goal,
        "waiting": waiting,
        "faults": faults_before_live(requirements) if waiting else [],
        "may": user.can("edit", goal),
    }


@require_GET
@allowed("view", Requirement.type_key)
def try_it(request):
    return _page(request)


@require_POST
@allowed("create", AcceptanceTest.type_key)
def run(request, pk):
    test = opened(request, AcceptanceTest, pk, "view")
    form = TryForm(request.POST, prefix=f"t{test.pk}")
    if not form.is_valid():
        return _page(request, wrong=form, status=422)
    with told_of_conflicts():
        test.run(by=request.user, **form.typed)
    said(request, _("Thank you. Your verdict is kept with your name."))
    return redirect("rollout:try")


@require_POST
@allowed("edit", Goal.type_key)
def live(request, pk):
    goal, typed = opened(request, Goal, pk, "edit"), sent(DecisionForm(request.POST))
    with told_of_conflicts():
        go_live(goal, by=request.user, **typed)
    said(request, _("It is live. In four weeks you will see here whether it is used."))
    return redirect("rollout:used")
