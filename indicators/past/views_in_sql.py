"""What the schema `past` reads: which tables, and what each of them has in the database for it.

Migrations make it, with the SQL of their day. A test holds the database against this list and
prints the SQL that a migration lacks.
"""

from collections.abc import Sequence

# The versioned tables, and the apps whose models they are.
TABLES = {
    "accounts": ["School"],
    "objectives": ["StrategicPlan", "Objective"],
    "levers": ["Lever"],
    "projects": ["FlagshipProject", "Serves", "Milestone", "StatusReport"],
    "indicators": ["Indicator", "IndicatorLink", "Target", "TrajectoryPoint", "Figure"],
    "campaigns": ["Campaign", "Extension", "Submission"],
}

# The function that has the versions of a row follow each other in time as they were written.
IN_ORDER = "imt_versions_in_order"
# Of a copy of a view: a read-only transaction still lets temporary tables be written.
READ_ONLY = "imt_the_past_is_read_only"


def view(table: str, columns: Sequence[str]) -> str:
    """Of each row its last version until then, unless that says that the row was deleted.

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
    """


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
