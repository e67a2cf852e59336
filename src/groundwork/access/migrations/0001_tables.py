import django.db.models.deletion
import groundwork.core.clock
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_initial',
    '0001_squashed',
    '0002_sessions',
    '0003_own_roles',
    '0004_browser_sessions',
    '0005_left_on',
    '0006_two_steps',
    '0007_sealed_audit',
    '0008_secret_of_the_second_step',
    '0009_planned_leave',
)


class Migration(migrations.Migration):
    replaces = [('access', name) for name in EARLIER]

    initial = True

    dependencies = [
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=150, verbose_name='full name')),
                ('language', models.CharField(blank=True, default='', max_length=5, verbose_name='language')),
                ('theme', models.CharField(blank=True, default='', max_length=5, verbose_name='theme')),
                ('time_zone', models.CharField(blank=True, default='', max_length=60, verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('joined_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('leaves_on', models.DateField(editable=False, null=True)),
                ('left_on', models.DateField(editable=False, null=True, verbose_name='left on')),
                ('two_steps_since', models.DateTimeField(editable=False, null=True)),
                ('sessions_from', models.PositiveIntegerField(default=1, editable=False)),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='access.department', verbose_name='department')),
                ('roles', models.ManyToManyField(related_name='people', to='access.role', verbose_name='roles')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AuditEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=16)),
                ('taken', models.BigIntegerField(default=0)),
                ('taken_digest', models.CharField(max_length=64)),
                ('count', models.BigIntegerField(default=0)),
                ('last', models.BigIntegerField(default=0)),
                ('digest', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True, verbose_name='key')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('rank', models.PositiveSmallIntegerField(default=10)),
                ('two_steps', models.BooleanField(db_default=False, default=False, verbose_name='asks for two steps at sign-in')),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('known_types', models.JSONField(default=list, editable=False)),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'ordering': ['-rank', 'key'],
            },
        ),
        migrations.CreateModel(
            name='TwoSteps',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('salt', models.CharField(db_default='', default='', max_length=40)),
                ('key', models.CharField(db_default='', default='', max_length=16)),
                ('secret', models.CharField(db_default='', default='', max_length=40)),
                ('last_counter', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('event', models.CharField(max_length=40)),
                ('detail', models.JSONField(default=dict)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('digest', models.CharField(max_length=64)),
                ('key', models.CharField(db_default='', default='', max_length=16)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='BrowserSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, unique=True)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('browser', models.CharField(blank=True, default='', max_length=300)),
                ('begun_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('seen_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-seen_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('path', models.CharField(db_index=True, default='', editable=False, max_length=255)),
                ('head', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='heads', to=settings.AUTH_USER_MODEL, verbose_name='head')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='access.department', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'department',
                'verbose_name_plural': 'departments',
                'ordering': ['path'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('first', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('used_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField()),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='access.department')),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('roles', models.ManyToManyField(blank=True, to='access.role')),
            ],
        ),
        migrations.CreateModel(
            name='PlannedLeave',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='planned_leave', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('takers', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('fault', models.CharField(blank=True, default='', max_length=500)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('verb', models.CharField(choices=[('view', 'view'), ('create', 'create'), ('edit', 'edit'), ('archive', 'archive'), ('export', 'export'), ('configure', 'configure')], max_length=12)),
                ('reach', models.PositiveSmallIntegerField(choices=[(1, 'own'), (2, 'own department'), (3, 'own department and those below it'), (4, 'all')])),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='access.role')),
            ],
            options={
                'verbose_name': 'grant',
                'constraints': [models.UniqueConstraint(fields=('role', 'type', 'verb'), name='one_grant_a_verb')],
            },
        ),
        migrations.CreateModel(
            name='FieldGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('field', models.CharField(max_length=60)),
                ('mode', models.CharField(choices=[('hidden', 'hidden'), ('read-only', 'read-only')], max_length=10)),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='field_grants', to='access.role')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('role', 'type', 'field'), name='one_mode_a_field')],
            },
        ),
    ])]
