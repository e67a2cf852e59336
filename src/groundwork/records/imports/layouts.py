"""A layout says how the rows of a file become staged things, whether they are new, and how they are written."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from groundwork.core.languages import folded
from groundwork.core.money import to_scaled
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records import write
from groundwork.records.imports.brought import way_of
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import (
    Opened,
    Reading,
    Source,
    column_places,
    columns_twice,
    key_of,
    open_source,
    sources,
)
from groundwork.records.models import ExternalKey, Part, Record
from groundwork.records.types import PartType, RecordType, types

MEANT = 2  # a layout for this very kind of file goes before a table of any


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


class Unclear(Refusal):
    """Which column is which has to be said by a person; in the browser this is a question, for a command a refusal."""


class Layout:
    """One kind of file. ``order`` lists the types it makes: what others link to comes first."""

    key = ""
    type = ""  # the word of ``groundwork import TYPE``
    label: object = ""
    columns: dict[str, tuple[str, ...]] = {}  # {column: other names it goes by}
    required: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    batch = 300  # things in one batch
    keeps_notes = False  # what its trial finds out is kept with the things (``Staged.data``)
    is_mapped = True  # its columns are chosen by a person where the guess is wrong

    def __init__(self, job: ImportJob):
        self.job = job
        self.unknown: Counter[tuple[str, str]] = Counter()  # (field, value) of rows that wait for a decision

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Is this file of our kind, told by more than the names of its columns?"""
        return False

    # ── the file

    def examine(self, path: Path) -> dict:
        """What is found out about the file, for ``ImportJob.about``; refused where it cannot be taken."""
        found = sources(path)
        first = self.open(found[0])
        self.job.about = {**first.about, "files": len(found), "header": first.header[:100]}
        self.job.about["sample"] = _sample(first)
        self.places(first.header, found[0].name)
        return self.job.about

    def told(self) -> list[tuple[str, str]]:
        """What the file says of itself, in words for the trial run: (what, how much)."""
        return []

    def questions(self) -> dict[str, list[tuple[str, str]]]:
        """What only this kind of file asks, beside how it is read: {option of the job: [(value, words)]}."""
        return {}

    def open(self, source: Source) -> Opened:
        return open_source(source, Reading.of(self.job.options), self.known_names())

    def known_names(self) -> frozenset[str]:
        return frozenset(key_of(str(name)) for key, more in self.columns.items() for name in (key, *more))

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        """Row by row (file, line, what it says); a wrong row gives a piece of type "bad" for its document too."""
        for source in sources(path):
            opened = self.open(source)
            places = self.places(opened.header, source.name)
            for line, cells in opened.rows:
                row = row_at(cells, places)
                try:
                    refuse_more_cells(cells, opened.header)
                    yield source.name, line, list(self.read(row, line))
                except WrongRow as wrong:
                    yield source.name, line, [bad_piece(self.key_of(row), wrong)]

    def places(self, header: list[str], name: str) -> dict[str, list[int]]:
        """Where the columns stand; ``Unclear`` where one that is needed does not, or stands there twice."""
        name = self.job.name if name == Path(self.job.path).name else name  # as it was dropped, not as we keep it
        if not any(header):
            raise Refusal(_("“%(name)s” has no header row.") % {"name": name})
        mapped = self.job.options.get("map", {})
        if unknown := [name for name in mapped if name not in self.columns]:
            raise Refusal(
                _("There is no field %(names)s here. There are: %(fields)s.")
                % {"names": ", ".join(unknown), "fields": ", ".join(self.columns)}
            )
        found = self.guessed(header)
        wrong = [column for name in mapped for column in columns_of(mapped[name]) if not _place(header, column)]
        wrong += [self.label_of(column) for column in self.lacking(found) if not columns_of(mapped.get(column, ""))]
        if wrong:
            raise Unclear(
                _("“%(name)s” lacks the columns: %(columns)s. It has: %(header)s.")
                % {"name": name, "columns": ", ".join(dict.fromkeys(wrong)), "header": ", ".join(header)[:300]}
            )
        if twice := columns_twice(header, [place for places in found.values() for place in places]):
            raise Unclear(
                _("“%(name)s” has this column twice: %(columns)s. Rename the one that is not meant.")
                % {"name": name, "columns": ", ".join(dict.fromkeys(twice))}
            )
        return found

    def lacking(self, found: Iterable[str]) -> list[str]:
        """The required columns that are not there; a link may be told by its number or code."""
        there = {name.partition(".")[0] for name in found}
        return [name for name in self.required if name not in there]

    def convinces(self, found: dict[str, list[int]]) -> bool:
        """Is enough found to take a table for such a file unasked?"""
        return not self.lacking(found)

    def called(self, name: str) -> tuple[str, ...]:
        """What a column may be called, the likeliest first."""
        return (name, *self.columns[name])

    def guessed(self, header: list[str]) -> dict[str, list[int]]:
        """By what a person mapped, else by the names that each column goes by."""
        mapped = self.job.options.get("map", {})
        wanted = {name: self.called(name) for name in self.columns if name not in mapped}
        found = {name: [place] for name, place in column_places(header, wanted).items()}
        for name, columns in mapped.items():
            taken = [place for column in columns_of(columns) for place in _place(header, column)]
            if taken:
                found = {other: places for other, places in found.items() if not set(places) & set(taken)}
                found[name] = taken
        return found

    def makes_records(self) -> bool:
        """Do its rows say enough for new records?"""
        return True

    def refuse_what_is_off(self) -> None:
        """Raise a ``Refusal`` where the firm or the person has no use for such a file."""

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

    def is_label(self, name: str, header: list[str], found: dict[str, list[int]]) -> bool:
        """Is the found column called like the field itself, not merely by another word for it?"""
        return key_of(header[found[name][0]]) == key_of(name)

    def label_of(self, name: str) -> str:
        """What a column is called on the page."""
        return name

    def settle(self) -> None:
        """Once all rows are staged: what else the order of loading hangs on."""

    def leans_on(self, thing: Staged) -> list[tuple[str, str]]:
        """The things of this file, as (type, key), without which this one cannot be."""
        return []

    def named(self, thing: Staged) -> str:
        """What a person calls a staged thing; its key where it has no name."""
        kind = types.get(thing.type)
        return str((kind and thing.data["values"].get(kind.model.title_field)) or thing.key)

    def sum_of(self, things: list[Staged]) -> dict[str, int]:
        """{currency: minor units} of good things, for the reconciliation; empty where nothing is summed."""
        return {}

    def sum_kept(self) -> dict[str, int]:
        """The same from the records that were loaded."""
        return {}


