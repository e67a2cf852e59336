"""``groundwork export FILE.zip``: the whole firm in a form that others can read, too.

A JSON line a row (tables/), a description of every column (tables.json), the files, and a manifest of checksums. Unlike
a backup it may be handed over: passwords and other secrets, background work and the log of who read what are not in it.
``groundwork restore`` loads it into an empty database, of either kind, to the same checksum.
"""

import argparse
from pathlib import Path

from groundwork.config.commands import backup


def run(args: argparse.Namespace) -> int:
    return backup.write_to(Path(args.file), portable=True)
