"""Files that stand in a field which the firm added, instead of among the files of a record.

``Record.extra`` holds their ids, and so decides: what the write path takes out of it is removed, what it puts in is
there (again). A file waits aside, as if removed, until a record holds it.
"""

from collections.abc import Sequence
from typing import Any

from groundwork.core.clock import now
from groundwork.records.added import fields as added
from groundwork.records.files.models import RecordFile

NOWHERE = 0  # the record of a file that none holds yet


def keep_in_step(type_key: str, steps: Sequence[tuple[Any, dict | None, dict | None]], *, moves: bool) -> None:
    """After a write: (record, its values before or None, after or None). ``moves``: what goes is moved elsewhere."""
    for row in added.own().fields.values():
        if row.type != type_key or row.kind != added.AddedField.Kind.FILE:
            continue
        for record, before, after in steps:
            was, holds = (set((values or {}).get(row.column) or ()) for values in (before, after))
            if was == holds:
                continue
            files = RecordFile.objects.filter(type=type_key, field=row.key)
            files.filter(pk__in=holds - was, object_id__in=(NOWHERE, record.pk)).update(
                object_id=record.pk, removed_at=None
            )
            if not moves:
                files.filter(pk__in=was - holds, object_id=record.pk).update(removed_at=now())


def still_there(ids: Sequence[int] | None) -> list[int] | None:
    """Of what a field held once: a file that was removed long ago is gone for good."""
    return list(RecordFile.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)) if ids else None


def names_of(ids: Sequence[int]) -> list[str]:
    """Removed ones too: history tells what was there."""
    return list(RecordFile.objects.filter(pk__in=ids).order_by("pk").values_list("name", flat=True))
