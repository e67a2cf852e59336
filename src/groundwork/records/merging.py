"""Two records of one thing become one, and can become two again.

``merge`` walks every foreign key to the record (from the graph of models), its lines, notes and external keys, and
moves them to the survivor; what was moved is kept row by row, so that ``unmerge`` moves exactly that back. History
stays where it happened. What upper rooms compute (``is_derived``) is not moved: it is computed anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records import write
from groundwork.records.added import fields as added
from groundwork.records.finding import search
from groundwork.records.models import Activity, ExternalKey, Follow, Merge, Notice, Record, RecordFile, Task
from groundwork.records.types import Field, RecordType, related_types, type_of, types

POINTERS: tuple[tuple[type[models.Model], str, str], ...] = (  # their columns of type and id
    (Activity, "type", "object_id"),
    (ExternalKey, "type", "object_id"),
    (Follow, "type", "object_id"),
    (Notice, "type", "object_id"),
    (RecordFile, "type", "object_id"),
    (Task, "about_type", "about_id"),
)
BATCH = 500


@dataclass
class Links:
    """Rows of one model that point to a record by one foreign key."""

    model: type[models.Model]
    field: str  # the column, e.g. company_id

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def are_records(self) -> bool:
        return issubclass(self.model, Record)


def links_to(model: type[models.Model]) -> Iterator[Links]:
    """Every foreign key to ``model`` but those of computed rows."""
    for relation in model._meta.related_objects:
        if not getattr(relation.related_model, "is_derived", False) and relation.field.concrete:
            yield Links(relation.related_model, relation.field.attname)


def refuse_to_merge(survivor: Record, merged: Record) -> None:
    if type(survivor) is not type(merged) or survivor.pk == merged.pk:
        raise Refusal(_("Two records of the same kind are merged; these are not."))
    if survivor.is_archived or merged.is_archived:
        raise Refusal(_("One of the two is archived: put it back first."))


def merge(survivor: Record, merged: Record, *, by) -> Merge:
    """Let ``survivor`` stand for both: it gets every link of ``merged`` and the values that it lacks itself.

    ``merged`` is archived. Refused for records of different types and for archived ones. What cannot stand twice with
    the survivor (a rule of uniqueness) stays where it is and is told in ``Merge.kept``.
    """
    refuse_to_merge(survivor, merged)
    kind = type_of(survivor)
    with write.acting(by, "merged", cause=f"{merged.number} → {survivor.number}") as act:
        first, second = sorted([survivor, merged], key=lambda record: record.pk)
        locked = {record.pk: write.locked(record) for record in (first, second)}
        refuse_to_merge(locked[survivor.pk], locked[merged.pk])
        done = Merge(type=kind.key, survivor_id=survivor.pk, merged_id=merged.pk, by=by, at=now())
        with write.writing(merged, by=by, act="merged") as left:
            left.archived_at = now()
        done.filled = _fill(kind, survivor, left, by)
        moved, kept = _move(type(survivor), merged.pk, survivor.pk)
        done.moved, done.kept, done.changeset = moved, kept, act.kept()
        done.save()
        _find_anew(done)
    return done


def _fill(kind, survivor: Record, merged: Record, by) -> dict[str, list]:
    """What the survivor lacks it takes over, of several values each; {field: [before, after]}."""
    with write.writing(survivor, by=by, act="merged") as fresh:
        before = write.values(fresh)
        currencies = [getattr(record, "currency", "") for record in (fresh, merged)]
        same_money = currencies[0] in ("", currencies[1])
        for name in kind.fields:
            shown = kind.field(name)
            value = shown.read(merged)
            is_itself = shown.kind == "link" and shown.target is kind.model and value == fresh.pk
            of_other_money = shown.kind == "money" and not same_money and not shown.added
            if shown.kind in ("choices", "file") and value:
                shown.write(fresh, [*(shown.read(fresh) or []), *value])  # what either had, both have
            elif shown.read(fresh) in (None, "") and value not in (None, "") and not (is_itself or of_other_money):
                shown.write(fresh, value)
        for link in kind.links:  # the merged one was its parent, say: nobody is one's own
            if link.target is kind.model and link.read(fresh) == merged.pk:
                link.write(fresh, None)
        fresh.prepare()
        after = write.values(fresh)
    return write.difference_of(before, after)


def _move(model: type[models.Model], old: int, new: int) -> tuple[dict[str, list[int]], list[str]]:
    """Point everything at ``new``: ({"app.Model.column": ids}, what stays)."""
    moved: dict[str, list[int]] = {}
    kept: list[str] = []
    for links in links_to(model):
        ids = list(links.model._base_manager.filter(**{links.field: old}).order_by("pk").values_list("pk", flat=True))
        if not ids:
            continue
        went, stayed = _point(links, ids, new)
        if went:
            moved[f"{links.label}.{links.field}"] = went
        kept += [f"{links.model._meta.verbose_name} {pk}" for pk in stayed]
    key = getattr(model, "type_key", "")
    for kind, link in own_links_to(key):
        if own := _point_own(kind, link, link_ids(kind, link, old), new):
            moved[f"{kind.key}.{link.name}"] = own
    for pointer, of_type, of_id in POINTERS:
        rows: Any = pointer._base_manager.filter(**{of_type: key, of_id: old})
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        went, _stayed = _point(Links(pointer, of_id), ids, new)  # who follows both follows one
        if went:
            moved[f"{pointer._meta.label}.{of_id}"] = went
    return moved, kept


def own_links_to(type_key: str) -> list[tuple[RecordType, Field]]:
    """The links that the firm added to record types, and that lead to this one."""
    return [(kind, link) for kind, link in related_types(type_key) if link.added] if type_key in types else []


def link_ids(kind: RecordType, link: Field, pk: int) -> list[int]:
    rows = kind.model._base_manager.filter(**{link.column: pk})
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _point_own(kind: RecordType, link: Field, ids: list[int], new: int) -> list[int]:
    """Have an added link of these records lead to ``new``."""
    for start in range(0, len(ids), BATCH):
        records = list(
            kind.model._base_manager.select_for_update(of=("self",)).filter(pk__in=ids[start : start + BATCH])
        )
        before = [(record, write.values(record)) for record in records]
        for record in records:
            link.write(record, new)
        write.writing_many(changed=before)
    return ids


def _point(links: Links, ids: list[int], new: int) -> tuple[list[int], list[int]]:
    """(moved, not moved): all at once, else one by one past those that cannot stand beside the survivor's own."""
    went: list[int] = []
    stayed: list[int] = []
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        try:
            with transaction.atomic():
                _write(links, some, new)
            went += some
        except (IntegrityError, Refusal):
            for pk in some:
                try:
                    with transaction.atomic():
                        _write(links, [pk], new)
                    went.append(pk)
                except (IntegrityError, Refusal):
                    stayed.append(pk)
    return went, stayed


