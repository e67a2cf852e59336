import django.db.models.deletion
import groundwork.core.clock
import groundwork.records.models
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_first',
    '0001_squashed',
    '0002_first',
    '0003_faults',
    '0004_where_faults_are_met',
)


class Migration(migrations.Migration):
    replaces = [('delivery', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '0001_tables'),
        ('access', '__first__'),
        ('records', '0001_tables'),
        ('requirements', '0001_tables'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='AcceptanceTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('name', models.CharField(blank=True, default='', max_length=300, verbose_name='test')),
                ('script', models.TextField(max_length=20000, verbose_name='what to try')),
                ('case', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='requirements.usecase', verbose_name='use case')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('requirement', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='requirements.requirement', verbose_name='what we agreed')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'test',
                'verbose_name_plural': 'tests',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='acceptance_t_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='acceptance_t_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='acceptance_t_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='acceptance_t_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='acceptance_t_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='acceptance_t_updated_at_de')],
            },
        ),
        migrations.CreateModel(
            name='Defect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('what', models.TextField(max_length=2000, verbose_name='what is wrong')),
                ('severity', models.CharField(choices=[('stops', 'the work stops'), ('hinders', 'it hinders the work'), ('small', 'a small thing')], default='hinders', max_length=10, verbose_name='how bad')),
                ('step', models.CharField(blank=True, default='', editable=False, max_length=500, verbose_name='at which step')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='by when')),
                ('found_on', models.DateField(default=groundwork.core.clock.today, editable=False, verbose_name='found on')),
                ('found_in', models.CharField(choices=[('trying', 'when it was tried'), ('work', 'in daily work')], default='work', editable=False, max_length=10, verbose_name='found')),
                ('state', models.CharField(choices=[('open', 'to put right'), ('mended', 'put right, to be tried again'), ('closed', 'gone')], default='open', editable=False, max_length=10, verbose_name='state')),
                ('bounces', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='came back')),
                ('told_on', models.CharField(blank=True, default='', editable=False, max_length=100)),
                ('about_type', models.CharField(blank=True, default='', editable=False, max_length=60)),
                ('about_id', models.BigIntegerField(editable=False, null=True)),
                ('about_field', models.CharField(blank=True, default='', editable=False, max_length=60)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('found_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='found by')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('test', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='defects', to='delivery.acceptancetest', verbose_name='test')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'fault',
                'verbose_name_plural': 'faults',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='defect_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='defect_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='defect_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='defect_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='defect_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='defect_updated_at_de')],
            },
        ),
        migrations.CreateModel(
            name='TestRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('works', models.BooleanField(verbose_name='works')),
                ('fits', models.BooleanField(verbose_name='fits')),
                ('remark', models.TextField(blank=True, default='', max_length=2000, verbose_name='what is wrong')),
                ('step', models.CharField(blank=True, default='', max_length=500, verbose_name='at which step')),
                ('script', models.TextField(editable=False)),
                ('element_revisions', models.JSONField(default=dict, editable=False)),
                ('test', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='delivery.acceptancetest')),
                ('tester', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who tried it')),
            ],
            options={
                'verbose_name': 'try',
                'verbose_name_plural': 'tries',
                'ordering': ['-at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('fits', True), ('works', True)), models.Q(('remark', ''), _negated=True), _connector='OR'), name='no_has_a_remark', violation_error_message='Say in one sentence what is wrong: somebody will put it right by it.'), models.CheckConstraint(condition=models.Q(('works', True), ('fits', False), _connector='OR'), name='what_fails_does_not_fit', violation_error_message='Something that does not work cannot fit.')],
            },
        ),
    ])]
