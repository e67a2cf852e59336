
import django.db.models.deletion
import groundwork.core.clock
import groundwork.records.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0009_planned_leave'),
        ('delivery', '0001_squashed'),
        ('records', '0026_notices_of_what_became'),
        ('requirements', '0002_use_cases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='acceptancetest',
            name='case',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='requirements.usecase', verbose_name='use case'),
        ),
        migrations.AddField(
            model_name='acceptancetest',
            name='name',
            field=models.CharField(blank=True, default='', max_length=300, verbose_name='test'),
        ),
        migrations.AddField(
            model_name='testrun',
            name='step',
            field=models.CharField(blank=True, default='', max_length=500, verbose_name='at which step'),
        ),
        migrations.AlterField(
            model_name='acceptancetest',
            name='script',
            field=models.TextField(max_length=20000, verbose_name='what to try'),
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
    ]
