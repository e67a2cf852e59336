from zlib import crc32

from django.db import migrations

LEXEMES = "array_to_tsvector(string_to_array(text, ' '))"


def tag_of(type_key):
    number = crc32(type_key.encode()) % 26**3
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))


def index_by_type(apps, schema_editor):
    """Each word begins with the tag of its type; the marks of whose it is (§) stay as they are."""
    change(
        schema_editor, "text = replace(%s || replace(text, ' ', ' ' || %s), %s || '§', '§')", times=3, was="2", now="3"
    )
    words_of_sqlite(schema_editor, "5 6 7")


def index_together(apps, schema_editor):
    change(
        schema_editor, "text = trim(replace(' ' || text, ' ' || %s, ' '))", times=1, was="3", now="2"
    )
    words_of_sqlite(schema_editor, "2 3 4")


def change(schema_editor, how, *, times, was, now):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    if not on_sqlite:
        schema_editor.execute("DROP INDEX records_words")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT type FROM records_searchrow")
        for (key,) in cursor.fetchall():
            cursor.execute(f"UPDATE records_searchrow SET {how} WHERE type = %s", [*[tag_of(key)] * times, key])
        cursor.execute("UPDATE records_searchindex SET rule = %s || substr(rule, 2) WHERE rule LIKE %s", [now, f"{was}%"])
    if not on_sqlite:
        schema_editor.execute(f"CREATE INDEX records_words ON records_searchrow USING gin (({LEXEMES}))")


def words_of_sqlite(schema_editor, prefixes):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE records_words")
        schema_editor.execute(
            "CREATE VIRTUAL TABLE records_words USING fts5(text, content='records_searchrow', content_rowid='id', "
            f"tokenize='ascii', detail='none', prefix='{prefixes}')"
        )
        schema_editor.execute("INSERT INTO records_words(records_words) VALUES ('rebuild')")


class Migration(migrations.Migration):
    dependencies = [("records", "0012_files_in_fields")]

    operations = [migrations.RunPython(index_by_type, index_together)]
