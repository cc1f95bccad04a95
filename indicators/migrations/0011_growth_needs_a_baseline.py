from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

GROWTH = """
CREATE OR REPLACE FUNCTION imt_target_from_growth(baseline numeric, growth_percent numeric)
RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN %s;
END $$;
"""
LACKING = """
CREATE OR REPLACE FUNCTION imt_lacking(
    direction text, baseline numeric, target numeric, low numeric, high numeric, tolerance numeric
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN direction <> 'keep' AND baseline IS NULL THEN 'baseline_missing'%s
        WHEN direction <> 'keep' AND target IS NULL THEN 'target_missing'
        WHEN direction = 'keep' AND low IS NULL AND high IS NULL THEN 'band_missing'
        WHEN direction = 'keep' AND tolerance IS NULL THEN 'tolerance_missing'
    END
$$;
"""
VALUE = "imt_round28(baseline * (1 + growth_percent * 0.01))"
OVER_NOTHING = """
        WHEN direction <> 'keep' AND target IS NULL AND baseline <= 0
            THEN 'growth_needs_positive'"""
# What stands of such targets is computed anew.
ALL_STALE = """
INSERT INTO indicators_stalemark (only_roll_ups, reason, marked_at)
SELECT false, 'growth needs a baseline above zero', clock_timestamp()
WHERE EXISTS (SELECT FROM indicators_target WHERE growth_percent IS NOT NULL);
"""
# Where no such target exists, the constraint is as good as any other.
VALIDATE = """
DO $$ BEGIN
    IF NOT EXISTS (
        SELECT FROM indicators_target
        WHERE growth_percent IS NOT NULL AND baseline_value <= 0 AND archived_at IS NULL
    ) THEN
        ALTER TABLE indicators_target VALIDATE CONSTRAINT target_growth_needs_positive;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    """A growth over a baseline of zero or below is no target.

    Not valid: the targets that exist stay until their office writes them as values, and are
    "not computable" until then.
    """

    dependencies = [("indicators", "0010_definitions")]

    operations = [
        migrations.RunSQL(
            GROWTH % f"CASE WHEN baseline > 0 THEN {VALUE} END" + LACKING % OVER_NOTHING,
            GROWTH % VALUE + LACKING % "",
        ),
        AddConstraintNotValid(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("growth_percent", None),
                    ("baseline_value", None),
                    ("baseline_value__gt", 0),
                    ("archived_at__isnull", False),
                    _connector="OR",
                ),
                name="target_growth_needs_positive",
                violation_error_message=(
                    "A growth needs a baseline above zero: write the target as a value instead."
                ),
            ),
        ),
        migrations.RunSQL(VALIDATE, migrations.RunSQL.noop),
        migrations.RunSQL(ALL_STALE, migrations.RunSQL.noop),
    ]
