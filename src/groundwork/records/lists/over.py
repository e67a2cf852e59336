"""Pages of upper rooms that take what a list shows: a button stands over every list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from groundwork.core.registry import Registry


@dataclass(frozen=True)
class OverList:
    """``route`` takes the key of the type; the address says what the list shows."""

    route: str
    label: Any
    icon: str
    may: Callable[[Any], bool]


over_lists: Registry[OverList] = Registry(lambda item: item.route)
