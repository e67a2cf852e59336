"""The seals of the audit log: whoever can write to the database, but has not the installation's secret, cannot alter,
add or take away an entry without its being found.

Each entry's digest is an HMAC over the digest before it and the entry. Where the log ends stands in a row of its own,
sealed too, and on a line of the server's log: against both one holds a log that was cut off. An end that was kept and
put back together with the database of that day can be told by the server's log only.
Entries made before there was a key, or with the key of another installation, are taken over as they stand: one seal
over all of them.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import UTC
from typing import Any, TextIO

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.models import AuditEnd, AuditEntry
from groundwork.core import secret

START = "0" * 64  # stands for the digest before the first row
ONE_WRITER = 7_420_115  # PostgreSQL's advisory lock: the log has one end, so one writer at a time
AT_ONCE = 2000
log = logging.getLogger("groundwork.audit")


def key() -> bytes:
    return secret.key_for("audit log")


def one_writer() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_WRITER])


def add(entry: AuditEntry) -> None:
    """Save ``entry`` as the latest, upon what the end says was the latest: a log that was cut off shows for ever.

    Where the end is missing or of another key it stays so, for ``verify`` to tell.
    """
    one_writer()
    end = AuditEnd.objects.first()
    last = AuditEntry.objects.order_by("-pk").values_list("digest", flat=True).first() if end is None else end.digest
    if end is None and last is None:
        end = AuditEnd(taken_digest=START)
    secret_key = key()
    entry.key = secret.name_of(secret_key)
    entry.digest = digest(secret_key, last or START, entry)
    entry.save(force_insert=True)
    if end is not None and end.key in ("", entry.key):
        end.count, end.last, end.digest = end.count + 1, entry.pk, entry.digest
        close(end, secret_key)
        transaction.on_commit(lambda: log.info("entry %s of %s, %s", entry.pk, end.count, entry.digest))


def close(end: AuditEnd, secret_key: bytes) -> None:
    end.key = secret.name_of(secret_key)
    end.seal = seal_of(end, secret_key)
    end.save()


def seal_of(end: AuditEnd, secret_key: bytes) -> str:
    content = [end.key, end.taken, end.taken_digest, end.count, end.last, end.digest]
    return secret.seal(secret_key, json.dumps(content).encode())


def digest(secret_key: bytes | None, before: str, entry: Any) -> str:
    """Of an entry; without a key as it was made before there was one."""
    facts = [entry.at.astimezone(UTC).isoformat(), entry.user_id, str(entry.event), entry.detail, entry.address]
    content = json.dumps([before, *facts], sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(content).hexdigest() if secret_key is None else secret.seal(secret_key, content)


# ── taking over


@transaction.atomic
def take_over(entries: Any, ends: Any) -> int:
    """Seal as they stand the entries of other keys or none; how many. Models are given, since a migration calls it."""
    secret_key, chain, count, row = key(), START, 0, None
    for row in entries.objects.order_by("pk").iterator(chunk_size=AT_ONCE):
        chain, count = digest(secret_key, chain + row.digest, row), count + 1
    ends.objects.all().delete()
    if row is not None:
        end = ends(taken=row.pk, taken_digest=chain, count=count, last=row.pk, digest=row.digest)
        close(end, secret_key)
    return count


def taken_over(stdout: TextIO) -> None:
    """After a restore: what came back is the beginning of this installation's log."""
    if count := take_over(AuditEntry, AuditEnd):
        stdout.write(f"The {count} entries of the audit log are sealed with the secret of this installation.\n")


# ── verifying


def verify() -> str:
    """ "" where every entry fits and none is missing; else a sentence that names the first fault."""
    secret_key = key()
    end = AuditEnd.objects.first()
    if end is None:
        is_empty = not AuditEntry.objects.exists()
        return "" if is_empty else _("The row that says where the audit log ends was taken away.")
    if end.key != secret.name_of(secret_key):
        return _(
            "The audit log is sealed with another secret than this installation has: bring back the secret.key (or "
            "GROUNDWORK_SECRET_KEY) that it was made with."
        )
    if end.seal != seal_of(end, secret_key):
        return _("The row that says where the audit log ends was altered.")
    return next(faults(end, secret_key), "")


def faults(end: AuditEnd, secret_key: bytes) -> Iterator[str]:
    before = chain = START
    count, reached = 0, 0
    for entry in AuditEntry.objects.order_by("pk").iterator(chunk_size=AT_ONCE):
        if not fits(entry, before, end, secret_key):
            yield _("The audit log was altered at entry %(number)s or before it.") % {"number": entry.pk}
        if entry.pk <= end.taken:
            chain = digest(secret_key, chain + entry.digest, entry)
        before, count, reached = entry.digest, count + 1, entry.pk
    if count < end.count:
        words = ngettext(
            "%(count)s entry of the audit log is missing: it had %(all)s, the last of them number %(last)s.",
            "%(count)s entries of the audit log are missing: it had %(all)s, the last of them number %(last)s.",
            end.count - count,
        )
        yield words % {"count": end.count - count, "all": end.count, "last": end.last}
    if chain != end.taken_digest:
        yield _("The audit log was altered at entry %(number)s or before it.") % {"number": min(end.taken, reached)}


def fits(entry: AuditEntry, before: str, end: AuditEnd, secret_key: bytes) -> bool:
    """One entry upon the one before. Of an entry that was taken over under a key that is not here the rest is sure: the
    seal over all of them."""
    if entry.key == end.key:
        return entry.digest == digest(secret_key, before, entry)
    if entry.pk > end.taken:
        return False
    return bool(entry.key) or entry.digest == digest(None, before, entry)