def columns_of(said: str | list[str]) -> list[str]:
    """The columns that a mapping names: none, one, or several that are joined."""
    return [name for name in ([said] if isinstance(said, str) else said) if name]


def _place(header: list[str], column: str) -> list[int]:
    return [place for place, name in enumerate(header) if key_of(name) == key_of(column)][:1]


def _sample(opened: Opened) -> list[list[str]]:
    rows = []
    for _line, cells in opened.rows:
        rows.append([cell[:60] for cell in cells[:100]])
        if len(rows) == 5:
            break
    return rows


def row_at(cells: list[str], places: dict[str, list[int]]) -> dict[str, str]:
    return {
        name: " ".join(filter(None, (cells[place] if place < len(cells) else "" for place in taken)))
        for name, taken in places.items()
    }


def bad_piece(key: str, wrong: WrongRow) -> Piece:
    return Piece("bad", key, {"column": wrong.column, "value": wrong.value, "reason": wrong.reason})


def refuse_more_cells(cells: list[str], header: list[str]) -> None:
    """``2,55`` without quotes is two cells: everything after it would land one column too far."""
    if beyond := [cell for cell in cells[len(header) :] if cell]:
        raise WrongRow("", beyond[0], _("more cells than the header has: is a comma meant as a point?"))


def is_table(kind: RecordType) -> bool:
    """May the records of this type come as a table, one row each?"""
    return kind.typed


def is_table_of(kind: RecordType, part: PartType) -> bool:
    """May these lines come as a table, one row each, with what tells their record?"""
    return part.addable and part.key not in way_of(kind.key).without and part.is_on


def is_torn(thing: Staged) -> bool:
    """Do the rows of one thing contradict each other? Then none of them is taken."""
    return any(row != thing.data["rows"][0] for row in thing.data["rows"])


def make_owned(records: list, requester) -> None:
    """A new record that no column gives an owner belongs to whoever it would belong to if the requester had typed it:
    a payment to who looks after its company, anything else to the requester."""
    if records and hasattr(type(records[0]), "company"):
        prefetch_related_objects(records, "company__owner")
    for record in records:
        if record.owner_id is None:
            record.owner = record.owner_by_default() or requester


def keep_keys(source: str, things: list[Staged], records: list) -> None:
    """What the file brought anew is known by its key from now on."""
    keys = []
    for thing, record in zip(things, records, strict=True):
        thing.object_id = record.pk
        keys.append(ExternalKey(source=source, type=thing.type, key=thing.key, object_id=record.pk))
    ExternalKey.objects.bulk_create(keys, ignore_conflicts=True)


def keep_line(parent: Record, line: Part, before: dict | None = None) -> None:
    """Save a line of ``parent`` exactly as the file has it, without what the write path fills in for a typed one.

    Stands inside ``acting``; the parent is counted anew by whoever calls.
    """
    with write.acting(None, ""):
        setattr(line, line.parent_field, parent)
        line.save()
        write.part_changed(parent, line, before, write.values(line))


def rows_of(key: str) -> str:
    """The record type of ``records:TYPE`` or ``records:TYPE.PART``."""
    return key.removeprefix("records:").partition(".")[0]


