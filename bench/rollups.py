"""A firm with millions of invoice lines: how long the view from above takes, and whether it tells the sum of the rows.

The lines are made by SQL, past the write path: only here. Prints its figures as JSON.
"""

import contextlib
import io
import json
import resource
import statistics
import sys
import time
from datetime import date

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from groundwork.access.models import User  # noqa: E402
from groundwork.blueprint.elements import switch  # noqa: E402
from groundwork.crm.customers.models import Company  # noqa: E402
from groundwork.crm.trade import demo, rolling  # noqa: E402
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Product  # noqa: E402
from groundwork.crm.trade.profit import profit, totals  # noqa: E402
from groundwork.crm.trade.testing import make_invoice  # noqa: E402
from groundwork.records.write import writing  # noqa: E402

TODAY = date(2026, 11, 20)
MONTHS = 60
LINES_EACH = 14
TIMES = 7
LIST = [[], ["month"], ["product"], ["company"], ["country"], ["owner"]]


def main(lines: int) -> None:
    figures: dict = {"lines": lines}
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        small = demo.Size(companies=20_000, contacts=100, products=3_000, lines=3_000, lines_each=3, activities=10)
        demo.fill(seed=1, today=TODAY, password="bench " * 3, size=small)  # noqa: S106
    olga = User.objects.get(email="olga@demo.example")
    switch("field:product.cost", on=True, by=olga, reason="to measure")
    figures["seconds_to_fill"] = timed(lambda: make_lines(lines))
    rolling.void_everything()
    figures["seconds_to_sum"], figures["longest_month"] = summed()
    figures["seconds_of_years"] = timed(rolling.roll_all)  # a firm stands like this but for the minute after a write
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    figures["above"] = {period: ms(olga, f"/above?period={period}") for period in ("month", "year", "all")}
    figures["report"] = {by[0]: ms(olga, f"/report/profit?by={by[0]}") for by in LIST if by}
    head = User.objects.filter(email="piotr@demo.example").first()
    if head is not None:
        periods = ("month", "year", "all")
        figures["above of a head"] = {period: ms(head, f"/above?period={period}") for period in periods}
    make_invoice(olga, (Product.objects.first(), 3, "2.00"), day=TODAY, currency=demo.CURRENCY)
    figures["after a new invoice"] = ms(olga, "/above?period=all")
    begin = time.perf_counter()
    raw = {repr(by): profit(by, raw=True) for by in LIST}
    figures["seconds_of_raw"] = round(time.perf_counter() - begin, 1)
    kept = {repr(by): profit(by) for by in LIST}
    figures["equal"] = raw == kept
    figures["revenue"] = [str(row.revenue) for row in totals(kept["[]"])]
    middle = Invoice.objects.filter(issued_on__lte=TODAY).order_by("-issued_on")[10]
    with writing(middle, by=olga, act="edited") as invoice:
        invoice.country = "Poland" if invoice.country != "Poland" else "Spain"
    figures["after a changed invoice"] = ms(olga, "/above?period=all")
    figures["seconds_of_a_turn"] = timed(rolling.roll_all)
    figures["megabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(figures))


def timed(what) -> float:
    begin = time.perf_counter()
    what()
    return round(time.perf_counter() - begin, 1)


def summed() -> tuple[float, float]:
    begin, longest = time.perf_counter(), 0.0
    while month := rolling.Unrolled.objects.order_by("-month").values_list("month", flat=True).first():
        longest = max(longest, timed_month(month))
    return round(time.perf_counter() - begin, 1), round(longest, 2)


def timed_month(month: str) -> float:
    begin = time.perf_counter()
    rolling.roll(month)
    return time.perf_counter() - begin


def ms(user, path: str) -> dict:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answers {answer.status_code}")
    asked = len(queries)  # the next request forgets them
    spent, worked = [], []
    for _time in range(TIMES):
        begin, before = time.perf_counter(), time.process_time()
        client.get(path)
        spent.append((time.perf_counter() - begin) * 1000)
        worked.append((time.process_time() - before) * 1000)
    return {
        "ms": round(statistics.median(spent)),
        "most": round(max(spent)),
        "cpu_ms": round(statistics.median(worked)),  # of this process: with SQLite all of the work
        "queries": asked,
    }


def make_lines(count: int) -> None:
    """Documents and lines spread over five years by arithmetic, so that a database makes them quickly itself."""
    like = Invoice.objects.first()
    people = list(User.objects.exclude(department=None).values_list("pk", "department_id"))
    first_company, companies = Company.objects.order_by("pk").first().pk, Company.objects.count()
    first_product, products = Product.objects.order_by("pk").first().pk, Product.objects.count()
    documents = count // LINES_EACH
    first = Invoice.objects.order_by("-pk").first().pk + 1
    with transaction.atomic(), connection.cursor() as cursor:
        costs = [
            (first_product + place, 500_000 + place * 1000, since)
            for place in range(products)
            if place % 10
            for since in ("2021-01-01", "2024-01-01")
        ]
        cursor.executemany(
            f"INSERT INTO {CostPrice._meta.db_table} (product_id, cost, currency, valid_from) "  # noqa: S608
            f"VALUES (%s, %s, '{demo.CURRENCY}', %s)",
            costs,
        )
        cursor.execute(invoices(like, people, first, first_company, companies, documents))
        cursor.execute(lines(first, first_product, products, documents))
        if connection.vendor == "postgresql":
            for model in (Invoice, InvoiceLine):
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")  # noqa: S608


def series(count: int) -> str:
    if connection.vendor == "postgresql":
        return f"(SELECT generate_series(0, {count - 1}) AS i) n"
    return f"(WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1}) SELECT i FROM n) n"  # noqa: S608


def invoices(like, people, first, first_company, companies, documents) -> str:
    owner = " ".join(f"WHEN {place} THEN {pk}" for place, (pk, _of) in enumerate(people))
    department = " ".join(f"WHEN {place} THEN {of}" for place, (_pk, of) in enumerate(people))
    who, big = f"i % {len(people)}", "::bigint" if connection.vendor == "postgresql" else ""
    return (
        f"INSERT INTO {Invoice._meta.db_table} (id, number, owner_id, department_id, created_at, updated_at, version, "  # noqa: S608
        "extra, sort_key, document_number, state, vat_by, gross_minor, with_freight, offset_minor, settled_minor, "
        "open_minor, paid, kind, company_id, country, issued_on, currency, total_minor, lines_count) "
        f"SELECT {first} + i, 'B-' || i, CASE {who} {owner} END, CASE {who} {department} END, "
        f"'{like.created_at:%Y-%m-%d %H:%M:%S}', '{like.created_at:%Y-%m-%d %H:%M:%S}', 1, '{{}}', 'b', 'B-' || i, "
        "'issued', 'line', 0, FALSE, 0, 0, 0, 'paid', "
        "CASE WHEN i % 50 = 7 THEN 'credit' ELSE 'invoice' END, "
        f"{first_company} + (i{big} * 7919) % {companies}, "
        "CASE i % 4 WHEN 0 THEN 'Poland' WHEN 1 THEN 'Spain' WHEN 2 THEN 'Kazakhstan' ELSE '' END, "
        f"{day(documents)}, '{demo.CURRENCY}', 0, {LINES_EACH} FROM {series(documents)}"
    )


def day(documents: int) -> str:
    """The last day falls on TODAY."""
    ahead = f"i * {MONTHS * 30} / {documents} - {MONTHS * 30 - 1}"
    if connection.vendor == "postgresql":
        return f"DATE '{TODAY}' + (i::bigint * {MONTHS * 30} / {documents} - {MONTHS * 30 - 1})::int"
    return f"DATE('{TODAY}', ({ahead}) || ' days')"


def lines(first, first_product, products, documents) -> str:
    big = "::bigint" if connection.vendor == "postgresql" else ""
    product = f"{first_product} + (i{big} * 31 + k * 977) % {products}"
    quantity = "(1 + (i + k) % 24) * (CASE WHEN i % 50 = 7 THEN -1 ELSE 1 END)"
    price = f"(150 + (i{big} * 13 + k * 7) % 2350)"
    return (
        f"INSERT INTO {InvoiceLine._meta.db_table} (invoice_id, position, product_id, description, quantity, price, "  # noqa: S608
        "amount_minor, issued_on, discount, discount_minor, vat_code) "
        f"SELECT {first} + i, k + 1, {product}, 'Bench', {quantity} * 1000000, {price} * 10000, {quantity} * {price}, "
        f"{day(documents)}, 0, 0, '' FROM {series(documents)} CROSS JOIN (SELECT i AS k FROM {series(LINES_EACH)}) m"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
