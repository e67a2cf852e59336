from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_branches_by_their_own_index")]

    operations = [
        migrations.RemoveIndex(model_name="matchkey", name="match_value"),
        migrations.AddIndex(
            model_name="matchkey",
            index=models.Index(
                fields=["type", "kind", "value"],
                name="match_value",
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops", "varchar_pattern_ops"],
            ),
        ),
    ]
