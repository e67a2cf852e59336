"""The database as a whole, copied and put back by the database's own means, whatever version its tables have.

Unlike a backup (``logical``) such a copy needs no code that knows the tables: it is what an upgrade returns to.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, connections

TOOLS = ("pg_dump", "psql")
EMPTY_SCHEMA = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


@contextmanager
def presence(alone: bool = False) -> Iterator[None]:
    """Held by whatever serves from this home folder; ``alone`` is refused while something does."""
    with open(os.open(settings.HOME / "running.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise CommandError(
                "Groundwork is running from this home folder: stop it first."
                if alone
                else "An upgrade is under way in this home folder: wait until it is done."
            ) from fault
        yield


def copy_to(target: Path) -> None:
    """One moment of the database in a file (SQLite's own, or a dump of PostgreSQL) that only its owner can read."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if connection.vendor == "sqlite":
        connections.close_all()
        with closing(sqlite3.connect(database_file())) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            damage = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if damage != "ok":
            raise CommandError(f"SQLite reports damage: {damage}. Restore the latest backup first.")
    else:
        tool("pg_dump", "--no-owner", "--no-privileges", "--file", str(target), "--dbname", address())
    with target.open("rb") as file:
        os.fsync(file.fileno())


def put_back(source: Path) -> None:
    """Make the database what it was when ``source`` was copied, all of it or nothing."""
    connections.close_all()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(database_file())) as live:
            copy.backup(live)
    else:
        load_dump(source, address())


def load_dump(source: Path, into: str) -> None:
    """Empty the database at ``into`` and fill it from a dump, in one transaction."""
    quiet = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction")
    tool("psql", *quiet, "--output", os.devnull, "--dbname", into, "--command", EMPTY_SCHEMA, "--file", str(source))


@contextmanager
def twin(folder: Path) -> Iterator[str]:
    """The DATABASE_URL of a copy to try things out on; gone afterwards. The live database goes on undisturbed."""
    copy = folder / "twin.db"
    copy_to(copy)
    if connection.vendor == "sqlite":
        yield f"sqlite:///{copy}"
        return
    name = f"{connection.settings_dict['NAME']}_rehearsal_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        load_dump(copy, address(name))
        yield address(name, with_password=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def database_file() -> str:
    return str(connection.settings_dict["NAME"])


def address(name: str = "", with_password: bool = False) -> str:
    """The PostgreSQL database as libpq and our settings take it; with its password only for an environment."""
    held = connection.settings_dict
    user, password, host = (quote(held[key] or "", safe="") for key in ("USER", "PASSWORD", "HOST"))
    who = (user + (f":{password}" if with_password and password else "") + "@") if user else ""
    at_socket = held["HOST"].startswith("/")
    where = "" if at_socket else host + (f":{held['PORT']}" if held["PORT"] else "")
    options = {key: value for key, value in held["OPTIONS"].items() if isinstance(value, str)}
    query = urlencode(options | ({"host": held["HOST"]} if at_socket else {}), quote_via=quote)  # libpq knows no plus
    return f"postgres://{who}{where}/{quote(name or held['NAME'])}" + (f"?{query}" if query else "")


def refuse_without_tools() -> None:
    """Said before anything is touched: on PostgreSQL there is no copy to return to without its own programs."""
    if connection.vendor != "postgresql":
        return
    if missing := [name for name in TOOLS if shutil.which(name) is None]:
        raise CommandError(
            f"{' and '.join(missing)} of PostgreSQL must be installed here, for the copy to which a failed upgrade "
            "returns. Nothing was touched. Type: apt-get install postgresql-client"
        )


def tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; refused where it is missing, and with its words where it fails."""
    program = shutil.which(name)
    if program is None:
        raise CommandError(f"{name} is not installed here. Type: apt-get install postgresql-client")
    environment = {**os.environ, "PGPASSWORD": connection.settings_dict["PASSWORD"] or ""}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CommandError(f"{name} failed: {done.stderr.strip()[-500:]}")
