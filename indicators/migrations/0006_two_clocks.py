import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from indicators import past_views


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_merged_schools"),
        ("campaigns", "0002_collection"),
        ("levers", "0002_archive"),
        ("objectives", "0002_archive"),
        ("projects", "0002_archive"),
        ("indicators", "0005_set_based_recompute"),
    ]

    operations = [
        migrations.RunPython(past_views.create, past_views.drop),
    ]
