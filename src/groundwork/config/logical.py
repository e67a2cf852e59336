"""The rows of a database as text, the same on SQLite and on PostgreSQL: one JSON line a row, in the order of keys.

Backup, export, restore and their checksums are made of it. Left out is what no business needs back: web sessions, the
cache, the work queue (runs that were not finished are queued again after a restore) and sums that are made anew from
the rows (``is_summary``). What is ``portable`` may be handed to others: it has no background work either, no log of who
read what (``is_trace``), no table of secrets (``is_secret``), and no ``secret_fields`` of the rest.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.utils.duration import duration_iso_string

LEFT_OUT = {"sessions", "django_q"}  # app labels
BATCH = 2000


def kept_models(portable: bool = False) -> list[type[models.Model]]:
    """Every model with a table of its own, by the table's name."""
    apart = LEFT_OUT | ({"background"} if portable else set())
    marks = ("is_summary", "is_trace", "is_secret") if portable else ("is_summary",)
    kept = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.app_label not in apart
        and not any(getattr(model._meta.auto_created or model, mark, False) for mark in marks)
    ]
    return sorted(kept, key=lambda model: model._meta.db_table)


def stored_fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.local_concrete_fields if not field.generated]


@contextmanager
def snapshot() -> Iterator[None]:
    """Within the block this thread reads one moment of the database, while others go on writing."""
    ordinary = connections[DEFAULT_DB_ALIAS]
    reader = ordinary.copy()
    if reader.vendor == "sqlite":  # our ordinary transactions take the write lock at once; a reader's must not
        options = {**reader.settings_dict["OPTIONS"], "transaction_mode": "DEFERRED"}
        reader.settings_dict = {**reader.settings_dict, "OPTIONS": options}
    connections[DEFAULT_DB_ALIAS] = reader
    try:
        with transaction.atomic():
            if reader.vendor == "postgresql":
                with reader.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        reader.close()
        connections[DEFAULT_DB_ALIAS] = ordinary


def lines(model: type[models.Model], portable: bool = False) -> Iterator[bytes]:
    """The rows of ``model``, each as one line; in the portable ones secrets are empty, and links to what stays here."""
    fields = stored_fields(model)
    emptied = _emptied(model, fields) if portable else set()
    secret = {field.attname: None if field.null else "" for field in fields if field.attname in emptied}
    names = [field.attname for field in fields]
    key = model._meta.pk
    rows: Iterable[tuple] = models.QuerySet(model).order_by("pk").values_list(*names).iterator(BATCH)
    if not isinstance(key, models.AutoField | models.IntegerField | models.ForeignKey | models.OneToOneField):
        position = names.index(key.attname)  # databases sort text differently
        rows = sorted(rows, key=lambda row: str(row[position]))
    for row in rows:
        yield (
            json.dumps(
                {name: secret.get(name, plain(value)) for name, value in zip(names, row, strict=True)},
                ensure_ascii=False,
                sort_keys=True,
                separators=(",", ":"),
            ).encode()
            + b"\n"
        )


def _emptied(model: type[models.Model], fields: list[models.Field]) -> set[str]:
    kept = kept_models(portable=True)
    astray = {
        field.attname for field in fields if field.null and field.related_model and field.related_model not in kept
    }
    return {*getattr(model, "secret_fields", ()), *astray}


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it without loss; the field reads it back by ``to_python``."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case Decimal() | UUID():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
    return value


def load(model: type[models.Model], source: Iterable[bytes]) -> int:
    """Insert the rows as they are: ids kept, nothing computed, no signal sent."""
    fields = stored_fields(model)
    readers = {field.attname: reader(field) for field in fields}
    rows, count = iter(source), 0
    insert: Any = models.QuerySet(model)._insert  # type: ignore[attr-defined]  # what ``save(raw=True)`` itself calls
    while batch := list(islice(rows, BATCH)):
        objects = [model(**{name: readers[name](value) for name, value in json.loads(line).items()}) for line in batch]
        limit = max(1, connections[DEFAULT_DB_ALIAS].ops.bulk_batch_size(fields, objects))
        for begin in range(0, len(objects), limit):
            insert(objects[begin : begin + limit], fields=fields, using=DEFAULT_DB_ALIAS, raw=True)
        count += len(objects)
    return count


def reader(field: Any) -> Callable[[Any], Any]:
    """Turns what ``plain`` wrote back into the field's value; a link holds a value of the field it points at."""
    return (field.target_field if field.is_relation else field).to_python


def empty() -> None:
    """Take out what ``migrate`` itself put in. Foreign keys are checked when the transaction ends."""
    for model in kept_models():
        models.QuerySet(model)._raw_delete(DEFAULT_DB_ALIAS)


def digests(portable: bool = False) -> dict[str, dict]:
    """Rows and sha256 of every table."""
    found = {}
    for model in kept_models(portable):
        count, sha = 0, hashlib.sha256()
        for line in lines(model, portable):
            sha.update(line)
            count += 1
        found[model._meta.db_table] = {"rows": count, "sha256": sha.hexdigest()}
    return found


def digest(tables: dict[str, dict]) -> str:
    """One checksum over all tables; empty tables do not count, so that a new empty table changes nothing."""
    sha = hashlib.sha256()
    for name in sorted(tables):
        if tables[name]["rows"]:
            sha.update(f"{name} {tables[name]['sha256']}\n".encode())
    return sha.hexdigest()


def described(portable: bool = False) -> dict[str, dict]:
    """What each table holds, for whoever reads the rows without Groundwork: {table: {"is", "columns": {name: {…}}}}."""
    return {
        model._meta.db_table: {
            "is": str(model._meta.verbose_name),
            "columns": {field.attname: _described(field) for field in stored_fields(model)},
        }
        for model in kept_models(portable)
    }


def _described(field: Any) -> dict[str, Any]:
    about: dict[str, Any] = {"is": str(field.verbose_name), "kind": type(field).__name__}
    if field.is_relation:
        about["points_at"] = field.related_model._meta.db_table
    if field.choices:
        about["values"] = {str(value): str(label) for value, label in field.flatchoices}
    if field.name.endswith("_minor"):
        about["unit"] = "smallest coins of the row's currency"
    return about


def sequences(portable: bool = False) -> dict[str, int]:
    """The last id that each table has given out, so that a restored database gives none out again."""
    connection, found = connections[DEFAULT_DB_ALIAS], {}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            given = dict(cursor.fetchall())
        else:
            cursor.execute(
                "SELECT t.relname, s.last_value FROM pg_sequences s JOIN pg_class q ON q.relname = s.sequencename "
                "JOIN pg_depend d ON d.objid = q.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid "
                "WHERE s.last_value IS NOT NULL AND s.schemaname = current_schema()"
            )
            given = dict(cursor.fetchall())
    for model in kept_models(portable):
        if given.get(model._meta.db_table):
            found[model._meta.db_table] = given[model._meta.db_table]
    return found


def set_sequences(last: dict[str, int]) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    keys = {model._meta.db_table: model._meta.pk.column for model in kept_models()}
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)
        for table, number in last.items():
            if connection.vendor == "sqlite":
                cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [number, table])
                if not cursor.rowcount:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
            else:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', keys[table], number])
