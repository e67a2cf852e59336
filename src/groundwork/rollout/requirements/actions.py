"""Writing down what we agreed."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from groundwork.blueprint.models import Element
from groundwork.records.added import fields as added
from groundwork.records.added.fields import AddedField
from groundwork.records.write import acting, creating, drop_part, put_part, writing
from groundwork.rollout.requirements.cases import UseCase, UseStep
from groundwork.rollout.requirements.models import ElementUse, Requirement, RequirementNeed
from groundwork.rollout.requirements.phases import Phase, first_open, next_after

NOW, NEXT, PARKED = "now", "next", "parked"


def write_down(
    *, by, needs=(), elements=(), requirement: Requirement | None = None, version: int | None = None, when: str = "",
    until: date | None = None, **typed
) -> Requirement:  # fmt: skip
    """A new requirement, or one that is there, with the needs it answers and the elements it uses; one act.

    ``when`` is what the form offers (``whens``): empty leaves a requirement where it is, a new one comes first.
    """
    with acting(by, "created" if requirement is None else "edited"):
        if requirement is None:
            parts = [*map(RequirementNeed.of, needs), *map(ElementUse.of, elements)]
            made = Requirement(**typed)
            place(made, when or NOW, until, by=by)
            return creating(made, by=by, parts=parts)
        with writing(requirement, by=by, act="edited", version=version) as fresh:
            for name, value in typed.items():
                setattr(fresh, name, value)
            fresh.link(needs, elements, by=by)
            if when:
                place(fresh, when, until, by=by)
    return fresh


def place(requirement: Requirement, when: str, until: date | None, *, by) -> None:
    """Now, in the next phase, in one that is named, or not before it is decided again. Inside an act."""
    if when == PARKED:
        requirement.park(until)
    elif when == NOW:
        requirement.put_into(first_open(by=by))
    elif when == NEXT:
        requirement.put_into(next_after(first_open(by=by), by=by))
    else:
        requirement.put_into(Phase.objects.get(pk=int(when)))


def whens(phases: list[Phase]) -> list[tuple[str, str]]:
    """What the form offers, given the open phases in their order."""
    named = [
        (str(phase.pk), (_("now: %(phase)s") if place == 0 else _("later: %(phase)s")) % {"phase": phase.name})
        for place, phase in enumerate(phases)
    ]
    now = [] if named else [(NOW, _("now: in the first phase"))]
    later = [] if len(named) > 1 else [(NEXT, _("later: in the next phase"))]
    return [*now, *named, *later, (PARKED, _("not now: decide again on a day"))]


def rewrite(case: UseCase, *, by, actor: str, trigger: str, steps: list[tuple[UseStep, dict]], version=None) -> UseCase:
    """How it goes, in the words of ``by``; a step without words is left out, the others are numbered anew."""
    with writing(case, by=by, act="edited", version=version) as fresh:
        fresh.actor, fresh.trigger = actor, trigger
        said = [pair for pair in steps if pair[1]["action"].strip()]
        for step, _typed in steps:
            if step.pk and step not in [kept for kept, _words in said]:
                drop_part(fresh, step)
        said.sort(key=lambda pair: pair[1]["nth"] or len(steps))
        for nth, (step, typed) in enumerate(said, start=1):
            uses = typed["uses"]
            step.mode = step.mode if uses == step.uses else ""
            action = step.action if step.pk and typed["action"] == step.said else typed["action"]
            step.action, step.expected, step.uses, step.nth = action, typed["expected"], uses, nth
            put_part(fresh, step)
    return fresh


@transaction.atomic
def make_field_for(requirement: Requirement, type_key: str, *, by, **facts) -> AddedField:
    """A new field that the requirement needs: it is the reason of the field, and a step fills the field in."""
    row = added.make_field(type_key, by=by, **facts)
    Element.objects.filter(key=row.element_key).update(origin=Element.Origin.REQUIREMENT)
    with writing(requirement, by=by, act="field made") as fresh:
        put_part(fresh, ElementUse.of(Element.objects.get(key=row.element_key)))
    return row
