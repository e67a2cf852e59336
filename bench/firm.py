"""A firm of any size: a demo of ``SEED`` companies, copied by the database itself, past the write path: only here.

A copy has its own companies, contacts, documents, history and search rows; words and days repeat, so the more copies,
the more often each word stands. ``FEW`` of the copies belong to a person who sees nothing else.
"""

import contextlib
import io
from collections.abc import Iterator
from datetime import date
from functools import partial

from django.core.management import call_command
from django.db import connection, models, transaction

from groundwork.access.models import Department, Role, User
from groundwork.crm.customers.models import Company, Contact, Employment, MatchKey
from groundwork.crm.trade import demo, rolling
from groundwork.crm.trade.models import Invoice, InvoiceLine
from groundwork.records.added import indexes
from groundwork.records.added.fields import make_field
from groundwork.records.finding import search
from groundwork.records.finding.words import tag_of
from groundwork.records.models import Activity, Change, SearchRow, Tally
from groundwork.records.tallies import fold_tallies

TODAY = date(2026, 11, 20)
SEED = 1_000  # companies of the firm that is copied
STRIDE = 10_000_000  # between the numbers of a record and of its copy
FEW = 5  # companies and invoices that one person sees
COPIED = ("company", "contact", "invoice")  # whose history, words and sums are copied
AT_ONCE = 50  # copies in one statement


def make_firm(size: int) -> None:
    """``size`` companies and as many invoices; a multiple of ``SEED``, or less than it."""
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    seed = min(size, SEED)
    of = demo.Size(companies=seed, contacts=seed // 2, products=200, lines=seed * 3, lines_each=5, activities=seed)
    demo.fill(seed=1, today=TODAY, password="bench " * 3, size=of)  # noqa: S106
    add_field()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -1000000")  # a gigabyte, while it is filled: indexes grow everywhere
    for first in range(1, max(size // SEED, 1), AT_ONCE):
        with transaction.atomic():
            copy(first, min(first + AT_ONCE, size // SEED))
    give_few()
    finish()


def copy(first: int, last: int) -> None:
    """The copies ``first`` to ``last``, without the last."""
    number, spread = "c.number || '-' || n.i", f"c.{{}} + n.i * {STRIDE}"
    named = {"number": number, "name": "c.name || ' ' || n.i", "sort_key": "c.sort_key || ' ' || n.i"}
    works = {"contact_id": spread.format("contact_id"), "company_id": spread.format("company_id")}
    document = {"number": number, "document_number": "c.document_number || '-' || n.i", "series_id": "NULL"}
    add = partial(_copy, first=first, last=last)
    add(Company, named)
    add(Contact, named | {"company_id": spread.format("company_id")})
    add(Employment, works)
    add(MatchKey, {"object_id": spread.format("object_id"), "value": "c.value || '-' || n.i"})
    add(Invoice, document | {"company_id": spread.format("company_id"), "corrects_id": "NULL"})
    add(InvoiceLine, {"invoice_id": spread.format("invoice_id")})
    add(Activity, {"object_id": spread.format("object_id")})
    add(Change, {"object_id": spread.format("object_id")})
    tag = " ".join(f"WHEN '{model.type_key}' THEN '{tag_of(model.type_key)}'" for model in (Company, Contact, Invoice))
    tag = f"(CASE c.type {tag} END)"
    words = {"title": "c.title || ' ' || n.i", "text": f"c.text || ' ' || {tag} || n.i || ' ' || {tag} || '¶' || n.i"}
    add(SearchRow, words | {"object_id": spread.format("object_id")})
    add(Tally, {})


def _copy(model: type[models.Model], other: dict[str, str], *, first: int, last: int, types=COPIED) -> None:
    table, columns = (
        model._meta.db_table,
        [str(item.column) for item in model._meta.concrete_fields if not item.primary_key],
    )
    picked = ", ".join([f"c.id + n.i * {STRIDE}", *(other.get(column, f"c.{column}") for column in columns)])
    kept = f"c.id < {STRIDE}"
    if model in (SearchRow, Tally, Activity, Change):
        kept += f" AND c.type IN ({', '.join(map(repr, types))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, {', '.join(columns)}) SELECT {picked} "  # noqa: S608 - our own names
            f"FROM {series(first, last)} CROSS JOIN {table} c WHERE {kept}"
        )


def series(first: int, last: int) -> str:
    """FROM ...: ``n.i`` from ``first`` to ``last``, without the last."""
    if connection.vendor == "postgresql":
        return f"(SELECT generate_series({first}::bigint, {last - 1}) AS i) n"
    return (
        f"(WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last - 1}) "  # noqa: S608
        "SELECT i FROM n) n"
    )


def add_field() -> None:
    """A filterable choice of companies, as the firm would make it; each company has one of 100 values."""
    admin = User.objects.get(email="admin@demo.example")
    choices = [f"S{place}" for place in range(100)]
    made = make_field(
        "company", kind="choice", label="Sort", choices=choices, filterable=True, in_list=False, by=admin,
        reason="To be measured.",
    )  # fmt: skip
    value, table = "'c' || (1 + id % 100)", Company._meta.db_table
    told = f"json_object('{made.key}', {value})"
    if connection.vendor == "postgresql":
        told = f"jsonb_build_object('{made.key}', {value})"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET extra = {told}")  # noqa: S608


def give_few() -> None:
    """To somebody of another department."""
    department = Department.objects.create(name="Far away")
    few = User.objects.create_user("few@demo.example", name="Few", department=department)
    few.roles.add(Role.objects.get(key="salesperson"))
    for model in (Company, Invoice):
        middle = model.objects.count() // 2
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True)[middle : middle + FEW])
        for row in SearchRow.objects.filter(type=model.type_key, object_id__in=ids):
            others = [word for word in row.text.split() if word[:2] not in ("§o", "§d")]
            row.text = " ".join([*others, f"§o{few.pk}", f"§d{department.pk}"])
            row.owner_id, row.department_id = few.pk, department.pk
            row.save()
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET owner_id = %s, department_id = %s WHERE id IN ({', '.join(map(str, ids))})",  # noqa: S608
                [few.pk, department.pk],
            )


def finish() -> None:
    """Indexes, sums and the planner's figures, as a firm that has grown to this has them."""
    indexes.keep_up()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO records_words(records_words) VALUES ('rebuild')")
            search.merge_words()
        else:
            for table in tables():
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")  # noqa: S608
    fold_tallies()
    rolling.void_everything()
    rolling.roll_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tables() -> Iterator[str]:
    for model in (Company, Contact, Employment, MatchKey, Invoice, InvoiceLine, Activity, Change, SearchRow, Tally):
        yield model._meta.db_table
