"""Months with other currencies are summed anew, now also in the firm's own."""

from django.db import migrations


def sum_anew(apps, schema_editor):
    of = apps.get_model
    firm = of("blueprint", "Firm").objects.first()
    if firm is None:
        return
    other = of("trade", "MonthSum").objects.exclude(currency=firm.currency).filter(month__contains="-")
    months = other.order_by("month").values_list("month", flat=True).distinct()
    of("trade", "Unrolled").objects.bulk_create([of("trade", "Unrolled")(month=month) for month in months])


class Migration(migrations.Migration):
    dependencies = [("trade", "0009_late_months"), ("blueprint", "0006_late_money_rate")]

    operations = [migrations.RunPython(sum_anew, migrations.RunPython.noop, elidable=True)]
