"""Values of records as cells: formatted in the reader's language, links by what the reader may see."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from groundwork.access.models import Department, User
from groundwork.access.rights import reach
from groundwork.core import languages
from groundwork.core.money import minor_digits
from groundwork.records.files.held import names_of
from groundwork.records.models import Record, RecordFile
from groundwork.records.types import Field, route
from groundwork.ui.table import Cell

LINKS = ("link", "user", "department")
CUT = 120  # signs of a text that a cell shows


class Names:
    """Names of linked records, people and departments: one query a linked type, only what ``user`` may see."""

    def __init__(self, user, fields: Sequence[Field], rows: Sequence[Any]):
        self.names: dict[type, dict[int, str]] = {}
        wanted: dict[type, set[int]] = {}
        if ids := {pk for shown in fields if shown.kind == "file" for row in rows for pk in shown.read(row) or ()}:
            files = RecordFile.objects.filter(pk__in=ids, removed_at=None)
            self.names[RecordFile] = dict(files.values_list("pk", "name"))
        for shown in fields:
            if shown.kind not in LINKS:
                continue
            joined = joined_names(user, shown)
            if joined and rows and hasattr(rows[0], joined[0]):
                self._take(shown, joined, rows)
            else:
                wanted.setdefault(shown.target, set()).update({shown.read(row) for row in rows} - {None})
        for target, ids in wanted.items():
            self.names.setdefault(target, {}).update(self.load(user, target, ids) if ids else {})

    def _take(self, shown: Field, joined: tuple[str, ...], rows: Sequence[Any]) -> None:
        """The first of the joined columns that says anything."""
        names, column = self.names.setdefault(shown.target, {}), shown.column
        for row in rows:
            pk = getattr(row, column)
            if pk is not None and pk not in names:
                names[pk] = next((text for name in joined if (text := str(getattr(row, name) or ""))), "")

    @staticmethod
    def load(user, target, ids) -> dict[int, str]:
        if not issubclass(target, Record):
            return known_names(user, target, ids)
        found = target.objects.visible_to(user).filter(pk__in=ids)
        if target.__str__ is not Record.__str__:
            return {row.pk: str(row) for row in found}
        return {pk: str(title) or number for pk, title, number in found.values_list("pk", target.title_field, "number")}

    def of(self, target: type, pk: int) -> str | None:
        return self.names.get(target, {}).get(pk)


def known_names(user, model, ids) -> dict[int, str]:
    """Names of people or departments; each is read once for this instance of the user (a request has its own)."""
    kept = user.__dict__.setdefault("_known_names", {}).setdefault(model, {})
    if missing := set(ids) - kept.keys():
        kept.update({row.pk: str(row) for row in model._default_manager.filter(pk__in=missing)})
    return {pk: kept[pk] for pk in ids if pk in kept}


def joined_names(user, shown: Field) -> tuple[str, ...]:
    """The columns of a linked thing that say its name, where every row may show it; else it is looked up by itself."""
    if shown.added:
        return ()
    if shown.kind in ("user", "department"):
        return (f"{shown.name}__name", f"{shown.name}__email") if shown.kind == "user" else (f"{shown.name}__name",)
    target = shown.target
    if target.__str__ is not Record.__str__ or not reach(user, "view", target.type_key).all:
        return ()
    return (f"{shown.name}__{target.title_field}", f"{shown.name}__number")


Write = Callable[[Any, Any], Cell]  # (value, record) -> what the screen shows


def writer(shown: Field, names: Names) -> Callable[[Any], Cell]:
    """Writes one field of many records: whatever does not depend on the record is found once, here.

    A record may be a plain row that holds the field, and ``currency`` for an amount.
    """
    read = attrgetter(shown.model_field.attname)
    write = WRITERS.get(shown.kind, _text)(shown, names)

    def written(record) -> Cell:
        value = read(record)
        return Cell("", "", "muted") if value is None or value == "" else write(value, record)

    return written


def cell(shown: Field, record: models.Model, names: Names) -> Cell:
    """One value of ``record`` for the screen."""
    return writer(shown, names)(record)


def page_address(type_key: str) -> Callable[[int], str]:
    """Gives the addresses of the records of one type: those of ``records:page``, which stand below their list's."""
    before = route("records:list", type_key)
    return lambda pk: f"{before}{pk}"


