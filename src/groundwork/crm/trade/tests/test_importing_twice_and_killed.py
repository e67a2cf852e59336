"""Two at once are one, and a load that was killed goes on where it ended."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.support.servers import postgres_url

from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import Invoice, InvoiceLine
from groundwork.crm.trade.tests.test_importing_retail import register
from groundwork.records.imports.testing import imported, retail_rows


@pytest.mark.django_db(transaction=True, serialized_rollback=False)
def test_the_same_file_loaded_by_two_at_once_is_loaded_once(tmp_path):
    from groundwork.access.testing import make_cast

    cast, rows = make_cast(), retail_rows(150)
    path, start, answers = register(tmp_path, *rows), Barrier(2), []

    def load():
        start.wait()
        try:
            answers.append(imported(path, "online-retail", by=cast.olga).state)
        except Refusal as refusal:
            answers.append(refusal.sentence)
        finally:
            connection.close()

    threads = [Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "loaded" in answers
    waits = "checked"  # of a busy database: it is tried again
    assert set(answers) <= {"loaded", waits, "Another import is being loaded: wait until it is done."}
    assert Invoice.objects.count() == len({row[0] for row in rows})
    assert InvoiceLine.objects.count() == len(rows)


def grown_old(firm) -> None:
    """As if the lease of the killed process had run out: 45 seconds later."""
    change = "UPDATE background_run SET heartbeat_at = '2020-01-01 00:00:00+00:00' WHERE holder <> ''"
    if postgres_url():
        import psycopg

        with psycopg.connect(firm.database, autocommit=True) as other:
            other.execute(change)
        return
    import sqlite3

    other = sqlite3.connect(firm.home / "groundwork.db", timeout=20)
    other.execute(change)
    other.commit()
    other.close()


def killed_after(firm, seconds: float, *arguments: object) -> int:
    command = [sys.executable, "-m", "groundwork", *map(str, arguments)]
    process = subprocess.Popen(command, env=firm.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        return process.wait()


def figures(firm, *keys: str) -> str:
    """What a backup says of the business, without ids, times and the import's own rows."""
    return firm.must("report", "profit", "--by", *(keys or ("month",)), "--json")


@pytest.mark.soak  # tests/test_durability.py kills imports on both
def test_a_killed_import_goes_on_to_the_same_end(installation, tmp_path):
    rows = retail_rows(500)
    path, firms = register(tmp_path, *rows), [installation(init=True) for _ in range(2)]
    for firm in firms:
        firm.must("user", "add", "olga@example.com", "--role", "administrator", input="a long pass phrase\n")
    calm, shaken = firms
    begin = time.monotonic()
    expected = json.loads(calm.must("import", "invoices", path, "--json"))
    took, dice, killed = time.monotonic() - begin, random.Random(4), 0

    for share in (0.2, 0.35, 0.5, 0.65, 0.8):  # early ones surely hit, however fast the machine has become
        code = killed_after(shaken, took * share * dice.uniform(0.8, 1.1), "import", "invoices", path)
        grown_old(shaken)
        killed += code == -signal.SIGKILL
    done = shaken.run("import", "invoices", path, "--json")

    assert killed
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {**found, "import": 0} in ({**expected, "import": 0}, {**found, "import": 0, "created": 0, "updated": 0})
    for keys in (("month",), ("product",), ("company",)):
        assert figures(shaken, *keys) == figures(calm, *keys)
    again = json.loads(shaken.must("import", "invoices", path, "--json"))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, expected["created"])
    assert re.search(r"taken back", shaken.must("import", "undo", found["import"]))
