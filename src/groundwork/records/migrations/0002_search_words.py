"""The word index of search: an FTS5 table on SQLite, a tsvector index on PostgreSQL."""

from django.db import migrations


def forward(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("CREATE VIRTUAL TABLE records_words USING fts5(text, prefix='2 3')")
    else:
        schema_editor.execute(
            "CREATE INDEX records_words ON records_searchrow USING gin (to_tsvector('simple', text))"
        )


def backward(apps, schema_editor):
    schema_editor.execute(
        "DROP TABLE records_words" if schema_editor.connection.vendor == "sqlite" else "DROP INDEX records_words"
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
