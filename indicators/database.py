"""Asking the database with statements that it plans once for a connection."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg import Cursor


def ask(
    statement: str, parameters: Mapping[str, Any] | None = None, *, often: bool = False
) -> list[tuple[Any, ...]]:
    """The rows of a statement. `often`: prepared, because planning takes as long as running.

    Beside Django's own cursor, which cannot prepare. Errors are those of `django.db`.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=often)
        return cursor.fetchall() if cursor.description else []
