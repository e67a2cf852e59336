"""The palette (Ctrl K): whatever a person may open or do, by typing a few letters. Rooms add sources in
``AppConfig.ready``; the view that asks them stands in records.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from groundwork.core.registry import Registry
from groundwork.ui.navigation import everybody


@dataclass(frozen=True, slots=True)
class Offer:
    """One line. ``post``: choosing it does something, at ``version`` of the record; else it opens ``href``."""

    label: str
    href: str
    icon: str = "arrow-right"
    hint: str = ""
    post: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    offers: list[Offer] = field(default_factory=list)
    count: str = ""  # where there are more than are shown


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is asked: by whom, with which text (maybe none), on which page.

    ``fits`` says whether words of ours, such as the name of a page, are meant by the text.
    """

    user: Any
    text: str
    path: str
    fits: Callable[[str], bool]


@dataclass(frozen=True)
class Source:
    """``groups(asked)`` offers only what that person may open or do now; in the order of ``order``."""

    key: str
    groups: Callable[[Asked], list[Group]]
    order: int = 50


sources: Registry[Source] = Registry(lambda source: source.key)


@dataclass(frozen=True)
class Place:
    """A page that stands in no menu, yet is opened by its name: ``route`` takes nothing but who asks."""

    route: str
    label: Any  # lazy
    may: Callable[[Any], bool] = everybody


places: Registry[Place] = Registry(lambda place: place.route)


def offered(asked: Asked) -> list[Group]:
    """What all sources offer; groups with nothing are left out."""
    groups = [group for source in sorted(sources, key=lambda source: source.order) for group in source.groups(asked)]
    return [group for group in groups if group.offers]
