from django.db import migrations, models

LEXEMES = "array_to_tsvector(string_to_array(text, ' '))"


def index_by_stems(apps, schema_editor):
    """Words are kept as the search writes them, without a copy of the text; the rows are made anew by a job."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE records_words")
        schema_editor.execute(
            "CREATE VIRTUAL TABLE records_words USING fts5(text, content='records_searchrow', content_rowid='id', "
            "tokenize='ascii', detail='none', prefix='2 3 4')"
        )
        schema_editor.execute("INSERT INTO records_words(records_words) VALUES ('rebuild')")
    else:
        schema_editor.execute("DROP INDEX records_words")
        schema_editor.execute(f"CREATE INDEX records_words ON records_searchrow USING gin (({LEXEMES}))")


def index_by_words(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE records_words")
        schema_editor.execute("CREATE VIRTUAL TABLE records_words USING fts5(text, prefix='2 3')")
        schema_editor.execute("INSERT INTO records_words(rowid, text) SELECT id, text FROM records_searchrow")
    else:
        schema_editor.execute("DROP INDEX records_words")
        schema_editor.execute(
            "CREATE INDEX records_words ON records_searchrow USING gin (to_tsvector('simple', text))"
        )


class Migration(migrations.Migration):
    dependencies = [("records", "0002_tasks")]

    operations = [
        migrations.CreateModel(
            name="SearchIndex",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=60, unique=True)),
                ("rule", models.TextField()),
            ],
        ),
        migrations.AddIndex(
            model_name="searchrow", index=models.Index(fields=["type", "id"], name="search_newest_of_type")
        ),
        migrations.AddIndex(model_name="use", index=models.Index(fields=["user", "kind", "id"], name="use_of_person")),
        migrations.RunPython(index_by_stems, index_by_words),
    ]