def is_called(key: str, name: str) -> bool:
    """Does a word of the file's name begin like those of this kind?"""
    words, begin = re.split(r"[\W_]+", folded(name)), tuple(map(folded, way_of(rows_of(key)).called))
    return any(word.startswith(begin) for word in words)


class Layouts(Registry[type[Layout]]):
    """The layouts of upper rooms, and ``records:TYPE`` for a table of any record type (its columns are its fields)."""

    def __getitem__(self, key: str) -> type[Layout]:
        if not key.startswith("records:"):
            return super().__getitem__(key)
        rows = key.removeprefix("records:")  # "company", or with its lines "pricelist.prices"
        kind, known = types[rows.partition(".")[0]], self._items.get(key)
        if known is None or getattr(known, "kind", None) is not kind:  # its fields may have changed
            from groundwork.records.imports.generic import layout_of

            known = self._items[key] = layout_of(rows)
        return known

    def named(self, word: str, preset: str = "") -> type[Layout] | None:
        """The layout of ``groundwork import WORD --preset PRESET``; None where there is none."""
        if preset:
            return self.get(preset)
        own = self.get(word) or next(
            (layout for layout in self if layout.type == word and not layout.key.startswith("records:")), None
        )
        kind = next((kind for kind in types if word in (kind.key, f"{kind.key}s", f"{kind.key[:-1]}ies")), None)
        lines = next((key for key in self.tables() if word == key.removeprefix("records:").replace(".", "-")), "")
        return own or (self[f"records:{kind.key}"] if kind and is_table(kind) else self[lines] if lines else None)

    def tables(self) -> list[str]:
        """The keys of the layouts that any table may have: first each record type, then those with their lines."""
        kinds = [kind for kind in types if is_table(kind)]
        return [
            *(f"records:{kind.key}" for kind in kinds),
            *(f"records:{kind.key}.{part.key}" for kind in kinds for part in kind.parts if is_table_of(kind, part)),
        ]

    def offered_to(self, user) -> list[str]:
        """The keys of what the person may be told of: what brings only records of types that the person sees."""
        own = [layout.key for layout in self if not layout.key.startswith("records:")]
        return [key for key in (*own, *self.tables()) if all(user.can("view", made) for made in self._makes(key))]

    def _makes(self, key: str) -> list[str]:
        rows = [rows_of(key)] if key.startswith("records:") else self[key].order
        return [type_key for type_key in rows if type_key in types]

    def fitting(self, header: list[str], among: Collection[str] | None = None, name: str = "") -> str:
        """The key of the layout that takes most columns of the header; "" where none takes enough of it to be meant.

        ``among``: the keys to choose from, if not all. ``name``: of the file.
        """
        own = [layout.key for layout in self if layout.required and not layout.key.startswith("records:")]
        keys = [key for key in (*own, *self.tables()) if among is None or key in among]
        ranks = {key: rank for key in keys if (rank := self._rank(key, header, name))}
        is_named = any(is_called(key, name) for key in keys)
        if is_named and not any(is_called(key, name) or key in own for key in ranks):
            return ""
        return max(ranks, key=lambda key: ranks[key], default="")

    def named_like(self, name: str, among: Collection[str]) -> str:
        """The key of the first table whose files are called like this one and whose rows make records; "" of none."""
        called = [key for key in self.tables() if key in among and is_called(key, name)]
        return next((key for key in called if self[key](ImportJob(layout=key)).makes_records()), "")

    def _rank(self, key: str, header: list[str], name: str) -> tuple[int, int, int] | None:
        """How well a header fits: columns, what is rather meant, our own labels; None where it does not.

        A file of the words of its kind ("Sales") counts like a column more, and is taken on less.
        """
        reader = self[key](ImportJob(layout=key))
        if not key.startswith("records:"):
            places = column_places(header, {name: reader.called(name) for name in reader.columns})
            return (len(places), MEANT, 0) if set(reader.required) <= places.keys() else None
        guessed, way, called = reader.guessed(header), way_of(rows_of(key)), is_called(key, name)
        taken = {place for places in guessed.values() for place in places}
        is_enough = len(taken) * 3 > len([title for title in header if title])
        is_told = called or not way.told_by or not set(way.told_by).isdisjoint(guessed)
        if not (is_enough and is_told and reader.convinces(guessed)):
            return None
        labels = sum(reader.is_label(column, header, guessed) for column in guessed)
        return len(guessed) + called, int(way.likely), labels

    def claiming(self, path: Path) -> str:
        """The key of the layout that knows this very kind of file; "" where none does."""
        return next((layout.key for layout in self if layout.claims(path)), "")

    def known_names(self) -> frozenset[str]:
        """All names that columns go by, folded: what makes a row look like a header."""
        every = [*self, *(self[key] for key in self.tables())]
        return frozenset(
            key_of(str(name)) for layout in every for key, more in layout.columns.items() for name in (key, *more)
        )


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
