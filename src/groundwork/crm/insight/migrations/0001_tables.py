import django.db.models.deletion
import groundwork.core.clock
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_built_reports',
)


class Migration(migrations.Migration):
    replaces = [('insight', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '0001_tables'),
        ('access', '__first__'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='BuiltReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('query', models.TextField(blank=True, default='', max_length=4000)),
                ('shared', models.CharField(blank=True, choices=[('', 'Only me'), ('everybody', 'Everybody who sees this list'), ('role', 'People with a role'), ('department', 'A department and those below it')], default='', max_length=10, verbose_name='who sees it')),
                ('made_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('decides', models.CharField(blank=True, default='', help_text='A report from which nothing is decided is read by nobody.', max_length=300, verbose_name='what we decide from it')),
                ('better', models.CharField(blank=True, choices=[('', 'no, it is a report only'), ('up', 'yes, more is better'), ('down', 'yes, less is better')], default='', help_text='Then a goal may be set on it. Whoever reads our numbers reads it, of all records.', max_length=4, verbose_name='as a number of ours')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='access.department')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='access.role')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['type', 'author'], name='built_report_of_type')],
            },
        ),
    ])]
