from django.db import migrations, models


def take_over(apps, schema_editor):
    """What is in the log already is sealed as it stands, under the key of this installation."""
    from groundwork.access import seals

    seals.take_over(apps.get_model("access", "AuditEntry"), apps.get_model("access", "AuditEnd"))


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0006_two_steps'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditentry',
            name='key',
            field=models.CharField(db_default='', default='', max_length=16),
        ),
        migrations.CreateModel(
            name='AuditEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=16)),
                ('taken', models.BigIntegerField(default=0)),
                ('taken_digest', models.CharField(max_length=64)),
                ('count', models.BigIntegerField(default=0)),
                ('last', models.BigIntegerField(default=0)),
                ('digest', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
            ],
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop, elidable=True),
    ]
