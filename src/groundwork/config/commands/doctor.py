"""``groundwork doctor``: one line a matter; exit code 1 if anything is wrong."""

import argparse
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from groundwork.background.models import Run
from groundwork.background.schedules import latest_tick
from groundwork.background.setup import on_doctor
from groundwork.config.catalogues import stale
from groundwork.config.version import VERSION

BEGINNING = "2026-11-23"  # its migrations were put together into the first one of each room


def run(args: argparse.Namespace) -> int:
    print(f"Groundwork {VERSION}, {connection.vendor}, home {home()}")
    faults = 0
    for name, check in (*CHECKS.items(), *on_doctor):
        try:
            fault = check()
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        faults += bool(fault)
        print(f"{'WRONG' if fault else 'ok':<6}{name}{': ' + ' '.join(fault.split()) if fault else ''}")
    return 1 if faults else 0


def home() -> Path:
    return Path(settings.MEDIA_ROOT).parent


def pending() -> list:
    """The migrations that are not applied; refused where only a part is there of those that were put together since."""
    executor = MigrationExecutor(connection)
    applied = executor.loader.applied_migrations
    for migration in executor.loader.disk_migrations.values():
        there = [name for name in migration.replaces if name in applied]
        if there and len(there) < len(migration.replaces):
            raise CommandError(
                f"The tables are those of a version before {BEGINNING}, of which this one knows nothing. Install the "
                f"version of {BEGINNING}, run groundwork upgrade there, then come back."
            )
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def tables() -> str:
    try:
        missing = pending()
    except CommandError as refused:
        return str(refused)
    do = "upgrade" if MigrationRecorder(connection).applied_migrations() else "init"
    return f"{len(missing)} migrations are not applied. Run: groundwork {do}" if missing else ""


def integrity() -> str:
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        answer = [row[0] for row in cursor.fetchall()]
        cursor.execute("PRAGMA foreign_key_check")
        dangling = len(cursor.fetchall())
    if answer != ["ok"]:
        return f"SQLite reports damage: {answer[0]}. Restore the latest backup."
    return f"{dangling} rows point at rows that are not there." if dangling else ""


def journal() -> str:
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    return "" if mode == "wal" else f"The journal is {mode}, not WAL: is the database on a network drive?"


def shared_cache() -> str:
    cache.set("doctor", "here", 10)
    return "" if cache.get("doctor") == "here" else "The cache forgets. Run: groundwork init"


def static_files() -> str:
    if settings.DEBUG:
        return ""
    names = getattr(staticfiles_storage, "hashed_files", {"": ""})
    return "" if names else "The static files are not collected. Run: groundwork init"


def home_folder() -> str:
    if not os.access(home(), os.W_OK):
        return f"{home()} cannot be written."
    free = shutil.disk_usage(home()).free
    return "" if free > 500 * 2**20 else f"Only {free // 2**20} MB are free on the disk of {home()}."


def secret_key() -> str:
    path = home() / "secret.key"
    if path.exists() and path.stat().st_mode & 0o077:
        return f"Others can read {path}. Run: chmod 600 {path}"
    return ""


def messages() -> str:
    return "The message catalogues are not compiled; their folder cannot be written." if stale() else ""


def worker() -> str:
    ticked = latest_tick()
    if ticked is None or ticked < timezone.now() - timedelta(minutes=5):
        return "No worker has answered for 5 minutes. Is groundwork serve (or worker) running?"
    return ""


def waiting_work() -> str:
    old = Run.objects.unfinished().filter(started_at=None, created_at__lt=timezone.now() - timedelta(hours=1)).count()
    return f"{old} runs have waited for more than an hour." if old else ""


CHECKS: dict[str, Callable[[], str]] = {
    "tables": tables,
    "integrity": integrity,
    "journal": journal,
    "cache": shared_cache,
    "static files": static_files,
    "home folder": home_folder,
    "secret key": secret_key,
    "messages": messages,
    "worker": worker,
    "waiting work": waiting_work,
}
