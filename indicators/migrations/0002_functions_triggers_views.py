"""What the database itself does: triggers that mark results stale, and the past.

Going back from here and forth again makes all of it anew and touches no row.
"""

from django.db import migrations

FUNCTIONS = """
-- Few rows, where generate_series would be taken for a thousand.
CREATE FUNCTION imt_years(first integer, last integer) RETURNS SETOF integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20
AS $$ SELECT generate_series(first, last) $$;
"""

# --- Stale marks ----------------------------------------------------------------------------------

FIGURES = """
    SELECT indicator_id,
           CASE WHEN min(year) = max(year) AND min(school_id) = max(school_id)
               AND count(school_id) = count(*) THEN min(school_id) END,
           CASE WHEN min(year) = max(year) THEN min(year) END,
           false
    FROM rows WHERE status <> 'draft' GROUP BY indicator_id
"""
WHOLE_INDICATOR = "SELECT DISTINCT {column}, NULL::bigint, NULL::smallint, false FROM rows"
OF_THE_TARGET = """
    SELECT DISTINCT target.indicator_id, NULL::bigint, NULL::smallint, false
    FROM rows LEFT JOIN indicators_target AS target ON target.id = rows.target_id
"""
EVERYTHING = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, false FROM rows"
ROLL_UPS = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, true FROM rows"

STALE = {
    "indicators_figure": FIGURES,
    "indicators_target": WHOLE_INDICATOR.format(column="indicator_id"),
    "indicators_indicator": WHOLE_INDICATOR.format(column="id"),
    "indicators_trajectorypoint": OF_THE_TARGET,
    "indicators_indicatorlink": ROLL_UPS,
    "projects_flagshipproject": ROLL_UPS,
    "projects_serves": ROLL_UPS,
    "projects_milestone": ROLL_UPS,
    "levers_lever": ROLL_UPS,
    "objectives_objective": ROLL_UPS,
    "objectives_strategicplan": EVERYTHING,
    "accounts_school": EVERYTHING,
}

# What an operation touched: its transition tables, and their rows.
OPERATIONS = {
    "INSERT": ("NEW TABLE AS touched", "SELECT * FROM touched"),
    "UPDATE": (
        "OLD TABLE AS before NEW TABLE AS touched",
        "SELECT * FROM touched UNION ALL SELECT * FROM before",
    ),
    "DELETE": ("OLD TABLE AS touched", "SELECT * FROM touched"),
}
COLUMNS = "indicator_id, school_id, year, only_roll_ups"


def mark_stale(table, operation):
    name = f"mark_stale_{table}_{operation.lower()}"
    transition_tables, rows = OPERATIONS[operation]
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO indicators_stalemark ({COLUMNS}, reason, marked_at)
            SELECT stale.*, '{table} {operation.lower()}', clock_timestamp()
            FROM (WITH rows AS ({rows}) {STALE[table]}) AS stale;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {operation} ON {table}
        REFERENCING {transition_tables}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """


# --- The past -------------------------------------------------------------------------------------

# The versioned tables, and the columns that their views show.
PAST = {
    "accounts_school": (
        "id code name former_name kind sites region first_year last_year merged_into_id rank"
    ),
    "objectives_strategicplan": (
        "id code name_fr name_en baseline_year first_year last_year validated_on presented_on "
        "on_track_from at_risk_from supersedes_id"
    ),
    "objectives_objective": "id plan_id code title_fr title_en weight rank archived_at",
    "levers_lever": "id plan_id code title_fr title_en weight rank archived_at kind",
    "projects_flagshipproject": (
        "id plan_id code title_fr title_en weight rank archived_at description_fr "
        "description_en leader lead_school_id source"
    ),
    "projects_serves": "id project_id objective_id lever_id weight inferred",
    "projects_milestone": "id project_id title_fr title_en due_on done_on weight is_demo",
    "projects_statusreport": "id project_id status sentence reported_on reported_by_id is_demo",
    "indicators_indicator": (
        "id code name_fr name_en definition_fr definition_en counted_on_fr counted_on_en "
        "left_out_fr left_out_en contact_fr contact_en is_proposed theme unit_fr unit_en "
        "decimals aggregation direction accumulation year_kind scale numerator_fr numerator_en "
        "denominator_fr denominator_en minimum maximum band_low band_high tolerance "
        "change_limit part_of_id parts_complete is_headline source rank archived_at"
    ),
    "indicators_indicatorlink": "id indicator_id objective_id lever_id project_id weight inferred",
    "indicators_target": (
        "id plan_id indicator_id school_id code year value growth_percent baseline_year "
        "baseline_value baseline_source trajectory is_reference perimeter_fr perimeter_en "
        "source sureness archived_at"
    ),
    "indicators_trajectorypoint": "id target_id year value",
    "indicators_figure": (
        "id indicator_id school_id year state value numerator denominator reason explanation "
        "confirmed status origin source version entered_by_id entered_at"
    ),
    "campaigns_campaign": "id plan_id year opens_at closes_at entered_by is_demo",
    "campaigns_extension": "id campaign_id school_id closes_at reason given_by_id given_at",
    "campaigns_submission": (
        "id campaign_id school_id state submitted_at submitted_by_id decided_at decided_by_id "
        "comment looked_at looked_by_id"
    ),
}

PAST_FUNCTIONS = """
    CREATE SCHEMA past;

    -- The versions of a row follow each other in time as they were written.
    CREATE FUNCTION imt_versions_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before timestamptz;
    BEGIN
        EXECUTE 'SELECT max(pgh_created_at) FROM ' || TG_RELID::regclass
            || ' WHERE pgh_obj_id = $1' INTO before USING NEW.pgh_obj_id;
        NEW.pgh_created_at := greatest(NEW.pgh_created_at, before);
        RETURN NEW;
    END $$;

    -- Of a copy of a view: a read-only transaction still lets temporary tables be written.
    CREATE FUNCTION imt_the_past_is_read_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE read_only_sql_transaction USING MESSAGE = 'the past cannot be written';
    END $$;
