"""A report as JSON, CSV and a workbook.

In JSON and CSV amounts are text with the currency's decimals: exact, and the same everywhere.
"""

import csv
import io
from decimal import Decimal
from typing import IO

from groundwork.core.money import minor_digits, to_major
from groundwork.core.spreadsheet import guarded, new_workbook

SUMS = ("revenue", "cost", "margin", "known_share", "currency")
PARTS = ("discount", "returns", "claims", "late_payment", "profit")  # what the revenue is without, and what it leaves
NAMED = ("product", "category", "company", "owner", "department")
WORDS = {
    *NAMED,
    *(f"{name}_name" for name in NAMED),
    "name",
    "month",
    "country",
    "state",
    "trait",
    "currency",
    "group",
    "across",
}  # not numbers
SHARES = {"known_share", "share", "together"}


def columns(dimensions, parts: bool = False) -> list[str]:
    found: list[str] = []
    for name in dimensions:
        found += [name, f"{name}_name" if len(dimensions) > 1 else "name"] if name in NAMED else [name]
    return [*found, *SUMS, *(PARTS if parts else ())]


def records(rows, dimensions, parts: bool = False) -> list[dict]:
    """``{"month": "2010-12", "revenue": "748957.02", "cost": None, …}`` a row; an unknown value is None, never zero."""
    result = []
    for row in rows:
        record = {}
        for place in row.places:
            if place.dimension in NAMED:
                record[place.dimension] = place.code
                record[f"{place.dimension}_name" if len(dimensions) > 1 else "name"] = place.name
            else:
                record[place.dimension] = place.value
        record |= {name: major(getattr(row, name), row.currency) for name in ("revenue", "cost", "margin")}
        record["known_share"] = None if row.known_share is None else shortest(row.known_share)
        record["currency"] = row.currency
        if parts:
            record |= {name: major(amount, row.currency) for name, amount in parts_of(row).items()}
        result.append(record)
    return result


def parts_of(row) -> dict[str, int | None]:
    """In the order of PARTS."""
    values = [row.discount, row.returns, row.taken("claim"), row.late, row.profit]
    return dict(zip(PARTS, values, strict=True))


def major(minor: int | None, currency: str) -> str | None:
    return None if minor is None else f"{to_major(minor, currency):.{minor_digits(currency)}f}"


def shortest(share) -> str:
    text = f"{share:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_csv(found: list[dict], names: list[str]) -> str:
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(names)
    writer.writerows([guarded(record[name]) for name in names] for record in found)
    return kept.getvalue()


def as_xlsx(found: list[dict], names: list[str], heads: dict[str, str], sub: str) -> IO[bytes]:
    """A workbook in a temporary file, open at its beginning: numbers are numbers, an unknown value is an empty cell.

    ``sub`` is the line above the head: what was asked for. Texts never start a formula.
    """
    book, file = new_workbook()
    sheet = book.add_worksheet()
    bold, amount, share = (
        book.add_format(look) for look in ({"bold": True}, {"num_format": "#,##0.00"}, {"num_format": "0.0%"})
    )
    sheet.set_column(0, len(names), 16)
    sheet.freeze_panes(2, 0)
    sheet.write_string(0, 0, guarded(sub), bold)
    for column, name in enumerate(names):
        sheet.write_string(1, column, heads.get(name, name), bold)
    for place, record in enumerate(found, 2):
        for column, name in enumerate(names):
            value = record[name]
            if value is None:
                continue
            if name in WORDS:
                sheet.write_string(place, column, guarded(value))
            elif isinstance(value, int):
                sheet.write_number(place, column, value)
            else:
                sheet.write_number(place, column, float(Decimal(value)), share if name in SHARES else amount)
    book.close()
    file.seek(0)
    return file
