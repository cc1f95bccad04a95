"""Queries with statements that the database plans once for a connection."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg import Cursor


def ask(
    statement: str, parameters: Mapping[str, Any] | None = None, *, often: bool = False
) -> list[tuple[Any, ...]]:
    """Returns the rows of a statement; `often` prepares it, which saves the time to plan it.

    Django's own cursor cannot prepare. The errors are those of `django.db`.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=often)
        return cursor.fetchall() if cursor.description else []
