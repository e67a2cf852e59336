"""``groundwork upgrade``: bring the database to this version, with a copy to return to.

``--rehearse`` does the same to a copy while people go on working, and says how long it took and what changed.
Where any step fails the database is put back as it was.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from groundwork.config import physical
from groundwork.config.commands import doctor, init
from groundwork.config.version import VERSION
from groundwork.core.clock import now


def run(args: argparse.Namespace) -> int:
    return rehearse() if args.rehearse else upgrade()


def upgrade() -> int:
    with physical.presence(alone=True):
        if not doctor.pending():
            print("The tables are those of this version already.")
            init.set_up(sys.stdout)
            return 0
        physical.refuse_without_tools()
        copy = place_for_copy()
        physical.copy_to(copy)
        print(f"The database as it was: {copy}", flush=True)
        try:
            bring_up_to_date()
        except BaseException as fault:
            print("Something went wrong; the database is being put back.", file=sys.stderr, flush=True)
            physical.put_back(copy)
            raise CommandError(f"The upgrade failed and everything is as it was before: {fault}") from fault
    print(f"Groundwork {VERSION} is ready.")
    return 0


def bring_up_to_date() -> None:
    """Migrate, and hold the rows that are there after it against those before."""
    before, began = row_counts(), time.monotonic()
    steps = len(doctor.pending())
    init.set_up(sys.stdout)
    connection.check_constraints()
    if fault := doctor.tables() or doctor.integrity():
        raise CommandError(fault)
    after = row_counts()
    print(f"{steps} migrations in {time.monotonic() - began:.1f} s.")
    for table in sorted(before | after):
        was, has = before.get(table), after.get(table)
        if was != has and (was or has):
            print(f"  {table}: {'no such table' if was is None else was} before, {'gone' if has is None else has} now")


def row_counts() -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - its own tables
            counts[table] = cursor.fetchone()[0]
    return counts


def place_for_copy() -> Path:
    folder = settings.HOME / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    ending = "db" if connection.vendor == "sqlite" else "sql"
    return folder / f"before-{VERSION}-{now():%Y%m%d-%H%M%S}.{ending}"


def rehearse() -> int:
    """The same upgrade in a second process, on a copy in a home folder of its own; both are gone afterwards."""
    physical.refuse_without_tools()
    with (
        tempfile.TemporaryDirectory(prefix="groundwork-rehearsal-") as folder,
        physical.twin(Path(folder)) as database,
    ):
        environment = {**os.environ, "GROUNDWORK_HOME": folder, "DATABASE_URL": database}
        command = [sys.executable, "-m", "groundwork", "upgrade"]
        code = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    if code:
        print("The upgrade of the copy failed. The running database was not touched.", file=sys.stderr)
        return 1
    print("The rehearsal went well. The running database was not touched.")
    return 0
