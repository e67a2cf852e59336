"""What comes of requirements that others wrote: needs of whoever loads them, drafts for a number named like the file.

The higher of two levels is what was asked for: needs. The lower one answers it: requirements, each with the needs that
it answers (docs/domain/map.md).
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from groundwork.core.languages import folded
from groundwork.crm.trade.presets.base import Preset, link, refuse
from groundwork.records.imports.layouts import Piece, WrongRow, keep_line
from groundwork.records.imports.models import Staged
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.models import Requirement, RequirementNeed

MOST = 2000  # signs of one text


def mark(*words: str) -> str:
    """A key for what has no name of its own."""
    return hashlib.sha256("\n".join(folded(word) for word in words).encode()).hexdigest()[:24]


def goal_of(name: str) -> Piece:
    return Piece("goal", name, {"statement": name})


def need_of(key: str, words: str) -> Piece:
    return Piece("need", key, {"statement": whole(words), "kind": Need.Kind.WISH})


def requirement_of(key: str, words: str, goal: str, **more) -> Piece:
    """Its words are what is agreed and, until somebody says it better, when it is done."""
    text = whole(words)
    short = text if len(text) <= 300 else f"{text[:299].rstrip()}…"
    return Piece("requirement", key, {"statement": short, "done_when": text, "goal": link("goal", goal), **more})


def whole(words: str) -> str:
    text = " ".join(words.split())
    if not text:
        raise WrongRow("", "", _("this must not be empty"))
    if len(text) > MOST:
        raise WrongRow("", text, _("longer than %(most)s signs") % {"most": MOST})
    return text


class Written(Preset):
    """The rows of a requirement are the keys of the needs that it answers; links are added, never taken away."""

    order: tuple[str, ...] = ("goal", "need", "requirement")
    only_made = frozenset({"goal"})
    only_first = frozenset({"author_id"})

    def leans_on(self, thing: Staged) -> list[tuple[str, str]]:
        return [*super().leans_on(thing), *(("need", row[0]) for row in thing.data["rows"])]

    def _links(self, things: list[Staged]) -> dict[str, dict[str, int]]:
        asked = {row[0] for thing in things for row in thing.data["rows"]}
        return {**super()._links(things), "need": self.ids("need", asked)}

    def _attributes(self, thing: Staged, links) -> dict[str, Any]:
        values = super()._attributes(thing, links)
        return {**values, "author_id": self.job.requester.pk} if thing.type == "need" else values

    def judge(self, things: list[Staged]) -> None:
        for thing in things:
            if not thing.data["values"]:
                refuse(thing, "", thing.key, _("this is named by a link, and is not in the file"))

    def _differ(self, thing: Staged, record, links, lines: list) -> None:
        super()._differ(thing, record, links, lines)
        if thing.type == "requirement" and (new := self._missing(thing, record, links)):
            thing.difference["needs"] = ["", len(new)]

    def _create(self, things: list[Staged], records: list, links) -> None:
        super()._create(things, records, links)
        self._answer(zip(things, records, strict=True), links)

    def _change(self, things: list[Staged], links) -> None:
        super()._change(things, links)
        held = Requirement.objects.in_bulk([thing.object_id for thing in things if thing.type == "requirement"])
        self._answer([(thing, held[thing.object_id]) for thing in things if thing.type == "requirement"], links)

    def _answer(self, pairs: Iterable[tuple[Staged, Any]], links) -> None:
        for thing, record in pairs:
            for need in self._missing(thing, record, links) if thing.data["rows"] else []:
                keep_line(record, RequirementNeed(need_id=need))

    @staticmethod
    def _missing(thing: Staged, record, links) -> list[int]:
        """The needs that the file links to the requirement and we do not; 0: it is still to be brought."""
        there = set(RequirementNeed.objects.filter(requirement=record).values_list("need_id", flat=True))
        asked = dict.fromkeys(links["need"].get(row[0], 0) for row in thing.data["rows"])
        return [need for need in asked if need not in there]
