from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0005_final_edition'),
    ]

    operations = [
        migrations.AddField(
            model_name='rollup',
            name='coverage_needed',
            field=models.DecimalField(decimal_places=10, max_digits=48, null=True, verbose_name='coverage needed for a verdict'),
        ),
        migrations.AddField(
            model_name='rollup',
            name='items',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='items of the mean'),
        ),
        migrations.AddField(
            model_name='rollup',
            name='known_items',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='items with data'),
        ),
    ]
