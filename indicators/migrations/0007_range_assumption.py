from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0006_what_a_mean_lacks'),
    ]

    operations = [
        migrations.AddField(
            model_name='institutevalue',
            name='range_by',
            field=models.CharField(blank=True, choices=[('own_target', 'at their baseline, or on their path'), ('last_figure', 'at their last figure, or at that figure moved as the schools that reported'), ('both', 'at their baseline or on their path; without a target of their own, at their last figure, or at that figure moved as the schools that reported')], default='', max_length=11, verbose_name='assumption of the range'),
        ),
    ]
