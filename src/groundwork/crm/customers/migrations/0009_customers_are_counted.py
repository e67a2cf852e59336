from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_names_by_their_beginning")]

    operations = [
        migrations.AddIndex(
            model_name="company",
            index=models.Index(
                fields=["kind", "lifecycle"], condition=models.Q(("archived_at", None)), name="company_counted"
            ),
        ),
    ]
