from django.db import migrations

from indicators import past_views


class Migration(migrations.Migration):
    """The past shows which school leads a project."""

    dependencies = [
        ("indicators", "0007_integrity"),
        ("projects", "0003_lead_school"),
        ("campaigns", "0002_collection"),
    ]

    operations = [
        migrations.RunPython(
            past_views.recreate, past_views.recreate_without("lead_school_id"), elidable=False
        ),
    ]
