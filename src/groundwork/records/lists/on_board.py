"""What a record type says of its board, beside the choice whose values are the columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Column:
    """A value of the board's choice. ``only`` is what is true of every record in it ({"state": "open"}).

    ``share``: how many of a hundred come true in the end; None where nobody says. A closed column is folded: it counts
    only what came into it lately, until the list is narrowed to it.
    """

    value: str
    words: str
    only: dict[str, str] = field(default_factory=dict)
    share: int | None = None
    is_closed: bool = False


@dataclass(frozen=True)
class Standing:
    """How long a card stands: ``rot`` is 0 for fresh, 1 for ageing, 2 for over its limit, 3 for over by half."""

    age: str = ""
    rot: int = 0
    idle: str = ""  # why it is idle, in words


@dataclass(frozen=True)
class OnBoard:
    """``follows``: the fields whose value follows from the column that a record stands in.

    ``divided_by``: a choice each of whose values (``divisions``) has columns of its own; one is shown at a time.
    """

    follows: tuple[str, ...] = ()
    divided_by: str = ""
    divisions: Callable[[], list[tuple[str, str]]] = list
    columns: Callable[[str], list[Column]] | None = None  # of a division
    closed_on: str = ""  # the day by which closed columns count what came lately
    has_steps: bool = False  # cards show the next step
    carries: tuple[str, ...] = ()  # columns that ``standings`` reads
    standings: Callable[[Sequence[Any], Any], dict[int, Standing]] | None = None  # of (rows, user)
    untidy: Callable[[QuerySet], dict[int | None, int]] | None = None  # {owner: how many of these are not in order}
    one_more: Any = ""  # what the head of a column calls one more