"""


def view_of_the_past(table, columns):
    names = ", ".join(f'"{column}"' for column in columns.split())
    event = f'"{table}event"'
    return f"""
        CREATE INDEX "{table}_version_then" ON {event} (pgh_obj_id, pgh_created_at, pgh_id);
        CREATE TRIGGER imt_versions_in_order BEFORE INSERT ON {event}
        FOR EACH ROW EXECUTE FUNCTION imt_versions_in_order();
        CREATE VIEW past."{table}" AS
        WITH RECURSIVE known(pgh_obj_id) AS (
            SELECT min(pgh_obj_id) FROM {event}
            UNION ALL
            SELECT (SELECT min(e.pgh_obj_id) FROM {event} AS e WHERE e.pgh_obj_id > k.pgh_obj_id)
            FROM known AS k WHERE k.pgh_obj_id IS NOT NULL
        )
        SELECT {names} FROM known CROSS JOIN LATERAL (
            SELECT {names}, pgh_label FROM {event} AS e
            WHERE e.pgh_obj_id = known.pgh_obj_id
            AND e.pgh_created_at <= current_setting('imtplan.as_of')::timestamptz
            ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
        ) AS latest
        WHERE pgh_label <> 'delete';
    """


# --- The way back ---------------------------------------------------------------------------------

# A function takes its triggers with it.
DROP_FUNCTIONS = """
DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
        AND (starts_with(proname, 'imt_') OR starts_with(proname, 'mark_stale_'))
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', routine);
    END LOOP;
END $$;
"""
DROP_PAST = "DROP SCHEMA past CASCADE;" + "".join(
    f'DROP INDEX "{table}_version_then";' for table in PAST
)


class Migration(migrations.Migration):
    replaces = [
        ("indicators", "0002_stale_triggers"),
        ("indicators", "0003_collection"),
        ("indicators", "0004_archive_and_ranges"),
        ("indicators", "0005_set_based_recompute"),
        ("indicators", "0006_two_clocks"),
        ("indicators", "0007_integrity"),
        ("indicators", "0008_lead_school_in_the_past"),
        ("indicators", "0009_same_as_last_year"),
        ("indicators", "0010_definitions"),
        ("indicators", "0011_growth_needs_a_baseline"),
        ("indicators", "0012_limits_in_points"),
        ("indicators", "0013_versions_in_order"),
        ("indicators", "0014_pending"),
        ("indicators", "0015_forecast_from_baseline"),
    ]

    dependencies = [
        ("accounts", "0001_initial"),
        ("objectives", "0001_initial"),
        ("levers", "0001_initial"),
        ("projects", "0001_initial"),
        ("indicators", "0001_initial"),
        ("campaigns", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(
            "".join(mark_stale(table, operation) for table in STALE for operation in OPERATIONS),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            PAST_FUNCTIONS + "".join(view_of_the_past(*item) for item in PAST.items()),
            DROP_PAST,
        ),
    ]
