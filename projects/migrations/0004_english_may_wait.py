"""An English title may wait: the French one stands in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0003_continues'),
    ]

    operations = [
        migrations.AlterField(
            model_name='flagshipproject',
            name='title_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=250, verbose_name='title (English)'),
        ),
        migrations.AlterField(
            model_name='flagshipprojectevent',
            name='title_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=250, verbose_name='title (English)'),
        ),
    ]
