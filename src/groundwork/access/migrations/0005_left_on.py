from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_browser_sessions'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='left_on',
            field=models.DateField(editable=False, null=True, verbose_name='left on'),
        ),
    ]
