"""What we hold about a person: found wherever it stands, and handed over whole. ``erasing`` takes it away.

A room says which of its types are persons (``subjects``) and which records a law makes us keep (``kept_by_law``). A
person is found by the own record, by what hangs on it, and by name, e-mail and phone in every text of the database.
Sources of the duties: GDPR art. 15, 17, 20; 152-ФЗ art. 14, 20, 21.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from groundwork.access.models import AuditEntry, User
from groundwork.access.people import ADMINISTRATOR
from groundwork.core.clock import now
from groundwork.core.registry import Registry
from groundwork.records.models import Activity, Change, ExternalKey, Merge, Part, Record, RecordFile, SearchRow
from groundwork.records.tasks.models import Task
from groundwork.records.types import type_of, types

EXCERPT = 300  # signs of a text that names the person
ADDRESSES = ("query", "arguments")  # columns that keep what was searched for as an address has it: "Wanda+Nowak%40…"
SHORTEST = 5  # a sign of fewer letters would be found everywhere


@dataclass(frozen=True)
class Subject:
    """Records of this type are persons. ``called`` is what one is named once erased; ``signs`` are the fields by which
    the person is found elsewhere, beside the name: ``name``, where the title says something else.

    ``is_one`` says which of them are: not what has become a record of another type, where the person is looked for.
    """

    type_key: str
    called: Any  # lazy text
    signs: tuple[str, ...]
    name: str = ""
    is_one: Callable[[Any], bool] = lambda record: True


@dataclass(frozen=True)
class Kept:
    """Records of this type stay as they are, since a law says so: ``why`` names it."""

    type_key: str
    why: Any  # lazy text


@dataclass(frozen=True)
class Format:
    """A kind of file in which a person's data is handed over: ``made(record, firm's name)`` gives its bytes."""

    key: str  # the ending of the file's name
    label: Any
    mime: str
    made: Callable[[Record, str], bytes]


subjects: Registry[Subject] = Registry(lambda subject: subject.type_key)
kept_by_law: Registry[Kept] = Registry(lambda kept: kept.type_key)
formats: Registry[Format] = Registry(lambda made: made.key)


def is_person(record: Record) -> bool:
    return record.type_key in subjects and subjects[record.type_key].is_one(record)


def may(user, record: Record) -> bool:
    """Administrators only: what is found stands in records of everybody."""
    return is_person(record) and user.roles.filter(key=ADMINISTRATOR).exists()


def panel_of(record: Record, user) -> Record | None:
    """For administrators: the way to what we hold, and to its erasure."""
    return record if may(user, record) else None


# ── finding


@dataclass
class Mention:
    """A text that names the person, outside the own record."""

    row: models.Model
    column: models.Field

    @property
    def type_key(self) -> str:
        """Of the record that the text belongs to; "" where it belongs to none."""
        row: Any = self.row
        if isinstance(row, Record):
            return row.type_key
        if isinstance(row, Part):
            return getattr(row, row.parent_field).type_key
        return row.type if isinstance(row, Change | SearchRow) else ""

    @property
    def law(self) -> Kept | None:
        return kept_by_law.get(self.type_key)

    @property
    def record(self) -> Record | None:
        row: Any = self.row
        if isinstance(row, Record):
            return row
        if isinstance(row, Part):
            return getattr(row, row.parent_field)
        if isinstance(row, Change | Activity | SearchRow) and row.type in types:
            return types[row.type].model._base_manager.filter(pk=row.object_id).first()
        return None

    def told(self, signs: Iterable[str]) -> dict:
        value = getattr(self.row, self.column.attname)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        found = (text.lower().find(spelt.lower()) for spelt in spellings(signs))
        place = min((start for start in found if start >= 0), default=0)
        start = max(0, place - EXCERPT // 2)
        record = self.record
        return {
            "where": str(self.row._meta.verbose_name),
            "record": f"{record.number} {record}" if record else f"{self.row._meta.model_name} {self.row.pk}",
            "field": str(self.column.verbose_name),
            "text": text[start : start + EXCERPT],
        }


def all_of(record: Record) -> list[Record]:
    """The record, and those that were merged into it."""
    merged = Merge.objects.filter(type=record.type_key, survivor_id=record.pk, undone_at=None)
    model: Any = type(record)
    return [record, *model._base_manager.filter(pk__in=merged.values("merged_id"))]


def tasks_about(own: list[Record]) -> list[Task]:
    """What somebody owes about the person: it hangs on the record as its notes do."""
    ids = [one.pk for one in own]
    return list(
        Task._base_manager.filter(about_type=own[0].type_key, about_id__in=ids)
        .select_related("owner")
        .order_by("due_on", "pk")
    )


def signs_of(record: Record) -> set[str]:
    """Name, e-mail, phone: as they are and as they were. A name that somebody else has too is no sign."""
    subject, model = subjects[record.type_key], type(record)
    own = all_of(record)
    ids = [one.pk for one in own]
    called = subject.name or model.title_field
    names = (called, *subject.signs)
    found = {str(getattr(one, name) or "") for one in own for name in names}
    for change in Change.objects.filter(type=record.type_key, object_id__in=ids):
        found |= {str(value or "") for name in names for value in change.fields.get(name, ())}
    others: Any = model._base_manager.exclude(pk__in=ids)
    return {sign.strip() for sign in found if is_sign(sign.strip()) and not others.filter(**{called: sign}).exists()}


def is_sign(text: str) -> bool:
    """A first name alone, or three digits, would be found in texts that speak of others."""
    says_who = "@" in text or " " in text or sum(letter.isdigit() for letter in text) >= 7
    return len(text) >= SHORTEST and says_who


def ways_of_writing(sign: str) -> set[str]:
    return {sign, sign.lower(), sign.upper(), sign.title()}


def spellings(signs: Iterable[str]) -> set[str]:
    """Each sign as people write it, and as the address of a search does."""
    plain = set().union(*map(ways_of_writing, signs))
    return plain | {quoted(sign) for sign in plain for quoted in (quote, quote_plus)}


def mentions(record: Record) -> Iterator[Mention]:
    """Every text outside the own record that names the person; reads every table once."""
    signs, own = signs_of(record), all_of(record)
    if not signs:
        return
    mine = {(type(one), one.pk) for one in own}
    ids = [one.pk for one in own]
    for model, columns in texts():
        for row in naming(model, columns, signs):
            if (model, row.pk) in mine or is_of(row, record.type_key, ids):
                continue
            for column in columns:
                if holds(getattr(row, column.attname), signs):
                    yield Mention(row, column)


def is_of(row: Any, type_key: str, ids: list[int]) -> bool:
    """Does this row hang on the person's own record?"""
    if isinstance(row, Part):
        parent = row._meta.get_field(row.parent_field).related_model
        return getattr(parent, "type_key", "") == type_key and getattr(row, f"{row.parent_field}_id") in ids
    if isinstance(row, Task):
        return row.about_type == type_key and row.about_id in ids
    return getattr(row, "type", "") == type_key and getattr(row, "object_id", None) in ids


