"""One firm in the database of this process: makes it, asks for each page many times, prints the figures as JSON."""

import contextlib
import io
import json
import statistics
import sys
import time
from datetime import date, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from groundwork.access.models import User  # noqa: E402
from groundwork.crm.customers.models import Company  # noqa: E402
from groundwork.crm.trade import demo  # noqa: E402
from groundwork.records.finding.search import ids_matching  # noqa: E402
from groundwork.records.guard import write_path  # noqa: E402
from groundwork.records.models import Change, ChangeSet, SearchRow, Tally  # noqa: E402
from groundwork.records.types import types  # noqa: E402

TIMES = 40
TODAY = date(2026, 11, 20)


def main(size: int) -> None:
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        lines = size * 2
        demo.fill(
            seed=1,
            today=TODAY,
            password="bench " * 3,  # noqa: S106
            size=demo.Size(
                companies=size, contacts=size // 2, products=200, lines=lines, lines_each=3, activities=size
            ),
        )
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize" if connection.vendor == "sqlite" else "ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
    filled = time.perf_counter() - started
    client = Client()
    olga = User.objects.get(email="olga@demo.example")
    client.force_login(olga, backend="allauth.account.auth_backends.AuthenticationBackend")
    pages = {name: one(client, *how) for name, how in what_is_measured(client).items()}
    print(json.dumps({"size": size, "filled_in_seconds": round(filled, 1), "pages": pages}))


def what_is_measured(client):
    """``{name: (ask for the page, the same rows by plain SQL)}``."""
    middle = Company.objects.order_by("pk")[Company.objects.count() // 2]
    start, created = TODAY - timedelta(days=90), iter(range(10**9))
    word = middle.name.split()[-1]

    def get(path):
        return lambda: client.get(path)

    def create():
        return client.post("/r/company/quick", {"name": f"New firm {next(created)}", "phone": "", "country": "Poland"})

    return {
        "list": (get("/r/invoice/"), raw_list),
        "record": (get(f"/r/company/{middle.pk}"), lambda: raw_record(middle.pk)),
        "search": (get(f"/search?q={word}"), lambda: raw_search(word)),
        "create": (create, lambda: raw_create(middle, next(created))),
        "report": (get(f"/report/profit?by=product&from={start}&to={TODAY}"), lambda: raw_report(start)),
        "above": (get("/above"), lambda: raw_report(TODAY.replace(day=1))),
    }


def one(client, ask, raw) -> dict:
    answer = ask()
    if answer.status_code >= 400:
        raise SystemExit(f"{answer.request['PATH_INFO']} answers {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    asked, bytes_of = len(queries), len(answer.content)
    spent = p50(page=ask, raw=raw, bare=lambda: client.get(f"/bench/bare/{bytes_of}"))
    return {**spent, "queries": asked, "bytes": bytes_of}


def p50(**ways) -> dict[str, float]:
    """Milliseconds of each way, asked in turns: what else the machine does meets them alike."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _time in range(TIMES):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            spent[name].append((time.perf_counter() - begin) * 1000)
    return {name: round(statistics.median(times), 3) for name, times in spent.items()}


def rows(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def raw_list():
    return rows(
        "SELECT i.id, i.document_number, i.kind, i.country, i.issued_on, i.lines_count, i.total_minor, i.currency, "
        "c.name "
        "FROM trade_invoice i LEFT JOIN customers_company c ON c.id = i.company_id "
        "WHERE i.archived_at IS NULL ORDER BY i.issued_on DESC, i.id DESC LIMIT 51"
    )


def raw_record(pk):
    rows(
        "SELECT c.*, u.name, d.name FROM customers_company c LEFT JOIN access_user u ON u.id = c.owner_id "
        "LEFT JOIN access_department d ON d.id = c.department_id WHERE c.id = %s",
        [pk],
    )
    rows("SELECT * FROM records_activity WHERE type = 'company' AND object_id = %s ORDER BY at DESC LIMIT 30", [pk])
    rows(
        "SELECT c.*, s.at, s.act, u.name FROM records_change c JOIN records_changeset s ON s.id = c.changeset_id "
        "LEFT JOIN access_user u ON u.id = s.by_id WHERE c.type = 'company' AND c.object_id = %s "
        "ORDER BY c.id DESC LIMIT 30",
        [pk],
    )
    rows(
        "SELECT id, document_number, total_minor FROM trade_invoice WHERE company_id = %s "
        "ORDER BY issued_on DESC LIMIT 6",
        [pk],
    )
    rows("SELECT id, name, job FROM customers_contact WHERE company_id = %s LIMIT 6", [pk])


def raw_search(word):
    for kind in types:
        if kind.search:
            list(
                SearchRow.objects.filter(type=kind.key, object_id__in=ids_matching(kind, word))
                .order_by("-pk")
                .values_list("title")[:8]
            )


def raw_create(like, number):
    """The five rows that a new company needs, without any rule."""
    with transaction.atomic():
        act = ChangeSet.objects.bulk_create([ChangeSet(by=like.owner, act="created")])[0]
        company = Company(
            name=f"Raw {number}",
            number=f"RAW-{like.pk}-{number}",
            owner_id=like.owner_id,
            department_id=like.department_id,
            sort_key="raw",
        )
        with write_path():
            Company.objects.bulk_create([company])
        Change.objects.bulk_create(
            [Change(changeset=act, type="company", object_id=company.pk, version=1, created=True, fields={})]
        )
        SearchRow.objects.bulk_create([SearchRow(type="company", object_id=company.pk, title=company.name, text="raw")])
        Tally.objects.bulk_create([Tally(type="company", count=1)])


def raw_report(start):
    return rows(
        "SELECT l.product_id, MIN(p.code), MIN(p.name), SUM(l.amount_minor), COUNT(*) FROM trade_invoiceline l "
        "JOIN trade_invoice i ON i.id = l.invoice_id LEFT JOIN trade_product p ON p.id = l.product_id "
        "WHERE i.archived_at IS NULL AND i.issued_on BETWEEN %s AND %s GROUP BY l.product_id, i.currency "
        "ORDER BY 4 DESC",
        [start, TODAY],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
