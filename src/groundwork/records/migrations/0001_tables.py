import datetime
import django.core.validators
import django.db.models.deletion
import groundwork.core.clock
import groundwork.records.models
import groundwork.records.tasks.models
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_initial',
    '0001_squashed',
    '0002_search_words',
    '0002_tasks',
    '0003_imports',
    '0003_search_by_stems',
    '0004_import_questions',
    '0004_saved_views',
    '0005_added_fields',
    '0005_merges',
    '0006_made_types',
    '0007_notices_and_files',
    '0008_formulas',
    '0009_several_of_a_list',
    '0010_layouts',
    '0011_tasks_that_repeat',
    '0012_files_in_fields',
    '0013_words_by_type',
    '0014_notices_by_mail',
    '0015_few_words_wait',
    '0016_control',
    '0017_working_days',
    '0018_outcome_of_a_call',
    '0019_board_reviews',
    '0020_task_reminders_and_answers',
    '0021_checklists',
    '0022_names_of_files_are_found',
    '0023_longer_parts_of_words',
    '0024_several_of_a_list_by_name',
    '0025_notices_of_what_is_given',
    '0026_notices_of_what_became',
)


def make_words(apps, schema_editor):
    """The word index of search: an FTS5 table on SQLite, an index of lexemes on PostgreSQL.

    SQLite: a beginning of one of these lengths, with the three letters of its type, is looked up instead of put together. PostgreSQL puts
    new words into its index in heaps, and every search looks through the heap that still waits: of 4 MB, a search took 30 ms.
    """
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE VIRTUAL TABLE records_words USING fts5(text, content='records_searchrow', content_rowid='id', "
            "tokenize='ascii', detail='none', prefix='5 6 7 8 9')"
        )
    else:
        schema_editor.execute(
            "CREATE INDEX records_words ON records_searchrow USING gin ((array_to_tsvector(string_to_array(text, ' '))))"
        )
        schema_editor.execute("ALTER INDEX records_words SET (gin_pending_list_limit = 256)")  # kilobytes


def drop_words(apps, schema_editor):
    what = "TABLE" if schema_editor.connection.vendor == "sqlite" else "INDEX"
    schema_editor.execute(f"DROP {what} records_words")



