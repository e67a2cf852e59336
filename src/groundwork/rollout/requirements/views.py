"""The third step: what we agreed, and switching on what it needs."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.blueprint.models import Element, Firm
from groundwork.core.clock import today
from groundwork.records.added.fields import AddedField
from groundwork.records.added.forms import FieldForm
from groundwork.records.added.views import tried
from groundwork.records.types import types
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.gates import Act, Faults, faults_against
from groundwork.rollout.project.screens import (
    MOST_SHOWN,
    DecisionForm,
    VersionForm,
    acts_on,
    opened,
    reads,
    steps,
)
from groundwork.rollout.requirements.actions import make_field_for, rewrite, write_down
from groundwork.rollout.requirements.doubts import Doubt, doubts_of
from groundwork.rollout.requirements.forms import AgreeForm, CaseForm, WhereForm
from groundwork.rollout.requirements.models import Phase, Requirement, UseCase, papers
from groundwork.rollout.requirements.scope import Scope
from groundwork.ui.notices import said

MANY = 20  # requirements on paper, from which on lines are smaller


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
    scope, cards = Scope(user), cards_of(user, wrong, wrong.prefix if wrong else f"r{request.GET.get('change', '')}")
    for card in cards:
        card["waits"] = card["requirement"].pk in scope.waiting
    may_create = user.can("create", Requirement)
    planned = [found.phase for found in scope.phases if found.held and found.phase.state == Phase.State.PLANNED]
    context = {
        **steps("agreed"),
        "parts": parts_of(scope, cards, faults_against(Act.SETTLE, planned, user)),
        "parked": [card for card in cards if card["requirement"].state == Requirement.State.PARKED],
        "custom": scope.custom,
        "may_create": may_create,
        "may_decide": may_decide(user),
        "may_add_fields": user.can("configure", "settings"),
        "may_report": user.can("view", "reports"),
        "first": not cards,
    }
    if may_create:
        context["form"] = form or AgreeForm(user=user, initial=_first_words(user))
        context["has_number"] = context["form"].fields["goal"].queryset.exists()
    return render(request, "requirements/agreed.html", context, status=status)


def cards_of(user, wrong, change: str) -> list[dict]:
    """One for each requirement that ``user`` sees; with a form for the one of prefix ``change``."""
    seen_goals = set(Goal.objects.visible_to(user).values_list("pk", flat=True))
    roles = {role.key for role in user.roles.all()}
    found = list(Requirement.objects.for_cards(user)[:MOST_SHOWN])
    doubts = doubts_of(Requirement.objects.filter(pk__in=[requirement.pk for requirement in found]))
    waiting = {one.pk: one for one in found if is_to_agree(one, doubts.get(one.pk, []))}
    faults = faults_against(Act.AGREE, list(waiting.values()), user)
    cards = []
    for requirement in found:
        may_edit = user.can("edit", requirement)
        uses = list(requirement.uses.all())
        doubted = doubts.get(requirement.pk, [])
        to_agree = requirement.pk in waiting
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
                "to_agree": to_agree and bool(uses),
                "lacks_things": to_agree and not uses,
                "doubts": doubted,
                "holds": to_agree and requirement.is_confirmed and not requirement.was_reworded,
                "may_say_yes": requirement.future_user_id is None and requirement.may_say_yes(user, roles),
                "vague": requirement.vague,
                "faults": faults.get(requirement.pk, []),
                "form": (wrong or AgreeForm.of(requirement, user))
                if may_edit and change == f"r{requirement.pk}"
                else None,
            }
        )
    return cards


def is_to_agree(requirement: Requirement, doubts: list[Doubt]) -> bool:
    return requirement.state == Requirement.State.DRAFT or any(doubt.is_cured_here for doubt in doubts)


def parts_of(scope: Scope, cards: list[dict], faults: Faults) -> list[dict]:
    """The cards by phase, in the order of phases; then those of no phase that the reader sees.

    ``faults`` stand against settling what is in a phase.
    """
    shown = [card for card in cards if card["requirement"].state != Requirement.State.PARKED]
    seen = {found.phase.pk for found in scope.phases}
    parts: list[dict] = [
        {
            "found": found,
            "faults": faults.get(found.phase.pk, []),
            "cards": [card for card in shown if card["requirement"].phase_id == found.phase.pk],
        }
        for found in scope.phases
    ]
    rest = [card for card in shown if card["requirement"].phase_id not in seen]
    return parts + [{"found": None, "cards": rest}] * bool(rest)


@require_http_methods(["GET", "POST"])
@reads(Requirement)
def agreed(request):
    if request.method == "GET":
        return _page(request)
    if not request.user.can("create", Requirement):
        raise PermissionDenied
    form = AgreeForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    write_down(by=request.user, **form.cleaned_data)
    said(request, _("Written down."))
    return redirect("rollout:agreed")


@acts_on(Requirement, "edit")
def edit(request, requirement):
    form = AgreeForm.of(requirement, request.user, request.POST)
    if not form.is_valid():
        return _page(request, wrong=form, status=422)
    write_down(by=request.user, requirement=requirement, **form.cleaned_data)
    said(request, _("Saved."))
    return redirect("rollout:agreed")


@acts_on(Requirement, "edit", DecisionForm)
def confirm(request, requirement, typed):
    requirement.confirm(by=request.user, **typed)
    said(request, _("Agreed. Whoever asked for it sees that."))
    return redirect("rollout:agreed")


@acts_on(Requirement, "configure")
def switch_on(request, requirement):
    if switched := requirement.switch_on(by=request.user):
        names = ", ".join(item.label for item in switched)
        said(request, _("Switched on: %(names)s. Now try it.") % {"names": names})
    return redirect("rollout:agreed")


@require_POST
@reads(Requirement)
def say_yes(request, pk):
    """Somebody who will use it says that this is what is needed."""
    requirement = opened(request, Requirement, pk, "view")
    requirement.say_yes(by=request.user)
    said(request, _("Thank you. Your name stands under it."))
    return redirect("rollout:agreed")


@acts_on(Phase, "edit", DecisionForm)
def phase_freeze(request, phase, typed):
    phase.freeze(by=request.user, **typed)
    said(request, _("Settled. What comes on top from now on is told here."))
    return redirect("rollout:agreed")


@acts_on(Phase, "edit", VersionForm)
def phase_close(request, phase, typed):
    phase.close(by=request.user, **typed)
    said(request, _("Closed."))
    return redirect("rollout:agreed")


@acts_on(Requirement, "edit", VersionForm)
def withdraw(request, requirement, typed):
    requirement.withdraw(by=request.user, **typed)
    said(request, _("Withdrawn. It stays in the history."))
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


@require_http_methods(["GET", "POST"])
@allowed("configure", "settings", whole=("requirement", "need"))
def field_for(request, pk):
    """A field that the requirement needs and nobody has yet: first of what and what it holds, then the field itself."""
    requirement = opened(request, Requirement, pk, "edit")
    where = WhereForm(request.GET or None)
    context = {**steps("agreed"), "requirement": requirement, "where": where}
    if not where.is_valid():
        return render(request, "requirements/field.html", context, status=422 if where.errors else 200)
    chosen, kind = where.cleaned_data, types[where.cleaned_data["on"]]
    asked = Need.objects.visible_to(request.user).filter(requirements__requirement=requirement).order_by("pk").first()
    form = FieldForm(
        request.POST or None, kind=chosen["kind"], type_key=kind.key, currency=Firm.own_currency() or "EUR",
        user=request.user, initial={"reason": requirement.statement, "asked_by": asked.author_id if asked else None},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and tried(
        form, partial(make_field_for, requirement), kind.key, by=request.user, kind=chosen["kind"]
    ):  # fmt: skip
        said(request, _("The field is there, and a step fills it in."))
        return redirect(f"{reverse('rollout:agreed')}#requirement-{requirement.pk}")
    context |= {"form": form, "kind": kind, "holds": AddedField.Kind(chosen["kind"]).label}
    return render(request, "requirements/field.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@reads(Requirement)
def on_paper(request):
    """What we agreed, to be printed: two pages for the usual roll-out."""
    user = request.user
    found = list(Requirement.objects.for_cards(user)[:MOST_SHOWN])
    doubts = doubts_of(Requirement.objects.filter(pk__in=[requirement.pk for requirement in found]))
    cards = [{"requirement": item, "doubts": doubts.get(item.pk, [])} for item in found]
    goals = [goal for goal in Goal.objects.for_cards(user) if goal.kind == Goal.Kind.GOAL]
    context = {
        **steps("agreed"),
        "goals": [(goal, goal.course(user)) for goal in goals],
        "parts": parts_of(Scope(user), cards, {}),
        "parked": [card["requirement"] for card in cards if card["requirement"].state == Requirement.State.PARKED],
        "more": [(source.title, lines) for source in papers if (lines := source.lines(user))],
        "many": len(found) > MANY,
        "today": today(),
    }
    return render(request, "requirements/paper.html", context)
