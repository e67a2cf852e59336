import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import groundwork.core.clock


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0008_secret_of_the_second_step'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='leaves_on',
            field=models.DateField(editable=False, null=True),
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
    ]
