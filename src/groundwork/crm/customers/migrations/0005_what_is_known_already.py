from django.db import migrations
from django.db.models import Count

BATCH = 1000


def employ(apps, schema_editor):
    """Whoever has a company works there: the employment that the page of the company shows once they have left."""
    contacts = apps.get_model("customers", "Contact")._base_manager
    employment = apps.get_model("customers", "Employment")
    last = 0
    while rows := list(
        contacts.filter(pk__gt=last).exclude(company=None).order_by("pk").values_list("pk", "company", "job")[:BATCH]
    ):
        employment._base_manager.bulk_create(
            employment(contact_id=pk, company_id=company, job=job) for pk, company, job in rows
        )
        last = rows[-1][0]


def tally_anew(apps, schema_editor):
    """Companies are counted by lifecycle now, not by kind; there is no lifecycle yet."""
    tallies = apps.get_model("records", "Tally")._base_manager
    companies = apps.get_model("customers", "Company")._base_manager.filter(archived_at=None)
    tallies.filter(type="company").delete()
    rows = companies.order_by().values("owner", "department", "lifecycle").annotate(count=Count("pk"))
    tallies.bulk_create(
        tallies.model(
            type="company", value=row["lifecycle"], owner_id=row["owner"], department_id=row["department"], count=row["count"]
        )
        for row in rows
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_people_and_relationship"), ("records", "0003_imports")]
    operations = [
        migrations.RunPython(employ, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(tally_anew, migrations.RunPython.noop, elidable=True),
    ]
