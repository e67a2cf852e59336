"""PDF by typst. Data travels as JSON beside the template and is never part of its text, so no value can be markup."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import typst

TEMPLATES = Path(__file__).resolve().parent / "typst"


@dataclass(frozen=True)
class Paper:
    """A trade document, ready to print: every text is formatted in the language of the reader.

    ``columns`` are (heading, is it a number); ``rows`` and ``taxes`` hold a text a column; ``totals`` (words, amount),
    the last of them the one that counts.
    """

    language: str
    title: str
    seller: list[str]
    buyer: list[str]
    seller_word: str
    buyer_word: str
    facts: list[tuple[str, str]]
    columns: list[tuple[str, bool]]
    rows: list[list[str]]
    totals: list[tuple[str, str]]
    tax_columns: list[str] = field(default_factory=list)
    taxes: list[list[str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    watermark: str = ""  # across the page, e.g. "draft"
    page_word: str = ""


@dataclass(frozen=True)
class Sheet:
    """Headings with facts (label, value) and entries (text, what is said small below it), in the reader's language."""

    language: str
    title: str
    subtitle: str
    sections: list[dict]  # {"heading", "facts", "entries"}
    nothing: str  # where a section has neither
    page_word: str = ""


def render(paper: Paper) -> bytes:
    """The document as PDF, with the fonts that typst brings: Latin, Cyrillic and the signs of currencies."""
    return _compiled("paper", paper)


def render_sheet(sheet: Sheet) -> bytes:
    return _compiled("sheet", sheet)


def _compiled(name: str, said: Paper | Sheet) -> bytes:
    return typst.compile(
        TEMPLATES / f"{name}.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(asdict(said), ensure_ascii=False)},
    )
