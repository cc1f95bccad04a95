"""The tables that `stale_triggers` and `past` list, held against what the migrations made."""

from collections.abc import Sequence

from django.apps import apps
from django.db import connection

from indicators import past
from indicators.models import CountedFigure
from indicators.recomputing import stale_triggers

# The function that has the versions of a row follow each other in time as they were written.
IN_ORDER = "imt_versions_in_order"
MARK = "indicator_id, school_id, year, only_roll_ups"
TRANSITION_TABLES = {
    "INSERT": "NEW TABLE AS touched",
    "UPDATE": "OLD TABLE AS before NEW TABLE AS touched",
    "DELETE": "OLD TABLE AS touched",
}

# What the database has of it, as PostgreSQL itself writes it out.
_INSTALLED = """
    SELECT tgname, pg_get_triggerdef(trigger.oid) || prosrc
    FROM pg_trigger AS trigger JOIN pg_proc AS function ON function.oid = tgfoid
    WHERE starts_with(tgname, 'mark_stale_')
    UNION ALL
    SELECT tgname || ' ' || tgrelid::regclass, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE tgname = %s
    UNION ALL
    SELECT 'past.' || viewname, definition FROM pg_views WHERE schemaname = 'past'
    UNION ALL
    SELECT indexname, indexdef FROM pg_indexes WHERE right(indexname, 13) = '_version_then'
"""
LACKING = (
    "Migrations lack this SQL. Give it to `migrations.RunSQL`, as the last operation of the "
    "migration that makes or changes the table (see docs/architecture.md):\n"
)
LEFT_OVER = "The lists of indicators/ name these no more: write a migration that drops them. "


def statements() -> dict[str, str]:
    """The SQL of everything that the lists name, by the name of what it makes."""
    made = {
        stale_triggers.function_name(table, operation): stale_trigger(table, operation)
        for table in stale_triggers.STALE
        for operation in stale_triggers.OPERATIONS
    }
    for app, names in past.VERSIONED.items():
        for name in names:
            options = apps.get_model(app, name)._meta
            table = options.db_table
            columns = [field.column for field in options.concrete_fields]
            made[f"past.{table}"] = view(table, columns)
            made[f"{table}_version_then"] = index(table)
            made[f"{IN_ORDER} {table}event"] = in_order(table)
    options = CountedFigure._meta
    columns = [field.column for field in options.concrete_fields]
    made[f"past.{options.db_table}"] = view_of_what_counted(columns)
    return made


def stale_trigger(table: str, operation: str) -> str:
    """The function and the trigger of one table and operation."""
    name = stale_triggers.function_name(table, operation)
    rows = "SELECT * FROM touched"
    if operation == "UPDATE":  # a figure moved from one indicator to another makes both stale
        rows += " UNION ALL SELECT * FROM before"
    return f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO indicators_stalemark ({MARK}, reason, marked_at)
            SELECT stale.*, '{table} {operation.lower()}', clock_timestamp()
            FROM (WITH rows AS ({rows}) {stale_triggers.STALE[table]}) AS stale;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER {name} AFTER {operation} ON {table}
        REFERENCING {TRANSITION_TABLES[operation]}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """  # noqa: S608 - the names are ours


def view(table: str, columns: Sequence[str]) -> str:
    """The last version of each row until then, unless it says that the row was deleted.

    Versions of one transaction carry one moment; among them the last written is the last. The index
    gives the rows one after the other, and of each its version: however many versions there are,
    as many entries are read as there are rows.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    event = f'public."{table}event"'
    return f"""
        DROP VIEW IF EXISTS past."{table}";
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
    """  # noqa: S608 - the names are ours


def view_of_what_counted(columns: Sequence[str]) -> str:
    """For each figure and view, the last version until then that counted: `CountedFigure`.

    A figure that was deleted counts no more, whatever was validated of it.
    """
    event = 'public."indicators_figureevent"'
    made = {"id": "pgh_obj_id * 2 + views.number", "figure_id": "pgh_obj_id", "view": "views.view"}
    names = ", ".join(f'{made.get(column, f"latest.{column}")} AS "{column}"' for column in columns)
    content = ", ".join(f'"{column}"' for column in columns if column not in made)
    then = "e.pgh_created_at <= current_setting('imtplan.as_of')::timestamptz"
    return f"""
        DROP VIEW IF EXISTS past."indicators_countedfigure";
        CREATE VIEW past."indicators_countedfigure" AS
        WITH RECURSIVE known(pgh_obj_id) AS (
            SELECT min(pgh_obj_id) FROM {event}
            UNION ALL
            SELECT (SELECT min(e.pgh_obj_id) FROM {event} AS e WHERE e.pgh_obj_id > k.pgh_obj_id)
            FROM known AS k WHERE k.pgh_obj_id IS NOT NULL
        )
        SELECT {names} FROM known CROSS JOIN (VALUES
            (0, 'validated', ARRAY['validated']),
            (1, 'provisional', ARRAY['validated', 'submitted'])
        ) AS views(number, view, statuses)
        CROSS JOIN LATERAL (
            SELECT {content} FROM {event} AS e
            WHERE e.pgh_obj_id = known.pgh_obj_id AND {then}
            AND e.status = ANY (views.statuses)
            ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
        ) AS latest
        WHERE (
            SELECT pgh_label FROM {event} AS e
            WHERE e.pgh_obj_id = known.pgh_obj_id AND {then}
            ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
        ) <> 'delete';
    """  # noqa: S608 - the names are ours


def index(table: str) -> str:
    """The index that the view reads by."""
    name = f"{table}_version_then"
    return f"""
        DROP INDEX IF EXISTS public."{name}";
        CREATE INDEX "{name}" ON public."{table}event" (pgh_obj_id, pgh_created_at, pgh_id);
    """


def in_order(table: str) -> str:
    """The trigger that the order of the view rests on.

    A version carries the moment its transaction began. One that began earlier and had to wait for
    the row would be written last and dated first: it is dated with the version it follows.
    """
    event = f'public."{table}event"'
    return f"""
        DROP TRIGGER IF EXISTS {IN_ORDER} ON {event};
        CREATE TRIGGER {IN_ORDER} BEFORE INSERT ON {event}
        FOR EACH ROW EXECUTE FUNCTION public.{IN_ORDER}();
    """


def compare() -> None:
    """Fails with the SQL that a migration lacks. Makes all of it anew: for a test's transaction."""
    listed, before = statements(), _installed()
    with connection.cursor() as cursor:
        for statement in listed.values():
            cursor.execute(statement)
    after = _installed()
    lacking = [sql for name, sql in listed.items() if before.get(name) != after[name]]
    assert not lacking, LACKING + "".join(lacking)
    assert not before.keys() - listed.keys(), LEFT_OVER + ", ".join(before.keys() - listed.keys())


def _installed() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_INSTALLED, [IN_ORDER])
        return {name: " ".join(definition.split()) for name, definition in cursor.fetchall()}
