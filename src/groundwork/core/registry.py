"""How an upper room contributes to a lower one: a typed list filled in ``AppConfig.ready``."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Contributions in the order of their rooms; a key can be taken once.

    ``key`` reads the key from an item, e.g. ``Registry(lambda entry: entry.key)``.
    """

    def __init__(self, key: Callable[[T], str]):
        self._key = key
        self._items: dict[str, T] = {}

    def add(self, item: T) -> T:
        key = self._key(item)
        if key in self._items:
            raise ValueError(f"{key!r} is registered twice")
        self._items[key] = item
        return item

    def remove(self, key: str) -> None:
        self._items.pop(key, None)

    def get(self, key: str) -> T | None:
        return self._items.get(key)

    def __getitem__(self, key: str) -> T:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)
