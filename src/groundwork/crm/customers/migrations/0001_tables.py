import django.db.models.deletion
import groundwork.core.clock
import groundwork.records.models
from django.conf import settings
from django.db import migrations, models

from groundwork.core.tables import Tables


EARLIER = (
    '0001_initial',
    '0001_squashed',
    '0002_law_and_terms',
    '0003_country_codes',
    '0004_people_and_relationship',
    '0005_what_is_known_already',
    '0006_duplicates',
    '0007_branches_by_their_own_index',
    '0008_names_by_their_beginning',
    '0009_customers_are_counted',
)


class Migration(migrations.Migration):
    replaces = [('customers', name) for name in EARLIER]

    initial = True

    dependencies = [
        ('access', '0001_tables'),
        ('access', '__first__'),
        ('records', '0001_tables'),
    ]

    operations = [Tables([
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('short_name', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='short name')),
                ('legal_name', models.CharField(blank=True, db_default='', default='', max_length=250, verbose_name='full legal name')),
                ('kind', models.CharField(choices=[('customer', 'customer'), ('supplier', 'supplier'), ('partner', 'partner')], default='customer', max_length=10, verbose_name='kind')),
                ('lifecycle', models.CharField(blank=True, choices=[('prospect', 'prospect'), ('new', 'new'), ('growing', 'growing'), ('loyal', 'loyal'), ('cooling', 'cooling'), ('returning', 'returning'), ('lost', 'lost')], db_default='', default='', editable=False, max_length=10, verbose_name='relationship')),
                ('segment', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='segment')),
                ('source', models.CharField(blank=True, db_default='', default='', help_text='How they came to us: a fair, a recommendation, the site.', max_length=60, verbose_name='source')),
                ('country', models.CharField(blank=True, default='', max_length=60, verbose_name='country')),
                ('country_code', models.CharField(db_default='', default='', editable=False, max_length=2)),
                ('region', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='region')),
                ('city', models.CharField(blank=True, default='', max_length=100, verbose_name='city')),
                ('postcode', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='postcode')),
                ('address', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='street and house')),
                ('phone', models.CharField(blank=True, default='', max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('website', models.URLField(blank=True, default='', verbose_name='website')),
                ('inn', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='INN')),
                ('kpp', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='KPP')),
                ('ogrn', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='OGRN or OGRNIP')),
                ('nip', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='NIP')),
                ('regon', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='REGON')),
                ('krs', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='KRS')),
                ('vat', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='EU VAT number')),
                ('unp', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='UNP')),
                ('bin', models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='BIN or IIN')),
                ('legal_id', models.CharField(blank=True, default='', max_length=30, verbose_name='tax number')),
                ('payment_days', models.PositiveSmallIntegerField(blank=True, help_text='From the day of the invoice. Empty: as the invoice says.', null=True, verbose_name='days to pay')),
                ('debt_limit_minor', models.BigIntegerField(blank=True, help_text='How much they may owe. Empty: no limit was agreed.', null=True, verbose_name='debt limit')),
                ('currency', models.CharField(blank=True, db_default='', default='', help_text='Of the debt limit, like EUR.', max_length=3, verbose_name='currency')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('parent', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='branches', to='customers.company', verbose_name='parent company')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'companies',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='company_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='company_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='company_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='company_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='company_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='company_updated_at_de'), models.Index(fields=['lifecycle', 'sort_key', 'id'], name='company_lifecycle'), models.Index(condition=models.Q(('archived_at', None)), fields=['kind', 'lifecycle'], name='company_counted'), models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='company_of_parent')],
                'constraints': [models.CheckConstraint(condition=models.Q(('debt_limit_minor', None), ('debt_limit_minor__gte', 0), _connector='OR'), name='debt_limit_not_negative', violation_error_message='A debt limit is not below zero; leave it empty where there is none.'), models.CheckConstraint(condition=models.Q(('debt_limit_minor', None), models.Q(('currency', ''), _negated=True), _connector='OR'), name='debt_limit_has_a_currency', violation_error_message='Say the currency of the debt limit, like EUR.'), models.CheckConstraint(condition=models.Q(('parent', None), models.Q(('parent', models.F('pk')), _negated=True), _connector='OR'), name='company_not_its_own_parent', violation_error_message='A company is not its own parent.')],
            },
        ),
        migrations.CreateModel(
            name='RelationshipRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=20, unique=True)),
                ('thresholds', models.JSONField(default=dict)),
                ('next_step', models.CharField(blank=True, default='', max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='CompanyFacts',
            fields=[
                ('company', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='facts', serialize=False, to='customers.company')),
                ('as_of', models.DateField(null=True)),
                ('stale', models.BooleanField(db_index=True, default=True)),
                ('currency', models.CharField(default='', max_length=3)),
                ('documents', models.PositiveIntegerField(null=True)),
                ('buying_days', models.PositiveIntegerField(null=True)),
                ('first_on', models.DateField(null=True)),
                ('last_on', models.DateField(null=True)),
                ('revenue_12m_minor', models.BigIntegerField(null=True)),
                ('revenue_before_minor', models.BigIntegerField(null=True)),
                ('revenue_6m_minor', models.BigIntegerField(null=True)),
                ('revenue_6m_before_minor', models.BigIntegerField(null=True)),
                ('rhythm_days', models.PositiveIntegerField(null=True)),
                ('silent_days', models.IntegerField(null=True)),
                ('back_on', models.DateField(null=True)),
                ('back_after_days', models.PositiveIntegerField(null=True)),
                ('payments', models.PositiveIntegerField(null=True)),
                ('days_past_due', models.IntegerField(null=True)),
                ('claims', models.PositiveIntegerField(null=True)),
                ('claims_cost_minor', models.BigIntegerField(null=True)),
                ('margin_minor', models.BigIntegerField(null=True)),
                ('margin_revenue_minor', models.BigIntegerField(null=True)),
                ('margin_of_minor', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name': 'company facts',
            },
        ),
        migrations.CreateModel(
            name='CompanyDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('birthday', 'birthday'), ('anniversary', 'anniversary'), ('contract', 'contract'), ('other', 'other date')], default='birthday', max_length=12, verbose_name='kind')),
                ('on', models.DateField(verbose_name='date')),
                ('yearly', models.BooleanField(default=True, verbose_name='every year')),
                ('note', models.CharField(blank=True, default='', max_length=200, verbose_name='note')),
                ('month_day', models.PositiveSmallIntegerField(db_index=True, default=0, editable=False)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dates', to='customers.company')),
            ],
            options={
                'verbose_name': 'important date',
                'verbose_name_plural': 'important dates',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CompanyFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500, verbose_name='fact')),
                ('why', models.CharField(max_length=200, verbose_name='what for')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='free_facts', to='customers.company')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who reads it')),
            ],
            options={
                'verbose_name': 'fact',
                'verbose_name_plural': 'facts',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=24, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=groundwork.core.clock.now, editable=False, verbose_name='changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True, verbose_name='archived')),
                ('sort_key', groundwork.records.models.SortKeyField(default='', editable=False, max_length=200)),
                ('name', models.CharField(max_length=200, verbose_name='full name')),
                ('job', models.CharField(blank=True, default='', max_length=120, verbose_name='job')),
                ('phone', models.CharField(blank=True, default='', max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='customers.company', verbose_name='company')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.department', verbose_name='department')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.changeset')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'indexes': [models.Index(condition=models.Q(('archived_at', None)), fields=['sort_key', 'id'], name='contact_sort_key_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'sort_key', 'id'], name='contact_sort_key_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'sort_key', 'id'], name='contact_sort_key_de'), models.Index(condition=models.Q(('archived_at', None)), fields=['updated_at', 'id'], name='contact_updated_at_al'), models.Index(condition=models.Q(('archived_at', None)), fields=['owner', 'updated_at', 'id'], name='contact_updated_at_ow'), models.Index(condition=models.Q(('archived_at', None)), fields=['department', 'updated_at', 'id'], name='contact_updated_at_de')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('data', 'keeping personal data'), ('mailing', 'mailings'), ('calls', 'calls'), ('publication', 'being named in public'), ('other', 'other purpose')], max_length=12, verbose_name='what for')),
                ('given_on', models.DateField(verbose_name='given on')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='withdrawn on')),
                ('how', models.CharField(choices=[('paper', 'signed on paper'), ('mail', 'by e-mail'), ('phone', 'on the phone'), ('site', 'on the site'), ('spoken', 'in person')], max_length=10, verbose_name='how')),
                ('proof', models.CharField(help_text='Where it can be seen: the letter, the paper, the words said.', max_length=500, verbose_name='proof')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='customers.contact')),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'constraints': [models.CheckConstraint(condition=models.Q(('withdrawn_on', None), ('withdrawn_on__gte', models.F('given_on')), _connector='OR'), name='consent_withdrawn_after_given', violation_error_message='A consent is not withdrawn before it is given.')],
            },
        ),
        migrations.CreateModel(
            name='ContactDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('birthday', 'birthday'), ('anniversary', 'anniversary'), ('contract', 'contract'), ('other', 'other date')], default='birthday', max_length=12, verbose_name='kind')),
                ('on', models.DateField(verbose_name='date')),
                ('yearly', models.BooleanField(default=True, verbose_name='every year')),
                ('note', models.CharField(blank=True, default='', max_length=200, verbose_name='note')),
                ('month_day', models.PositiveSmallIntegerField(db_index=True, default=0, editable=False)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dates', to='customers.contact')),
            ],
            options={
                'verbose_name': 'important date',
                'verbose_name_plural': 'important dates',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ContactFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500, verbose_name='fact')),
                ('why', models.CharField(max_length=200, verbose_name='what for')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='free_facts', to='customers.contact')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who reads it')),
            ],
            options={
                'verbose_name': 'fact',
                'verbose_name_plural': 'facts',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DuplicatePair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=20)),
                ('first_id', models.BigIntegerField()),
                ('second_id', models.BigIntegerField()),
                ('score', models.PositiveSmallIntegerField()),
                ('signs', models.JSONField(default=list)),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('dismissed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['type', '-score', 'id'], name='pair_by_score')],
                'constraints': [models.UniqueConstraint(fields=('type', 'first_id', 'second_id'), name='one_pair')],
            },
        ),
        migrations.CreateModel(
            name='Employment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.CharField(blank=True, default='', max_length=120, verbose_name='job')),
                ('from_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='customers.company', verbose_name='company')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='employments', to='customers.contact')),
            ],
            options={
                'verbose_name': 'employment',
                'verbose_name_plural': 'employments',
                'constraints': [models.CheckConstraint(condition=models.Q(('until_on', None), ('from_on', None), ('until_on__gte', models.F('from_on')), _connector='OR'), name='employment_ends_after_it_begins', violation_error_message='The last day is not before the first one.')],
            },
        ),
        migrations.CreateModel(
            name='MatchKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=20)),
                ('object_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=10)),
                ('value', models.CharField(max_length=120)),
            ],
            options={
                'indexes': [models.Index(fields=['type', 'kind', 'value'], name='match_value', opclasses=['varchar_pattern_ops', 'varchar_pattern_ops', 'varchar_pattern_ops']), models.Index(fields=['type', 'object_id'], name='match_record')],
            },
        ),
        migrations.CreateModel(
            name='RelationshipState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=20)),
                ('since_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='customers.company')),
            ],
            options={
                'ordering': ['-since_on', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_on', None)), fields=('company', 'rule'), name='one_open_state')],
            },
        ),
    ])]
