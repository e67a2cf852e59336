"""How strict the roll-out is: what stops an act and what only advises. Another profile changes nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from groundwork.access.doors import allowed
from groundwork.rollout.chain.forms import ProfileForm
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules import Finding, Rule, findings, rules
from groundwork.rollout.chain.rules.declared import LIGHT, STANDARD, STOP
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.project.decisions import go_by
from groundwork.rollout.project.gates import Act
from groundwork.rollout.project.models import Decision, Project
from groundwork.rollout.requirements.models import Requirement
from groundwork.ui.notices import said

ACTS = {
    Act.AGREE: gettext_lazy("Before somebody agrees"),
    Act.SETTLE: gettext_lazy("Before a phase is settled"),
    Act.GO_LIVE: gettext_lazy("Before it goes live"),
}
KEPT: tuple[tuple[Any, Callable], ...] = (
    (gettext_lazy("numbers"), lambda: Goal.objects.standing()),
    (gettext_lazy("things told"), lambda: Need.objects.current()),
    (gettext_lazy("things agreed"), lambda: Requirement.objects.in_force()),
    (gettext_lazy("tests"), lambda: AcceptanceTest.objects.current()),
    (gettext_lazy("decisions"), lambda: Decision.objects.current()),
)


@dataclass
class Choice:
    """One way of going about it; ``other`` is the one to move to."""

    key: str
    title: Any
    words: Any
    is_current: bool


def choices_of(profile: str) -> list[Choice]:
    return [
        Choice(
            LIGHT, pgettext("how strict", "Light"),
            _("For a firm that does it by itself. Whatever is not a stop is advice."), profile == LIGHT,
        ),
        Choice(
            STANDARD, pgettext("how strict", "Standard"),
            _("For several people who share the work: who wrote it down, who sets it up and who tries it are others."),
            profile != LIGHT,
        ),
    ]  # fmt: skip


def stops_more() -> list[tuple[Any, list[Rule]]]:
    """(act, rules) that stop under the standard profile and only advise under the light one."""
    return [
        (words, [rule for rule in rules if act in rule.stops and rule.blocks(STANDARD) and not rule.blocks(LIGHT)])
        for act, words in ACTS.items()
    ]


def would_stop(look: Look) -> list[Finding]:
    """What is there today and would stop under the standard profile; to see what one gets into."""
    found = [finding for finding in findings(look, STANDARD) if finding.kind == STOP]
    return [finding for finding in found if finding.rule.stops and not finding.rule.blocks(LIGHT)]


@require_http_methods(["GET", "POST"])
@allowed("configure", Decision.type_key, whole=("goal", "need", "requirement", "use_case", "phase"))
def strict(request):
    """Which profile the roll-out goes by, what the other one would stop, and moving there."""
    project = Project.current()
    form = ProfileForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if go_by(form.cleaned_data["profile"], reason=form.cleaned_data["reason"], by=request.user):
            said(request, _("From now on: %(profile)s. Everything is there as before.") % {
                "profile": Project.Profile(form.cleaned_data["profile"]).label,
            })  # fmt: skip
        return redirect("rollout:strict")
    choices = choices_of(project.profile)
    context = {
        "choices": choices,
        "other": next(choice for choice in choices if not choice.is_current),
        "stops": stops_more(),
        "waiting": would_stop(Look(request.user)),
        "kept": [(words, rows().visible_to(request.user).count()) for words, rows in KEPT],
        "form": form,
    }
    return render(request, "chain/strict.html", context, status=422 if form.errors else 200)
