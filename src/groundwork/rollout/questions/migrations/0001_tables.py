import django.db.models.deletion
import groundwork.core.clock
import groundwork.records.models
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_first',
)


class Migration(migrations.Migration):
    replaces = [('questions', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '0001_tables'),
        ('access', '__first__'),
        ('records', '0001_tables'),
        ('requirements', '0001_tables'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('text', models.TextField(max_length=2000, verbose_name='what we must know')),
                ('asked_on', models.DateField(default=groundwork.core.clock.today, editable=False, verbose_name='asked on')),
                ('due_on', models.DateField(editable=False, verbose_name='answer by')),
                ('state', models.CharField(choices=[('open', 'waits for an answer'), ('answered', 'answered'), ('accepted', 'clear'), ('withdrawn', 'withdrawn')], default='open', editable=False, max_length=10, verbose_name='state')),
                ('answer', models.TextField(blank=True, default='', editable=False, max_length=4000, verbose_name='answer')),
                ('answered_at', models.DateTimeField(editable=False, null=True, verbose_name='answered at')),
                ('bounces', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='asked again')),
                ('answered_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('asked_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who asks')),
                ('asked_first', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked first')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'question',
                'verbose_name_plural': 'questions',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='question_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='question_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='question_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='question_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='question_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='question_updated_at_de')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['answered', 'accepted']), _negated=True), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='answered_question_has_an_answer', violation_error_message='An answer has words and a name under it.'), models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('asked_on'))), name='question_is_due_after_it_is_asked', violation_error_message='An answer is due after the question is asked.')],
            },
        ),
        migrations.CreateModel(
            name='QuestionBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='questions.question')),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='requirements.requirement', verbose_name='what waits for it')),
            ],
            options={
                'verbose_name': 'what waits for it',
                'verbose_name_plural': 'what waits for it',
                'constraints': [models.UniqueConstraint(fields=('question', 'requirement'), name='requirement_once_a_question')],
            },
        ),
    ])]
