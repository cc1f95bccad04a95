from django.db import migrations

ROWS = {
    "INSERT": "SELECT * FROM touched",
    "UPDATE": "SELECT * FROM touched UNION ALL SELECT * FROM before",
    "DELETE": "SELECT * FROM touched",
}
EVERYTHING = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, false FROM rows"
TERMS_OF_PLANS = """
    SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, false FROM rows
    GROUP BY id HAVING count(*) = 1 OR count(DISTINCT (
        baseline_year, first_year, last_year, on_track_from, at_risk_from, verdict_from,
        state = 'draft'
    )) > 1
"""


def marking(stale):
    return "".join(_marking(operation, rows, stale) for operation, rows in ROWS.items())


def _marking(operation, rows, stale):
    table = "objectives_strategicplan"
    return f"""
        CREATE OR REPLACE FUNCTION mark_stale_{table}_{operation.lower()}() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO indicators_stalemark
                (indicator_id, school_id, year, only_roll_ups, reason, marked_at)
            SELECT stale.*, '{table} {operation.lower()}', clock_timestamp()
            FROM (WITH rows AS ({rows}) {stale}) AS stale;
            RETURN NULL;
        END $$;
    """  # noqa: S608 - the names are ours


class Migration(migrations.Migration):

    dependencies = [
        ("indicators", "0008_counted_figures"),
        ("objectives", "0004_delete_drafts_only"),
    ]

    operations = [migrations.RunSQL(marking(TERMS_OF_PLANS), marking(EVERYTHING))]
