"""The fourth step: try it, and go live."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from groundwork.access.doors import allowed
from groundwork.rollout.delivery.actions import faults_before_live, go_live, with_verdicts
from groundwork.rollout.delivery.forms import TryForm
from groundwork.rollout.delivery.models import AcceptanceTest, Verdict
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.screens import MOST_SHOWN, DecisionForm, acts_on, reads, steps
from groundwork.rollout.requirements.models import Requirement
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
        address = use.element.address
        if use.element.key.startswith("field:"):
            address = reverse("records:list", args=[use.element.key.removeprefix("field:").split(".")[0]])
        found.append((use.element.label, address))
    return found


def _page(request, *, wrong=None, status=200):
    """``wrong`` is the form of a test whose verdict could not be kept."""
    user = request.user
    requirements = [item for item in Requirement.objects.for_cards(user)[:MOST_SHOWN] if item.is_confirmed]
    context = {
        **steps("try"),
        "cards": _cards(user, requirements, wrong),
        "goals": [_before_live(user, found) for found in _by_goal(user, requirements)],
        "may_decide": may_decide(user),
    }
    return render(request, "delivery/try.html", context, status=status)


def _cards(user, requirements, wrong) -> list[dict]:
    """One for each test that ``user`` may see; with a form for whoever may try it, once all it needs is on."""
    seen = set(
        AcceptanceTest.objects.visible_to(user).filter(requirement__in=requirements).values_list("pk", flat=True)
    )
    verdicts, may_try, cards = with_verdicts(requirements), user.can("create", AcceptanceTest), []
    for requirement in requirements:
        off = [use.element.label for use in requirement.uses.all() if not use.element.is_on]
        for test, last, verdict in verdicts[requirement.pk]:
            if test.pk in seen:
                cards.append(
                    {
                        "requirement": requirement,
                        "test": test,
                        "run": last,
                        "verdict": Verdict(verdict).label,
                        "colour": COLOUR[Verdict(verdict)],
                        "off": off,
                        "form": _form_of(test, wrong) if may_try and not off else None,
                        "places": places(requirement),
                        "open": verdict != Verdict.PASSED,
                        "said": verdict,
                    }
                )
    return cards


def _form_of(test, wrong) -> TryForm:
    prefix = f"t{test.pk}"
    if wrong is not None and wrong.prefix == prefix:
        return wrong
    return TryForm(initial={"version": test.version}, prefix=prefix)


def _by_goal(user, requirements) -> list[list[Requirement]]:
    """The requirements of each goal that ``user`` may see."""
    seen = set(Goal.objects.visible_to(user).standing().values_list("pk", flat=True))
    found: dict[int, list[Requirement]] = {}
    for requirement in requirements:
        if requirement.goal_id in seen:
            found.setdefault(requirement.goal_id, []).append(requirement)
    return list(found.values())


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
@reads(Requirement)
def try_it(request):
    return _page(request)


@allowed("create", AcceptanceTest.type_key)
@acts_on(AcceptanceTest, "view")
def run(request, test):
    form = TryForm(request.POST, prefix=f"t{test.pk}")
    if not form.is_valid():
        return _page(request, wrong=form, status=422)
    test.run(by=request.user, **form.typed)
    said(request, _("Thank you. Your verdict is kept with your name."))
    return redirect("rollout:try")


@acts_on(Goal, "edit", DecisionForm)
def live(request, goal, typed):
    go_live(goal, by=request.user, **typed)
    said(request, _("It is live. In four weeks you will see here whether it is used."))
    return redirect("rollout:used")
