"""A list as a file: CSV and XLSX, with the filter of the list and the rights of whoever asks.

It comes back through the import as it left: in CSV numbers with a point and days as 2026-11-23, in a workbook as
numbers and days; links with their numbers beside them, what would start a formula as text. Rows are read a thousand at
a time, so memory does not grow with the list.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from groundwork.core.money import minor_digits, to_major
from groundwork.core.refusals import Refusal
from groundwork.core.spreadsheet import guarded, new_workbook
from groundwork.records.lists.cells import Names, labels_of
from groundwork.records.lists.listing import Listing
from groundwork.records.models import Record, RecordFile
from groundwork.records.types import Field

AT_ONCE = 1000
EXACT = 15  # digits that a spreadsheet keeps of a number
FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets count days differently
SheetCell = str | int | Decimal | date  # a datetime is a date, too: local, without a zone


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def text_of(cell: SheetCell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def as_csv(rows: Iterable[list[SheetCell]]) -> Iterator[bytes]:
    """UTF-8 with a mark by which spreadsheets know it; every cell safe to open."""
    writer = csv.writer(_Line())
    yield b"\xef\xbb\xbf"
    for row in rows:
        yield writer.writerow([guarded(text_of(cell)) for cell in row]).encode()


def as_xlsx(rows: Iterable[list[SheetCell]], name: str = "") -> IO[bytes]:
    """A workbook in a temporary file, open at its beginning; one row of it is in memory at a time.

    ``name``: of its sheet, as far as a sheet may be called so.
    Refused where a sheet has no room: 1,048,576 rows, 32,767 signs in a cell.
    """
    book, file = new_workbook()
    sheet = book.add_worksheet(sheet_name(name))
    sheet.freeze_panes(1, 0)
    bold, looks = book.add_format({"bold": True}), Looks(book)
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "" and _put(sheet, place, column, cell, looks if place else None, bold):
                raise Refusal(_("More rows, or a longer text, than a workbook holds: take the list out as CSV."))
    book.close()
    file.seek(0)
    return file


class Looks(dict):
    """The formats of a workbook by how they are written, each made once."""

    def __init__(self, book):
        super().__init__()
        self.book = book

    def __missing__(self, written: str):
        self[written] = self.book.add_format({"num_format": written})
        return self[written]


def _put(sheet, place: int, column: int, cell: SheetCell, looks: Looks | None, bold) -> int:
    """Write a cell; 0, or what the sheet says where it has no room. Without ``looks`` it is a cell of the header."""
    if looks is None:
        return sheet.write_string(place, column, guarded(cell), bold)
    if isinstance(cell, datetime) and cell.date() >= FIRST_DAY:
        return sheet.write_datetime(place, column, cell, looks["yyyy-mm-dd hh:mm"])
    if isinstance(cell, date) and not isinstance(cell, datetime) and cell >= FIRST_DAY:
        return sheet.write_datetime(place, column, cell, looks["yyyy-mm-dd"])
    if isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) <= EXACT:
        digits = max(0, -int(Decimal(cell).as_tuple().exponent))
        return sheet.write_number(place, column, float(cell), looks["0" + ("." + "0" * digits if digits else "")])
    return sheet.write_string(place, column, guarded(text_of(cell)))


def sheet_name(name: str) -> str | None:
    """What a sheet may be called: 31 signs, none of those that stand for something in a formula."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in name)[:31].strip(" '") or None


def table_of(listing: Listing) -> Iterator[list[SheetCell]]:
    """The header, then every row of the list that the person may take out."""
    kind, user = listing.kind, listing.user
    names = tuple(dict.fromkeys((*kind.fields, *kind.columns, "owner", "department")))
    every = listing.columns if listing.chosen else kind.visible_fields(user, names)
    columns = [shown for shown in every if shown.name != "number"]
    yield [*header_of(kind.field("number"), columns)]
    for records in in_batches(listing):
        known, numbers = Names(user, columns, records), numbers_of(user, columns, records)
        for record in records:
            row: list[SheetCell] = [record.number]
            for shown in columns:
                row += cells_of(shown, record, known, numbers)
            yield row


def numbers_of(user, columns: list[Field], records: list[Record]) -> dict[tuple[type, int], str]:
    """The numbers of linked records that the person sees."""
    found: dict[tuple[type, int], str] = {}
    for target in {shown.target for shown in columns if shown.kind == "link"}:
        attnames = [shown.model_field.attname for shown in columns if shown.kind == "link" and shown.target is target]
        ids = {getattr(record, name) for record in records for name in attnames} - {None}
        rows = target.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "number")
        found |= {(target, pk): number for pk, number in rows}
    return found


def header_of(number: Field, columns: list[Field]) -> list[str]:
    from groundwork.records.imports.columns import link_number_label

    header = [str(number.label)]
    for shown in columns:
        header.append(str(shown.label))
        if shown.kind == "link":
            header.append(link_number_label(shown))
    return header


def in_batches(listing: Listing) -> Iterator[list[Record]]:
    """The rows of the list in the order of their making, a thousand at a time, each batch a query of its own."""
    kind, after = listing.kind, 0
    rows = kind.model.objects.visible_to(listing.user).visible_to(listing.user, "export").filter(listing.conditions())
    while records := list(rows.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        yield records
        after = records[-1].pk


def cells_of(shown: Field, record: Record, known: Names, numbers: dict[tuple[type, int], str]) -> list[SheetCell]:
    """The value as the import reads it back; of a link its name and its number."""
    value: Any = shown.read(record)
    if shown.kind == "link":
        name = known.of(shown.target, value) if value is not None else None
        return ["", ""] if name is None else [name, numbers.get((shown.target, value), "")]
    if value is None or value == "":
        return [""]
    if shown.kind == "file":
        return ["; ".join(name for pk in value if (name := known.of(RecordFile, pk)))]
    if shown.kind in ("user", "department"):
        return [known.of(shown.target, value) or ""]
    return [plain(shown, value, record)]


def plain(shown: Field, value: Any, record: Record) -> SheetCell:
    if shown.kind == "choices":
        return "; ".join(labels_of(shown, value))
    if shown.kind == "choice":
        return str(dict(shown.model_field.flatchoices).get(value, value))
    if shown.kind == "money":
        currency = shown.currency_of(record)
        return Decimal(f"{to_major(value, currency):.{minor_digits(currency)}f}")
    if shown.kind == "moment":
        return timezone.make_naive(value).replace(second=0, microsecond=0)
    if shown.kind == "bool":
        return "yes" if value else "no"
    if shown.kind == "time":
        return f"{value:%H:%M}"
    if isinstance(value, Decimal):
        return Decimal(format(value.normalize(), "f"))
    return value if isinstance(value, int | date) else str(value)
