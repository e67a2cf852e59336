"""What an import must know of a record type beyond its declaration; contributed by the room of the type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from groundwork.core.registry import Registry
from groundwork.records.models import Record
from groundwork.ui.navigation import Entry


@dataclass(frozen=True)
class Brought:
    """How the records of one type come in from a file.

    ``by``: the fields that together tell one from another where no title does; of those that a row leaves empty only
    the ``assumed`` ones count, with their value. ``begin`` gives a record what one made by hand does not begin with.
    ``frozen``: the fields and parts that not even a file changes any more. ``named_by``: what names a document to which
    a file gives no number. ``called``: how the names of such files begin a word; ``likely``: meant where nothing tells.
    ``made``: what is done to each new record once all of a batch are there.
    """

    type: str
    by: tuple[str, ...] = ()
    assumed: dict[str, Callable[[], Any]] = field(default_factory=dict)
    begin: Callable[[Any], None] | None = None
    frozen: Callable[[Any], frozenset[str]] | None = None
    is_person: bool = False  # its title is a person's name, which tables keep in several columns
    without: tuple[str, ...] = ()  # parts that a layout of their own brings
    made: Callable[[Any], None] | None = None
    told_by: tuple[str, ...] = ()  # columns of which one must be there; a day, a company and a sum may be anything
    named_by: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    likely: bool = False
    is_owned: bool = False  # a column may say whose it is, for an importer who may hand such records over


seen_in: Registry[Entry] = Registry(lambda entry: entry.key)  # the pages that say what was loaded
brought: Registry[Brought] = Registry(lambda item: item.type)


def way_of(type_key: str) -> Brought:
    return brought.get(type_key) or Brought(type_key)


def frozen_in(record: Record, declared: Callable[[Any], frozenset[str]] | None) -> frozenset[str]:
    found = way_of(record.type_key).frozen or declared
    return found(record) if found else frozenset()
