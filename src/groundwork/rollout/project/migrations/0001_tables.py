import django.db.models.deletion
import groundwork.core.clock
import groundwork.records.models
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_first',
    '0002_what_was_not_chosen',
)


class Migration(migrations.Migration):
    replaces = [('project', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '0001_tables'),
        ('access', '__first__'),
        ('records', '0001_tables'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, default='', max_length=200, verbose_name='name')),
                ('profile', models.CharField(choices=[('light', 'light'), ('standard', 'standard'), ('full', 'full')], default='light', max_length=10, verbose_name='profile')),
                ('started_on', models.DateField(default=groundwork.core.clock.today, verbose_name='started on')),
            ],
            options={
                'verbose_name': 'roll-out',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_project')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('statement', models.TextField(max_length=2000, verbose_name='what we decided and why')),
                ('rejected', models.TextField(blank=True, default='', max_length=2000, verbose_name='what we did not choose')),
                ('downside', models.TextField(blank=True, default='', max_length=2000, verbose_name='what we put up with')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='when we look again')),
                ('lifts', models.CharField(blank=True, choices=[('', 'nothing'), ('number', 'agreeing on a number that is not complete'), ('go-live', 'going live with tests that are not passed'), ('question', 'agreeing before a question is answered')], default='', editable=False, max_length=10, verbose_name='goes past')),
                ('faults', models.TextField(blank=True, default='', editable=False, verbose_name='what stood in the way')),
                ('about_type', models.CharField(blank=True, default='', editable=False, max_length=60)),
                ('about_id', models.BigIntegerField(editable=False, null=True)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='decision_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='decision_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='decision_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='decision_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='decision_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='decision_updated_at_de')],
                'constraints': [models.CheckConstraint(condition=models.Q(('lifts', ''), ('owner__isnull', False), _connector='OR'), name='lifting_decision_has_a_name', violation_error_message='A decision that goes past a block has a name under it.')],
            },
        ),
    ])]
