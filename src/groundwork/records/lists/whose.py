"""Whose records a board shows: everybody's, those of one person, of several as lanes, of a department."""

from dataclasses import dataclass
from typing import Any

from groundwork.access.models import Department, User
from groundwork.core import languages
from groundwork.records.lists.board import MOST_LANES, Board
from groundwork.records.lists.cells import known_names

PEOPLE = 7  # that are offered at once; the filter of the list knows all
DEPARTMENTS = 4  # more of them are found by that filter


@dataclass
class Choice:
    """One of those offered; chosen again it is taken away."""

    name: str
    href: str
    is_on: bool
    count: str = ""
    is_person: bool = False


def whose(board: Board) -> list[Choice]:
    """Everybody, the reader, then who has most, then the departments; nothing where there is nobody to choose among."""
    counts, asked = board.sums.by_owner(), board.people.asked
    if "owner" not in board.listing.filters.fields or len({*counts, *asked} - {None}) < 2:
        return []
    everybody = Choice(
        "", board.listing.address(**{"f.owner": "", "f.department": ""}), not (asked or board.people.department),
        languages.number(sum(counts.values())),
    )  # fmt: skip
    return [everybody, *_people(board, counts, asked), *_departments(board)]


def _people(board: Board, counts: dict[int | None, int], asked: list[int]) -> list[Choice]:
    known = {owner: count for owner, count in counts.items() if owner is not None} | {
        owner: counts.get(owner, 0) for owner in asked
    }
    first = sorted(known, key=lambda owner: (owner not in asked, owner != board.user.pk, -known[owner], owner))
    names = known_names(board.user, User, first[: max(PEOPLE, len(asked))])
    shown = sorted(names, key=lambda owner: (owner != board.user.pk, -known[owner], owner))
    return [
        Choice(names[owner], _turned(board, owner, asked), owner in asked, languages.number(known[owner]), True)
        for owner in shown
    ]


def _turned(board: Board, owner: int, asked: list[int]) -> str:
    others = [pk for pk in asked if pk != owner]
    people = others if owner in asked else [*others, owner][-MOST_LANES:]
    narrowed: dict[str, Any] = {"f.owner": [str(pk) for pk in people]}
    return board.listing.address(**narrowed)


def _departments(board: Board) -> list[Choice]:
    scope, held = board.listing.scope, board.people.department
    if "department" not in board.listing.filters.fields or not (scope.all or len(scope.departments) > 1):
        return []
    seen = Department.objects.all() if scope.all else Department.objects.filter(pk__in=scope.departments)
    rows = list(seen.order_by("name", "pk")[: DEPARTMENTS + 1])
    if not 1 < len(rows) <= DEPARTMENTS:
        return []
    on = set(held.names) if held else set()
    address = board.listing.address
    return [
        Choice(row.name, address(**{"f.department": "" if row.pk in on else str(row.pk), "f.owner": ""}), row.pk in on)
        for row in rows
    ]
