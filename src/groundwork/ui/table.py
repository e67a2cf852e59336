"""What a list, a set of facts and an empty place show. Plain values: they know no record and no request.

Texts are ready for the screen (translated, formatted); templates only loop (one include or translation a cell
would cost five times the list).
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Cell:
    """One value.

    ``kind``: "" plain, "bold", "muted", "number", or a chip: "chip", "ok", "warn", "bad", "info", "trace", "line".
    ``href`` may come from people: only http, https, mailto, tel and addresses of this site become links.
    """

    text: str
    href: str = ""
    kind: str = ""
    sub: str = ""  # a second, quieter line
    title: str = ""  # the whole text where ``text`` is cut
    chips: tuple[tuple[str, str], ...] = ()  # of several values (text, address or ""); ``text`` says them all


@dataclass(slots=True)
class Column:
    key: str
    label: str
    numeric: bool = False
    sort_url: str = ""  # empty: cannot be sorted by
    sorted: str = ""  # "", "ascending", "descending"
    main: bool = False  # the name; stays on top when a row becomes a card
    second: bool = False  # the main number of a card
    editable: bool = False  # a cell may turn into its widget, where the table says ``edit_url``


@dataclass(slots=True)
class Row:
    cells: list[Cell]
    key: str = ""
    href: str = ""
    pick: str = ""  # what ticking the row sends, where the table says ``picks``
    label: str = ""  # what the row is called beside its tick


@dataclass(slots=True)
class Empty:
    """A place with nothing in it: what the thing is, and one way forward."""

    title: str
    text: str
    action: str = ""
    href: str = ""


@dataclass(slots=True)
class Table:
    columns: list[Column]
    rows: list[Row]
    caption: str = ""
    caption_seen: bool = True  # False where a heading above says the same
    totals: list[Cell] = field(default_factory=list)  # as many as columns, over all rows, not only the shown
    totals_url: str = ""  # totals come in a second request from here
    count_url: str = ""  # the page with its totals, for those without script
    next_url: str = ""  # "show next" loads and appends from here
    next_label: str = ""
    empty: Empty | None = None
    id: str = "table"
    picks: str = ""  # the id of the form that ticked rows belong to
    edit_url: str = ""  # of a cell, with "0" for the row's key and "-" for the column's
    peek_url: str = ""  # of a row, with "0" for its key

    @property
    def width(self) -> int:
        return len(self.columns) + bool(self.picks)


@dataclass(slots=True)
class Fact:
    label: str
    cell: Cell
    why_url: str = ""  # the why-popover, where the field has an origin
    missing: str = ""  # said instead of an empty value, where somebody waits for it


@dataclass(slots=True)
class Facts:
    items: list[Fact]
    title: str = ""
    summary: str = ""  # e.g. "14 of 16 filled"