def texts() -> Iterator[tuple[type[models.Model], list[models.Field]]]:
    """Every table of ours that may hold words of people. Accounts and the sealed log are kept; what is derived is
    made anew from the rest."""
    for model in apps.get_models():
        if not model.__module__.startswith("groundwork.") or model in (AuditEntry, User):
            continue
        if any(getattr(model, mark, False) for mark in ("is_derived", "is_summary", "is_secret")):
            continue
        columns: list[models.Field] = [
            column
            for column in model._meta.concrete_fields
            if isinstance(column, models.CharField | models.TextField | models.JSONField) and not column.choices
        ]
        if columns:
            yield model, columns


def naming(model: Any, columns: list[models.Field], signs: set[str]):
    """The rows in which one of the signs stands."""
    wanted = Q()
    casts = {f"text_{column.name}": Cast(column.name, models.TextField()) for column in columns if is_json(column)}
    plain, quoted = set().union(*map(ways_of_writing, signs)), spellings(signs)
    for column in columns:
        for sign in quoted if column.name in ADDRESSES else plain:
            if is_json(column):
                wanted |= Q(**{f"text_{column.name}__icontains": sign})
                wanted |= Q(**{f"text_{column.name}__icontains": json.dumps(sign)[1:-1]})  # SQLite keeps \u0430
            else:
                wanted |= Q(**{f"{column.name}__icontains": sign})
    return model._base_manager.annotate(**casts).filter(wanted).order_by("pk")