def _write(links: Links, ids: list[int], new: int) -> None:
    """Records through the write path, so that history, sums and followers know; lines and other rows as they are."""
    if not links.are_records:
        links.model._base_manager.filter(pk__in=ids).update(**{links.field: new})
        return
    rows: Any = links.model._base_manager.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    changed = []
    for record in rows:
        before = write.values(record)
        setattr(record, links.field, new)
        changed.append((record, before))
    write.writing_many(changed=changed)


def refuse_to_unmerge(done: Merge) -> None:
    if done.undone_at is not None:
        raise Refusal(_("This was taken back already."))
    later = Merge.objects.filter(type=done.type, merged_id=done.survivor_id, undone_at=None)
    if later.exists():
        raise Refusal(_("The record that stayed was merged into another one since: take that back first."))


def unmerge(done: Merge, *, by) -> list[str]:
    """Make two of one again: every row that the merge moved goes back, and so do the values it filled in.

    Returns what did not go back since somebody has changed it: a link that leads elsewhere by now, a value typed over.
    """
    from groundwork.records.types import types

    model = types[done.type].model
    stayed: list[str] = []
    with write.acting(by, "unmerged", undo_of=done.changeset):
        held = Merge.objects.select_for_update().get(pk=done.pk)
        refuse_to_unmerge(held)
        survivor = model._base_manager.get(pk=held.survivor_id)
        merged = model._base_manager.get(pk=held.merged_id)
        with write.writing(survivor, by=by, act="unmerged") as fresh:
            stayed += _empty_again(fresh, held.filled)
        with write.writing(merged, by=by, act="unmerged") as back:
            back.archived_at = None
        for label, ids in held.moved.items():
            stayed += _move_back(label, ids, held)
        held.undone_at, held.undone_by = now(), by
        held.save()
        _find_anew(held)
    return stayed


def _find_anew(done: Merge) -> None:
    """Names of files that went from one to the other lead to where they are now."""
    if f"{RecordFile._meta.label}.object_id" in done.moved:
        kind = types[done.type]
        search.refresh(kind, list(kind.model._base_manager.filter(pk__in=[done.survivor_id, done.merged_id])))


def _empty_again(survivor: Record, filled: dict[str, list]) -> list[str]:
    now_there, stayed = write.values(survivor), []
    for name, (before, after) in filled.items():
        if now_there.get(name) != after:
            stayed.append(f"{survivor}: {name}")
            continue
        added.put_back(survivor, name, before)
    return stayed


def _move_back(label: str, ids: list[int], done: Merge) -> list[str]:
    name, _dot, column = label.rpartition(".")
    if "." not in name:  # an added link: "m1.f12"
        kind = types[name]
        if column in kind.added:
            link = kind.added[column]
            _point_own(kind, link, [pk for pk in link_ids(kind, link, done.survivor_id) if pk in ids], done.merged_id)
        return []
    links = Links(apps.get_model(name), column)
    found: Any = links.model._base_manager.filter(pk__in=ids, **{column: done.survivor_id})
    still = list(found.order_by("pk").values_list("pk", flat=True))
    went, stayed = _point(links, still, done.merged_id)
    gone = sorted(set(ids) - set(went))
    return [f"{links.model._meta.verbose_name} {pk}" for pk in (*stayed, *(pk for pk in gone if pk not in stayed))]


def merges_of(record: Record) -> list[Merge]:
    """What was merged into this record and can still be taken back, the newest first."""
    return list(
        Merge.objects.filter(type=record.type_key, survivor_id=record.pk, undone_at=None)
        .select_related("by")
        .order_by("-pk")
    )


def survivor_of(record: Record) -> int | None:
    """The record that stands for this one now; None where it was not merged."""
    return (
        Merge.objects.filter(type=record.type_key, merged_id=record.pk, undone_at=None)
        .values_list("survivor_id", flat=True)
        .first()
    )
