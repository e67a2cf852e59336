from importlib import import_module

import django.db.models.deletion
import groundwork.core.clock
from django.conf import settings
from django.db import migrations, models


words = import_module("groundwork.records.migrations.0002_search_words")


class Migration(migrations.Migration):
    replaces = [
        ('records', '0001_initial'),
        ('records', '0002_search_words'),
        ('records', '0003_imports'),
        ('records', '0004_import_questions'),
        ('records', '0005_merges'),
    ]

    initial = True

    dependencies = [
        ('access', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60, unique=True)),
                ('next', models.BigIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='ChangeSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=groundwork.core.clock.now)),
                ('act', models.CharField(max_length=40)),
                ('channel', models.CharField(default='web', max_length=12)),
                ('cause', models.CharField(blank=True, default='', max_length=200)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undo_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='records.changeset')),
            ],
        ),
        migrations.CreateModel(
            name='ExternalKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('type', models.CharField(max_length=60)),
                ('key', models.CharField(max_length=200)),
                ('object_id', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'object_id'], name='external_key_of')],
                'constraints': [models.UniqueConstraint(fields=('source', 'type', 'key'), name='one_external_key')],
            },
        ),
        migrations.CreateModel(
            name='ImportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layout', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=255, verbose_name='file')),
                ('path', models.CharField(max_length=1000)),
                ('digest', models.CharField(max_length=64)),
                ('options', models.JSONField(default=dict)),
                ('about', models.JSONField(default=dict)),
                ('on_error', models.CharField(default='skip', max_length=4)),
                ('state', models.CharField(choices=[('asking', 'waiting for your answer'), ('checking', 'being checked'), ('checked', 'checked, nothing loaded'), ('loading', 'being loaded'), ('loaded', 'loaded'), ('undoing', 'being taken back'), ('undone', 'taken back'), ('failed', 'failed')], default='checking', max_length=10, verbose_name='state')),
                ('made_at', models.DateTimeField(default=groundwork.core.clock.now, verbose_name='when')),
                ('read', models.BigIntegerField(default=0)),
                ('rejected', models.BigIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('changes', models.JSONField(default=dict)),
                ('sums', models.JSONField(default=dict)),
                ('sums_kept', models.JSONField(default=dict)),
                ('finished_at', models.DateTimeField(null=True)),
                ('kept', models.JSONField(default=list)),
                ('error', models.TextField(blank=True, default='')),
                ('requester', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='BadRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.CharField(max_length=255)),
                ('line', models.BigIntegerField()),
                ('column', models.CharField(default='', max_length=120)),
                ('value', models.CharField(default='', max_length=200)),
                ('reason', models.CharField(max_length=300)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bad_rows', to='records.importjob')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='LoadedBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('changeset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='records.importjob')),
            ],
        ),
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('title', models.CharField(max_length=240)),
                ('text', models.TextField()),
                ('owner_id', models.BigIntegerField(null=True)),
                ('department_id', models.BigIntegerField(null=True)),
                ('archived', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('type', 'object_id'), name='one_search_row')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('value', models.CharField(default='', max_length=60)),
                ('owner_id', models.BigIntegerField(null=True)),
                ('department_id', models.BigIntegerField(null=True)),
                ('currency', models.CharField(default='', max_length=3)),
                ('count', models.BigIntegerField()),
                ('amount', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'owner_id', 'department_id'], name='tally_key')],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('created', models.BooleanField(default=False)),
                ('fields', models.JSONField(default=dict)),
                ('changeset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='records.changeset')),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'object_id', '-id'], name='change_of_record')],
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('note', 'Note'), ('call', 'Call')], default='note', max_length=10, verbose_name='kind')),
                ('text', models.TextField(max_length=10000, verbose_name='what happened')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('at', models.DateTimeField(default=groundwork.core.clock.now, verbose_name='when')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changeset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'object_id', '-at'], name='activity_of_record')],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('survivor_id', models.BigIntegerField()),
                ('merged_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('moved', models.JSONField(default=dict)),
                ('filled', models.JSONField(default=dict)),
                ('kept', models.JSONField(default=list)),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changeset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'survivor_id'], name='merge_survivor'), models.Index(fields=['type', 'merged_id'], name='merge_merged')],
            },
        ),
        migrations.CreateModel(
            name='Remembered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('header_digest', models.CharField(max_length=64)),
                ('layout', models.CharField(max_length=60)),
                ('options', models.JSONField(default=dict)),
                ('requester', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('requester', 'header_digest'), name='remembered_once')],
            },
        ),
        migrations.CreateModel(
            name='Staged',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('key', models.CharField(max_length=200)),
                ('place', models.PositiveSmallIntegerField(default=0)),
                ('line', models.BigIntegerField(default=0)),
                ('file', models.CharField(default='', max_length=255)),
                ('data', models.JSONField(default=dict)),
                ('verdict', models.CharField(choices=[('create', 'create'), ('update', 'change'), ('same', 'is there already'), ('bad', 'wrong'), ('ask', 'waits for your answer')], default='', max_length=6)),
                ('difference', models.JSONField(default=dict)),
                ('object_id', models.BigIntegerField(null=True)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='staged', to='records.importjob')),
            ],
            options={
                'indexes': [models.Index(fields=['job', 'place', 'id'], name='staged_in_order')],
                'constraints': [models.UniqueConstraint(fields=('job', 'type', 'key'), name='staged_once')],
            },
        ),
        migrations.CreateModel(
            name='UnknownValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=60)),
                ('value', models.CharField(max_length=200)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='unknown_values', to='records.importjob')),
            ],
            options={
                'ordering': ['field', '-rows', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('job', 'field', 'value'), name='unknown_value_once')],
            },
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=groundwork.core.clock.now)),
                ('kind', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=120)),
                ('object_id', models.BigIntegerField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['key', 'at'], name='use_of_key')],
            },
        ),
        migrations.RunPython(words.forward, words.backward),
    ]
