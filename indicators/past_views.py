"""The views of the schema `past`, as SQL for the migrations that make them.

A migration that adds or removes a column of one of these tables ends with `recreate`, or one of
this app that comes after it does; a test says so when it was forgotten. One that drops a column, or
changes its type, begins with `drop` as well: PostgreSQL refuses to change what a view shows.
"""

from collections.abc import Callable, Container
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

    Versions of one transaction carry one moment; among them the last written is the last.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    return f"""
        CREATE VIEW past."{table}" AS
        SELECT {names} FROM (
            SELECT DISTINCT ON (pgh_obj_id) * FROM public."{table}event"
            WHERE pgh_created_at <= current_setting('imtplan.as_of')::timestamptz
            ORDER BY pgh_obj_id, pgh_id DESC
        ) AS latest
        WHERE pgh_label <> 'delete'
    """


def create(apps: Any, schema_editor: Any, *, leave_out: Container[str] = ()) -> None:
    """For `RunPython`: every view, with the columns its model has at that migration."""
    schema_editor.execute("CREATE SCHEMA past")
    for app, names in TABLES.items():
        for name in names:
            model = apps.get_model(app, name)
            fields = model._meta.concrete_fields
            columns = [one.column for one in fields if one.column not in leave_out]
            schema_editor.execute(view(model._meta.db_table, columns))


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP SCHEMA IF EXISTS past CASCADE")


def recreate(apps: Any, schema_editor: Any) -> None:
    drop(apps, schema_editor)
    create(apps, schema_editor)


def recreate_without(*columns: str) -> Callable[[Any, Any], None]:
    """For the way back of a migration, so that the one before it can drop its new columns."""

    def act(apps: Any, schema_editor: Any) -> None:
        drop(apps, schema_editor)
        create(apps, schema_editor, leave_out=columns)

    return act
