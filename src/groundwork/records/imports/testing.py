"""For tests of imports, here and above: files, a whole import in one call, and what the firm looks like."""

import csv
import os
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count, Sum
from django.urls import reverse

from groundwork.background.models import Run
from groundwork.background.work import carry_out
from groundwork.records.imports import engine
from groundwork.records.imports.models import ImportJob
from groundwork.records.models import ExternalKey, SearchRow, Tally
from groundwork.records.types import types
from groundwork.records.write import values

ROOT = Path(__file__).resolve().parents[4]
RETAIL = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


def write_csv(path: Path, header: list[str], rows: list[list], *, separator=",", encoding="utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def imported(path: Path, layout: str, *, by, dry_run=False, **options) -> ImportJob:
    """Try the file, and load it unless told otherwise: what the command does."""
    job = engine.do_now("check", engine.new_job(layout, path, path.name, requester=by, **options), by)
    return job if dry_run else engine.do_now("load", job, by)


def undone(job: ImportJob, *, by) -> ImportJob:
    return engine.do_now("undo", job, by)


def dropped(client, text, name="table.csv", **values) -> ImportJob:
    """Drop a file in the browser and wait for its trial run."""
    content = text if isinstance(text, bytes) else text.encode()
    client.post(reverse("imports:start"), {"file": SimpleUploadedFile(name, content), **values})
    work()
    return ImportJob.objects.latest("pk")


def work() -> None:
    for run in Run.objects.unfinished():
        assert carry_out(run).state == "done", run.error


def page(client, job):
    return client.get(reverse("imports:job", args=[job.pk]))


def answer(client, job, route="again", **values):
    """Send the form as the page shows it, with these answers."""
    form = page(client, job).context["reading"]
    shown = {name: form[name].value() or "" for name in form.fields} if route == "again" else {}
    reply = client.post(reverse(f"imports:{route}", args=[job.pk]), {**shown, **values})
    work()
    job.refresh_from_db()
    return reply


def counts(job: ImportJob) -> tuple[int, int, int]:
    """(created, updated, there already)"""
    return job.count("create"), job.count("update"), job.count("same")


def wrong(job: ImportJob) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.reason) for row in job.bad_rows.all()]


def firm_as_it_is() -> dict:
    """What people can see of the firm: every record, its lines, sums, search and keys, without ids."""
    kept: dict = {}
    names = {}
    for kind in types:
        for record in kind.model._base_manager.all():
            names[kind.key, record.pk] = str(record)
            shown = {key: value for key, value in values(record).items() if key != "number"}
            kept.setdefault(kind.key, Counter())[repr(shown)] += 1
        for part in kind.parts:
            for line in part.model._base_manager.all():
                kept.setdefault(f"{kind.key}.{part.key}", Counter())[repr(values(line))] += 1
    keys = ExternalKey.objects.values_list("source", "type", "key", "object_id")
    found = SearchRow.objects.values_list("type", "object_id", "title", "archived")
    group = ("type", "value", "owner_id", "department_id", "currency")
    sums = Tally.objects.order_by().values(*group).annotate(counted=Sum("count"), summed=Sum("amount"))
    return {
        **kept,
        "keys": Counter((source, type_key, key, names.get((type_key, pk))) for source, type_key, key, pk in keys),
        "search": Counter((type_key, names.get((type_key, pk)), *rest) for type_key, pk, *rest in found),
        "tallies": {tuple(row.values()) for row in sums if row["counted"] or row["summed"]},
        "rows of no record": [row for row in found if (row[0], row[1]) not in names],
        "twice": list(ExternalKey.objects.values("source", "type", "key").annotate(n=Count("pk")).filter(n__gt=1)),
    }


def retail_rows(documents: int = 60, seed: int = 1) -> list[list]:
    """Rows like those of the public set online-retail, with all that is odd about it."""
    dice, rows = random.Random(seed), []  # noqa: S311 - not a secret
    start = datetime(2010, 12, 1, 8, 26)
    for place in range(documents):
        prefix = "C" if place % 7 == 3 else "A" if place % 29 == 11 else ""
        customer = "" if place % 4 == 1 else f"{17850 + place % 11}.0"
        at = start + timedelta(hours=5 * place)
        for line in range(1 + place % 5):
            code = dice.choice(["85123A", "85123a", "22423", "71053", "POST", "gift_0001_20", "DOT"])
            row = [
                f"{prefix}{536365 + place}", code, "" if (place + line) % 9 == 0 else f"THING {code}, RED",
                dice.randint(1, 40) * (-1 if prefix == "C" else 1),
                at + timedelta(minutes=line if place % 13 == 5 else 0),
                "0" if (place + line) % 11 == 0 else dice.choice(["2.55", "0.85", "1.655", "12.5", "-3.1"]),
                customer, dice.choice(["France", "EIRE"]) if place % 20 == 6 else "United Kingdom",
            ]  # fmt: skip
            rows += [row, row] if (place + line) % 8 == 0 else [row]
    return rows


def public_data(name: str) -> Path:
    """The folder of a public data set; the test is skipped where it is not there."""
    path = Path(os.environ.get("GROUNDWORK_REAL_DATA") or ROOT / "../shared/data") / name
    if not path.is_dir():
        pytest.skip(f"the public data set is not at {path}")
    return path
