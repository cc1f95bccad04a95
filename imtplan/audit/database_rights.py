"""Give the database role that runs the site its rights, and no more.

It reads and writes rows. It owns nothing, so it can neither alter nor empty a table, nor switch off
a trigger. Where a model's triggers protect its rows, it has no right to change or delete them
either: a session can have the triggers of pgtrigger ignored, but not PostgreSQL's rights.
"""

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql

# A table without a model, and one of a library that belongs to the history.
READ_ALONE = {"django_migrations"}
NEVER_DELETED = {"pghistory_context"}
SCHEMAS = ("public", "past")


class RoleRefused(Exception):
    """The role may do more than run the site, or cannot be made; the message says what to do."""


@transaction.atomic
def give_rights(role: str, password: str = "") -> None:
    """Make the role if it is missing, take away its rights and give it those that it needs.

    The owner of the tables calls this after each change of them.
    """
    _refuse_the_owner(role)
    _make_role(role, password)
    name = sql.Identifier(role)
    _run("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", sql.Identifier(_database()), name)
    _run("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}", name)
    for schema in map(sql.Identifier, SCHEMAS):
        _run("GRANT USAGE ON SCHEMA {} TO {}", schema, name)
        _run("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}", schema, name)
        _run("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", schema, name)
    _run("GRANT SELECT, USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {}", name)
    for table, rights in rights_by_table().items():
        for right in rights:
            _run("GRANT {} ON public.{} TO {}", right, sql.Identifier(table), name)


def rights_by_table() -> dict[str, list[sql.Composable]]:
    """Returns the rights beyond reading, for each table of the database."""
    kinds = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy  # the triggers are those of its model
    }
    tables = connection.introspection.table_names()
    return {
        table: list(_rights(table, kinds.get(table))) for table in tables if table not in READ_ALONE
    }


def _rights(table: str, model: type[models.Model] | None) -> Iterator[sql.Composable]:
    protections = _protections(model)
    refused = {str(operation) for trigger in protections for operation in _operations(trigger)}
    yield sql.SQL("INSERT")
    if "DELETE" not in refused and table not in NEVER_DELETED:
        yield sql.SQL("DELETE")
    if "UPDATE" not in refused:
        yield sql.SQL("UPDATE")
    elif model and (free := _free_columns(model, protections)):
        yield sql.SQL("UPDATE ({})").format(sql.SQL(", ").join(map(sql.Identifier, free)))


def _protections(model: type[models.Model] | None) -> list[pgtrigger.Protect]:
    triggers = getattr(model._meta, "triggers", []) if model else []
    return [trigger for trigger in triggers if isinstance(trigger, pgtrigger.Protect)]


def _operations(trigger: pgtrigger.Protect) -> list[Any]:
    operation: Any = trigger.operation
    return list(operation) if isinstance(operation, pgtrigger.Operations) else [operation]


def _free_columns(model: type[models.Model], protections: list[pgtrigger.Protect]) -> list[str]:
    """Returns the columns that may be emptied when the row they refer to is deleted."""
    conditions = [trigger.condition for trigger in protections if trigger.condition]
    kept = [getattr(condition, "fields", None) or [] for condition in conditions]
    if not all(kept):  # a condition on all columns names none
        return []
    names = {"id"}.union(*kept)
    fields = model._meta.concrete_fields if kept else []
    return [str(field.column) for field in fields if field.name not in names]


# --- The role -------------------------------------------------------------------------------------


def _refuse_the_owner(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(rolname, current_user, 'MEMBER') OR rolsuper "
            "FROM pg_roles WHERE rolname = %s",
            [role],
        )
        row = cursor.fetchone()
    if row and row[0]:
        raise RoleRefused(
            f"The role {role} of DATABASE_URL owns the tables, or may act as their owner. "
            "Write another one there: it is made if it is missing."
        )


def _make_role(role: str, password: str) -> None:
    """Make the role if it is missing, and set its password if the owner of the tables may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        is_there = cursor.fetchone() is not None
        cursor.execute(
            "SELECT rolsuper, rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        is_superuser, may_make = cursor.fetchone()
    if not is_there and not may_make:
        raise RoleRefused(
            f"The role {role} of DATABASE_URL is missing, and this owner may make none. "
            f"Have an administrator do it: CREATE ROLE {role} LOGIN PASSWORD '…'."
        )
    if not is_there:
        _run("CREATE ROLE {} LOGIN", sql.Identifier(role))
    if password and (is_superuser or not is_there):
        _run(
            "ALTER ROLE {} PASSWORD {}", sql.Identifier(role), sql.Literal(_hashed(role, password))
        )


def _hashed(role: str, password: str) -> str:
    """Returns the password as the server stores it, so that it is in no statement and no log."""
    connection.ensure_connection()
    server = connection.connection.pgconn
    return str(server.encrypt_password(password.encode(), role.encode()).decode())


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _run(statement: str, *parts: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*parts))
