import django.core.serializers.json
import django.db.models.deletion
import groundwork.core.clock
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_runs_and_beats',
)


class Migration(migrations.Migration):
    replaces = [('background', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '__first__'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Beat',
            fields=[
                ('key', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField()),
                ('ran_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True, default='')),
                ('failures', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'schedule',
                'verbose_name_plural': 'schedules',
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('dedupe', models.CharField(blank=True, default='', max_length=200)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='waiting', max_length=10, verbose_name='state')),
                ('arguments', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('cursor', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('result', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('done', models.BigIntegerField(default=0, verbose_name='done')),
                ('total', models.BigIntegerField(default=0, verbose_name='total')),
                ('error', models.TextField(blank=True, default='', verbose_name='error')),
                ('cancel_asked', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, verbose_name='created')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True)),
                ('holder', models.CharField(blank=True, default='', max_length=40)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('requester', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requester')),
            ],
            options={
                'verbose_name': 'background run',
                'verbose_name_plural': 'background runs',
                'indexes': [models.Index(fields=['requester', '-id'], name='run_requester'), models.Index(condition=models.Q(('state__in', ('waiting', 'running'))), fields=['heartbeat_at'], name='run_unfinished')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'running')), models.Q(('dedupe', ''), _negated=True)), fields=('kind', 'dedupe'), name='unfinished_run_is_unique')],
            },
        ),
    ])]
