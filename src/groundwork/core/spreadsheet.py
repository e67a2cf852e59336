"""Files for spreadsheets.

Cells that a spreadsheet program would run as a formula leave as text, and come back as they were.
"""

import re
from tempfile import NamedTemporaryFile
from typing import IO

import xlsxwriter

STARTS_A_FORMULA = re.compile(r"'*\s*[=+\-@\t\r]")
PLAIN = re.compile(r"[+-]?\d[\d .,()/-]*")  # a number or a phone


def guarded(value) -> str:
    """The text of a cell, an apostrophe before it where it would start a formula; plain numbers and phones stay."""
    text = "" if value is None else str(value)
    return f"'{text}" if STARTS_A_FORMULA.match(text) and not PLAIN.fullmatch(text.strip(" ")) else text


def unguarded(cell: str) -> str:
    """Takes off exactly what ``guarded`` put before a cell, and nothing else."""
    return cell[1:] if cell[:1] == "'" and guarded(cell[1:]) == cell else cell


def new_workbook() -> tuple[xlsxwriter.Workbook, IO[bytes]]:
    """A workbook and the temporary file it is written to; one row is in memory at a time, no text becomes a formula.

    Whoever fills it closes the workbook; whoever answers with it closes the file.
    """
    file = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    return xlsxwriter.Workbook(file.name, options), file
