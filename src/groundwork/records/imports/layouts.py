"""A layout says how the rows of a file become staged things, whether they are new, and how they are written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from groundwork.core.money import to_scaled
from groundwork.core.registry import Registry
from groundwork.records import write
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import column_places
from groundwork.records.models import Part, Record
from groundwork.records.types import RecordType, types


class WrongRow(Exception):
    """This row cannot be taken: which column, what stood there, and why."""

    def __init__(self, column: str, value: str, reason: str):
        super().__init__(reason)
        self.column, self.value, self.reason = column, str(value)[:200], reason


@dataclass
class Piece:
    """What one row says about one thing. Rows with the same (type, key) make one thing."""

    type: str
    key: str
    values: dict = field(default_factory=dict)  # of the first row that names the thing
    row: list | None = None  # one line of a document


class Layout:
    """One kind of file. ``order`` lists the types it makes: what others link to comes first."""

    key = ""
    type = ""  # the word of ``groundwork import TYPE``
    label: object = ""
    columns: dict[str, tuple[str, ...]] = {}  # {column: other names it goes by}
    required: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    batch = 300  # things in one batch

    def __init__(self, job: ImportJob):
        self.job = job

    def refuse_what_is_off(self) -> None:
        """Raise a ``Refusal`` where the firm or the person has no use for such a file."""

    def wanted(self) -> dict[str, tuple[str, ...]]:
        """What each column may be called: what the person mapped by hand, else its own name and its others."""
        mapped = self.job.options.get("map", {})
        return {name: (mapped[name],) if name in mapped else (name, *more) for name, more in self.columns.items()}

    def key_of(self, row: dict[str, str]) -> str:
        """The thing a wrong row belongs to, which is then not loaded; "" where a row stands for itself."""
        return ""

    def read(self, row: dict[str, str], line: int) -> Iterable[Piece]:
        raise NotImplementedError

    def compare(self, things: list[Staged]) -> None:
        """Set ``verdict`` (and ``difference``, ``object_id``) of things of one type; changes nothing else."""
        raise NotImplementedError

    def write(self, things: list[Staged]) -> None:
        """Load things of one type, inside ``acting``; sets ``object_id``."""
        raise NotImplementedError

    def needs(self, type_key: str, verb: str) -> tuple[str, str]:
        """Which right on which record type it takes to ``verb`` a thing of ``type_key``."""
        return type_key, verb

    def sum_of(self, things: list[Staged]) -> dict[str, int]:
        """{currency: minor units} of good things, for the reconciliation; empty where nothing is summed."""
        return {}

    def sum_kept(self) -> dict[str, int]:
        """The same from the records that were loaded."""
        return {}


def is_table(kind: RecordType) -> bool:
    """May the records of this type come as a table, one row each?"""
    return bool(kind.typed and kind.quick and kind.section)


def is_torn(thing: Staged) -> bool:
    """Do the rows of one thing contradict each other? Then none of them is taken."""
    return any(row != thing.data["rows"][0] for row in thing.data["rows"])


def keep_line(parent: Record, line: Part, before: dict | None = None) -> None:
    """Save a line of ``parent`` exactly as the file has it, without what the write path fills in for a typed one.

    Stands inside ``acting``; the parent is counted anew by whoever calls.
    """
    with write.acting(None, ""):
        setattr(line, line.parent_field, parent)
        line.save()
        write.part_changed(parent, line, before, write.values(line))


class Layouts(Registry[type[Layout]]):
    """The layouts of upper rooms, and ``records:TYPE`` for a table of any record type (its columns are its fields)."""

    def __getitem__(self, key: str) -> type[Layout]:
        if key not in self and key.startswith("records:"):
            from groundwork.records.imports.generic import layout_of

            return self.add(layout_of(key.removeprefix("records:")))
        return super().__getitem__(key)

    def named(self, word: str, preset: str = "") -> type[Layout] | None:
        """The layout of ``groundwork import WORD --preset PRESET``; None where there is none."""
        if preset:
            return self.get(preset)
        own = next((layout for layout in self if layout.type == word and not layout.key.startswith("records:")), None)
        kind = next((kind for kind in types if word in (kind.key, f"{kind.key}s", f"{kind.key[:-1]}ies")), None)
        return own or (self[f"records:{kind.key}"] if kind and is_table(kind) else None)

    def fitting(self, header: list[str]) -> str:
        """The key of the layout whose required columns the header has; among record types, that with most columns."""
        for layout in self:
            if not layout.key.startswith("records:"):
                places = column_places(header, {name: (name, *layout.columns[name]) for name in layout.required})
                if len(places) == len(layout.required):
                    return layout.key
        best = ("", 0)
        for kind in types:
            if is_table(kind):
                layout = self[f"records:{kind.key}"]
                places = column_places(header, {name: (name, *more) for name, more in layout.columns.items()})
                if all(name in places for name in layout.required) and len(places) > best[1]:
                    best = (layout.key, len(places))
        return best[0]


layouts = Layouts(lambda layout: layout.key)


def decimal(row: dict[str, str], column: str, comma: bool = False) -> Decimal:
    """A plain number. A comma where the file writes points (or the other way) is an error, not a guess."""
    text = row[column].strip().replace("\u00a0", "").replace(" ", "")
    plain = text.replace(",", ".") if comma else text
    allowed = plain.replace("-", "", 1).replace(".", "", 1) if plain.startswith("-") else plain.replace(".", "", 1)
    if not (allowed.isascii() and allowed.isdigit()) or len(plain) > 30:
        reason = _("not a number") if "," not in text else _("a comma where this file writes a point")
        raise WrongRow(column, row[column], reason)
    value = Decimal(plain)
    try:
        to_scaled(value)
    except ValueError as error:
        raise WrongRow(column, row[column], _("more than six digits after the point, or too large")) from error
    return value


def moment(row: dict[str, str], column: str) -> datetime:
    """``2010-12-01 08:26:00`` or a day alone, between 1900 and 2100: in the firm's time zone."""
    text = row[column].strip()
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongRow(column, text, _("not a date: write it like 2010-12-31")) from error
    if not 1900 <= value.year <= 2100:
        raise WrongRow(column, text, _("a date outside the years 1900 to 2100"))
    return value if value.tzinfo is None else timezone.make_naive(value)


DAY_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S")


def day(row: dict[str, str], column: str) -> date:
    text = row[column].strip()
    for form in DAY_FORMS:
        try:
            value = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if not 1900 <= value.year <= 2100:
            break
        return value
    raise WrongRow(column, text, _("not a date: write it like 2010-12-31"))


def text(row: dict[str, str], column: str, most: int, needed: bool = False) -> str:
    value = " ".join(row.get(column, "").split())
    if needed and not value:
        raise WrongRow(column, "", _("this must not be empty"))
    if len(value) > most:
        raise WrongRow(column, value, _("longer than %(most)s signs") % {"most": most})
    return value
