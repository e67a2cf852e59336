import django.db.models.deletion
import groundwork.core.clock
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_initial',
    '0002_first_steps',
)


class Migration(migrations.Migration):
    replaces = [('work', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '__first__'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('read_at', models.DateTimeField(null=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='feed', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'calendar address',
            },
        ),
        migrations.CreateModel(
            name='PutAway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ])]
