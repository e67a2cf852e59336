"""Many rows of one table changed at once."""

from collections.abc import Iterable, Sequence

from django.db import connection, models


def update_each(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write these fields of each row by its key: one prepared statement, run as often as there are rows.

    Django's ``bulk_update`` writes a CASE as long as the batch for each column instead: eight times as much work for
    fifteen columns. Nothing is asked and no signal is sent.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = [meta.get_field(name) for name in names]
    columns = ", ".join(f"{connection.ops.quote_name(str(field.column))} = %s" for field in fields)
    table, key = connection.ops.quote_name(meta.db_table), connection.ops.quote_name(str(meta.pk.column))
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {columns} WHERE {key} = %s", values)  # noqa: S608 - own names
