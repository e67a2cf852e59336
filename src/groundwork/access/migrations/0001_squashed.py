import django.db.models.deletion
import groundwork.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('access', '0001_initial'),
        ('access', '0002_sessions'),
        ('access', '0003_own_roles'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
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
                ('sessions_from', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True, verbose_name='key')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('rank', models.PositiveSmallIntegerField(default=10)),
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
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=groundwork.core.clock.now)),
                ('event', models.CharField(max_length=40)),
                ('detail', models.JSONField(default=dict)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('digest', models.CharField(max_length=64)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
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
        migrations.AddField(
            model_name='user',
            name='department',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='access.department', verbose_name='department'),
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
        migrations.AddField(
            model_name='user',
            name='roles',
            field=models.ManyToManyField(related_name='people', to='access.role', verbose_name='roles'),
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
    ]
