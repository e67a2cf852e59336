"""Adding, removing and examining the files of records."""

import hashlib
import os
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.blueprint.models import Firm
from groundwork.core.clock import now
from groundwork.records import undo, write
from groundwork.records.files import kinds
from groundwork.records.files.held import NOWHERE
from groundwork.records.files.models import RecordFile
from groundwork.records.finding import search
from groundwork.records.models import Record
from groundwork.records.types import type_of

MEGABYTE = 1 << 20
AT_ONCE = 4  # large files in one form
KEPT_DAYS = 30  # a removed file can come back so long
EXAMINED = 50  # files whose content doctor reads anew; of the others it looks at the size


def files_of(record: Record) -> list[RecordFile]:
    """One query, the newest first; those that stand in a field are that field's."""
    found = RecordFile.objects.filter(type=record.type_key, object_id=record.pk, removed_at=None, field="")
    return list(found.select_related("by").order_by("-at", "-pk"))


def checked(name: str, size: int, file: IO[bytes]) -> tuple[str, kinds.Kind]:
    """(the name to keep, what it is). Refused with what to do: too large, no room left, of no kind we take, or not what
    its name says."""
    plain = kinds.plain_name(name)
    firm = Firm.current() or Firm()
    if size > firm.file_limit_mb * MEGABYTE:
        raise ValidationError(
            _("Choose a smaller file: %(limit)s MB fit, see Settings.") % {"limit": firm.file_limit_mb}
        )
    if used() + size > firm.files_quota_mb * MEGABYTE:
        raise ValidationError(
            _("The room for files is full (%(quota)s MB). Remove some, or ask an administrator for more.")
            % {"quota": firm.files_quota_mb}
        )
    if kinds.ending_of(plain) not in kinds.KINDS:
        taken = ", ".join(sorted(kinds.KINDS))
        raise ValidationError(_("Such files are not kept here. Taken are: %(kinds)s.") % {"kinds": taken})
    kind = kinds.kind_of(plain, file)
    if kind is None:
        raise ValidationError(
            _("The content of this file is not what its name says. Save it anew in its own program, then add it.")
        )
    return plain, kind


def largest() -> int:
    """Bytes of one file."""
    return (Firm.current() or Firm()).file_limit_mb * MEGABYTE


def largest_form() -> int:
    """Bytes of the files that one form of a record brings."""
    return AT_ONCE * largest()


def used() -> int:
    """Bytes on the disk: equal files count once."""
    each = RecordFile.objects.order_by().values("digest").annotate(bytes=Max("size"))
    return each.aggregate(all=Sum("bytes"))["all"] or 0


def add(record: Record, *, by, name: str, kind: kinds.Kind, file: IO[bytes]) -> RecordFile:
    """Keep the file and put it on the record. ``name`` and ``kind`` as ``checked`` gave them."""
    digest, size = _keep(file)
    with write.writing(record, by=by, act="file.added") as fresh:
        made = RecordFile.objects.create(
            type=fresh.type_key,
            object_id=fresh.pk,
            name=name,
            mime=kind.mime,
            size=size,
            digest=digest,
            by=by,
            at=now(),
        )
        write.part_changed(fresh, made, None, write.values(made))
        search.file_came(type_of(fresh))
        transaction.on_commit(lambda: made.path.exists() or _keep(file), robust=True)  # see _let_go
    return made


def put_aside(type_key: str, field: str, *, by, name: str, kind: kinds.Kind, file: IO[bytes]) -> RecordFile:
    """Keep a file that a field of a record is to hold; unless the record is saved with it, ``tidy`` takes it away."""
    digest, size = _keep(file)
    facts = {"name": name, "mime": kind.mime, "size": size, "digest": digest, "by": by}
    made = RecordFile.objects.create(type=type_key, object_id=NOWHERE, field=field, removed_at=now(), **facts)
    transaction.on_commit(lambda: made.path.exists() or _keep(file), robust=True)  # see _let_go
    return made


def remove(record: Record, file: RecordFile, *, by) -> None:
    with write.writing(record, by=by, act="file.removed") as fresh:
        _set_removed(fresh, file, now())


def _set_removed(record: Record, file: RecordFile, at) -> None:
    before = write.values(file)
    file.removed_at = at
    file.save(update_fields=["removed_at"])
    write.part_changed(record, file, before, write.values(file))


def put_back(record: Record, pk: str, before: dict | None, after: dict | None) -> bool:
    """Undo of adding and of removing, where the file still is as the act left it."""
    file = RecordFile.objects.filter(pk=pk).first()
    if file is None or write.values(file) != after or not file.path.exists():
        return False
    _set_removed(record, file, now() if before is None else None)
    return True


undo.put_back_attached["recordfile"] = put_back


def _keep(source: IO[bytes]) -> tuple[str, int]:
    """(digest, bytes): written beside its place, then moved there, so that no half file ever bears a digest."""
    sha, size = hashlib.sha256(), 0
    folder = RecordFile(digest="00").path.parent.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.seek(0)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
        while chunk := source.read(MEGABYTE):
            sha.update(chunk)
            size += part.write(chunk)
        part.flush()
        os.fsync(part.fileno())
    target = RecordFile(digest=sha.hexdigest()).path
    target.parent.mkdir(exist_ok=True, mode=0o700)
    Path(part.name).replace(target)
    return sha.hexdigest(), size


def tidy() -> None:
    """What was removed long ago goes for good; a daily job."""
    _forget(RecordFile.objects.filter(removed_at__lt=now() - timedelta(days=KEPT_DAYS)))


def forget(record: Record) -> None:
    """Every file of a record goes for good, removed ones too: a person is erased."""
    _forget(RecordFile.objects.filter(type=record.type_key, object_id=record.pk))


def _forget(files: QuerySet[RecordFile]) -> None:
    """The content goes too, as soon as that is kept, where no other record holds the same."""
    for file in files:
        file.delete()
        transaction.on_commit(partial(_let_go, file.digest))


def _let_go(digest: str) -> None:
    """Put aside first and asked again: whoever kept an equal file at the same moment finds it, here or by ``_keep``."""
    path = RecordFile(digest=digest).path
    if RecordFile.objects.filter(digest=digest).exists() or not path.exists():
        return
    aside = path.replace(path.with_name(f"{path.name}.gone"))
    if RecordFile.objects.filter(digest=digest).exists() and not path.exists():
        aside.replace(path)
    aside.unlink(missing_ok=True)


def fault() -> str:
    """For ``doctor``: a file that is missing, or is not what was given to us."""
    newest = set(RecordFile.objects.order_by("-pk").values_list("pk", flat=True)[:EXAMINED])
    wrong = [
        file.name for file in RecordFile.objects.order_by("pk").iterator() if not _is_whole(file, file.pk in newest)
    ]
    if not wrong:
        return ""
    words = ngettext(
        "%(count)s file of a record is missing or damaged: %(name)s. Restore it from a backup.",
        "%(count)s files of records are missing or damaged: %(name)s … Restore them from a backup.",
        len(wrong),
    )
    return words % {"count": len(wrong), "name": wrong[0]}


def _is_whole(file: RecordFile, is_read: bool) -> bool:
    if not file.path.is_file() or file.path.stat().st_size != file.size:
        return False
    return not is_read or hashlib.sha256(file.path.read_bytes()).hexdigest() == file.digest
