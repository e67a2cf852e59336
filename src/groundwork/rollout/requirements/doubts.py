"""What was agreed hangs on other things: on its words, the number, what people told, fields and reports, the steps.

Each has a fingerprint; those of the moment when it was agreed are kept with the requirement (``held_by``). An end that
is another one now makes it doubtful: it stops counting until somebody says that it still holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from groundwork.blueprint.models import Element
from groundwork.core import languages
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.requirements.cases import UseStep, fingerprint


@dataclass(frozen=True)
class Doubt:
    """Why what was agreed may not hold any more. ``end`` is what changed, ``name`` what it is called."""

    end: str  # words, number, expired, asked, element, steps
    name: str = ""

    def __str__(self):
        return self.words

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


class Agreed(NamedTuple):
    """What is compared of one requirement: its words, and what it was held by when it was agreed."""

    pk: int
    goal: int
    is_as_agreed: bool
    held_by: dict[str, Any]


class Asked(NamedTuple):
    need: int
    author: int
    words: str


class Ends:
    """What requirements with these ids hang on beside their numbers, read once for all who ask. Four queries."""

    def __init__(self, ids):
        self.needs, self.elements, self.steps = needs_of(ids), elements_of(ids), steps_of(ids)
        self._prints: dict[str, str] = {}

    def asked(self, requirement: int) -> dict[str, str]:
        """{need: fingerprint}"""
        return {str(need): self._print_of(words) for need, _author, words in self.needs.get(requirement, [])}

    def _print_of(self, words: str) -> str:
        if words not in self._prints:
            self._prints[words] = fingerprint(words)
        return self._prints[words]


def held_by(requirement) -> dict[str, Any]:
    """The fingerprints of everything the requirement hangs on, as it is now."""
    pk = requirement.pk
    ends = Ends([pk])
    return {
        "number": of_goal(requirement.goal),
        "asked": ends.asked(pk),
        "elements": {element.key: element.revision + (not element.is_on) for element in ends.elements.get(pk, [])},
        "steps": ends.steps.get(pk, ""),
    }


def doubts_of(requirements) -> dict[int, list[Doubt]]:
    """{requirement: its doubts}, of those that are agreed and in doubt, of a queryset. Six queries."""
    rows = requirements.filter(state__in=["confirmed", "live"]).order_by()
    agreed = [
        Agreed(pk, goal, f"{statement}\n{done_when}" == text, held)
        for pk, goal, statement, done_when, text, held in rows.values_list(
            "pk", "goal_id", "statement", "done_when", "confirmed_text", "held_by"
        )
    ]
    if not agreed:
        return {}
    return doubts_among(agreed, Goal.objects.in_bulk({item.goal for item in agreed}), Ends(rows.values("pk")))


def doubts_among(agreed: Iterable[Agreed], goals: Mapping[int, Goal], ends: Ends) -> dict[int, list[Doubt]]:
    """The same of what was read already.

    An end that was not known when it was agreed (of before there were fingerprints) is no doubt.
    """
    numbers = {pk: (of_goal(goal), expired(goal)) for pk, goal in goals.items()}
    found = {}
    for item in agreed:
        told = [
            *_of_words(item), *_of_number(item, *numbers[item.goal]), *_of_asked(item, ends),
            *_of_elements(item, ends), *_of_steps(item, ends.steps.get(item.pk, "")),
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


def _of_asked(item: Agreed, ends: Ends) -> Iterable[Doubt]:
    if "asked" in item.held_by and item.held_by["asked"] != ends.asked(item.pk):
        yield Doubt("asked")


def _of_elements(item: Agreed, ends: Ends) -> Iterable[Doubt]:
    """One that is off says so elsewhere; that it is switched on is what was agreed."""
    held = item.held_by.get("elements", {})
    for element in ends.elements.get(item.pk, []):
        if element.revision > held.get(element.key, element.revision) and element.is_on:
            yield Doubt("element", element.label)


def _of_steps(item: Agreed, now: str) -> Iterable[Doubt]:
    if item.held_by.get("steps", now) != now:
        yield Doubt("steps")


# ── the ends


def of_goal(goal: Goal) -> str:
    return fingerprint(goal.statement, goal.metric, goal.target, goal.due)


def expired(goal: Goal) -> list[Doubt]:
    return [Doubt("expired", languages.day(goal.valid_until))] if goal.is_stale and goal.valid_until else []


def grouped(rows: Iterable[tuple[int, Any]]) -> dict[int, list]:
    found: dict[int, list] = {}
    for requirement, item in rows:
        found.setdefault(requirement, []).append(item)
    return found


def needs_of(ids) -> dict[int, list[Asked]]:
    from groundwork.rollout.requirements.models import RequirementNeed

    rows = RequirementNeed.objects.filter(requirement__in=ids).order_by("pk")
    told = rows.values_list("requirement_id", "need_id", "need__author_id", "need__statement")
    return grouped((requirement, Asked(need, author, words)) for requirement, need, author, words in told)


def elements_of(ids) -> dict[int, list[Element]]:
    """What each requirement needs; an element that many need is one object."""
    from groundwork.rollout.requirements.models import ElementUse

    uses = ElementUse.objects.filter(requirement__in=ids).order_by("pk")
    rows = list(uses.values_list("requirement_id", "element_id"))
    elements = Element.objects.in_bulk({element for _requirement, element in rows})
    return grouped((requirement, elements[element]) for requirement, element in rows)


def steps_of(ids) -> dict[int, str]:
    """{requirement: the fingerprint of all its steps}"""
    rows = UseStep.objects.filter(case__requirement__in=ids, case__archived_at=None).order_by("case", "nth", "pk")
    words: dict[int, list] = {}
    for requirement, *said in rows.values_list("case__requirement_id", "action", "expected", "uses"):
        words.setdefault(requirement, []).extend(said)
    return {requirement: fingerprint(*said) for requirement, said in words.items()}
