"""What was agreed hangs on other things: on its words, the number, what people told, fields and reports, the steps.

Each has a fingerprint; those of the moment when it was agreed are kept with the requirement (``held_by``). An end that
is another one now makes it doubtful: it stops counting until somebody says that it still holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from groundwork.blueprint.models import Element
from groundwork.core import languages
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.requirements.cases import UseStep, fingerprint


@dataclass(frozen=True)
class Doubt:
    """Why what was agreed may not hold any more. ``end`` is what changed, ``name`` what it is called."""

    end: str  # words, number, expired, asked, element, steps
    name: str = ""

    @property
    def words(self) -> str:
        if self.end == "words":
            return _("The words were changed after they were agreed. Agree on them again.")
        if self.end == "expired":
            return _("The number held until %(day)s: say first whether it still does.") % {"day": self.name}
        changed = {
            "number": _("The number was changed after this was agreed: does it still hold?"),
            "asked": _("What people told us about it was changed after this was agreed: does it still hold?"),
            "steps": _("How it goes was changed after this was agreed: does it still hold?"),
            "element": _("“%(name)s” was changed after this was agreed: does it still hold?"),
        }
        return changed[self.end] % {"name": self.name} if self.name else changed[self.end]

    @property
    def is_cured_here(self) -> bool:
        """Saying "it still holds" of the requirement helps; a number that expired is looked at by itself."""
        return self.end != "expired"


@dataclass(frozen=True)
class Agreed:
    """What is compared of one requirement: its words, and what it was held by when it was agreed."""

    pk: int
    goal: int
    is_as_agreed: bool
    held_by: dict[str, Any]


def held_by(requirement) -> dict[str, Any]:
    """The fingerprints of everything the requirement hangs on, as it is now."""
    pk = requirement.pk
    return {
        "number": of_goal(requirement.goal),
        "asked": needs_of([pk]).get(pk, {}),
        "elements": {
            key: revision + (not is_on) for key, (_e, revision, is_on) in elements_of([pk]).get(pk, {}).items()
        },
        "steps": steps_of([pk]).get(pk, ""),
    }


def doubts_of(requirements) -> dict[int, list[Doubt]]:
    """{requirement: its doubts}, of those of the queryset ``requirements`` that are agreed and in doubt. Seven queries.

    An end that was not known when it was agreed (of before there were fingerprints) is no doubt.
    """
    rows = requirements.filter(state__in=["confirmed", "live"]).order_by()
    agreed = [
        Agreed(pk, goal, f"{statement}\n{done_when}" == text, held)
        for pk, goal, statement, done_when, text, held in rows.values_list(
            "pk", "goal_id", "statement", "done_when", "confirmed_text", "held_by"
        )
    ]
    if not agreed:
        return {}
    ids = rows.values("pk")
    goals = Goal.objects.in_bulk({item.goal for item in agreed})
    numbers = {pk: (of_goal(goal), expired(goal)) for pk, goal in goals.items()}
    needs, elements, steps = needs_of(ids), elements_of(ids), steps_of(ids)
    found = {}
    for item in agreed:
        told = [
            *_of_words(item), *_of_number(item, *numbers[item.goal]), *_of_asked(item, needs.get(item.pk, {})),
            *_of_elements(item, elements.get(item.pk, {})), *_of_steps(item, steps.get(item.pk, "")),
        ]  # fmt: skip
        if told:
            found[item.pk] = told
    return found


def _of_words(item: Agreed) -> Iterable[Doubt]:
    if not item.is_as_agreed:
        yield Doubt("words")


def _of_number(item: Agreed, now: str, expired: list[Doubt]) -> Iterable[Doubt]:
    if item.held_by.get("number", now) != now:
        yield Doubt("number")
    yield from expired


def _of_asked(item: Agreed, now: dict[str, str]) -> Iterable[Doubt]:
    if item.held_by.get("asked", now) != now:
        yield Doubt("asked")


def _of_elements(item: Agreed, now: dict[str, tuple[str, int, bool]]) -> Iterable[Doubt]:
    """One that is off says so elsewhere; that it is switched on is what was agreed."""
    held = item.held_by.get("elements")
    if held is None:
        return
    for key, (label, revision, is_on) in now.items():
        if is_on and key in held and revision > held[key]:
            yield Doubt("element", label)


def _of_steps(item: Agreed, now: str) -> Iterable[Doubt]:
    if item.held_by.get("steps", now) != now:
        yield Doubt("steps")


# ── the ends


def of_goal(goal: Goal) -> str:
    return fingerprint(goal.statement, goal.metric, goal.target, goal.due)


def expired(goal: Goal) -> list[Doubt]:
    return [Doubt("expired", languages.day(goal.valid_until))] if goal.is_stale and goal.valid_until else []


def needs_of(ids) -> dict[int, dict[str, str]]:
    """{requirement: {need: fingerprint}}"""
    from groundwork.rollout.requirements.models import RequirementNeed

    pairs = list(RequirementNeed.objects.filter(requirement__in=ids).values_list("requirement_id", "need_id"))
    needs = Need.objects.filter(pk__in=RequirementNeed.objects.filter(requirement__in=ids).values("need"))
    prints = {pk: (str(pk), fingerprint(words)) for pk, words in needs.values_list("pk", "statement")}
    found: dict[int, dict[str, str]] = {}
    for requirement, need in pairs:
        key, words = prints[need]
        found.setdefault(requirement, {})[key] = words
    return found


def elements_of(ids) -> dict[int, dict[str, tuple[str, int, bool]]]:
    """{requirement: {element: (what it is called, its revision, is it on)}}"""
    from groundwork.rollout.requirements.models import ElementUse

    pairs = list(ElementUse.objects.filter(requirement__in=ids).values_list("requirement_id", "element_id"))
    elements = Element.objects.in_bulk({element for _requirement, element in pairs})
    told = {pk: (element.key, (element.label, element.revision, element.is_on)) for pk, element in elements.items()}
    found: dict[int, dict[str, tuple[str, int, bool]]] = {}
    for requirement, pk in pairs:
        key, as_it_is = told[pk]
        found.setdefault(requirement, {})[key] = as_it_is
    return found


def steps_of(ids) -> dict[int, str]:
    """{requirement: the fingerprint of all its steps}"""
    rows = UseStep.objects.filter(case__requirement__in=ids, case__archived_at=None).order_by("case", "nth", "pk")
    words: dict[int, list] = {}
    for requirement, *said in rows.values_list("case__requirement_id", "action", "expected", "uses"):
        words.setdefault(requirement, []).extend(said)
    return {requirement: fingerprint(*said) for requirement, said in words.items()}
