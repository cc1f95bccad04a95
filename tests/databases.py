"""Copies of the test's database: a copy takes a fraction of a second, loading its rows many."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


def copy_database(source: str, copy: str) -> None:
    """Make the database `copy` anew, as `source` is now. Nobody may be connected to `source`."""
    connection.close()
    drop_database(copy)
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source]
        )
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{source}"')


def drop_database(name: str) -> None:
    """Remove the database, and throw out whoever is still connected to it."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def count_locks(*, waiting: bool = False, kind: str | None = None) -> int:
    """Return how many locks the sessions of this database hold, or wait for, of one kind or of any.
    Other processes of a run work on databases of their own, in the same server."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_locks
            WHERE granted <> %s AND locktype = coalesce(%s, locktype) AND pid IN
                (SELECT pid FROM pg_stat_activity WHERE datname = current_database())""",
            [waiting, kind],
        )
        return int(cursor.fetchone()[0])


def make_once(name: str, kind: str, make: Callable[[], object]) -> None:
    """Have the database `name`, which `make` makes, from nothing or in an empty one. Of the
    processes of one parallel run the first makes it, and the others copy what it made."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        make()
        return
    shared = shared_copy(kind)
    with connection._nodb_cursor() as lock:
        lock.execute("SELECT pg_advisory_lock(hashtext(%s))", [shared])
        lock.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [shared])
        if lock.fetchone()[0]:
            copy_database(shared, name)
        else:
            make()
            copy_database(name, shared)


def shared_copy(kind: str) -> str:
    return f"imtplan_{os.environ.get('PYTEST_XDIST_TESTRUNUID', 'alone')}_{kind}"


@contextmanager
def use_database(name: str) -> Iterator[None]:
    """Connect this process, its server's threads included, to another database."""
    before = connection.settings_dict["NAME"]
    _switch_to(name)
    try:
        yield
    finally:
        _switch_to(before)


def _switch_to(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
