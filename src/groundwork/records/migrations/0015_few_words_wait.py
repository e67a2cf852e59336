from django.db import migrations


def at_most(size):
    """PostgreSQL puts new words into its index in heaps; every search looks through the heap that still waits."""

    def change(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER INDEX records_words {size}")

    return change


class Migration(migrations.Migration):
    dependencies = [("records", "0014_notices_by_mail")]

    operations = [
        migrations.RunPython(
            at_most("SET (gin_pending_list_limit = 256)"),  # kilobytes; else 4 MB, through which a search took 30 ms
            at_most("RESET (gin_pending_list_limit)"),
        )
    ]
