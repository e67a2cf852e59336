"""One firm in the database of this process: makes it, asks for each page many times, prints the figures as JSON."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.firm import TODAY, make_firm  # noqa: E402
from groundwork.access.models import User  # noqa: E402
from groundwork.crm.customers.models import Company  # noqa: E402
from groundwork.records.added.fields import AddedField  # noqa: E402
from groundwork.records.finding.search import LEXEMES  # noqa: E402
from groundwork.records.finding.words import END, tag_of, words  # noqa: E402
from groundwork.records.guard import write_path  # noqa: E402
from groundwork.records.models import Change, ChangeSet, SearchRow, Tally  # noqa: E402
from groundwork.records.views import SCRIPTS  # noqa: E402

TIMES = 40
Way = tuple[Callable[[], Any], Callable[[], Any]]  # ask for the page; the same rows by plain SQL


def main(size: int) -> None:
    begin = time.perf_counter()
    make_firm(size)
    filled = time.perf_counter() - begin
    olga, few = (User.objects.get(email=f"{name}@demo.example") for name in ("olga", "few"))
    pages = {}
    for name, (who, ask, raw) in what_is_measured(signed_in(olga), signed_in(few)).items():
        pages[name] = one(who, ask, raw)
        print(f"{name:<16}{pages[name]}", file=sys.stderr)
    print(json.dumps({"size": size, "filled_in_seconds": round(filled, 1), "pages": pages}))


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.cookies[SCRIPTS] = "1"
    return client


def what_is_measured(client: Client, few: Client) -> dict[str, tuple[Client, *Way]]:
    """``{name: (who asks, ask for the page, the same rows by plain SQL)}``. ``few`` sees five records of each type."""
    middle = Company.objects.order_by("pk")[500 if Company.objects.count() > 500 else 0]
    start, created, turn = TODAY - timedelta(days=90), iter(range(10**9)), iter(range(10**9))
    name = middle.name.split()
    mine = Company.objects.get(pk=Company.objects.filter(owner__email="few@demo.example").order_by("pk").first().pk)
    field = AddedField.objects.get(type="company").key
    picks = [f"{pk}.0" for pk in Company.objects.order_by("-pk").values_list("pk", flat=True)[:20]]

    def get(path, who=client):
        return lambda: who.get(path)

    def beside(pk):
        return lambda: client.get(f"/r/company/{pk}/beside", headers={"HX-Request": "true"})

    def create():
        return client.post("/r/company/quick", {"name": f"New firm {next(created)}", "phone": "", "country": "Poland"})

    def bulk():
        asked = {"act": "edit", "field": "city", "city": f"City {next(turn)}", "pick": picks, "go": "on"}
        return client.post("/r/company/bulk", asked)

    def found(path, text, who=client):
        return who, get(f"{path}?q={text}", who), lambda: raw_search(text)

    return {
        "list": (client, get("/r/invoice/"), raw_list),
        "list of few": (few, get("/r/invoice/", few), lambda: raw_list_of(mine.owner_id)),
        "added field": (client, get(f"/r/company/?f.{field}=c7"), lambda: raw_added(field)),
        "record": (client, get(f"/r/company/{middle.pk}"), lambda: raw_record(middle.pk)),
        "beside it": (client, beside(middle.pk), lambda: raw_beside(middle.pk)),
        "search": found("/search", name[-1]),
        "two words": found("/search", " ".join(name[:2])),
        "part of word": found("/search", name[-1][1:-1]),
        "search of few": found("/search", mine.name.split()[0], few),
        "create": (client, create, lambda: raw_create(middle, next(created))),
        "bulk of 20": (client, bulk, lambda: raw_bulk(picks, next(turn))),
        "report": (client, get(f"/report/profit?by=product&from={start}&to={TODAY}"), lambda: raw_report(start)),
        "above": (client, get("/above"), lambda: raw_report(TODAY.replace(day=1))),
    }


def one(client: Client, ask, raw) -> dict:
    answer = ask()
    if answer.status_code >= 400:
        raise SystemExit(f"{answer.request['PATH_INFO']} answers {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    asked, bytes_of = len(queries), len(answer.content)
    spent = p50(page=ask, raw=raw, bare=lambda: client.get(f"/bench/bare/{bytes_of}"))
    return {**spent, "queries": asked, "bytes": bytes_of}


def p50(**ways) -> dict[str, float]:
    """Milliseconds of each way, asked in turns: what else the machine does meets them alike.

    With SQLite of the processor, since all the work is in this process: a machine that others use tells nothing else.
    """
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _time in range(TIMES):
        for name, way in ways.items():
            begin = clock()
            way()
            spent[name].append((clock() - begin) * 1000)
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


def raw_list_of(owner):
    return rows(
        "SELECT i.id, i.document_number, i.kind, i.country, i.issued_on, i.lines_count, i.total_minor, i.currency, "
        "c.name FROM trade_invoice i LEFT JOIN customers_company c ON c.id = i.company_id "
        "WHERE i.archived_at IS NULL AND i.owner_id = %s ORDER BY i.issued_on DESC, i.id DESC LIMIT 51",
        [owner],
    )


def raw_added(key):
    told = f"json_extract(extra, '$.{key}')" if connection.vendor == "sqlite" else f"extra ->> '{key}'"
    return rows(
        f"SELECT id, name, number, city, country FROM customers_company WHERE {told} = 'c7' "  # noqa: S608 - our own key
        "AND archived_at IS NULL ORDER BY sort_key LIMIT 51"
    )


def raw_bulk(picks, turn):
    with transaction.atomic():
        for pick in picks:
            rows_of(
                "UPDATE customers_company SET city = %s, version = version + 1 WHERE id = %s",
                [f"Raw {turn}", int(pick.partition(".")[0])],
            )


def rows_of(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def raw_record(pk):
    rows(
        "SELECT c.*, u.name, d.name FROM customers_company c LEFT JOIN access_user u ON u.id = c.owner_id "
        "LEFT JOIN access_department d ON d.id = c.department_id WHERE c.id = %s",
        [pk],
    )
    raw_timeline("company", pk)


def raw_timeline(of, pk):
    rows("SELECT * FROM records_activity WHERE type = %s AND object_id = %s ORDER BY at DESC LIMIT 30", [of, pk])
    rows(
        "SELECT c.*, s.at, s.act, u.name FROM records_change c JOIN records_changeset s ON s.id = c.changeset_id "
        "LEFT JOIN access_user u ON u.id = s.by_id WHERE c.type = %s AND c.object_id = %s "
        "ORDER BY c.id DESC LIMIT 30",
        [of, pk],
    )


def raw_beside(pk):
    rows(
        "SELECT id, document_number, total_minor FROM trade_invoice WHERE company_id = %s "
        "ORDER BY issued_on DESC LIMIT 6",
        [pk],
    )
    rows("SELECT id, name, job FROM customers_contact WHERE company_id = %s LIMIT 6", [pk])


def raw_search(text, of=Company):
    """The newest records of that type that hold the words, whole or as the end of one; without ranking and rights."""
    tag = tag_of(of.type_key)
    typed = [(f"{tag}{word}", f"{tag}{END}{word}") for word in words(text)]
    if connection.vendor == "sqlite":
        asked = " AND ".join(f'("{word}" OR "{end}"*)' for word, end in typed)
        found = "SELECT rowid FROM records_words WHERE records_words MATCH %s ORDER BY rowid DESC LIMIT 51"
    else:
        asked = " & ".join(f"('{word}' | '{end}':*)" for word, end in typed)
        matching = f"SELECT id FROM records_searchrow WHERE {LEXEMES} @@ %s::tsquery OFFSET 0"  # noqa: S608
        found = f"SELECT id FROM ({matching}) AS matching ORDER BY id DESC LIMIT 51"  # noqa: S608
    return rows(f"SELECT id, type, title, text FROM records_searchrow WHERE id IN ({found})", [asked])  # noqa: S608


def raw_create(like, number):
    named = {"name": f"Raw {number}", "number": f"RAW-{like.pk}-{number}", "sort_key": "raw"}
    raw_rows(Company(**named, owner_id=like.owner_id, department_id=like.department_id))


def raw_rows(record):
    """The five rows that a new record needs, without any rule."""
    of = record.type_key
    with transaction.atomic():
        act = ChangeSet.objects.bulk_create([ChangeSet(by_id=record.owner_id, act="created")])[0]
        with write_path():
            type(record).objects.bulk_create([record])
        Change.objects.bulk_create(
            [Change(changeset=act, type=of, object_id=record.pk, version=1, created=True, fields={})]
        )
        SearchRow.objects.bulk_create([SearchRow(type=of, object_id=record.pk, title=record.name, text="raw")])
        Tally.objects.bulk_create([Tally(type=of, count=1)])


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
