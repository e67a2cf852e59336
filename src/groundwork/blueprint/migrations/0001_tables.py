import django.core.validators
import django.db.models.deletion
import groundwork.core.money
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_initial',
    '0001_squashed',
    '0002_firm_calendar',
    '0003_element_name',
    '0004_rules',
    '0005_firm_details',
    '0006_late_money_rate',
    '0007_applied',
    '0008_firm_files',
    '0009_layout_elements',
    '0010_view_and_series_elements',
    '0011_sales_elements',
    '0012_lead_elements',
)


class Migration(migrations.Migration):
    replaces = [('blueprint', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '__first__'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='ConfigVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='Applied',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('name', models.CharField(blank=True, default='', max_length=200)),
                ('reason', models.TextField()),
                ('text', models.TextField()),
                ('steps', models.JSONField(default=list)),
                ('rolled_back_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rolled_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Element',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('field', 'field'), ('report', 'report'), ('role', 'role'), ('object', 'record type'), ('preset', 'import preset'), ('rule', 'rule'), ('layout', 'form'), ('view', 'saved view'), ('series', 'number series'), ('pipeline', 'pipeline'), ('stage', 'stage'), ('word', 'word of a list'), ('status', 'status'), ('assignment', 'assignment rule')], max_length=20, verbose_name='kind')),
                ('key', models.CharField(max_length=120, unique=True, verbose_name='key')),
                ('name', models.CharField(blank=True, default='', max_length=120, verbose_name='name')),
                ('state', models.CharField(choices=[('off', 'not switched on'), ('trial', 'on trial'), ('live', 'live'), ('retired', 'retired')], default='live', max_length=10, verbose_name='state')),
                ('origin', models.CharField(choices=[('built-in', 'built in'), ('template', 'from a template'), ('hand', 'by hand'), ('requirement', 'agreed')], default='built-in', max_length=12, verbose_name='origin')),
                ('reason', models.TextField(blank=True, help_text='Why it is here, in one sentence.', verbose_name='reason')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='revision')),
                ('since', models.DateTimeField(null=True, verbose_name='since')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
            ],
            options={
                'verbose_name': 'element',
                'verbose_name_plural': 'elements',
                'ordering': ['kind', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Firm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('country', models.CharField(help_text='ISO 3166 code', max_length=2, verbose_name='country')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('time_zone', models.CharField(default='UTC', max_length=60, verbose_name='time zone')),
                ('language', models.CharField(default='en', max_length=5, verbose_name='language')),
                ('calendar', models.CharField(blank=True, choices=[('', 'as the country'), ('RU', 'Russia'), ('BY', 'Belarus'), ('KZ', 'Kazakhstan'), ('PL', 'Poland'), ('none', 'none: Monday to Friday, without holidays')], db_default='', default='', help_text='Whose holidays and moved working days count when a deadline is worked out.', max_length=4, verbose_name='working calendar')),
                ('details', models.TextField(blank=True, db_default='', default='', help_text='A line each; printed on our invoices under the name.', max_length=1000, verbose_name='address, tax number, bank account')),
                ('late_money_rate', groundwork.core.money.ScaledField(blank=True, help_text='What we pay for a loan in its place, say. Empty: the cost of late payment is unknown.', null=True, verbose_name='what late money costs us, % a year')),
                ('file_limit_mb', models.PositiveIntegerField(db_default=25, default=25, help_text='Of those that people attach to records.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(2000)], verbose_name='largest file, MB')),
                ('files_quota_mb', models.PositiveIntegerField(db_default=5000, default=5000, help_text='All attached files together; equal ones count once.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000)], verbose_name='room for files, MB')),
                ('demo', models.CharField(blank=True, default='', max_length=20)),
            ],
            options={
                'verbose_name': 'our firm',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_firm')],
            },
        ),
        migrations.CreateModel(
            name='ElementRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('difference', models.JSONField(default=dict)),
                ('cause', models.TextField(blank=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('element', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='blueprint.element')),
            ],
            options={
                'ordering': ['element', 'number'],
                'constraints': [models.UniqueConstraint(fields=('element', 'number'), name='one_revision_a_number')],
            },
        ),
    ])]
