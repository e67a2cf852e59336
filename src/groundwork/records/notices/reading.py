"""What a person is told, as far as the person may see it now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from groundwork.access.models import User
from groundwork.core import languages
from groundwork.core.clock import now
from groundwork.core.registry import Registry
from groundwork.records.models import Record
from groundwork.records.notices.models import Notice
from groundwork.records.types import seen_among

SHOWN = 50
COUNTED = 100


@dataclass(frozen=True)
class Screen:
    """What of some kinds of notices a person may not read though the person sees the record: ``hidden(user, notices)``
    gives the ids. Asked each time they are read or mailed."""

    key: str
    kinds: frozenset[str]
    hidden: Callable[[User, Sequence[Notice]], set[int]]


screens: Registry[Screen] = Registry(lambda screen: screen.key)


@dataclass
class Told:
    """A notice for the screen."""

    notice: Notice
    record: Record
    who: str
    what: str
    when: str

    @property
    def is_new(self) -> bool:
        return self.notice.read_at is None


def told(user, *, limit: int = SHOWN, only_new: bool = False) -> list[Told]:
    """The newest notices about what the person sees now: one query, and one a type of record."""
    found = user.notices.select_related("by").order_by("-at", "-pk")
    if only_new:
        found = found.filter(read_at=None)
    return as_seen(user, list(found[:limit]))


def as_seen(user, notices: Sequence[Notice]) -> list[Told]:
    """Those of the notices whose record the person sees now, and that no screen hides: one query a type."""
    for screen in screens:
        if of_it := [notice for notice in notices if notice.kind in screen.kinds]:
            hidden = screen.hidden(user, of_it)
            notices = [notice for notice in notices if notice.pk not in hidden]
    seen = seen_among(user, notices)
    return [
        Told(
            notice,
            seen[notice.type, notice.object_id],
            str(notice.by or ""),
            str(Notice.Kind(notice.kind).label),
            languages.moment(notice.at),
        )
        for notice in notices
        if (notice.type, notice.object_id) in seen
    ]


def unread(user) -> str:
    """How many notices wait, as the bell shows it: "" for none."""
    count = len(told(user, limit=COUNTED, only_new=True))
    return "" if not count else str(count) if count < COUNTED else f"{COUNTED - 1}+"


def read_all(user) -> None:
    user.notices.filter(read_at=None).update(read_at=now())
