"""Triggers that mark what a write makes stale: see `indicators.stale_triggers`."""

from django.db import migrations

from indicators.stale_triggers import create, drop, every


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0001_initial"),
        ("projects", "0001_initial"),
        ("levers", "0001_initial"),
        ("objectives", "0001_initial"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            sql="\n".join(every(create)),
            reverse_sql="\n".join(every(drop)),
        )
    ]
