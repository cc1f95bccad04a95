"""The views of the schema `past`, as SQL for the migrations that make them.

A migration that adds or removes a column of one of these tables ends with `recreate`, or one of
this app that comes after it does; a test says so when it was forgotten. One that drops a column, or
changes its type, begins with `drop` as well: PostgreSQL refuses to change what a view shows.
"""

from collections.abc import Callable, Container, Iterator
from typing import Any

# The versioned tables, and the apps whose models they are.
TABLES = {
    "accounts": ["School"],
    "objectives": ["StrategicPlan", "Objective"],
    "levers": ["Lever"],
    "projects": ["FlagshipProject", "Serves", "Milestone", "StatusReport"],
    "indicators": ["Indicator", "IndicatorLink", "Target", "TrajectoryPoint", "Figure"],
    "campaigns": ["Campaign", "Extension", "Submission"],
}


def view(table: str, columns: list[str]) -> str:
    """Of each row its last version until then, unless that says that the row was deleted.

    Versions of one transaction carry one moment; among them the last written is the last. The index
    gives the rows one after the other, and of each its version: however many versions there are,
    as many entries are read as there are rows.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    event = f'public."{table}event"'
    return f"""
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
        WHERE pgh_label <> 'delete'
    """


# The function that has the versions of a row follow each other in time as they were written.
IN_ORDER = "imt_versions_in_order"

_IN_ORDER = f"""
    CREATE OR REPLACE FUNCTION public.{IN_ORDER}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before timestamptz;
    BEGIN
        EXECUTE 'SELECT max(pgh_created_at) FROM ' || TG_RELID::regclass
            || ' WHERE pgh_obj_id = $1' INTO before USING NEW.pgh_obj_id;
        NEW.pgh_created_at := greatest(NEW.pgh_created_at, before);
        RETURN NEW;
    END $$
"""

# Of a copy of a view: a read-only transaction still lets temporary tables be written.
READ_ONLY = "imt_the_past_is_read_only"

_READ_ONLY = f"""
    CREATE OR REPLACE FUNCTION public.{READ_ONLY}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE read_only_sql_transaction USING MESSAGE = 'the past cannot be written';
    END $$
"""


def index_name(table: str) -> str:
    return f"{table}_version_then"


def in_order(table: str) -> str:
    """The index that the view reads by, and the trigger that its order rests on.

    A version carries the moment its transaction began. One that began earlier and had to wait for
    the row would be written last and dated first: it is dated with the version it follows.
    """
    event = f'public."{table}event"'
    return f"""
        CREATE INDEX IF NOT EXISTS "{index_name(table)}"
        ON {event} (pgh_obj_id, pgh_created_at, pgh_id);
        DROP TRIGGER IF EXISTS {IN_ORDER} ON {event};
        CREATE TRIGGER {IN_ORDER} BEFORE INSERT ON {event}
        FOR EACH ROW EXECUTE FUNCTION public.{IN_ORDER}()
    """


def mend_order(apps: Any, schema_editor: Any) -> None:
    """For `RunPython`: dates the versions that were written out of order before `in_order` was."""
    for table, _columns in _tables(apps):
        event = f'public."{table}event"'
        schema_editor.execute(f"""
            ALTER TABLE {event} DISABLE TRIGGER USER;
            UPDATE {event} AS e SET pgh_created_at = ordered.then
            FROM (
                SELECT pgh_id, max(pgh_created_at) OVER (
                    PARTITION BY pgh_obj_id ORDER BY pgh_id
                ) AS then
                FROM {event}
            ) AS ordered
            WHERE e.pgh_id = ordered.pgh_id AND e.pgh_created_at < ordered.then;
            ALTER TABLE {event} ENABLE TRIGGER USER
        """)


def create(apps: Any, schema_editor: Any, *, leave_out: Container[str] = ()) -> None:
    """For `RunPython`: every view, with the columns its model has at that migration."""
    schema_editor.execute("CREATE SCHEMA past")
    schema_editor.execute(_IN_ORDER)
    schema_editor.execute(_READ_ONLY)
    for table, columns in _tables(apps):
        schema_editor.execute(in_order(table))
        schema_editor.execute(view(table, [one for one in columns if one not in leave_out]))


def _tables(apps: Any) -> Iterator[tuple[str, list[str]]]:
    """Each versioned table with its columns, as its model has them at that migration."""
    for app, names in TABLES.items():
        for name in names:
            options = apps.get_model(app, name)._meta
            yield options.db_table, [field.column for field in options.concrete_fields]


def drop(apps: Any, schema_editor: Any) -> None:
    """For `RunPython`: the views, and the functions with the triggers that run them."""
    schema_editor.execute("DROP SCHEMA IF EXISTS past CASCADE")
    schema_editor.execute(f"DROP FUNCTION IF EXISTS public.{IN_ORDER}, public.{READ_ONLY} CASCADE")


def recreate(apps: Any, schema_editor: Any) -> None:
    drop(apps, schema_editor)
    create(apps, schema_editor)


def recreate_without(*columns: str) -> Callable[[Any, Any], None]:
    """For the way back of a migration, so that the one before it can drop its new columns."""

    def act(apps: Any, schema_editor: Any) -> None:
        drop(apps, schema_editor)
        create(apps, schema_editor, leave_out=columns)

    return act
