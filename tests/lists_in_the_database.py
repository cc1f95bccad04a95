"""What `stale_triggers` and `past_views` list, held against what the migrations made."""

from django.apps import apps
from django.db import connection

from indicators.past import views_in_sql as past_views
from indicators.recomputing import stale_triggers

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
        stale_triggers.function_name(table, operation): stale_triggers.trigger(table, operation)
        for table in stale_triggers.STALE
        for operation in stale_triggers.TRANSITION_TABLES
    }
    for app, names in past_views.TABLES.items():
        for name in names:
            options = apps.get_model(app, name)._meta
            table = options.db_table
            columns = [field.column for field in options.concrete_fields]
            made[f"past.{table}"] = past_views.view(table, columns)
            made[f"{table}_version_then"] = past_views.index(table)
            made[f"{past_views.IN_ORDER} {table}event"] = past_views.in_order(table)
    return made


def compare() -> None:
    """Fails with the SQL that a migration lacks. Makes all of it anew: for a test's transaction."""
    wanted, before = statements(), _installed()
    with connection.cursor() as cursor:
        for statement in wanted.values():
            cursor.execute(statement)
    after = _installed()
    lacking = [sql for name, sql in wanted.items() if before.get(name) != after[name]]
    assert not lacking, LACKING + "".join(lacking)
    assert not before.keys() - wanted.keys(), LEFT_OVER + ", ".join(before.keys() - wanted.keys())


def _installed() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_INSTALLED, [past_views.IN_ORDER])
        return {name: " ".join(definition.split()) for name, definition in cursor.fetchall()}
