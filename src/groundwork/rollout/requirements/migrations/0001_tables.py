import django.db.models.deletion
import groundwork.core.clock
import groundwork.records.added.chosen
import groundwork.records.models
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_first',
    '0002_use_cases',
    '0003_phases_and_doubts',
)


class Migration(migrations.Migration):
    replaces = [('requirements', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '0001_tables'),
        ('access', '__first__'),
        ('blueprint', '0001_tables'),
        ('discovery', '0001_tables'),
        ('records', '0001_tables'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Phase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('name', models.CharField(max_length=120, verbose_name='phase')),
                ('nth', models.PositiveSmallIntegerField(default=0, help_text='1 is the first to go live.', verbose_name='which one')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('frozen', 'settled'), ('live', 'live'), ('closed', 'closed')], default='planned', editable=False, max_length=10, verbose_name='state')),
                ('frozen_at', models.DateTimeField(editable=False, null=True, verbose_name='settled at')),
                ('live_on', models.DateField(editable=False, null=True, verbose_name='live since')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'phase',
                'verbose_name_plural': 'phases',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='phase_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='phase_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='phase_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='phase_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='phase_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='phase_updated_at_de')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'frozen'), _negated=True), ('frozen_at__isnull', False), _connector='OR'), name='settled_phase_has_a_moment', violation_error_message='A phase that is settled says since when.'), models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='phase_ends_after_it_starts', violation_error_message='A phase ends after it starts.')],
            },
        ),
        migrations.CreateModel(
            name='Requirement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('statement', models.CharField(max_length=300, verbose_name='what we agree')),
                ('done_when', models.TextField(max_length=2000, verbose_name='done when')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('confirmed', 'agreed'), ('live', 'live'), ('parked', 'parked'), ('withdrawn', 'withdrawn')], default='draft', editable=False, max_length=10, verbose_name='state')),
                ('worth', models.CharField(choices=[('base', 'must be there'), ('useful', 'useful'), ('gadget', 'nice to have')], default='useful', max_length=10, verbose_name='how much it matters')),
                ('fit', models.CharField(choices=[('as-is', 'as it is'), ('configured', 'set up in the settings'), ('custom', 'made for us'), ('integration', 'joined to another program')], default='configured', max_length=12, verbose_name='what it takes')),
                ('parked_until', models.DateField(blank=True, editable=False, null=True, verbose_name='decided again on')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='agreed at')),
                ('confirmed_text', models.TextField(blank=True, default='', editable=False)),
                ('held_by', models.JSONField(default=dict, editable=False)),
                ('live_at', models.DateTimeField(editable=False, null=True, verbose_name='live since')),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written down by')),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed by')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('future_user', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='yes of who will use it')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requirements', to='discovery.goal', verbose_name='our number')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='requirements.requirement', verbose_name='part of')),
                ('phase', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requirements', to='requirements.phase', verbose_name='phase')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'requirement',
                'verbose_name_plural': 'requirements',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='requirement_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='requirement_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='requirement_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='requirement_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='requirement_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='requirement_updated_at_de')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['confirmed', 'live']), _negated=True), ('confirmed_by__isnull', False), _connector='OR'), name='agreed_requirement_has_a_name', violation_error_message='What is agreed has the name of whoever agreed.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'parked'), _negated=True), ('parked_until__isnull', False), _connector='OR'), name='parked_requirement_comes_back', violation_error_message='What is parked is decided again on a day.')],
            },
        ),
        migrations.CreateModel(
            name='Frozen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(editable=False, max_length=16)),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='frozen', to='requirements.phase')),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frozen_in', to='requirements.requirement', verbose_name='what we agreed')),
            ],
            options={
                'verbose_name': 'what was settled',
                'verbose_name_plural': 'what was settled',
                'constraints': [models.UniqueConstraint(fields=('phase', 'requirement'), name='requirement_once_a_phase')],
            },
        ),
        migrations.CreateModel(
            name='ElementUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('writes', 'filled in'), ('reads', 'read')], default='writes', max_length=6, verbose_name='how')),
                ('element', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requirement_uses', to='blueprint.element', verbose_name='field or report')),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='requirements.requirement')),
            ],
            options={
                'verbose_name': 'what it needs',
                'verbose_name_plural': 'what it needs',
                'constraints': [models.UniqueConstraint(fields=('requirement', 'element'), name='element_once_a_requirement')],
            },
        ),
        migrations.CreateModel(
            name='RequirementNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requirements', to='discovery.need', verbose_name='need')),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='requirements.requirement')),
            ],
            options={
                'verbose_name': 'who asked',
                'verbose_name_plural': 'who asked',
                'constraints': [models.UniqueConstraint(fields=('requirement', 'need'), name='need_once_a_requirement')],
            },
        ),
        migrations.CreateModel(
            name='UseCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('name', models.CharField(max_length=300, verbose_name='use case')),
                ('actor', groundwork.records.added.chosen.ChosenField(blank=True, default='', max_length=60, verbose_name='who does it')),
                ('trigger', models.CharField(blank=True, default='', max_length=300, verbose_name='when')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='use_cases', to='requirements.requirement', verbose_name='what we agreed')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'use case',
                'verbose_name_plural': 'use cases',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='use_case_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='use_case_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='use_case_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='use_case_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='use_case_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='use_case_updated_at_de')],
            },
        ),
        migrations.CreateModel(
            name='UseStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nth', models.PositiveIntegerField(default=0, verbose_name='step')),
                ('action', models.CharField(max_length=300, verbose_name='what is done')),
                ('expected', models.TextField(blank=True, default='', max_length=2000, verbose_name='what should come of it')),
                ('uses', groundwork.records.added.chosen.ChosenField(blank=True, default='', max_length=120, verbose_name='field or report')),
                ('mode', models.CharField(blank=True, choices=[('writes', 'filled in'), ('reads', 'read')], default='', max_length=6, verbose_name='how')),
                ('made_as', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='requirements.usecase')),
                ('element', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='use_steps', to='blueprint.element')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps',
                'ordering': ['nth', 'pk'],
            },
        ),
    ])]
