"""What we hold about a person, in words of the reader: headings with facts and entries, for the page and for paper."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from groundwork.core.languages import NO_VALUE, day, moment
from groundwork.records.models import Record
from groundwork.records.personal.facts import everything
from groundwork.records.types import type_of


@dataclass
class Section:
    """``facts`` are (label, value), ``entries`` (text, what is said small below it)."""

    heading: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    entries: list[tuple[str, str]] = field(default_factory=list)


def sections(record: Record) -> list[Section]:
    held = everything(record)
    parts = [(part.label, held["parts"][part.key]) for part in type_of(record).parts]
    return [
        *(Section(one.pop("number"), facts=pairs(one)) for one in held["person"]),
        *(Section(str(label), entries=[(on_one_line(row), "") for row in rows]) for label, rows in parts),
        Section(_("Notes and calls"), entries=entries(held["said"], "text", "kind", "by", "at")),
        Section(_("Tasks"), entries=entries(held["tasks"], "what", "by", "due_on")),
        Section(_("Files"), entries=entries(held["files"], "name", "by", "at")),
        Section(_("Known elsewhere as"), entries=entries(held["known elsewhere as"], "key", "source")),
        Section(_("Named elsewhere"), entries=entries(held["named elsewhere"], "text", "where", "record", "field")),
        Section(_("History"), entries=[(changed(row["changed"]), small(row, "by", "at")) for row in held["history"]]),
    ]


def entries(rows: list[dict], text: str, *below: str) -> list[tuple[str, str]]:
    return [(plain(row[text]), small(row, *below)) for row in rows]


def small(row: dict, *names: str) -> str:
    return capfirst(", ".join(plain(row[name]) for name in names if row[name]))


def on_one_line(row: dict) -> str:
    return "; ".join(f"{label}: {value}" for label, value in pairs(row))


def pairs(row: dict) -> list[tuple[str, str]]:
    return [(capfirst(str(label)), plain(value)) for label, value in row.items() if value not in (None, "", {}, [])]


def changed(fields: dict) -> str:
    return "; ".join(f"{name}: {plain(before)} → {plain(after)}" for name, (before, after) in fields.items())


def plain(value: Any) -> str:
    """A value as the reader writes it."""
    match value:
        case None | "":
            return NO_VALUE
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case time():
            return f"{value:%H:%M}"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
