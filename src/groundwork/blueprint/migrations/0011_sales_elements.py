from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blueprint', '0010_view_and_series_elements'),
    ]

    operations = [
        migrations.AlterField(
            model_name='element',
            name='kind',
            field=models.CharField(choices=[('field', 'field'), ('report', 'report'), ('role', 'role'), ('object', 'record type'), ('preset', 'import preset'), ('rule', 'rule'), ('layout', 'form'), ('view', 'saved view'), ('series', 'number series'), ('pipeline', 'pipeline'), ('stage', 'stage'), ('word', 'word of a list')], max_length=20, verbose_name='kind'),
        ),
    ]
