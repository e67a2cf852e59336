"""``groundwork manage ...``: Django's own commands, for developers."""

import argparse

from django.core.management import execute_from_command_line


def run(args: argparse.Namespace) -> int:
    execute_from_command_line(["groundwork manage", *args.rest])
    return 0