def is_json(column: models.Field) -> bool:
    return isinstance(column, models.JSONField)


def holds(value, signs: Iterable[str]) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return any(spelt.lower() in text.lower() for spelt in spellings(signs))


# ── handing over


def everything(record: Record) -> dict:
    """What we hold about the person, as plain values: for a file, and for the page."""
    own = all_of(record)
    ids, key = [one.pk for one in own], record.type_key
    signs = signs_of(record)
    tasks = tasks_about(own)
    around = Q(type=key, object_id__in=ids) | Q(type=Task.type_key, object_id__in=[task.pk for task in tasks])
    said = Activity.objects.filter(around).select_related("by").order_by("at")
    changes = Change.objects.filter(type=key, object_id__in=ids).select_related("changeset__by").order_by("pk")
    kept = RecordFile.objects.filter(around).select_related("by").order_by("at")
    return {
        "person": [facts(one) for one in own],
        "parts": {part.key: part_rows(part, ids) for part in type_of(record).parts},
        "said": [
            {"at": item.at, "by": str(item.by or ""), "kind": item.get_kind_display(), "text": item.text}
            for item in said
        ],
        "tasks": [{"due_on": task.due_on, "by": str(task.owner or ""), "what": task.what} for task in tasks],
        "files": [{"at": file.at, "by": str(file.by or ""), "name": file.name, "bytes": file.size} for file in kept],
        "history": [
            {
                "at": item.changeset.at, "by": str(item.changeset.by or ""), "act": item.changeset.act,
                "through": item.changeset.channel, "changed": item.fields,
            }
            for item in changes
        ],
        "known elsewhere as": [
            {"source": item.source, "key": item.key} for item in ExternalKey.objects.filter(type=key, object_id__in=ids)
        ],
        "named elsewhere": [item.told(signs) for item in mentions(record) if not isinstance(item.row, SearchRow)],
    }  # fmt: skip


def as_json(record: Record, firm_name: str) -> bytes:
    """For programs, to be taken elsewhere."""
    about = {"held by": firm_name, "made at": now(), **everything(record)}
    return json.dumps(about, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


formats.add(Format("json", "JSON", "application/json", as_json))


def facts(record: Record) -> dict:
    """Every field with its name; a link by the name of what it leads to."""
    found = {"number": record.number}
    for item in record._meta.concrete_fields:
        value = getattr(record, item.name if item.is_relation else item.attname)
        if item.name not in ("id", "number", "sort_key", "version", "origin") and value not in (None, "", {}, []):
            found[str(item.verbose_name)] = str(value) if item.is_relation else value
    return found


def _in_words(row, item) -> Any:
    if item.choices:
        return str(getattr(row, f"get_{item.name}_display")())
    return str(getattr(row, item.name)) if item.is_relation else getattr(row, item.attname)


def part_rows(part, ids: list[int]) -> list[dict]:
    rows = part.model.objects.filter(**{f"{part.model.parent_field}__in": ids}).order_by(part.order, "pk")
    return [
        {
            str(item.verbose_name): _in_words(row, item)
            for item in row._meta.concrete_fields
            if item.name not in ("id", part.model.parent_field)
        }
        for row in rows
    ]
