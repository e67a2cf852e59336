from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('project', '0001_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='downside',
            field=models.TextField(blank=True, default='', max_length=2000, verbose_name='what we put up with'),
        ),
        migrations.AddField(
            model_name='decision',
            name='rejected',
            field=models.TextField(blank=True, default='', max_length=2000, verbose_name='what we did not choose'),
        ),
        migrations.AddField(
            model_name='decision',
            name='review_on',
            field=models.DateField(blank=True, null=True, verbose_name='when we look again'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='lifts',
            field=models.CharField(blank=True, choices=[('', 'nothing'), ('number', 'agreeing on a number that is not complete'), ('go-live', 'going live with tests that are not passed'), ('question', 'agreeing before a question is answered')], default='', editable=False, max_length=10, verbose_name='goes past'),
        ),
    ]
