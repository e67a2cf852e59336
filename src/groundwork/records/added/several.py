"""The values of fields that hold several of a list, a row each: what lists filter and group by, and the index to it.

``Record.extra`` is the truth. The write path keeps these rows in step with it; ``keep_up`` makes them anew where they
are missing (a restore brings none).
"""

from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from django.db import models, transaction
from django.utils.translation import gettext as _

from groundwork.records.added import fields as added
from groundwork.records.added.fields import AddedField
from groundwork.records.models import SortKeyField

AT_ONCE = 500
FIRST = 200  # holders among whom a page of a list by name is looked for at first
FEW = 4500  # holders that a list may look up at once: of a million records more of them fill a page sooner by a walk


class HeldValue(models.Model):
    """One of the choices that a record holds in one field."""

    is_summary = True  # made anew from the records

    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=20)
    value = models.CharField(max_length=20)
    sort_key = SortKeyField(max_length=200, default="")  # the record's own

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "field", "value", "object_id"], name="one_held_value"),
        ]
        indexes = [
            models.Index(fields=["type", "object_id"], name="held_by_record"),
            models.Index(fields=["type", "field", "value", "sort_key", "object_id"], name="held_by_name"),
        ]


def held(row: AddedField, values: Iterable[str] | None = None) -> models.QuerySet:
    """What is held in this field; with ``values`` only these."""
    rows = HeldValue.objects.filter(type=row.type, field=row.key)
    return rows if values is None else rows.filter(value__in=list(values))


def are_few(row: AddedField, values: Iterable[str], few: int | None = None) -> bool:
    """Are the holders of any of the values so few (``FEW``) that a list may begin with them?"""
    few = FEW if few is None else few
    return held(row, values).order_by()[: few + 1].count() <= few


def first_by_name(row: AddedField, value: str, after: tuple[str, int] | None, *, descending: bool) -> models.QuerySet:
    """Ids of the first ``FIRST`` holders in the order of names; ``after`` one: (its sort key, its id)."""
    sign, side = ("-", "lt") if descending else ("", "gt")
    found = held(row, [value])
    if after is not None:
        key, pk = after
        further = models.Q(**{f"sort_key__{side}": key}) | models.Q(**{"sort_key": key, f"object_id__{side}": pk})
        found = found.filter(further, **{f"sort_key__{side}e": key})
    return found.order_by(f"{sign}sort_key", f"{sign}object_id").values("object_id")[:FIRST]


def keep_in_step(type_key: str, steps: Sequence[tuple[Any, dict | None, dict | None]]) -> None:
    """After a write: (record, its values before or None, its values after or None) of records of one type."""
    rows = [row for row in _rows() if row.type == type_key]
    renamed = _renamed(type_key, [record for record, before, after in steps if before and after]) if rows else set()
    for row in rows:
        changed = {
            record: (after or {}).get(row.column) or []
            for record, before, after in steps
            if (before or {}).get(row.column) != (after or {}).get(row.column) or record.pk in renamed
        }
        _hold(row, changed)


def _renamed(type_key: str, records: Sequence[Any]) -> set[int]:
    """Those that are kept under another name than theirs."""
    found = set()
    for start in range(0, len(records), AT_ONCE):
        names = {record.pk: record.sort_key for record in records[start : start + AT_ONCE]}
        kept = HeldValue.objects.filter(type=type_key, object_id__in=names).values_list("object_id", "sort_key")
        found |= {pk for pk, key in kept if key != names[pk]}
    return found


def _rows() -> list[AddedField]:
    """The retired ones too: they keep their values."""
    return [row for row in added.own().fields.values() if row.kind == AddedField.Kind.CHOICES]


def _hold(row: AddedField, changed: dict[Any, list[str]]) -> None:
    ids = [record.pk for record in changed]
    for start in range(0, len(ids), AT_ONCE):
        HeldValue.objects.filter(type=row.type, object_id__in=ids[start : start + AT_ONCE], field=row.key).delete()
    HeldValue.objects.bulk_create(
        [
            HeldValue(type=row.type, object_id=record.pk, field=row.key, value=value, sort_key=record.sort_key)
            for record, values in changed.items()
            for value in values
        ],
        batch_size=AT_ONCE,
    )


# ── kept up


def keep_up(stdout: TextIO | None = None) -> None:
    """Make the rows of each field anew where they do not fit the records; a repeat changes nothing."""
    for row in _rows():
        if not _fits(row):
            _make_anew(row)


def what_is_missing() -> str:
    """For ``groundwork doctor``."""
    names = [f"{row.label} ({row.key})" for row in _rows() if not _fits(row)]
    if not names:
        return ""
    return _("Lists by these fields do not find every record: %(names)s. Run “groundwork init”, which mends it.") % {
        "names": ", ".join(names)
    }


def _records(row: AddedField) -> models.QuerySet:
    from groundwork.records.types import types

    rows = types.model_of(row.type)._base_manager.filter(**{f"{row.column}__isnull": False})
    return rows.order_by("pk")


def _fits(row: AddedField) -> bool:
    return _records(row).count() == held(row).order_by().values("object_id").distinct().count()


@transaction.atomic
def _make_anew(row: AddedField) -> None:
    held(row).delete()
    after = 0
    while found := list(_records(row).filter(pk__gt=after).values_list("pk", row.column, "sort_key")[:AT_ONCE]):
        HeldValue.objects.bulk_create(
            HeldValue(type=row.type, object_id=pk, field=row.key, value=value, sort_key=key)
            for pk, values, key in found
            for value in values
        )
        after = found[-1][0]
