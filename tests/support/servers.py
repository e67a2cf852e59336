"""Real servers for journeys: ``groundwork serve`` on a copy of a database that was seeded once.

The seed is made by the product's own commands (``init``, ``demo wholesale``) and shared by all workers of xdist; a
server gets a copy of its own: a copied file on SQLite, ``CREATE DATABASE ... TEMPLATE`` on PostgreSQL.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

LATER = Path(__file__).parent / "later"  # programs that start with it on their path live some days ahead
DEMO = ("demo", "wholesale", "--size", "S", "--seed", "1", "--fresh")


def postgres_url() -> str | None:
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else None


def named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def in_postgres(*statements: str) -> None:
    import psycopg

    with psycopg.connect(named(postgres_url(), "postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@dataclass
class Installation:
    """A home folder and a database, and the command ``groundwork`` for them."""

    home: Path
    database: str
    url: str = "http://localhost:8000"
    days_later: int = field(default=0, kw_only=True)  # by which its clock is ahead

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GROUNDWORK_", "DJANGO_"))}
        later = {"PYTHONPATH": str(LATER), "DAYS_LATER": str(self.days_later)} if self.days_later else {}
        return {
            **kept,
            **later,
            "GROUNDWORK_HOME": str(self.home),
            "GROUNDWORK_URL": self.url,
            "GROUNDWORK_PLAIN_HTTP": "1",
            "GROUNDWORK_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "DATABASE_URL": self.database,
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, *arguments: object, input: str | None = None, timeout: float = 300) -> subprocess.CompletedProcess:
        """``groundwork ARGUMENTS``; look at ``returncode``, ``stdout`` and ``stderr``."""
        command = [sys.executable, "-m", "groundwork", *map(str, arguments)]
        return subprocess.run(
            command,
            env=self.environment,
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def must(self, *arguments: object, input: str | None = None) -> str:
        """The output of a command that has to succeed."""
        done = self.run(*arguments, input=input)
        assert done.returncode == 0, (
            f"groundwork {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        return done.stdout

    def rows(self, query: str) -> list[tuple]:
        """What the database answers, asked past the product."""
        with closing(self._connected()) as connection:
            return [tuple(row) for row in connection.execute(query).fetchall()]

    def execute(self, statement: str) -> None:
        with closing(self._connected()) as connection:
            connection.execute(statement)
            connection.commit()

    def _connected(self):
        if postgres_url():
            import psycopg

            return psycopg.connect(self.database)
        return sqlite3.connect(self.home / "groundwork.db", timeout=20)

    def copy(self, home: Path, url: str) -> "Installation":
        """A second installation with the same rows, files and signing key."""
        shutil.copytree(self.home, home, ignore=shutil.ignore_patterns("*.db", "*.db-*"))
        if postgres_url():
            name = f"journey_{uuid.uuid4().hex[:12]}"
            in_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(self.database).path[1:]}"')
            return Installation(home, named(self.database, name), url)
        with (
            closing(sqlite3.connect(self.home / "groundwork.db")) as source,
            closing(sqlite3.connect(home / "groundwork.db")) as target,
        ):
            source.backup(target)
        return Installation(home, f"sqlite:///{home / 'groundwork.db'}", url)

    def drop(self) -> None:
        if postgres_url():
            in_postgres(f'DROP DATABASE IF EXISTS "{urlsplit(self.database).path[1:]}" WITH (FORCE)')
        shutil.rmtree(self.home, ignore_errors=True)


def empty_installation(home: Path, url: str = "http://localhost:8000") -> Installation:
    """A home folder and an empty database in which nothing was done yet."""
    home.mkdir(parents=True, exist_ok=True)
    if not postgres_url():
        return Installation(home, f"sqlite:///{home / 'groundwork.db'}", url)
    name = f"journey_{uuid.uuid4().hex[:12]}"
    in_postgres(f'CREATE DATABASE "{name}"')
    return Installation(home, named(postgres_url(), name), url)


@dataclass
class Server(Installation):
    """An installation whose ``groundwork serve`` is running at ``url``."""

    process: subprocess.Popen | None = None
    log: Path | None = None

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def start(self, *options: str) -> None:
        """Start it (again) and wait until it answers."""
        self.log = self.home / "serve.log"
        port = str(urlsplit(self.url).port)
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "groundwork", "serve", "--port", port, "--workers", "1", *options]
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        until = time.monotonic() + 60
        while not answers(self.url):
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise AssertionError(f"groundwork serve did not answer at {self.url}:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def go_on_after(self, days: int, *, doing: str = "") -> None:
        """``days`` later; ``doing`` is Python: what the worker of that day has done by then."""
        self.stop()
        self.days_later += days
        if doing:
            self.must("manage", "shell", "--no-imports", "-c", doing)
        self.start("--no-worker")


def answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(seed: Installation, *options: str) -> Iterator[Server]:
    """A running server on its own copy of ``seed``; dropped afterwards."""
    home = Path(tempfile.mkdtemp(prefix="groundwork-journey-")) / "home"
    copy = seed.copy(home, f"http://localhost:{free_port()}")
    server = Server(copy.home, copy.database, copy.url)
    try:
        server.start(*options)
        yield server
    finally:
        server.stop()
        server.drop()
        shutil.rmtree(home.parent, ignore_errors=True)


@dataclass
class Seed(Installation):
    """The demo firm; ``told`` is what ``demo`` printed: who can sign in, and with which password."""

    told: str = ""

    @property
    def password(self) -> str:
        found = re.search(r"[Pp]assword[^:\n]*: *(\S+)", self.told)
        assert found, f"demo did not say the password:\n{self.told}"
        return found[1]

    @property
    def people(self) -> list[str]:
        return re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", self.told)


@pytest.fixture(scope="session")
def seed(tmp_path_factory) -> Seed:
    """The seeded demo firm, made once for all workers. Never serve it: copy it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    home, told = shared / "seed", shared / "seed.txt"
    with (shared / "seed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if told.exists():
            database, _, text = told.read_text().partition("\n")
            return Seed(home, database, told=text)
        made = empty_installation(home)
        made.must("init")
        text = made.must(*DEMO)
        told.write_text(f"{made.database}\n{text}")
        return Seed(home, made.database, told=text)


@pytest.fixture(scope="session")
def server(seed) -> Iterator[Server]:
    """One running server for the journeys of a worker; a journey that must have clean rows takes ``fresh_server``."""
    with served(seed) as running:
        yield running


@pytest.fixture
def fresh_server(seed) -> Iterator[Server]:
    with served(seed) as running:
        yield running


@pytest.fixture(scope="session")
def blank(tmp_path_factory) -> Installation:
    """What ``init`` makes, once for a worker; copied by ``installation(init=True)``."""
    made = empty_installation(tmp_path_factory.mktemp("blank") / "home")
    made.must("init")
    return made


@pytest.fixture
def installation(tmp_path, request) -> Iterator[Callable[..., Installation]]:
    """Makes installations for tests of the commands: with an empty database, or with ``init`` done."""
    made: list[Installation] = []

    def make(init: bool = False) -> Installation:
        home = tmp_path / f"home{len(made)}"
        if init:
            made.append(request.getfixturevalue("blank").copy(home, "http://localhost:8000"))
        else:
            made.append(empty_installation(home))
        return made[-1]

    yield make
    for each in made:
        each.drop()
