import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0009_terms_of_plans_mark'),
    ]

    operations = [
        migrations.AddField(
            model_name='institutevalue',
            name='left_out',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(), default=list, size=None, verbose_name='schools left out of the estimate'),
        ),
    ]
