"""An English title may wait: the French one stands in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objectives', '0007_what_it_says'),
    ]

    operations = [
        migrations.AlterField(
            model_name='objective',
            name='title_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=250, verbose_name='title (English)'),
        ),
        migrations.AlterField(
            model_name='objectiveevent',
            name='title_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=250, verbose_name='title (English)'),
        ),
        migrations.AlterField(
            model_name='strategicplan',
            name='name_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=200, verbose_name='name (English)'),
        ),
        migrations.AlterField(
            model_name='strategicplanevent',
            name='name_en',
            field=models.CharField(blank=True, help_text='It may wait: the French one stands in, marked so.', max_length=200, verbose_name='name (English)'),
        ),
    ]
