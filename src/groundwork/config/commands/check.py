"""``groundwork check``: Django's system checks, with those for production where the settings are those of production."""

import argparse

from django.conf import settings
from django.core.management import call_command


def run(args: argparse.Namespace) -> int:
    call_command("check", deploy=not settings.DEBUG, fail_level="WARNING")
    return 0


