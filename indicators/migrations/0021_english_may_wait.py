"""An English title may wait: the French one stands in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0020_rules_of_the_path'),
    ]

    operations = [
        migrations.AlterField(
            model_name='indicator',
            name='name_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=200, verbose_name='name (English)'),
        ),
        migrations.AlterField(
            model_name='indicatorevent',
            name='name_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=200, verbose_name='name (English)'),
        ),
    ]
