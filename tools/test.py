"""The tests on SQLite, and on PostgreSQL; the closing line of each at the end. Code 1 if either fails.

On PostgreSQL long tests ask a part where the database makes no difference: the marker ``on_sqlite``, ``postgres_url``.

    tools/test.py [sqlite|postgres] [arguments of pytest ...]

As root on a system with apt, Chromium and PostgreSQL are installed where they are missing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import postgres

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite", "postgres")


def main(arguments: list[str]) -> int:
    chosen = [arguments.pop(0)] if arguments and arguments[0] in DATABASES else list(DATABASES)
    if not provide(chosen):
        return 1
    closing = {}
    for database in chosen:
        closing[database] = run(database, arguments)
    print()
    for database, (code, line, seconds) in closing.items():
        print(f"{database:<9}{'ok    ' if code == 0 else 'FAILED'} {line} [{seconds:.0f} s]")
    return 1 if any(code for code, _line, _seconds in closing.values()) else 0


def provide(databases: list[str]) -> bool:
    """Chromium and PostgreSQL, installed if we may; else one line says what to type."""
    packages = []
    if not any(shutil.which(name) for name in ("chromium", "google-chrome")) and not os.environ.get("CHROMIUM"):
        packages.append("chromium")
    if "postgres" in databases and postgres.binaries() is None:
        packages.append("postgresql")
    if not packages:
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(
            f"Type this once, then again: sudo apt-get update && sudo apt-get install -y {' '.join(packages)}",
            file=sys.stderr,
        )
        return False
    print(f"Installing {' and '.join(packages)} ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-q"], install):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}", file=sys.stderr)
            return False
    return True


def run(database: str, arguments: list[str]) -> tuple[int, str, float]:
    """(exit code, closing line, seconds) of pytest on ``database``."""
    print(f"\n=== {database} ===", flush=True)
    begin = time.monotonic()
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="groundwork-tests-"))
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("GROUNDWORK_") or key == "GROUNDWORK_REAL_DATA"
        }
        environment = {**kept, "GROUNDWORK_HOME": home, "GROUNDWORK_PLAIN_HTTP": "1", "PYTHONUNBUFFERED": "1"}
        environment.pop("DATABASE_URL", None)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would each compile everything anew
        if database == "postgres":
            environment["DATABASE_URL"] = stack.enter_context(postgres.running())
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *arguments]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        line = ""
        for text in process.stdout:
            print(text, end="", flush=True)
            line = text.strip() or line
        code = process.wait()
    return code, line, time.monotonic() - begin


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
