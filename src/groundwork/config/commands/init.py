"""``groundwork init``: tables, built-in configuration, static files; prints the one-time address of the first-run page.

Safe to repeat, also after an upgrade: what is there already stays as it is.
"""

import argparse
import sys
from typing import TextIO

from django.conf import settings
from django.core.management import call_command

from groundwork.background.schedules import wind_up
from groundwork.background.setup import on_init
from groundwork.config.commands import doctor


def run(args: argparse.Namespace) -> int:
    set_up(sys.stdout)
    from groundwork.access.firstrun import issue_address

    if address := issue_address():
        print(f"Make the first administrator at {address}")
    else:
        print("Ready. An administrator exists already.")
    return 0


def set_up(stdout: TextIO) -> None:
    doctor.pending()  # refuses tables that are too old
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    wind_up()
    for _key, step in on_init:
        step(stdout)