class Migration(migrations.Migration):
    replaces = [('records', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '0001_tables'),
        ('access', '__first__'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60, unique=True)),
                ('next', models.BigIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='MadeType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retired_at', models.DateTimeField(editable=False, null=True)),
                ('one', models.CharField(max_length=60, verbose_name='name of one')),
                ('many', models.CharField(max_length=60, verbose_name='name of many')),
                ('words', models.JSONField(blank=True, default=dict)),
                ('title', models.CharField(blank=True, default='', max_length=60, verbose_name='what its name is called')),
                ('prefix', models.CharField(max_length=4, unique=True, verbose_name='letters of its number')),
                ('icon', models.CharField(default='box', max_length=40, verbose_name='picture')),
                ('explain', models.CharField(blank=True, default='', max_length=200, verbose_name='what it is')),
                ('board', models.CharField(blank=True, default='', max_length=20)),
                ('order', models.PositiveIntegerField(default=60)),
            ],
            options={
                'verbose_name': 'record type',
            },
        ),
        migrations.CreateModel(
            name='NoticeChoices',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notice_choices', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('ways', models.JSONField(default=dict)),
                ('tasks_in_digest', models.BooleanField(default=True, verbose_name='tasks of today, and those that are late')),
                ('digest_at', models.TimeField(default=datetime.time(8, 0), verbose_name='the digest comes at')),
                ('quiet_from', models.TimeField(blank=True, default=datetime.time(20, 0), null=True, verbose_name='quiet from')),
                ('quiet_to', models.TimeField(blank=True, default=datetime.time(8, 0), null=True, verbose_name='quiet until')),
                ('days', models.CharField(default='12345', max_length=7, verbose_name='days on which mail may come')),
            ],
        ),
        migrations.CreateModel(
            name='OwnDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retired_at', models.DateTimeField(editable=False, null=True)),
                ('on', models.DateField(unique=True, verbose_name='day')),
                ('is_worked', models.BooleanField(default=False, verbose_name='worked')),
            ],
            options={
                'verbose_name': 'own day',
                'ordering': ['on'],
            },
        ),
        migrations.CreateModel(
            name='SearchIndex',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60, unique=True)),
                ('rule', models.TextField()),
                ('has_files', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='AddedField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retired_at', models.DateTimeField(editable=False, null=True)),
                ('type', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('text', 'text, one line'), ('longtext', 'text, several lines'), ('number', 'number'), ('money', 'amount of money'), ('date', 'date'), ('time', 'time of day'), ('choice', 'one of a list'), ('choices', 'several of a list'), ('bool', 'yes or no'), ('user', 'person of our firm'), ('link', 'link to a record'), ('address', 'address'), ('phone', 'phone number'), ('email', 'e-mail address'), ('url', 'web address'), ('file', 'files'), ('formula', 'worked out by a formula')], max_length=12, verbose_name='what it holds')),
                ('label', models.CharField(max_length=80, verbose_name='name')),
                ('labels', models.JSONField(blank=True, default=dict)),
                ('help', models.CharField(blank=True, default='', max_length=200, verbose_name='hint')),
                ('choices', models.JSONField(blank=True, default=list)),
                ('target', models.CharField(blank=True, default='', max_length=60)),
                ('formula', models.TextField(blank=True, db_default='', default='')),
                ('gives', models.CharField(blank=True, db_default='', default='', max_length=12)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('required', models.BooleanField(default=False, verbose_name='must be filled in')),
                ('filterable', models.BooleanField(default=False, verbose_name='lists filter and sort by it')),
                ('in_list', models.BooleanField(default=False, verbose_name='a column of the list')),
                ('order', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'added field',
                'indexes': [models.Index(fields=['type', 'order'], name='added_of_type')],
            },
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
            name='ControlRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retired_at', models.DateTimeField(editable=False, null=True)),
                ('type', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('query', models.CharField(blank=True, max_length=2000)),
                ('situation', models.CharField(blank=True, default='', max_length=60)),
                ('day', models.CharField(max_length=60)),
                ('patience', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(365)])),
                ('working', models.BooleanField(default=False)),
                ('answers', models.CharField(choices=[('owner', 'the owner of the record'), ('head', "the head of the owner's department"), ('person', 'one person')], default='owner', max_length=10)),
                ('told', models.CharField(blank=True, choices=[('', 'nobody else'), ('head', 'the head of whoever answers'), ('person', 'one person')], default='', max_length=10)),
                ('told_after', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(365)])),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('told_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'control rule',
                'ordering': ['type', 'name', 'pk'],
            },
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
            name='FormLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retired_at', models.DateTimeField(editable=False, null=True)),
                ('type', models.CharField(max_length=60)),
                ('role', models.CharField(blank=True, default='', max_length=60)),
                ('groups', models.JSONField(default=list)),
                ('more', models.JSONField(blank=True, default=list)),
                ('off', models.JSONField(blank=True, default=list)),
                ('rules', models.JSONField(blank=True, default=list)),
            ],
            options={
                'verbose_name': 'form',
                'constraints': [models.UniqueConstraint(fields=('type', 'role'), name='one_layout_a_role')],
            },
        ),
        migrations.CreateModel(
            name='HeldValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('field', models.CharField(max_length=20)),
                ('value', models.CharField(max_length=20)),
                ('sort_key', groundwork.records.models.SortKeyField(default='', max_length=200)),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'object_id'], name='held_by_record'), models.Index(fields=['type', 'field', 'value', 'sort_key', 'object_id'], name='held_by_name')],
                'constraints': [models.UniqueConstraint(fields=('type', 'field', 'value', 'object_id'), name='one_held_value')],
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
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(null=True)),
                ('since_at', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('handed', 'handed over, no answer'), ('sent', 'sent'), ('dropped', 'not needed any more'), ('failed', 'refused by the mail server')], default='waiting', max_length=10)),
                ('next_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('letter', models.CharField(blank=True, default='', max_length=40)),
                ('handed_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, default='', max_length=300)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('notice', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mail', to='records.notice')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at'], name='mail_waiting'), models.Index(fields=['user', '-made_at'], name='mail_of_person')],
                'constraints': [models.UniqueConstraint(fields=('user', 'day'), name='one_digest_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('day__isnull', False), ('notice', None)), models.Q(('day', None), ('notice__isnull', False)), _connector='OR'), name='a_mail_is_of_a_notice_or_of_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('mention', 'mentioned you'), ('task', 'gave you a task'), ('done', 'did what you asked for'), ('accepted', 'accepted what you asked for'), ('returned', 'gave back what you asked for'), ('remind', 'you wanted to be reminded'), ('change', 'changed what you follow'), ('control', 'you answer for what did not happen in time'), ('told', 'did not happen in time'), ('minutes', 'sent you the minutes'), ('given', 'gave you'), ('became', 'answered what you told us')], max_length=10)),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('text', models.CharField(blank=True, default='', max_length=300)),
                ('at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('read_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('digest', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='records.mail')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-at'], name='notice_of_person'), models.Index(condition=models.Q(('read_at', None)), fields=['user', '-at'], name='notice_unread'), models.Index(fields=['type', 'object_id'], name='notice_about')],
            },
        ),
        migrations.CreateModel(
            name='RecordFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('field', models.CharField(blank=True, db_default='', default='', max_length=20)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('mime', models.CharField(max_length=100)),
                ('size', models.BigIntegerField()),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('removed_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'file',
                'indexes': [models.Index(fields=['type', 'object_id', '-at'], name='file_of_record')],
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
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('query', models.TextField(blank=True, default='', max_length=4000)),
                ('shared', models.CharField(blank=True, choices=[('', 'Only me'), ('everybody', 'Everybody who sees this list'), ('role', 'People with a role'), ('department', 'A department and those below it')], default='', max_length=10, verbose_name='who sees it')),
                ('made_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('display', models.CharField(choices=[('list', 'List'), ('board', 'Board'), ('calendar', 'Calendar')], default='list', max_length=10, verbose_name='shown as')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='access.department')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='access.role')),
            ],
            options={
                'verbose_name': 'saved view',
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['type', 'author'], name='saved_view_of_type')],
            },
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
                'indexes': [models.Index(fields=['type', 'id'], name='search_newest_of_type')],
                'constraints': [models.UniqueConstraint(fields=('type', 'object_id'), name='one_search_row')],
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
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('what', models.CharField(max_length=200, verbose_name='what')),
                ('due_on', models.DateField(default=groundwork.core.clock.today, verbose_name='when')),
                ('repeat', models.CharField(blank=True, choices=[('', 'does not repeat'), ('day', 'every day'), ('week', 'every week'), ('2weeks', 'every two weeks'), ('month', 'every month'), ('quarter', 'every three months'), ('year', 'every year')], db_default='', default='', help_text='Done, it stands here again for its next day.', max_length=10, verbose_name='repeats')),
                ('remind_on', models.DateField(blank=True, help_text='Whoever does it is reminded once; leave empty for no reminder.', null=True, verbose_name='remind on')),
                ('remind_time', models.CharField(blank=True, choices=groundwork.records.tasks.models.half_hours, db_default='', default='', help_text='By the clock of whoever does it; nothing chosen: at nine in the morning.', max_length=5, verbose_name='reminder at')),
                ('remind_at', models.DateTimeField(editable=False, null=True)),
                ('reminded_at', models.DateTimeField(editable=False, null=True)),
                ('answer', models.CharField(blank=True, db_default='', default='', editable=False, max_length=300, verbose_name='answer')),
                ('state', models.CharField(choices=[('open', 'to do'), ('done', 'done')], default='open', editable=False, max_length=10, verbose_name='state')),
                ('done_at', models.DateTimeField(editable=False, null=True, verbose_name='done at')),
                ('about_type', models.CharField(blank=True, default='', editable=False, max_length=60)),
                ('about_id', models.BigIntegerField(editable=False, null=True)),
                ('answered_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('done_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, help_text='Nobody chosen: you yourself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['due_on', 'id'], name='task_due_on_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'due_on', 'id'], name='task_due_on_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'due_on', 'id'], name='task_due_on_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='task_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='task_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='task_updated_at_de'), models.Index(fields=['about_type', 'about_id', 'due_on'], name='task_about'), models.Index(fields=['created_by', 'due_on', 'id'], name='task_of_author'), models.Index(condition=models.Q(('archived_at', None), ('remind_at__isnull', False), ('state', 'open')), fields=['remind_at'], name='task_to_remind')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('state', 'open')), models.Q(('done_at__isnull', False), ('state', 'done')), _connector='OR'), name='a_done_task_says_when')],
            },
        ),
        migrations.CreateModel(
            name='CheckLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=200, verbose_name='what')),
                ('is_done', models.BooleanField(default=False, verbose_name='done')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checklist', to='records.task')),
            ],
            options={
                'verbose_name': 'line of a checklist',
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
                'indexes': [models.Index(fields=['key', 'at'], name='use_of_key'), models.Index(fields=['user', 'kind', 'id'], name='use_of_person')],
            },
        ),
        migrations.CreateModel(
            name='UsedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('opens', models.BooleanField(default=False)),
                ('pinned', models.BooleanField(default=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='records.savedview')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'view'), name='one_use_of_a_view'), models.UniqueConstraint(condition=models.Q(('opens', True)), fields=('user', 'type'), name='a_list_opens_one_way')],
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
                ('outcome', models.CharField(blank=True, choices=[('reached', 'reached'), ('no_answer', 'no answer'), ('call_back', 'to call back'), ('refused', 'refused')], db_default='', default='', max_length=10, verbose_name='outcome')),
                ('text', models.TextField(blank=True, max_length=10000, verbose_name='what happened')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('mentioned', models.JSONField(default=list, editable=False)),
                ('at', models.DateTimeField(default=groundwork.core.clock.now, verbose_name='when')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changeset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'object_id', '-at'], name='activity_of_record')],
            },
        ),
        migrations.CreateModel(
            name='ControlEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('due_on', models.DateField()),
                ('raised_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('told_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('answers', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='records.controlrule')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at', None)), fields=['answers', 'due_on'], name='event_of_person'), models.Index(fields=['type', 'object_id'], name='event_of_record')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('rule', 'object_id'), name='one_open_event_a_record')],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('since_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('type', 'object_id', 'user'), name='one_follow_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Made',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('type', models.CharField(editable=False, max_length=20)),
                ('name', models.CharField(max_length=300, verbose_name='name')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['type', 'sort_key', 'id'], name='made_n'), models.Index(condition=models.Q(('archived_at', None)), fields=['type', 'owner', 'sort_key', 'id'], name='made_n_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['type', 'department', 'sort_key', 'id'], name='made_n_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['type', 'created_at', 'id'], name='made_c'), models.Index(condition=models.Q(('archived_at', None)), fields=['type', 'owner', 'created_at', 'id'], name='made_c_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['type', 'department', 'created_at', 'id'], name='made_c_de')],
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
    ]), migrations.RunPython(make_words, drop_words)]
