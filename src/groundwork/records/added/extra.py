"""How the value of an added field is kept in the column ``extra``, and asked for in SQL.

``extra__f12`` names the value of added field 12 wherever a column is named: as attribute of a record, in filter,
order_by and values_list. It compiles to a literal path with a cast, so that an index on the same expression serves it:
a path in a bound parameter never uses one on SQLite.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTransformFactory

from groundwork.core.languages import sort_key
from groundwork.core.money import ScaledField, from_scaled, to_scaled

PREFIX = "extra__"
SORTED = "s"  # "f12s" keeps what texts of f12 are sorted by
VALUE = re.compile(r"f\d+s?")
CASTS = {"int": "bigint", "bool": "boolean"}  # of PostgreSQL; texts stay texts, compared sign by sign


class DayField(models.DateField):
    """A day kept as ISO text, which sorts as days do."""

    def get_db_prep_value(self, value, connection, prepared=False):
        return value.isoformat() if isinstance(value, date) else value

    def from_db_value(self, value, expression, connection):
        return date.fromisoformat(value) if isinstance(value, str) else value


class ClockField(models.TimeField):
    """A time of day kept as "14:30"."""

    def get_db_prep_value(self, value, connection, prepared=False):
        return value.strftime("%H:%M") if isinstance(value, time) else value

    def from_db_value(self, value, expression, connection):
        return time.fromisoformat(value) if isinstance(value, str) else value


def same(value: Any) -> Any:
    return value


def in_their_order(keys: Iterable[Any]) -> list[str]:
    """Keys of choices as they are kept: each once, c2 before c10, whatever the list's order is by now."""
    return sorted({str(key) for key in keys}, key=lambda key: (len(key), key))


@dataclass(frozen=True)
class Kept:
    """One way to keep values: ``keep`` makes JSON of a value, ``read`` a value of JSON."""

    field: Callable[[], models.Field]  # what SQL gives and takes
    cast: str = ""
    keep: Callable[[Any], Any] = same
    read: Callable[[Any], Any] = same


TEXT = Kept(models.TextField, keep=str)
NUMBER = Kept(ScaledField, "int", lambda value: to_scaled(Decimal(value)), from_scaled)
WHOLE = Kept(models.BigIntegerField, "int", int)
YES_NO = Kept(models.BooleanField, "bool", bool)
DAY = Kept(DayField, keep=date.isoformat, read=date.fromisoformat)
CLOCK = Kept(ClockField, keep=lambda value: value.strftime("%H:%M"), read=time.fromisoformat)
SOME = Kept(models.JSONField, keep=in_their_order)
FILES = Kept(models.JSONField, keep=lambda ids: sorted({int(pk) for pk in ids}))
LINK = Kept(models.BigIntegerField, "int", lambda value: int(getattr(value, "pk", value)))
KEPT: dict[str, Kept] = {
    "number": NUMBER, "money": WHOLE, "bool": YES_NO, "date": DAY, "time": CLOCK, "choices": SOME, "file": FILES,
    "user": LINK, "department": LINK, "link": LINK,
}  # fmt: skip


def kept_as(kind: str) -> Kept:
    return KEPT.get(kind, TEXT)


def plain(value: Any) -> Any:
    """A value as history keeps it: JSON, exact, and the same whether typed ("8.00") or read ("8")."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def is_added(column: str) -> bool:
    return column.startswith(PREFIX)


def key_of(column: str) -> str:
    """``f12`` of ``extra__f12``."""
    return column.removeprefix(PREFIX)


class ExtraField(models.JSONField):
    """Values of added fields by their keys, ``{"f12": …}``. To migrations it is a plain JSONField."""

    def get_transform(self, name):
        if VALUE.fullmatch(name):
            return AddedFactory(name)
        return super().get_transform(name)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class AddedFactory(KeyTransformFactory):
    def __call__(self, *args, **kwargs):
        return Added(self.key_name, *args, **kwargs)


class Added(models.Transform):
    """The value of one added field in SQL."""

    def __init__(self, key: str, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not VALUE.fullmatch(key):
            raise ValueError(key)
        self.key = key

    @property
    def kept(self) -> Kept:
        from groundwork.records.added.fields import kind_of

        return TEXT if self.key.endswith(SORTED) else kept_as(kind_of(self.key))

    @property
    def output_field(self):
        return self.kept.field()

    def as_sqlite(self, compiler, connection):
        column, params = compiler.compile(self.lhs)
        return sqlite_path(column, self.key), params

    def as_postgresql(self, compiler, connection):
        column, params = compiler.compile(self.lhs)
        return postgresql_path(column, self.key, self.kept.cast), params


def sqlite_path(column: str, key: str) -> str:
    return f"JSON_EXTRACT({column}, '$.{key}')"


def postgresql_path(column: str, key: str, cast: str) -> str:
    text = f"({column} ->> '{key}')"
    return f"{text}::{CASTS[cast]}" if cast else f'{text} COLLATE "C"'


def read(extra: dict, key: str, kind: str) -> Any:
    """The value as Python has it; None where there is none."""
    raw = extra.get(key)
    return None if raw is None else kept_as(kind).read(raw)


def keep(extra: dict, key: str, kind: str, value: Any) -> dict:
    """``extra`` with this value of ``key``; an empty value leaves nothing behind."""
    changed = {name: held for name, held in extra.items() if name not in (key, key + SORTED)}
    if value is None or value == "" or value == []:
        return changed
    changed[key] = kept_as(kind).keep(value)
    if kind == "text":
        changed[key + SORTED] = sort_key(value)
    return changed
