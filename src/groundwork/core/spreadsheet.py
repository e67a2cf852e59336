"""Cells that a spreadsheet program would run as a formula leave as text, and come back as they were."""

import re

STARTS_A_FORMULA = re.compile(r"'*\s*[=+\-@\t\r]")
PLAIN = re.compile(r"[+-]?\d[\d .,()/-]*")  # a number or a phone


def guarded(value) -> str:
    """The text of a cell, an apostrophe before it where it would start a formula; plain numbers and phones stay."""
    text = "" if value is None else str(value)
    return f"'{text}" if STARTS_A_FORMULA.match(text) and not PLAIN.fullmatch(text.strip(" ")) else text


def unguarded(cell: str) -> str:
    """Takes off exactly what ``guarded`` put before a cell, and nothing else."""
    return cell[1:] if cell[:1] == "'" and guarded(cell[1:]) == cell else cell
