"""The whole firm in one file, asked for in the browser: what ``groundwork export`` writes, made in the background.

The file stands in ``exports/`` of the home folder for three days and is given to nobody but who asked for it.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, models, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify
from django.utils.translation import gettext as _

from groundwork.access import audit
from groundwork.access.audit import Event
from groundwork.access.doors import has_hidden
from groundwork.access.rights import reach
from groundwork.background import work
from groundwork.background.apart import Stopped
from groundwork.background.models import Run, State
from groundwork.blueprint.models import Firm
from groundwork.config import logical
from groundwork.config.commands import backup
from groundwork.core.clock import now
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.types import types

RUN = "config.everything"
KEPT_HOURS = 72
LEFT_FREE = 200 * 2**20  # bytes


def may(user) -> bool:
    """Who sees and may export every record with every field, and configures people and settings: the file holds all."""
    configures = user.can("configure", "settings") and user.can("configure", "people")
    return configures and all(is_whole(user, kind.key) for kind in types)


def is_whole(user, type_key: str) -> bool:
    reaches_all = all(reach(user, verb, type_key).all for verb in ("view", "export"))
    return reaches_all and not has_hidden(user, type_key)


@transaction.atomic
def begin(user, request=None) -> Run:
    """Ask for the file; one at a time for each person. Refused where the disk lacks room for it."""
    refuse_without_room()
    run = work.start(RUN, user, dedupe=str(user.pk))
    audit.record(Event.WHOLE_ASKED, user, {}, request)
    return run


def step(run: Run) -> bool:
    """The file, whole or not at all. Refused where the person may no longer have it; it is stopped between rows."""

    def told(more: int) -> None:
        run.done += more
        if run.cancel_asked:
            raise Stopped

    if run.requester is None or not may(run.requester):
        raise NotAllowed(_("You may no longer take everything out."))
    refuse_without_room()
    path = path_of(run)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    run.done, run.total = 0, size()
    manifest = backup.put(path, portable=True, told=told)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    run.result = {
        "rows": rows, "files": len(manifest["files"]), "bytes": path.stat().st_size, "checksum": manifest["digest"],
    }  # fmt: skip
    return True


def refuse_without_room() -> None:
    """Said before anything is written: a full disk stops everybody's work."""
    needed, free = room_needed(), shutil.disk_usage(folder().parent).free
    if free < needed:
        words = _("The disk has too little room for this file: it may take %(needed)s, and %(free)s are free.")
        raise Refusal(words % {"needed": filesizeformat(needed), "free": filesizeformat(free)})


def room_needed() -> int:
    """Bytes that must be free: half the database, for its rows are packed to less, the files as they are, and a rest
    so that the firm goes on working."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        database = cursor.fetchone()[0]
    return database // 2 + sum(path.stat().st_size for path in backup.uploaded()) + LEFT_FREE


def size() -> int:
    """Rows and files that will be in it."""
    rows = sum(models.QuerySet(model).count() for model in logical.kept_models(portable=True))
    return rows + len(backup.uploaded())


def folder() -> Path:
    return Path(settings.MEDIA_ROOT).parent / "exports"


def path_of(run: Run) -> Path:
    return folder() / f"{run.pk}.zip"


def ends_at(run: Run) -> datetime | None:
    """Until when the file is kept; None while it is not made."""
    return run.finished_at + timedelta(hours=KEPT_HOURS) if run.finished_at else None


def is_there(run: Run) -> bool:
    until = ends_at(run)
    return run.state == State.DONE and until is not None and now() < until and path_of(run).is_file()


def name_of(run: Run) -> str:
    return f"{slugify(str(Firm.current() or '')) or 'groundwork'}-{run.finished_at:%Y-%m-%d}.zip"


def tidy() -> None:
    """Files whose time is over go, and what a killed process left; an hourly job."""
    if not folder().is_dir():
        return
    wanted = {path_of(run) for run in Run.objects.filter(kind=RUN, state=State.DONE) if is_there(run)}
    writing = Run.objects.unfinished().filter(kind=RUN).exists()
    for path in folder().iterdir():
        if path not in wanted and not (writing and path.suffix == ".part"):
            path.unlink(missing_ok=True)