def _text(shown: Field, names: Names) -> Write:
    def write(value, record):
        text = str(value)
        return Cell(text) if len(text) <= CUT else Cell(f"{text[: CUT - 1]}…", title=text)

    return write


def _choice(shown: Field, names: Names) -> Write:
    labels = {value: str(label) for value, label in shown.model_field.flatchoices}
    return lambda value, record: Cell(labels.get(value, str(value)), "", "chip")


def _choices(shown: Field, names: Names) -> Write:
    def write(value, record):
        labels = labels_of(shown, value)
        return Cell(", ".join(labels), chips=tuple((label, "") for label in labels))

    return write


def labels_of(shown: Field, keys: Sequence[str]) -> list[str]:
    """The words of several choices, in the order of their list."""
    return [str(label) for key, label in shown.model_field.flatchoices if key in keys]


def _files(shown: Field, names: Names) -> Write:
    known, before = names.names.get(RecordFile, {}), page_address(shown.added.type) if shown.added else str

    def write(value, record):
        held = [(known[pk], f"{before(record.pk)}/files/{pk}") for pk in value if pk in known]
        return Cell(", ".join(name for name, _href in held), kind="" if held else "muted", chips=tuple(held))

    return write


def _link(shown: Field, names: Names) -> Write:
    known, hidden = names.names.get(shown.target, {}), _("no access")
    href = page_address(shown.target.type_key) if issubclass(shown.target, Record) else lambda pk: ""

    def write(value, record):
        name = known.get(value)
        return Cell(hidden, "", "muted") if name is None else Cell(name, href(value))

    return write


def _money(shown: Field, names: Names) -> Write:
    money = languages.writing().money
    return lambda value, record: Cell(money(value, shown.currency_of(record)), "", "number")


def _number(shown: Field, names: Names) -> Write:
    number = languages.writing().number
    if shown.is_price:  # 2.5 is written 2.50; a price of 0.125 keeps its third digit
        return lambda value, record: Cell(number(value, at_least=_digits(record)), "", "number")
    return lambda value, record: Cell(number(value), "", "number")


def _digits(record) -> int:
    return minor_digits(getattr(record, "currency", ""))


def _date(shown: Field, names: Names) -> Write:
    day = languages.writing().day
    return lambda value, record: Cell(day(value))


def _moment(shown: Field, names: Names) -> Write:
    moment, zone = languages.writing().moment, timezone.get_current_timezone()
    return lambda value, record: Cell(moment(value, zone))


def _time(shown: Field, names: Names) -> Write:
    return lambda value, record: Cell(f"{value:%H:%M}")


def _bool(shown: Field, names: Names) -> Write:
    words = {True: _("yes"), False: _("no")}
    return lambda value, record: Cell(words[bool(value)])


WRITERS: dict[str, Callable[[Field, Names], Write]] = {
    "choice": _choice,
    "choices": _choices,
    "file": _files,
    "link": _link,
    "user": _link,
    "department": _link,
    "money": _money,
    "number": _number,
    "integer": _number,
    "date": _date,
    "moment": _moment,
    "bool": _bool,
    "time": _time,
}


def words_for(shown: Field, value) -> str:
    """A kept (JSON) value of history in words; ids of people and records stay out of the way of names."""
    value = shown.from_kept(value)
    if value in (None, "", []):
        return languages.NO_VALUE
    if shown.kind == "file":
        return ", ".join(names_of(value)) or languages.NO_VALUE
    if shown.kind == "choices":
        return ", ".join(labels_of(shown, value))
    if shown.kind == "choice":
        return str(dict(shown.model_field.flatchoices).get(value, value))
    if shown.kind in ("user", "department"):
        found = (User if shown.kind == "user" else Department).objects.filter(pk=value).first()
        return str(found) if found else languages.NO_VALUE
    if shown.kind == "date":
        return languages.day(date.fromisoformat(value) if isinstance(value, str) else value)
    if shown.kind == "moment":
        return languages.moment(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if shown.kind == "bool":
        return _("yes") if value else _("no")
    if shown.kind == "number":
        return languages.number(Decimal(value))
    if shown.kind == "money" and shown.added:
        return languages.money(value, shown.added.currency)
    if shown.kind == "time":
        return f"{value:%H:%M}"
    return str(value)
