from django.db import migrations

from groundwork.crm.customers.countries import country_code


def fill(apps, schema_editor):
    """The ISO code of what was imported so far; one update a country."""
    companies = apps.get_model("customers", "Company")._base_manager
    written = companies.exclude(country="").order_by().values_list("country", flat=True).distinct()
    for country in list(written):
        if code := country_code(country):
            companies.filter(country=country).update(country_code=code)


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_law_and_terms")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
