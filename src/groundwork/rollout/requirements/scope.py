"""What each phase holds, measured: how much of the needs the first one covers, what came on top, what could wait."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.core import languages
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.models import Frozen, Phase, Requirement, RequirementNeed
from groundwork.rollout.requirements.weights import hindered_hours, weigh

LOW, HIGH = 70, 80  # per cent of the needs that a first phase should cover (R36, D21)
MOST_BASE = 60  # per cent of a phase that may be "must be there" (R34)
GROWS = 5  # per cent that a settled phase may grow unsaid (R33)
ENOUGH = 5  # of fewer needs or requirements no share says anything

OURS = (Requirement.Fit.CUSTOM, Requirement.Fit.INTEGRATION)


class Kept(NamedTuple):
    """One requirement, as far as phases care."""

    pk: int
    statement: str
    phase: int | None
    worth: str
    fit: str
    state: str

    @property
    def is_live(self) -> bool:
        return self.state == Requirement.State.LIVE

    @property
    def could_wait(self) -> bool:
        """R35: only nice to have, or made for us without having to be there."""
        return self.worth == Requirement.Worth.GADGET or (self.fit in OURS and self.worth != Requirement.Worth.BASE)


@dataclass
class InPhase:
    """One phase with what is in it."""

    phase: Phase
    held: list[Kept]
    share: int | None = None  # per cent of the needs that it covers; of the first phase
    is_off: bool = False  # it covers too little or too much of them (R36)
    grown: int = 0  # per cent since it was settled (R33)
    said: list[str] = field(default_factory=list)
    warns: bool = False

    @property
    def could_wait(self) -> list[Kept]:
        return [item for item in self.held if item.could_wait and not item.is_live]

    @property
    def has_too_much_base(self) -> bool:
        """R34: is most of it "must be there"?"""
        base = sum(item.worth == Requirement.Worth.BASE for item in self.held)
        return len(self.held) >= ENOUGH and 100 * base > MOST_BASE * len(self.held)

    def say(self, words: str, *, warns: bool = True) -> None:
        self.said.append(words)
        self.warns = self.warns or warns


class Scope:
    """The phases that ``user`` sees, in order; or of the records that ``rows(model)`` gives.

    Six queries; five where the ``hindered_hours`` are at hand.
    """

    def __init__(self, user, rows=None, hours=None):
        rows = rows or (lambda model: model.objects.visible_to(user))
        names = ("pk", "statement", "phase_id", "worth", "fit", "state")
        found = rows(Requirement).in_force().order_by("pk").values_list(*names)
        self.requirements = [Kept(*row) for row in found]
        needs = rows(Need).current().filter(state__in=[Need.State.AGREED, Need.State.COVERED])
        self.weights = weigh(
            needs.values_list("pk", "author_id", "statement"), hindered_hours() if hours is None else hours
        )
        links = RequirementNeed.objects.filter(need__in=rows(Need))
        self.links = list(links.values_list("requirement_id", "need_id", "need__author__name").order_by("pk"))
        phases = list(rows(Phase).in_order().select_related("owner"))
        self.settled = self._settled(phases)
        self.phases = [self._of(phase, is_first=place == 0) for place, phase in enumerate(phases)]

    @staticmethod
    def _settled(phases: list[Phase]) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        rows = Frozen.objects.filter(phase__in=[phase.pk for phase in phases if phase.frozen_at])
        for phase, requirement in rows.values_list("phase_id", "requirement_id"):
            found.setdefault(phase, set()).add(requirement)
        return found

    def _of(self, phase: Phase, *, is_first: bool) -> InPhase:
        found = InPhase(phase, [item for item in self.requirements if item.phase == phase.pk])
        if is_first and phase.is_open:
            self._say_share(found)
            say_what_could_wait(found)
        self._say_growth(found)
        return found

    def _say_share(self, found: InPhase) -> None:
        """4.10: the weight of the needs that it covers among those agreed. What is only nice to have does not count."""
        worths = {item.pk: item.worth for item in self.requirements}
        answered: dict[int, set[str]] = {}
        for requirement, need, _author in self.links:
            if requirement in worths:
                answered.setdefault(need, set()).add(worths[requirement])
        asked = {need for need in self.weights if answered.get(need, set()) != {Requirement.Worth.GADGET}}
        here = {item.pk for item in found.held}
        covered = {need for requirement, need, _author in self.links if requirement in here} & asked
        if not asked:
            return
        found.share = round(
            100 * sum(map(self.weights.__getitem__, covered)) / sum(map(self.weights.__getitem__, asked))
        )
        words = {"share": languages.percent(found.share / 100, 0)}
        if len(asked) < ENOUGH or LOW <= found.share <= HIGH:
            found.say(_("It covers %(share)s of what people need.") % words, warns=False)
            return
        found.is_off = True
        if found.share < LOW:
            found.say(
                _("It covers %(share)s of what people need: too little for them to change how they work.") % words
            )
        else:
            found.say(_("It covers %(share)s of what people need: what could wait for the next phase?") % words)

    def _say_growth(self, found: InPhase) -> None:
        """R33: what came on top since the phase was settled, by who asked for it."""
        settled = self.settled.get(found.phase.pk)
        if not settled or not found.phase.frozen_at:
            return
        here = {item.pk for item in found.held}
        added, gone = here - settled, settled - here
        if not added and not gone:
            return
        found.grown = round(100 * (len(added) - len(gone)) / len(settled))
        words = {"day": languages.day(localdate(found.phase.frozen_at)), "added": len(added), "gone": len(gone)}
        found.say(
            _("Since it was settled on %(day)s: %(added)s added, %(gone)s taken out.") % words,
            warns=found.grown > GROWS,
        )
        people = dict.fromkeys(author for requirement, _need, author in self.links if requirement in added)
        if people:
            found.say(_("Asked for by %(people)s.") % {"people": ", ".join(people)}, warns=False)

    @property
    def custom(self) -> str:
        """D17: how much is not the product as everybody has it, in words; empty where nothing is."""
        ours, whole = sum(item.fit in OURS for item in self.requirements), len(self.requirements)
        words = {"count": ours, "whole": whole, "share": languages.percent(ours / whole, 0) if whole else ""}
        return (
            ngettext(
                "%(count)s of %(whole)s is made for us or joined to another program (%(share)s).",
                "%(count)s of %(whole)s are made for us or joined to another program (%(share)s).",
                ours,
            )
            % words
            if ours
            else ""
        )

    @property
    def waiting(self) -> set[int]:
        """What is only nice to have, while something that must be there in the first phase is not live (D86)."""
        first = next((found for found in self.phases if found.phase.is_open), None)
        base = [item for item in first.held if item.worth == Requirement.Worth.BASE] if first else []
        if all(item.is_live for item in base):
            return set()
        return {item.pk for item in self.requirements if item.worth == Requirement.Worth.GADGET and not item.is_live}


def say_what_could_wait(found: InPhase) -> None:
    if names := [languages.quoted(item.statement) for item in found.could_wait]:
        found.say(_("This could wait for a later phase: %(names)s.") % {"names": ", ".join(names[:3])})
    if found.has_too_much_base:
        base = sum(item.worth == Requirement.Worth.BASE for item in found.held)
        words = {"base": base, "whole": len(found.held)}
        found.say(_("%(base)s of %(whole)s must be there: what would people really not work without?") % words)
