"""The command ``groundwork``.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage; errors go to stderr, one line a fault.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from typing import Any

from groundwork.config.version import VERSION


@dataclass(frozen=True)
class Option:
    """One argument, as ``argparse`` takes it."""

    flags: tuple[str, ...]
    how: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """``module`` has ``run(args) -> int``; it is imported only when the command is called."""

    name: str
    help: str
    module: str
    options: tuple[Option, ...] = ()
    django: bool = True


def option(*flags: str, **how: Any) -> Option:
    return Option(flags, how)


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1 on is expected")
    return number


def pair(text: str) -> str:
    if not all(part.strip() for part in text.partition("=")[::2]):
        raise argparse.ArgumentTypeError(f"FIELD=COLUMN is expected, not {text!r}")
    return text


COMMANDS = (
    Command(
        "init", "make or bring up to date the tables and the built-in configuration", "groundwork.config.commands.init"
    ),
    Command(
        "demo",
        "fill the database with a demo firm, or take it out again",
        "groundwork.crm.trade.demo",
        (
            option("firm", choices=["wholesale", "remove"]),
            option("--seed", type=int, default=1, help="the same seed makes the same firm"),
            option("--size", choices=["S", "L", "XL"], default="S"),
            option("--today", type=date.fromisoformat, help="the day on which the demo stands, e.g. 2026-06-30"),
            option("--costs", action="store_true", help="keep cost prices in the small firm, too"),
            option("--fresh", action="store_true", help="leave the roll-out still to be walked"),
        ),
    ),
    Command(
        "serve",
        "run the web server and one worker",
        "groundwork.config.commands.serve",
        (
            option("--host", default="127.0.0.1"),
            option("--port", type=positive, default=8000),
            option("--workers", type=positive, default=2, help="web processes, of 4 threads each"),
            option("--no-worker", action="store_true", help="background work runs elsewhere (groundwork worker)"),
        ),
    ),
    Command(
        "worker",
        "run background work only",
        "groundwork.config.commands.worker",
        (option("--run", type=positive, metavar="ID", help="one piece of work that asks for a process of its own"),),
    ),
    Command(
        "user",
        "add a user, or set a user's password; the password is read from stdin",
        "groundwork.access.command",
        (
            option("action", choices=["add", "password"]),
            option("email"),
            option("--role", default="", metavar="KEY", help="of the user who is added"),
            option("--name", default=""),
        ),
    ),
    Command(
        "import",
        "import a file: import TYPE FILE; take an import back: import undo ID",
        "groundwork.records.imports.command",
        (
            option("type", metavar="TYPE", help="a record type or a preset's name; or: undo"),
            option("file", metavar="FILE", help="a file, folder or zip; after undo: the number of the import"),
            option("--preset", metavar="NAME"),
            option("--map", action="append", default=[], type=pair, metavar="FIELD=COLUMN"),
            option("--key", metavar="FIELD", help="the field by which existing records are recognised"),
            option("--dry-run", action="store_true", help="say what would happen, change nothing"),
            option("--on-error", choices=["stop", "skip"], default="stop"),
            option(
                "--split",
                choices=["replace", "add", "skip"],
                help="what becomes of documents that are there with other lines: the lines of the file replace them, "
                "are added, or are left out",
            ),
            option("--user", metavar="EMAIL", help="whose rights the import has; default: the first administrator"),
            option("--json", action="store_true"),
        ),
    ),
    Command(
        "report",
        "print a report, e.g. report profit --by product",
        "groundwork.crm.insight.command",
        (
            option("name", metavar="NAME"),
            option("--by", action="extend", nargs="+", default=[], metavar="DIM"),
            option("--from", dest="from_day", type=date.fromisoformat, metavar="D"),
            option("--to", dest="to_day", type=date.fromisoformat, metavar="D"),
            option("--as-of", type=date.fromisoformat, metavar="D"),
            option("--user", metavar="EMAIL", help="whose rights the report has; default: everything"),
            option("--parts", action="store_true", help="also discounts, returns, claims, late payment and profit"),
            option("--json", action="store_true"),
            option("--csv", action="store_true"),
        ),
    ),
    Command(
        "reindex",
        "make what the search knows anew",
        "groundwork.records.finding.reindex",
        (option("--type", metavar="TYPE", help="of this record type only"),),
    ),
    Command(
        "backup",
        "write everything into one file",
        "groundwork.config.commands.backup",
        (option("file", metavar="FILE.zip"),),
    ),
    Command(
        "export",
        "write the whole firm into one file that may be handed over: no passwords, every column described",
        "groundwork.config.commands.export",
        (option("file", metavar="FILE.zip"),),
    ),
    Command(
        "restore",
        "load a backup or an export into an empty database",
        "groundwork.config.commands.restore",
        (option("file", metavar="FILE.zip"),),
    ),
    Command(
        "blueprint",
        "the firm's configuration as one file: export it, see what a file would change, apply it, take a template",
        "groundwork.access.blueprint_command",
        (
            option("action", choices=["export", "plan", "apply", "template"]),
            option("file", metavar="FILE", help="a YAML file; -: the terminal; of template: its name"),
            option("--reason", default="", help="of apply: why, in one sentence"),
            option("--user", metavar="EMAIL", help="who applies it; default: the first administrator"),
        ),
    ),
    Command(
        "upgrade",
        "bring the database to this version; it is put back as it was if anything fails",
        "groundwork.config.commands.upgrade",
        (option("--rehearse", action="store_true", help="on a copy, while people go on working"),),
    ),
    Command("doctor", "examine the installation and say what is wrong", "groundwork.config.commands.doctor"),
    Command("check", "check the code's own configuration (Django's system checks)", "groundwork.config.commands.check"),
    Command(
        "manage",
        "a management command of Django, for developers",
        "groundwork.config.commands.manage",
        (option("rest", nargs=argparse.REMAINDER, metavar="COMMAND ..."),),
        django=False,
    ),
)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="groundwork", description="A self-hosted CRM whose roll-out succeeds.")
    top.add_argument("--version", action="version", version=f"groundwork {VERSION}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        for each in command.options:
            one.add_argument(*each.flags, **each.how)
        one.set_defaults(chosen=command)
    return top


def say(sentence: object) -> None:
    """A fault, on one line of stderr."""
    print(" ".join(str(sentence).split()), file=sys.stderr)


def attempt(function: Callable[[], int | None]) -> int:
    """The exit code of ``function``; what it refuses is said in its own sentence."""
    from django.core.exceptions import ValidationError
    from django.core.management.base import CommandError
    from django.db.utils import OperationalError, ProgrammingError

    from groundwork.core.refusals import Refusal

    try:
        return int(function() or 0)
    except Refusal as refusal:
        say(refusal.sentence)
    except ValidationError as fault:
        for sentence in fault.messages:
            say(sentence)
    except CommandError as fault:
        say(fault)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as fault:
        say(f"{fault.filename}: {fault.strerror}" if fault.filename else fault)
    except (OperationalError, ProgrammingError) as fault:
        hint = " Run: groundwork init" if "no such table" in str(fault) or "does not exist" in str(fault) else ""
        say(f"The database answers: {fault}.{hint}")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has enough, e.g. ``| head``
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as fault:
        from django.conf import settings

        if settings.DEBUG:
            raise
        say(f"An error of Groundwork itself: {type(fault).__name__}: {fault}. GROUNDWORK_DEBUG=1 shows where.")
    return 1


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groundwork.config.settings")
    from groundwork.config.catalogues import compile_stale

    compile_stale()
    if args.chosen.django:
        import django

        django.setup()
    if not args.chosen.django:
        return import_module(args.chosen.module).run(args)
    return attempt(lambda: import_module(args.chosen.module).run(args))


if __name__ == "__main__":
    sys.exit(main())
