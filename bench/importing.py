"""Imports one file by the command, in a process of its own, and prints time and memory."""

import json
import os
import resource
import subprocess
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from groundwork.access.models import Role, User  # noqa: E402
from groundwork.access.presets import make_roles  # noqa: E402
from groundwork.blueprint.elements import register_declared  # noqa: E402
from groundwork.blueprint.models import Firm  # noqa: E402
from groundwork.crm.trade.models import InvoiceLine  # noqa: E402
from groundwork.records.types import types  # noqa: E402

PRESET = os.environ.get("BENCH_PRESET", "online-retail")


def main(path: str, lines: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    register_declared()
    make_roles([kind.granted for kind in types])
    Firm.objects.create(pk=1, name="Bench", country="GB", currency="GBP")
    User.objects.create_user("admin@bench.example", "bench " * 3).roles.add(Role.objects.get(key="administrator"))
    begin = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [
            sys.executable,
            "-m",
            "groundwork",
            "import",
            "invoices",
            path,
            "--preset",
            PRESET,
            "--on-error",
            "skip",
            "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begin
    kept = InvoiceLine.objects.count()
    if done.returncode or not kept:
        print(
            json.dumps(
                {
                    "refused": (done.stderr.strip() or done.stdout.strip() or "nothing was imported").splitlines()[-1][
                        :300
                    ]
                }
            )
        )
        return
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        json.dumps(
            {"lines": kept, "asked": lines, "seconds": seconds, "a_minute": kept / seconds * 60, "megabytes": megabytes}
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
