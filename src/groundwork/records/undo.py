"""Reversing what an act did, where it still stands as the act left it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groundwork.access.rights import rights
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records.added import fields as added
from groundwork.records.models import Change, ChangeSet, ExternalKey, Record
from groundwork.records.types import RecordType, type_of, types
from groundwork.records.write import acting, drop_part, put_part, values, writing


@dataclass
class Undone:
    """What an undo did: how many records went back, and what stayed because others built upon it."""

    restored: int = 0
    kept: list[str] = field(default_factory=list)


def undo(changeset: ChangeSet, *, by) -> Undone:
    """Reverse an act: a field goes back only where it still holds what the act wrote; created records are archived.

    Refused when it was undone before. What others changed since is listed, not forced; so is what ``by`` may not type.
    """
    if changeset.act in ("merged", "unmerged"):
        raise Refusal(_("A merge is taken back on the page of the record that stayed."))
    result = Undone()
    with acting(by, "undone", undo_of=changeset):
        set_again = ChangeSet.objects.select_for_update().get(pk=changeset.pk)
        if set_again.undone_by.exists():
            raise Refusal(_("This was undone already."))
        for change in set_again.changes.order_by("-pk"):
            undo_or_keep(change, by, result)
    return result


def undo_or_keep(change: Change, by, result: Undone) -> None:
    """What would break a rule of the database by now (a name that another record has taken) stays, and is told."""
    done = Undone()
    try:
        with transaction.atomic():
            _undo_change(change, by, done)
    except IntegrityError:
        done = Undone(kept=[f"{types[change.type].label} {change.object_id}"])
    result.restored += done.restored
    result.kept += done.kept


def _undo_change(change: Change, by, result: Undone) -> None:
    model = types[change.type].model
    record = model._base_manager.filter(pk=change.object_id).first()
    if record is None:
        return
    with writing(record, by=by, act="undone") as fresh:
        kind = type_of(fresh)
        stands = kind.frozen(fresh) if kind.frozen else frozenset()
        if change.created:
            if not _is_as_made(fresh, change) or (kind.stays and kind.stays(fresh)):
                result.kept.append(str(fresh))
            else:
                fresh.archived_at = now()
                ExternalKey.objects.filter(type=fresh.type_key, object_id=fresh.pk).delete()
                result.restored += 1
            return
        held = values(fresh)
        back = 0
        for name, (before, after) in change.fields.items():
            key, label = _named(kind, name)
            mode = rights(by).field_mode(kind.key, key) if by is not None else ""
            is_open = not mode and key not in stands
            if "#" in name and is_open and _undo_part(fresh, name, before, after):
                back += 1
                continue
            if "#" in name or not is_open or held.get(name) != after:
                result.kept.append(str(fresh) if mode == "hidden" else f"{fresh}: {label}")
                continue
            added.put_back(fresh, name, before)
            back += 1
        result.restored += bool(back)


def _is_as_made(record: Record, made: Change) -> bool:
    """Was nothing done to it since its making, or all of that taken back?"""
    since = Change.objects.filter(type=made.type, object_id=made.object_id, version__gt=made.version)
    if since.filter(changeset__undo_of=None, changeset__undone_by=None).exists():
        return False
    then: dict[str, Any] = {}
    for fields in since.order_by("version").values_list("fields", flat=True):
        then = {name: before for name, (before, _after) in fields.items()} | then
    held = values(record)
    return all(held.get(name) == before for name, before in then.items() if "#" not in name)


def _named(kind: RecordType, name: str) -> tuple[str, str]:
    """(key, label) of what history calls "owner_id" or "invoiceline#5": a field or the parts of a record."""
    if "#" in name:
        model_name = name.split("#", 1)[0]
        part = next((part for part in kind.parts if part.model._meta.model_name == model_name), None)
        if part is not None:
            return part.key, str(part.label)
        model = next((model for model in apps.get_models() if model._meta.model_name == model_name), None)
        return model_name, str(model._meta.verbose_name_plural) if model else model_name
    item = next((item for item in kind.model._meta.concrete_fields if item.attname == name), None)
    return (item.name, str(item.verbose_name)) if item else (name, name)


def undo_parts(record: Record, change: Change, *, by) -> list[str]:
    """Take back what an act did to the lines of ``record``, where they still are so; the names of those that stay."""
    with writing(record, by=by, act="undone") as fresh:
        return [
            name
            for name, (before, after) in change.fields.items()
            if "#" in name and not _undo_part(fresh, name, before, after)
        ]


# what hangs on any record without being declared as its part: {model's name: put back (record, pk, before, after)}
put_back_attached: dict[str, Callable[[Record, str, dict | None, dict | None], bool]] = {}


def _undo_part(record: Record, name: str, before: dict | None, after: dict | None) -> bool:
    """A line goes back where it still is what the act made of it; ``name`` is "costprice#5"."""
    model_name, _sign, pk = name.partition("#")
    if model_name in put_back_attached:
        return put_back_attached[model_name](record, pk, before, after)
    model = next((part.model for part in type_of(record).parts if part.model._meta.model_name == model_name), None)
    line: Any = model._base_manager.filter(pk=pk).first() if model else None
    if model is None or (values(line) if line is not None else None) != after:
        return False
    if before is None:
        drop_part(record, line)
        return True
    line = line or cast(Any, model)(id=int(pk))
    for item in model._meta.concrete_fields:
        if item.attname in before:
            setattr(line, item.attname, item.to_python(before[item.attname]))
    put_part(record, line)
    return True
