"""A private PostgreSQL for tests: an unprivileged user, a socket only, a temporary folder, no fsync; gone afterwards.

    tools/postgres.py run -- COMMAND ...        runs COMMAND with DATABASE_URL set, ends with its exit code
    tools/postgres.py durable -- COMMAND ...    the same on one that waits for its disk, as a firm does

From Python: ``with running() as url: ...``. Nothing of an installed cluster is touched.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPTIONS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "log_min_messages": "fatal",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def binaries() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest version first; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def unprivileged() -> pwd.struct_passwd | None:
    """Whom to run the server as when we are root, which PostgreSQL refuses; None: ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("Run as an ordinary user: PostgreSQL refuses root, and there is neither postgres nor nobody here.")


def as_user(user: pwd.struct_passwd | None, command: list[str]) -> list[str]:
    if user is None:
        return command
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--", *command]


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """The address of an empty database on a new server; stopped and removed on leaving."""
    folder = binaries()
    if folder is None:
        raise SystemExit("PostgreSQL is not installed. Type: sudo apt-get install -y postgresql")
    user = unprivileged()
    root = Path(tempfile.mkdtemp(prefix="gwpg-", dir="/tmp"))  # noqa: S108 - a socket's path must be short
    if user:
        os.chown(root, user.pw_uid, user.pw_gid)
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(root)}
    quiet = {"env": environment, "cwd": root, "stdin": subprocess.DEVNULL}
    try:
        init = [str(folder / "initdb"), "-D", str(root / "data"), "-U", "groundwork", "-E", "UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(
            as_user(user, [*init, "--auth=trust", "--no-sync"]), capture_output=True, text=True, **quiet
        )
        if made.returncode:
            raise SystemExit(f"initdb failed: {made.stderr.strip()}")
        control = [str(folder / "pg_ctl"), "-D", str(root / "data"), "-w", "-s"]
        options = OPTIONS if durable else OPTIONS | NOT_DURABLE
        settings = " ".join(f"-c {key}={value or chr(39) * 2}" for key, value in options.items())
        start = [*control, "-l", str(root / "log"), "-o", f"-c unix_socket_directories={root} {settings}", "start"]
        if subprocess.run(as_user(user, start), **quiet).returncode:
            raise SystemExit(f"PostgreSQL did not start: {(root / 'log').read_text()[-2000:]}")
        try:
            subprocess.run(
                [str(folder / "createdb"), "-h", str(root), "-U", "groundwork", "groundwork"], check=True, **quiet
            )
            yield f"postgres://groundwork@/groundwork?host={root}"
        finally:
            subprocess.run(as_user(user, [*control, "-m", "immediate", "stop"]), check=False, **quiet)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main() -> int:
    how = sys.argv[1] if sys.argv[2:3] == ["--"] and sys.argv[3:] else ""
    if how not in {"run", "durable"}:
        print(__doc__, file=sys.stderr)
        return 2
    with running(durable=how == "durable") as url:
        return subprocess.run(sys.argv[3:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
