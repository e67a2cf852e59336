"""Compile the message catalogues (``locale/*/LC_MESSAGES/django.po``) with Babel. No .mo is kept in git."""

import os
import sys
import tempfile
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def stale() -> list[Path]:
    """The .po files whose .mo is missing or older."""
    return [
        po
        for po in sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
        if not (mo := po.with_suffix(".mo")).exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns
    ]


def compile_stale() -> list[Path]:
    """Compile what is stale; where the folder cannot be written, say so and go on in English."""
    compiled = []
    for po in stale():
        try:
            compile_one(po)
        except OSError as fault:
            print(f"The messages of {po} could not be compiled: {fault}", file=sys.stderr)
        else:
            compiled.append(po)
    return compiled


def compile_one(po: Path) -> None:
    """Write the .mo beside ``po`` in one move, so that a process that starts meanwhile never reads half a file."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as file:
        catalogue = read_po(file, locale=po.parent.parent.name)
    descriptor, name = tempfile.mkstemp(dir=po.parent, suffix=".mo.part")
    with os.fdopen(descriptor, "wb") as out:
        write_mo(out, catalogue)
    os.chmod(name, 0o644)
    os.replace(name, po.with_suffix(".mo"))
