from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_sealed_audit'),
    ]

    operations = [
        migrations.AddField(
            model_name='twosteps',
            name='salt',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='twosteps',
            name='key',
            field=models.CharField(db_default='', default='', max_length=16),
        ),
        migrations.AlterField(
            model_name='twosteps',
            name='secret',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
    ]
