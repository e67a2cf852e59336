from django.db import migrations


def index_longer_beginnings(apps, schema_editor):
    words_of_sqlite(schema_editor, "5 6 7 8 9")


def index_shorter_beginnings(apps, schema_editor):
    words_of_sqlite(schema_editor, "5 6 7")


def words_of_sqlite(schema_editor, prefixes):
    """A beginning of one of these lengths, with the three letters of its type, is looked up instead of put together."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE records_words")
        schema_editor.execute(
            "CREATE VIRTUAL TABLE records_words USING fts5(text, content='records_searchrow', content_rowid='id', "
            f"tokenize='ascii', detail='none', prefix='{prefixes}')"
        )
        schema_editor.execute("INSERT INTO records_words(records_words) VALUES ('rebuild')")


class Migration(migrations.Migration):
    dependencies = [("records", "0022_names_of_files_are_found")]

    operations = [migrations.RunPython(index_longer_beginnings, index_shorter_beginnings)]
