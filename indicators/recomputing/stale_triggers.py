"""The triggers that write stale marks: on which tables, and what each of them says.

They stand in the database so that every way of writing (a form, an import, the admin, a shell,
psql) marks what it made stale, in its own transaction. One statement leaves one mark for each
indicator it touched, however many rows that were.

Migrations make them, with the SQL of their day. A test holds the database against this list and
prints the SQL that a migration lacks.
"""

COLUMNS = "indicator_id, school_id, year, only_roll_ups"

# Figures of one school and year are named; several years, and all of the indicator is stale. A
# draft counts in no view: as long as it is one, what is typed makes nothing stale.
_FIGURES = """
    SELECT indicator_id,
           CASE WHEN min(year) = max(year) AND min(school_id) = max(school_id)
               AND count(school_id) = count(*) THEN min(school_id) END,
           CASE WHEN min(year) = max(year) THEN min(year) END,
           false
    FROM rows WHERE status <> 'draft' GROUP BY indicator_id
"""
_WHOLE_INDICATOR = "SELECT DISTINCT {column}, NULL::bigint, NULL::smallint, false FROM rows"
# Where the target went in the same transaction, everything.
_OF_THE_TARGET = """
    SELECT DISTINCT target.indicator_id, NULL::bigint, NULL::smallint, false
    FROM rows LEFT JOIN indicators_target AS target ON target.id = rows.target_id
"""
_EVERYTHING = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, false FROM rows"
_ROLL_UPS = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, true FROM rows"

# What the `rows` of a table that were written make stale.
STALE = {
    "indicators_figure": _FIGURES,
    "indicators_target": _WHOLE_INDICATOR.format(column="indicator_id"),
    "indicators_indicator": _WHOLE_INDICATOR.format(column="id"),
    "indicators_trajectorypoint": _OF_THE_TARGET,
    "indicators_indicatorlink": _ROLL_UPS,
    "projects_flagshipproject": _ROLL_UPS,
    "projects_serves": _ROLL_UPS,
    "projects_milestone": _ROLL_UPS,
    "levers_lever": _ROLL_UPS,
    "objectives_objective": _ROLL_UPS,
    "objectives_strategicplan": _EVERYTHING,  # its years and its thresholds judge every target
    "accounts_school": _EVERYTHING,
}

TRANSITION_TABLES = {
    "INSERT": "NEW TABLE AS touched",
    "UPDATE": "OLD TABLE AS before NEW TABLE AS touched",
    "DELETE": "OLD TABLE AS touched",
}


def function_name(table: str, operation: str) -> str:
    return f"mark_stale_{table}_{operation.lower()}"


def trigger(table: str, operation: str) -> str:
    """The function and the trigger of one table and operation."""
    name = function_name(table, operation)
    rows = "SELECT * FROM touched"
    if operation == "UPDATE":  # a figure moved from one indicator to another makes both stale
        rows += " UNION ALL SELECT * FROM before"
    return f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO indicators_stalemark ({COLUMNS}, reason, marked_at)
            SELECT stale.*, '{table} {operation.lower()}', clock_timestamp()
            FROM (WITH rows AS ({rows}) {STALE[table]}) AS stale;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER {name} AFTER {operation} ON {table}
        REFERENCING {TRANSITION_TABLES[operation]}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """
