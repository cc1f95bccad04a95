"""Triggers that mark what a write makes stale, as they were first. Migration 0005 replaces them."""

from django.db import migrations

# What a table's rows say of the indicator that becomes stale; None: everything does.
INDICATOR_COLUMN = {
    "indicators_figure": "indicator_id",
    "indicators_target": "indicator_id",
    "indicators_indicator": "id",
    "indicators_indicatorlink": "indicator_id",
    "indicators_trajectorypoint": None,
    "projects_flagshipproject": None,
    "projects_serves": None,
    "projects_milestone": None,
    "levers_lever": None,
    "objectives_objective": None,
    "objectives_strategicplan": None,
    "accounts_school": None,
}

TRANSITION_TABLES = {
    "INSERT": "NEW TABLE AS touched",
    "UPDATE": "OLD TABLE AS before NEW TABLE AS touched",
    "DELETE": "OLD TABLE AS touched",
}


def function_name(table: str, operation: str) -> str:
    return f"mark_stale_{table}_{operation.lower()}"


def create(table: str, operation: str) -> str:
    """The function and the trigger of one table and operation."""
    column = INDICATOR_COLUMN[table]
    name = function_name(table, operation)
    source = "SELECT * FROM touched"
    if operation == "UPDATE":  # a link moved from one indicator to another makes both stale
        source += " UNION ALL SELECT * FROM before"
    indicator = f"rows.{column}" if column else "NULL::bigint"
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO indicators_stalemark (indicator_id, reason, marked_at)
            SELECT stale.indicator_id, '{table} {operation.lower()}', clock_timestamp()
            FROM (SELECT DISTINCT {indicator} AS indicator_id FROM ({source}) AS rows) AS stale;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {operation} ON {table}
        REFERENCING {TRANSITION_TABLES[operation]}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """


def drop(table: str, operation: str) -> str:
    name = function_name(table, operation)
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


def every(statement: object) -> list[str]:
    return [
        statement(table, operation) for table in INDICATOR_COLUMN for operation in TRANSITION_TABLES
    ]  # type: ignore[operator]


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
