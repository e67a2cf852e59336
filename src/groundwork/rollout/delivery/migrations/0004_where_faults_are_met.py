
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0003_faults'),
    ]

    operations = [
        migrations.AddField(
            model_name='defect',
            name='about_field',
            field=models.CharField(blank=True, default='', editable=False, max_length=60),
        ),
        migrations.AddField(
            model_name='defect',
            name='about_id',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='defect',
            name='about_type',
            field=models.CharField(blank=True, default='', editable=False, max_length=60),
        ),
        migrations.AddField(
            model_name='defect',
            name='told_on',
            field=models.CharField(blank=True, default='', editable=False, max_length=100),
        ),
    ]
