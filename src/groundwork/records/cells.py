"""Values of records as cells: formatted in the reader's language, links by what the reader may see."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.access.models import Department, User
from groundwork.core import languages
from groundwork.records.models import Record
from groundwork.records.types import Field
from groundwork.ui.table import Cell

CHIPS = {"invoice": "", "credit": "warn", "adjustment": "info"}


class Names:
    """Names of linked records, people and departments: one query a linked type, only what ``user`` may see."""

    def __init__(self, user, fields: Sequence[Field], rows: Sequence[models.Model]):
        self.names: dict[type, dict[int, str]] = {}
        wanted: dict[type, set[int]] = {}
        for shown in fields:
            if shown.kind in ("link", "user", "department"):
                ids = {getattr(row, shown.model_field.attname) for row in rows} - {None}
                wanted.setdefault(shown.target, set()).update(ids)
        for target, ids in wanted.items():
            self.names[target] = self._load(user, target, ids) if ids else {}

    @staticmethod
    def _load(user, target, ids) -> dict[int, str]:
        if issubclass(target, Record):
            found = target.objects.visible_to(user).filter(pk__in=ids).only("pk", "number", target.title_field)
        else:
            found = target._default_manager.filter(pk__in=ids)
        return {row.pk: str(row) for row in found}

    def of(self, target: type, pk: int) -> str | None:
        return self.names.get(target, {}).get(pk)


def cell(shown: Field, record: models.Model, names: Names) -> Cell:
    """One value of ``record`` for the screen."""
    value = getattr(record, shown.model_field.attname)
    if value is None or value == "":
        return Cell("", kind="muted")
    return SHOW.get(shown.kind, _text)(shown, record, value, names)


def _text(shown, record, value, names):
    text = str(value)
    return Cell(text if len(text) <= 120 else f"{text[:119]}…", title=text if len(text) > 120 else "")


def _choice(shown, record, value, names):
    label = str(dict(shown.model_field.flatchoices).get(value, value))
    return Cell(label, kind="chip")


def _link(shown, record, value, names):
    name = names.of(shown.target, value)
    if name is None:
        return Cell(_("no access"), kind="muted")
    if issubclass(shown.target, Record):
        return Cell(name, href=reverse("records:page", args=[shown.target.type_key, value]))
    return Cell(name)


def _money(shown, record, value, names):
    return Cell(languages.money(value, record.currency), kind="number")


def _number(shown, record, value, names):
    return Cell(languages.number(value), kind="number")


SHOW = {
    "choice": _choice,
    "link": _link,
    "user": _link,
    "department": _link,
    "money": _money,
    "number": _number,
    "integer": _number,
    "date": lambda shown, record, value, names: Cell(languages.day(value)),
    "moment": lambda shown, record, value, names: Cell(languages.moment(value)),
    "bool": lambda shown, record, value, names: Cell(_("yes") if value else _("no")),
}


def words_for(shown: Field, value) -> str:
    """A kept (JSON) value of history in words; ids of people and records stay out of the way of names."""
    if value in (None, ""):
        return languages.NO_VALUE
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
    return str(value)
