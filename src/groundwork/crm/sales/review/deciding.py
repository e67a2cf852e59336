"""How a card leaves: each way reads its form, changes the deal, keeps the decision; or gives back a wrong form."""

from collections.abc import Callable
from typing import Any

from django.forms import HiddenInput
from django.utils.translation import gettext as _

from groundwork.core.languages import day
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Outcome, sales
from groundwork.crm.sales.review import acts
from groundwork.crm.sales.review.forms import KeepForm, LostForm
from groundwork.crm.sales.review.models import Review, ReviewDecision
from groundwork.records.editing import field_form, form_with_missing, saved_form, version_of
from groundwork.records.tasks.asking import StepForm
from groundwork.records.types import types
from groundwork.records.write import save_fields

Result = tuple[ReviewDecision | None, Any]
What = ReviewDecision.What


def names(deal: Deal) -> str:
    """Before the ids of a card's fields, so that two cards have none in common."""
    return f"card{deal.pk}_%s"


def step(review: Review, deal: Deal, request) -> Result:
    form = StepForm(request.POST, user=request.user, auto_id=names(deal))
    if not form.is_valid():
        return None, form
    given = form.asked
    who = given.get("owner") or request.user
    text = _("%(what)s, %(day)s, %(who)s") % {"what": given["what"], "day": day(given["due_on"]), "who": who}
    return acts.decide(review, deal, What.STEP, by=request.user, text=text, step=given), None


def stage(review: Review, deal: Deal, request) -> Result:
    kind = types[Deal.type_key]
    form, is_asked = form_with_missing(kind, request.user, deal, "stage", request.POST.dict())
    if is_asked or not form.is_valid():
        form.auto_id, form.fields["stage"].widget = names(deal), HiddenInput()
        return None, form
    chosen = sales().stages.get(form.cleaned_data["stage"])
    save = lambda: saved_form(form, deal, user=request.user, version=None)  # noqa: E731
    return acts.decide(review, deal, What.STAGE, by=request.user, text=str(chosen), save=save), None


def lost(review: Review, deal: Deal, request) -> Result:
    form = LostForm(request.POST, auto_id=names(deal))
    if not form.is_valid():
        return None, form
    kind, ends = types[Deal.type_key], sales().stages_of(deal.pipeline, Outcome.LOST)
    if not ends:
        raise Refusal(_("Its pipeline has no stage for deals that are lost."))
    field_form(kind, request.user, deal, "stage")  # refuses whoever may not change it
    reason, note = form.cleaned_data["reason"], form.cleaned_data["note"]
    typed = {"stage": ends[0].key, "reason": reason, "reason_note": note}
    save = lambda: save_fields(deal, typed, by=request.user, version=version_of(deal))  # noqa: E731
    text = dict(form.fields["reason"].choices)[reason]  # type: ignore[attr-defined]
    return acts.decide(review, deal, What.LOST, by=request.user, text=str(text), save=save), None


def taker_form(deal: Deal, user, data=None):
    form = field_form(types[Deal.type_key], user, deal, "owner", data)
    form.auto_id = f"hand{deal.pk}_%s"
    return form


def hand(review: Review, deal: Deal, request) -> Result:
    form = taker_form(deal, request.user, request.POST)
    if not form.is_valid():
        return None, form
    save = lambda: saved_form(form, deal, user=request.user, version=None)  # noqa: E731
    taker = form.cleaned_data["owner"]
    return acts.decide(review, deal, What.HAND, by=request.user, text=str(taker or ""), save=save), None


def keep(review: Review, deal: Deal, request) -> Result:
    """It may wait; that somebody comes back to it on that day is its next step."""
    form = KeepForm(request.POST, auto_id=names(deal))
    if not form.is_valid():
        return None, form
    until, why = form.cleaned_data["until_on"], form.cleaned_data["why"]
    what = _("Come back to it: %(why)s") % {"why": why} if why else _("Come back to it")
    given = {"what": what, "owner": deal.owner, "due_on": until}
    text = f"{day(until)}, {why}" if why else day(until)
    return acts.decide(review, deal, What.KEEP, by=request.user, text=text, step=given, until_on=until), None


DECIDED_BY: dict[str, Callable[[Review, Deal, Any], Result]] = {
    What.STEP: step, What.STAGE: stage, What.LOST: lost, What.HAND: hand, What.KEEP: keep,
}  # fmt: skip
