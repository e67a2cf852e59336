"""``make check``: lint, format, templates, the order of rooms, types, messages, licences, settings, migrations.

tools/check.py [NAME ...]     all, or only the named checks; code 1 if any finds a fault
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = [sys.executable]
GROUNDWORK = [*PYTHON, "-m", "groundwork"]

CHECKS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "templates": [str(BIN / "djlint"), "--lint", "--quiet", "src"],
    "rooms": [str(BIN / "lint-imports"), "--no-cache"],
    "types": [str(BIN / "mypy"), "--cache-dir=/dev/null", "--config-file", "tools/mypy.ini", "--no-error-summary"],
    "messages": [*PYTHON, "tools/messages.py", "check"],
    "licences": [*PYTHON, "tools/licences.py"],
    "production": [*GROUNDWORK, "check"],
    "migrations": [*GROUNDWORK, "manage", "makemigrations", "--check", "--dry-run"],
}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(CHECKS):
        print(f"There is no check {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    faults = []
    with tempfile.TemporaryDirectory(prefix="groundwork-check-") as home:
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("GROUNDWORK_") and key != "DATABASE_URL"
        }
        environment = {
            **kept,
            "GROUNDWORK_HOME": home,
            "GROUNDWORK_URL": "https://crm.example.com",
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "groundwork.config.settings",
        }
        for name in names or CHECKS:
            begin = time.monotonic()
            done = subprocess.run(
                CHECKS[name],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            print(f"{name:<12}{'FAULT' if done.returncode else 'ok'}  [{time.monotonic() - begin:.1f} s]", flush=True)
            if done.returncode:
                faults.append(name)
                print((done.stdout + done.stderr).strip(), flush=True)
    if faults:
        print(f"\nFaults in: {', '.join(faults)}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
