from django.db import migrations, models

import groundwork.records.models


def forget(apps, schema_editor):
    """They are made anew, with their names, by ``groundwork init``, which every upgrade ends with."""
    apps.get_model("records", "HeldValue").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("records", "0023_longer_parts_of_words")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AddField(
            model_name="heldvalue",
            name="sort_key",
            field=groundwork.records.models.SortKeyField(default="", max_length=200),
        ),
        migrations.AddIndex(
            model_name="heldvalue",
            index=models.Index(
                fields=["type", "field", "value", "sort_key", "object_id"], name="held_by_name"
            ),
        ),
    ]
