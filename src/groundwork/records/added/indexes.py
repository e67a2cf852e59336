"""The indexes of added fields that lists filter and sort by: made, dropped and compared.

One a column: on (its expression, id), over current records that have a value. Where lists are narrowed to one value,
which many may hold, one more has the list's own order between both. Made types share a table, so theirs begin with
the type. They stand in no migration: SQLite loses such indexes when a migration rebuilds a table, so ``groundwork
init`` and a schedule make what is missing.
"""

from dataclasses import dataclass
from typing import TextIO

from django.db import connection
from django.utils.translation import gettext as _

from groundwork.records.added import extra
from groundwork.records.added import fields as added
from groundwork.records.added.fields import AddedField
from groundwork.records.added.made import Made
from groundwork.records.types import types

LIKE = "added_f%"
NARROWED = ("choice", "bool", "user", "link")  # kinds of which lists show one value, in their own order


@dataclass(frozen=True)
class Index:
    name: str
    table: str
    expression: str
    lead: str = ""
    order: str = '"id"'

    @property
    def sql(self) -> str:
        """On PostgreSQL while people write, where no transaction holds us."""
        apart = connection.vendor == "postgresql" and not connection.in_atomic_block
        words = "CREATE INDEX CONCURRENTLY IF NOT EXISTS" if apart else "CREATE INDEX IF NOT EXISTS"
        where = f"archived_at IS NULL AND {self.expression} IS NOT NULL"
        return f'{words} "{self.name}" ON "{self.table}" ({self.lead}{self.expression}, {self.order}) WHERE {where}'


def wanted() -> list[Index]:
    rows = [row for row in added.own().fields.values() if row.filterable and row.retired_at is None]
    return [index for row in rows if row.type in types for index in _of(row)]


def _of(row: AddedField) -> list[Index]:
    if row.kind in added.UNSORTED:
        return []
    model = types[row.type].model
    lead = '"type", ' if issubclass(model, Made) else ""
    keys = [row.key, row.key + extra.SORTED] if row.shown_kind == "text" else [row.key]
    found = [Index(f"added_{key}", model._meta.db_table, _expression(row, key), lead) for key in keys]
    if row.shown_kind in NARROWED:
        own = types[row.type].sorts[0].lstrip("-")
        column = "sort_key" if own == model.title_field else types[row.type].field(own).column
        facts = (model._meta.db_table, _expression(row, row.key), lead, f'"{column}", "id"')
        found.append(Index(f"added_{row.key}_listed", *facts))
    return found


def _expression(row: AddedField, key: str) -> str:
    if connection.vendor == "sqlite":
        return extra.sqlite_path('"extra"', key)
    kept = extra.TEXT if key != row.key else extra.kept_as(row.shown_kind)
    return f"({extra.postgresql_path(chr(34) + 'extra' + chr(34), key, kept.cast)})"


def there() -> set[str]:
    """Names of those that stand and serve; one that PostgreSQL could not finish does not."""
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE %s"
    else:
        sql = (
            "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid "
            "WHERE relname LIKE %s AND indisvalid"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [LIKE])
        return {name for (name,) in cursor.fetchall()}


def keep_up(stdout: TextIO | None = None) -> None:
    """Make what is missing and drop what nobody asks for any more; a repeat changes nothing."""
    asked, here = {index.name: index for index in wanted()}, there()
    with connection.cursor() as cursor:
        for name in sorted(here - asked.keys()):
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')
        for name in sorted(asked.keys() - here):
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')  # one that was not finished
            cursor.execute(asked[name].sql)


def what_is_missing() -> str:
    """For ``groundwork doctor``."""
    missing = sorted({index.name for index in wanted()} - there())
    if not missing:
        return ""
    return _("Lists by added fields are slow: %(names)s are missing. The worker makes them within a minute.") % {
        "names": ", ".join(missing)
    }
