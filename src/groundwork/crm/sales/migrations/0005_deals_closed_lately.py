"""The board counts what was won and lost in the last thirty days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0004_forecast")]

    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("archived_at", None), ("closed_on__isnull", False)),
                fields=["closed_on", "stage"],
                name="deal_closed",
            ),
        ),
    ]
