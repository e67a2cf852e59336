"""Who read what. Reading is never written on its GET: rows wait in memory and go out together.

Flushed every 5 seconds or 200 rows, by whichever request comes next, and when the process ends; a crash may lose
what waited (said in docs/administrators).
"""

import atexit
import threading
import time
from contextlib import suppress
from datetime import timedelta

from django.contrib.auth import get_user_model

from groundwork.access.view_as import is_looked_at
from groundwork.core.clock import now

EVERY_SECONDS = 5
AT_MOST = 200
KEPT_DAYS = 90
_lock = threading.Lock()
_waiting: list = []
_since = time.monotonic()


def note_use(user, kind: str, key: str, object_id: int | None = None) -> None:
    """``kind`` is view, filter, sort, export, report or login; ``key`` a record type's or an element's key.

    Nothing is kept of somebody who looks as another person: neither of them used it.
    """
    from groundwork.records.models import Use

    if is_looked_at(user):
        return
    with _lock:
        _waiting.append(Use(at=now(), user_id=user.pk, kind=kind, key=key[:120], object_id=object_id))
        due = len(_waiting) >= AT_MOST or time.monotonic() - _since >= EVERY_SECONDS
    if due:
        flush()


def flush() -> None:
    """Write what waits. Readers of use call it first, so that a person sees an own visit at once."""
    global _since
    from groundwork.records.models import Use

    with _lock:
        rows, _waiting[:] = list(_waiting), []
        _since = time.monotonic()
    if not rows:
        return
    people = set(get_user_model().objects.filter(pk__in={row.user_id for row in rows}).values_list("pk", flat=True))
    Use.objects.bulk_create(row for row in rows if row.user_id in people)


def forget_old() -> None:
    """Who looked at what is kept for 90 days; a daily job."""
    from groundwork.records.models import Use

    Use.objects.filter(at__lt=now() - timedelta(days=KEPT_DAYS)).delete()


def _flush_at_exit() -> None:
    with suppress(Exception):  # the process is ending; losing the buffer is accepted
        flush()


atexit.register(_flush_at_exit)
