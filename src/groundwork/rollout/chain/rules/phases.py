"""Rules of phases: is the first one small enough, whole enough, and did what is settled stay so."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.declared import FULL, STANDARD, Evidence, Found, declare
from groundwork.rollout.project.gates import Act
from groundwork.rollout.requirements.models import Phase
from groundwork.rollout.requirements.scope import GROWS, InPhase, Kept

SHOWN = 10  # rows of evidence


def found_at(look: Look, phase: Phase, fact: str, items: list[Kept]) -> Found:
    rows = [Evidence(item.statement, look.page("requirement", item.pk)) for item in items[:SHOWN]]
    where = Evidence(phase.name, look.page("phase", phase.pk))
    return Found(fact, look.screen("agreed"), phase.owner, evidence=[where, *rows], about=("phase", phase.pk))


def first_phase(look: Look) -> list[InPhase]:
    """The first one, until it is closed."""
    return [found for found in look.scope.phases[:1] if found.phase.is_open and look.concerns(found)]


@declare(
    "phase-grew", "R33", gettext_lazy("Phases that grew"), blocks_from=FULL,
    reason=gettext_lazy("What comes on top of what is settled comes at the cost of the day it goes live."),
    act=gettext_lazy("Take something out"),
)  # fmt: skip
def grew(look: Look) -> Iterator[Found]:
    for found in look.scope.phases:
        if found.phase.is_open and found.grown > GROWS and look.concerns(found):
            settled = look.scope.settled[found.phase.pk]
            told = {"phase": found.phase, "share": languages.percent(found.grown / 100, 0)}
            fact = _("“%(phase)s” has grown by %(share)s since it was settled.") % told
            yield found_at(look, found.phase, fact, [item for item in found.held if item.pk not in settled])


@declare(
    "all-must", "R34", gettext_lazy("Phases in which everything must be there"),
    reason=gettext_lazy("Where everything is most important nothing is."), act=gettext_lazy("Say what could wait"),
)  # fmt: skip
def all_must(look: Look) -> Iterator[Found]:
    for found in first_phase(look):
        if found.has_too_much_base:
            fact = _("Most of “%(phase)s” must be there: what would people really not work without?")
            yield found_at(look, found.phase, fact % {"phase": found.phase}, found.held)


@declare(
    "could-wait", "R35", gettext_lazy("What could wait for a later phase"), blocks_from=STANDARD, stops=(Act.SETTLE,),
    reason=gettext_lazy("Each nice thing in the first phase puts off the day on which people can begin to work."),
    act=gettext_lazy("Put it off"),
)  # fmt: skip
def could_wait(look: Look) -> Iterator[Found]:
    for found in first_phase(look):
        if found.could_wait:
            told = {"names": ", ".join(languages.quoted(item.statement) for item in found.could_wait[:3])}
            fact = _("This could wait for a later phase: %(names)s.") % told
            yield found_at(look, found.phase, fact, found.could_wait)


@declare(
    "phase-share", "R36", gettext_lazy("A first phase that is too small or too large"),
    reason=gettext_lazy("With less than seven tenths of what people need they keep their old way beside it. More than "
                        "eight tenths comes too late."),
    act=gettext_lazy("Change what is in it"),
)  # fmt: skip
def share_is_off(look: Look) -> Iterator[Found]:
    for found in first_phase(look):
        if found.is_off and found.share is not None:
            told = {"phase": found.phase, "share": languages.percent(found.share / 100, 0)}
            fact = _("“%(phase)s” covers %(share)s of what people need.") % told
            yield found_at(look, found.phase, fact, found.held)
