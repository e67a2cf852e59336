"""``groundwork reindex``: makes the search rows of every record anew, or of one type; a line a type."""

import argparse
import sys

from groundwork.background import work
from groundwork.records.finding import search
from groundwork.records.types import types


def run(args: argparse.Namespace) -> int:
    if args.type and args.type not in types:
        print(
            f"There is no record type {args.type}; there are {', '.join(kind.key for kind in types)}.", file=sys.stderr
        )
        return 2
    failed = False
    for kind in types:
        if kind.search and args.type in (None, kind.key):
            done = work.carry_out(search.make_anew(kind))
            failed |= bool(done.error)
            print(f"{kind.key:<20}{done.error or 'ready'}", file=sys.stderr if done.error else sys.stdout)
    return int(failed)
