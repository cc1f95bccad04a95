from django.db import migrations, models

STATUSES = [
    ("missed", "missed"),
    ("off_track", "off track"),
    ("at_risk", "at risk"),
    ("pending", "pending"),
    ("on_track", "on track"),
    ("achieved", "achieved"),
    ("not_started", "not started"),
    ("no_data", "no data"),
    ("no_target", "no target"),
    ("not_computable", "not computable"),
]

# As `indicators.verdicts.until_counted`.
UNTIL_COUNTED = """
CREATE FUNCTION imt_until_counted(
    would_be text, is_estimate boolean, is_over boolean, is_waiting boolean
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN would_be = 'no_data' THEN would_be
        WHEN is_waiting THEN 'pending'
        WHEN is_estimate AND would_be IN ('achieved', 'missed')
            THEN CASE WHEN is_over THEN 'pending' ELSE 'on_track' END
        ELSE would_be
    END
$$;
"""
DROP = "DROP FUNCTION imt_until_counted(text, boolean, boolean, boolean);"


def word(label, **more):
    return models.CharField(label, max_length=14, choices=STATUSES, **more)


class Migration(migrations.Migration):
    """Achieved and missed are said of a full count only; until then a verdict is pending."""

    dependencies = [("indicators", "0013_versions_in_order")]

    operations = [
        migrations.RunSQL(UNTIL_COUNTED, DROP),
        migrations.AlterField("progress", "status", word("status")),
        migrations.AlterField("rollup", "status", word("status")),
        migrations.AddField(
            "progress",
            "would_be",
            word("what a pending status would be", blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "rollup",
            "would_be",
            word("what a pending status would be", blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "rollup",
            "is_estimate",
            models.BooleanField("rests on estimates", default=False),
        ),
    ]
