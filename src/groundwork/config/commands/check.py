"""``groundwork check``: Django's system checks; those for production too, unless GROUNDWORK_DEBUG=1."""

import argparse

from django.conf import settings
from django.core.management import call_command


def run(args: argparse.Namespace) -> int:
    call_command("check", deploy=not settings.DEBUG, fail_level="WARNING")
    return 0
