"""Processes that write and are killed, again and again; then what is kept is held against what was acknowledged.

    python -m tests.support.shaken writers KILLS SEED
    python -m tests.support.shaken imports KILLS SEED FILE
    python -m tests.support.shaken moves KILLS SEED DEALS

Run it in the environment of an installation. A child is forked (1,000 kills shall not cost 1,000 starts of Python),
opens its own connection, and says through a pipe what was committed. Prints one JSON object; "faults" is empty where
nothing was lost, torn or doubled.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import django

LONG_AGO = "2020-01-01 00:00:00+00:00"
LONGEST = 0.35  # seconds that a child may live, at most: some die before their first commit, some after dozens
LONGEST_MOVE = 5  # the same of a move of many deals, however slow the machine


def killed(work: Callable[[int], None], seconds: float) -> bytes:
    """Fork, let the child ``work(pipe)``, kill it after ``seconds``; what it said before it died."""
    from django.db import connections

    connections.close_all()  # a connection must not be shared with the child
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(writing)
        finally:
            os._exit(0)
    os.close(writing)
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as said:
        return said.read()


# ── people who save


def save_for_ever(pipe: int, seed: int) -> None:
    """Add a company, change an older one, add a note: each said only after it was committed."""
    from groundwork.access.models import User
    from groundwork.crm.customers.models import Company
    from groundwork.records.write import creating, save_fields

    by, dice = User.objects.get(email="olga@example.com"), random.Random(seed)  # noqa: S311 - not a secret
    while True:
        name = f"Tortola {dice.getrandbits(64):x}"
        made = creating(Company(name=name), by=by)
        os.write(pipe, f"created {made.pk} {made.version} {name}\n".encode())
        older = Company.objects.order_by("?").first()
        name = f"Hazel {dice.getrandbits(64):x}"
        changed = save_fields(older, {"name": name}, by=by, version=older.version)
        os.write(pipe, f"changed {changed.pk} {changed.version} {name}\n".encode())


def shake_writers(kills: int, seed: int) -> dict:
    from groundwork.records import write  # noqa: F401 - loaded once, not by every child

    dice, said = random.Random(seed), []  # noqa: S311 - not a secret
    for turn in range(kills):
        told = killed(lambda pipe, turn=turn: save_for_ever(pipe, seed * 10_000 + turn), dice.uniform(0.02, LONGEST))
        said += [line.split(" ", 3) for line in told.decode().splitlines()]
    return {"acknowledged": len(said), "faults": [*faults_of_saves(said), *faults_of_records(), *damage()]}


def faults_of_saves(said: list[list[str]]) -> list[str]:
    """Each acknowledged act must stand in the history with the value that was written."""
    from groundwork.records.models import Change

    kept = {
        (str(pk), str(version)): fields
        for pk, version, fields in Change.objects.filter(type="company").values_list("object_id", "version", "fields")
    }
    return [
        f"{act} {pk}, version {version}: not in the history"
        for act, pk, version, name in said
        if kept.get((pk, version), {}).get("name", ["", ""])[1] != name
    ]


def faults_of_records(type_key: str = "company") -> list[str]:
    """No record is torn: history without gaps and doubles, search and sums in step, numbers used once."""
    from django.db.models import Sum

    from groundwork.records.models import Change, SearchRow, Tally
    from groundwork.records.types import types

    rows = list(types[type_key].model.objects.values_list("pk", "version", "name", "number"))
    versions: dict[int, list[int]] = {}
    for pk, version in Change.objects.filter(type=type_key).order_by("pk").values_list("object_id", "version"):
        versions.setdefault(pk, []).append(version)
    titles = dict(SearchRow.objects.filter(type=type_key).values_list("object_id", "title"))
    counted = Tally.objects.filter(type=type_key).aggregate(n=Sum("count"))["n"] or 0
    faults = [f"{pk}: history {versions.get(pk)} of version {version}" for pk, version, _name, _number in rows
              if versions.get(pk) != list(range(1, version + 1))]  # fmt: skip
    faults += [f"{pk}: search says {titles.get(pk)}" for pk, _version, name, _number in rows if titles.get(pk) != name]
    if set(titles) != {row[0] for row in rows}:
        faults.append("search finds what is not there")
    if counted != len(rows):
        faults.append(f"the list counts {counted} of {len(rows)}")
    if len({row[3] for row in rows}) != len(rows):
        faults.append("a number was used twice")
    return faults


def damage() -> list[str]:
    from groundwork.config.commands import doctor

    return [fault for check in (doctor.tables, doctor.integrity) if (fault := check())]


# ── imports


NEXT = {"checking": "check", "checked": "load", "loading": "load", "loaded": "undo", "undoing": "undo"}


def shake_imports(kills: int, seed: int, file: str) -> dict:
    """Load the file, take it back, load it again, killed all the while; then one load is brought to its end."""
    from groundwork.access.models import User
    from groundwork.background.work import carry_out, start
    from groundwork.crm.trade import rollups
    from groundwork.records.imports import engine

    def begun():
        return engine.new_job("online-retail", Path(file), "register.csv", requester=by)

    by, dice, halfway = User.objects.get(email="olga@example.com"), random.Random(seed), 0  # noqa: S311 - not a secret
    job = begun()
    for _turn in range(kills):
        job = begun() if job.state == "undone" else job
        what = NEXT[job.state]
        killed(lambda _pipe, what=what, job=job: engine.do_now(what, job, by), dice.uniform(0.05, 3 * LONGEST))
        job.refresh_from_db()
        halfway += job.state in ("loading", "undoing")
        grown_old()
    while job.state != "loaded":
        job = begun() if job.state == "undone" else engine.do_now(NEXT[job.state], job, by)
    for kind in ("trade.rollups", "trade.compare"):
        carry_out(start(kind))
    faults = [*faults_of_records(), *damage(), *map(str, rollups.differences())]
    return {"halfway": halfway, "counts": job.counts, "sums": job.sums, "faults": faults}


# ── a move of many deals


def shake_moves(kills: int, seed: int, deals: str) -> dict:
    """Move all deals to another stage and take it back, again and again, killed all the while."""
    from groundwork.access.models import User
    from groundwork.background.models import Run
    from groundwork.background.work import carry_out
    from groundwork.crm.sales.pipelines import sales
    from groundwork.records.lists import bulk
    from groundwork.records.types import types

    by, dice, halfway = User.objects.get(email="olga@example.com"), random.Random(seed), 0  # noqa: S311 - not a secret
    first, second = [row.key for row in sales().stages_of(sales().first_pipeline, "open")[:2]]
    fill_with_deals(by, int(deals))
    order = bulk.Order(types["deal"], by, "edit", name="stage", values={"stage": [second]})
    begun = time.monotonic()
    run = bulk.take_back(carry_out(bulk.begin(order)))
    whole = min(time.monotonic() - begun, LONGEST_MOVE)  # nobody kills it: how long it takes on this machine, now
    for _turn in range(kills):
        killed(lambda _pipe, run=run: carry_out(run), dice.uniform(0.05, 0.9) * whole)
        run = Run.objects.get(pk=run.pk)
        halfway += 0 < run.done < run.total
        grown_old()
        if run.is_finished:
            run = bulk.take_back(run) if run.kind == "records.bulk" else bulk.begin(order)
    run = carry_out(run)
    at = second if run.kind == "records.bulk" else first
    return {"halfway": halfway, "faults": [*faults_of_moves(at), *faults_of_records("deal"), *damage()]}


def fill_with_deals(by, count: int) -> None:
    from groundwork.crm.customers.models import Company
    from groundwork.crm.sales.deals import Deal
    from groundwork.records.write import acting, creating, writing_many

    company = creating(Company(name="Tortola"), by=by)
    with acting(by, "created"):
        writing_many(created=[Deal(name=f"Hazelnuts {place}", company=company) for place in range(count)])


def faults_of_moves(at: str) -> list[str]:
    """All stand in one stage, none was moved twice by one act, and the time in stages tells the same."""
    from django.db.models import Count

    from groundwork.crm.sales.deals import Deal, Stay
    from groundwork.records.models import Change

    elsewhere = Deal.objects.exclude(stage=at).count()
    faults = [f"{elsewhere} deals stand elsewhere"] if elsewhere else []
    twice = Change.objects.filter(type="deal").values("changeset", "object_id").annotate(n=Count("pk")).filter(n__gt=1)
    faults += [f"one act moved {twice.count()} deals twice"] if twice.exists() else []
    now_in = dict(Stay.objects.filter(left_at=None).values_list("deal", "stage"))
    if now_in != dict(Deal.objects.values_list("pk", "stage")):
        faults.append("the time in stages tells of other stages")
    if Stay.objects.filter(left_at=None).count() != len(now_in):
        faults.append("a deal stands in two stages")
    return faults


def grown_old() -> None:
    """As if the lease of the killed process had run out: 45 seconds later. It had no fault, so no attempt counts."""
    from groundwork.background.models import Run

    Run.objects.exclude(holder="").update(heartbeat_at=LONG_AGO, attempts=0)


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groundwork.config.settings")
    django.setup()
    what, kills, seed, *rest = arguments
    shake = {"writers": shake_writers, "imports": shake_imports, "moves": shake_moves}[what]
    found = shake(int(kills), int(seed), *rest)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
