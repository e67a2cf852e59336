import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_measured_and_felt',
)


class Migration(migrations.Migration):
    replaces = [('adoption', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '__first__'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Measured',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('metric', 'number'), ('role', 'role'), ('field', 'field')], max_length=10)),
                ('key', models.CharField(max_length=200)),
                ('day', models.DateField()),
                ('value', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('more', models.JSONField(default=dict)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'key', 'day'), name='measured_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('score', models.PositiveSmallIntegerField(null=True)),
                ('word', models.CharField(blank=True, default='', max_length=300, verbose_name='in a sentence, if you like')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'month'), name='one_pulse_a_month'), models.CheckConstraint(condition=models.Q(('score', None), ('score__range', (1, 5)), _connector='OR'), name='pulse_1_to_5')],
            },
        ),
    ])]
