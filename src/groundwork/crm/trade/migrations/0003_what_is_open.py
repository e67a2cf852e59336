from django.db import migrations
from django.db.models import F


def weigh(apps, schema_editor):
    """Documents from before payments were kept: issued, without VAT told, nothing paid."""
    invoice = apps.get_model("trade", "Invoice")
    invoice.objects.update(gross_minor=F("total_minor"), open_minor=F("total_minor"), paid="open")
    invoice.objects.filter(total_minor=0).update(paid="paid")


class Migration(migrations.Migration):
    dependencies = [("trade", "0002_orders_payments_vat")]

    operations = [migrations.RunPython(weigh, migrations.RunPython.noop, elidable=True)]
