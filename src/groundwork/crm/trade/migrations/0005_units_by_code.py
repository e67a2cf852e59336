"""Units were free text: known ways to write one become its code, others become units of the firm."""

from django.db import migrations


def take_over(apps, schema_editor):
    from groundwork.crm.trade.units import code_for_built_in

    Product, Unit = apps.get_model("trade", "Product"), apps.get_model("trade", "Unit")
    texts = Product._base_manager.exclude(unit="").order_by("unit").values_list("unit", flat=True).distinct()
    for place, text in enumerate(texts, 1):
        code = code_for_built_in(text)
        if code is None:
            Unit._base_manager.create(number=f"U-0{place}", name=text, code=text, sort_key=text.lower())
        elif code != text:
            Product._base_manager.filter(unit=text).update(unit=code)


class Migration(migrations.Migration):
    dependencies = [("trade", "0004_goods")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop, elidable=True)]
