import django.db.models.deletion
import groundwork.core.clock
import groundwork.core.money
import groundwork.records.models
import groundwork.rollout.discovery.metrics
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('discovery', '0001_first'),
        ('discovery', '0002_first'),
    ]

    initial = True

    dependencies = [
        ('access', '0001_squashed'),
        ('access', '__first__'),
        ('project', '0001_first'),
        ('records', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('statement', models.CharField(max_length=300, verbose_name='what we want')),
                ('kind', models.CharField(choices=[('goal', 'goal'), ('anti-goal', 'what we do not want')], default='goal', max_length=10, verbose_name='kind')),
                ('metric', models.CharField(blank=True, choices=groundwork.rollout.discovery.metrics.choices, default='', max_length=60, verbose_name='what we measure')),
                ('baseline', groundwork.core.money.ScaledField(blank=True, editable=False, null=True, verbose_name='where we start')),
                ('baseline_on', models.DateField(blank=True, editable=False, null=True, verbose_name='measured on')),
                ('baseline_of', models.CharField(blank=True, default='', editable=False, max_length=60)),
                ('target', groundwork.core.money.ScaledField(blank=True, null=True, verbose_name='where we want to be')),
                ('due', models.DateField(blank=True, null=True, verbose_name='by when')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('agreed', 'agreed'), ('reached', 'reached'), ('missed', 'missed'), ('obsolete', 'no longer wanted')], default='draft', editable=False, max_length=10, verbose_name='state')),
                ('agreed_on', models.DateField(editable=False, null=True, verbose_name='agreed on')),
                ('agreed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agreed by')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('lifted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='project.decision')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'goal',
                'verbose_name_plural': 'goals',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='goal_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='goal_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='goal_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='goal_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='goal_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='goal_updated_at_de')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind', 'anti-goal'), models.Q(('state', 'agreed'), _negated=True), ('lifted_by__isnull', False), models.Q(models.Q(('metric', ''), _negated=True), ('baseline__isnull', False), ('due__isnull', False), ('owner__isnull', False), ('target__isnull', False)), _connector='OR'), name='agreed_goal_is_complete', violation_error_message='An agreed number says what, from where, to where, by when and who answers.')],
            },
        ),
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('statement', models.TextField(max_length=2000, verbose_name='in their own words')),
                ('kind', models.CharField(choices=[('problem', 'what hinders me'), ('helper', 'what would help me'), ('must-keep', 'what must stay as it is'), ('wish', 'what I wish for')], default='problem', max_length=10, verbose_name='kind')),
                ('state', models.CharField(choices=[('captured', 'heard'), ('agreed', 'agreed'), ('covered', 'in what we agreed'), ('parked', 'later'), ('rejected', 'no')], default='captured', editable=False, max_length=10, verbose_name='state')),
                ('reason', models.TextField(blank=True, default='', editable=False, max_length=2000, verbose_name='why not now')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who told us')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'need',
                'verbose_name_plural': 'needs',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='need_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='need_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='need_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='need_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='need_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='need_updated_at_de')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['parked', 'rejected']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='refused_need_has_a_reason', violation_error_message='Say why: the person who told us will read it.')],
            },
        ),
    ]
