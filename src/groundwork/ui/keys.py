"""Every key of the product, once: the page binds this table (keys.js), the sheet of keys and the handbook print it.

Keys are named by their place (``event.code``), so that they are the same under every layout; ``Mod`` is Ctrl, or ⌘.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.registry import Registry
from groundwork.ui.navigation import entries

PLACES = {  # in the order of the sheet
    "everywhere": gettext_lazy("Everywhere"),
    "go": gettext_lazy("Go to"),
    "lists": gettext_lazy("In lists"),
    "forms": gettext_lazy("In forms"),
    "review": gettext_lazy("In a review"),
}
BOUND_THERE = {"review"}  # places whose page binds its keys itself: elsewhere the same letters mean other things
SHOWN = {  # what stands on the key
    "Mod": "Ctrl",
    "ArrowDown": "↓",
    "ArrowUp": "↑",
    "ArrowRight": "→",
    "ArrowLeft": "←",
    "Slash": "/",
    "Escape": "Esc",
    "Enter": "Enter",
    "Space": gettext_lazy("Space"),
}


@dataclass(frozen=True)
class Key:
    """``keys`` are ways to press it: held together with "+", one after another with " ". ``act`` is what keys.js does;
    ``goes`` gives the address of "go"."""

    act: str
    label: Any  # lazy
    keys: tuple[str, ...]
    place: str = "everywhere"
    goes: Callable[[], str] | None = None

    @property
    def shown(self) -> list[list[str]]:
        """For each way the words on the keys: [["G", "C"]]."""
        if self.act == "help":
            return [["?"]]
        return [[_words(key) for key in way.replace("+", " ").split()] for way in self.keys]


def _words(code: str) -> str:
    return str(SHOWN.get(code, code.removeprefix("Key")))


keys: Registry[Key] = Registry(lambda key: f"{key.act} {' '.join(key.keys)}")

for key in (
    Key("palette", gettext_lazy("Find a record, open a page, do something"), ("Mod+KeyK",)),
    Key("add", gettext_lazy("Add something"), ("KeyN", "Mod+Space")),
    Key("edit", gettext_lazy("Edit the record; in a list the cell"), ("KeyE", "F2")),
    Key("call", gettext_lazy("Write down a call: then 1 to 4 says how it ended, 1 to 4 when to call again"), ("KeyL",)),
    Key("undo", gettext_lazy("Take back what you did last"), ("Mod+KeyZ",)),
    Key("filter", gettext_lazy("Filter this list"), ("Slash",)),
    Key("help", gettext_lazy("Show all keys"), ("Shift+Slash",)),
    Key("next", gettext_lazy("Next row"), ("KeyJ",), "lists"),
    Key("previous", gettext_lazy("Previous row"), ("KeyK",), "lists"),
    Key("down", gettext_lazy("Next row, from a row on"), ("ArrowDown",), "lists"),
    Key("up", gettext_lazy("Previous row, from a row on"), ("ArrowUp",), "lists"),
    Key("right", gettext_lazy("Next cell"), ("ArrowRight",), "lists"),
    Key("left", gettext_lazy("Previous cell"), ("ArrowLeft",), "lists"),
    Key("open", gettext_lazy("Open the row"), ("Enter",), "lists"),
    Key("peek", gettext_lazy("Look at it beside the list"), ("Space",), "lists"),
    Key("pick", gettext_lazy("Tick the row"), ("KeyX",), "lists"),
    Key("pick_range", gettext_lazy("Tick all rows from the last ticked one to here"), ("Shift+KeyX",), "lists"),
    Key("save", gettext_lazy("Save"), ("Mod+Enter",), "forms"),
    Key("stay", gettext_lazy("Save and stay"), ("Mod+KeyS",), "forms"),
    Key("cancel", gettext_lazy("Leave the field, then the form"), ("Escape",), "forms"),
):
    keys.add(key)


def go(letter: str, entry_key: str) -> None:
    """G, then this letter, opens an entry of the menu: for whoever has it."""
    entry = entries[entry_key]
    keys.add(Key("go", entry.label, (f"KeyG Key{letter}",), "go", goes=lambda: entry.path))


def table() -> str:
    """What keys.js binds, as JSON."""
    bound = [key for key in keys if key.place not in BOUND_THERE]
    rows = [{"act": key.act, "keys": key.keys, "goes": key.goes() if key.goes else ""} for key in bound]
    return json.dumps(rows)


def sheet(user=None) -> list[tuple[str, list[Key]]]:
    """(place, its keys) in the reader's language; of "go to" what the person's menu has."""
    paths = {entry.path for entry in entries if user is None or entry.may(user)}
    by_place: dict[str, list[Key]] = {place: [] for place in PLACES}
    for key in keys:
        if not key.goes or key.goes() in paths:
            by_place[key.place].append(key)
    return [(str(PLACES[place]), found) for place, found in by_place.items() if found]


def as_text() -> str:
    """The sheet for the handbook."""
    lines = ["# Keys", "", _("A key is meant by its place, so it is the same under every layout of the keyboard. Keys "
             "without Ctrl rest while you type, and can be switched off on the sheet of keys (?)."), ""]  # fmt: skip
    for place, found in sheet():
        lines += [f"## {place}", ""]
        for key in found:
            ways = _(" or ").join(" ".join(f"`{word}`" for word in way) for way in key.shown)
            lines.append(f"- {ways}: {key.label}")
        lines.append("")
    return "\n".join(lines)
