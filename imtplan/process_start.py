"""Begin a process: if the settings or the database are wrong, end it with sentences.

manage.py, the web server, the worker, beat and `imtplan.prepare` begin with this.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from imtplan.environment import WrongSettings

logger = logging.getLogger(__name__)
# By this code gunicorn does not start the worker again: it ends, and so does its container.
CANNOT_START = 3
NOT_UTF8 = (
    "DATABASE_URL leads to a database in {encoding}, which cannot hold every text. Write the "
    "address of one that was made with: createdb --encoding=UTF8 --template=template0 imtplan."
)
OWNER_SERVES = (
    "DATABASE_OWNER_URL is set for a part that needs no such right. Write it for manage.py migrate "
    "alone, and leave it out here."
)
NOT_COLLECTED = (
    "STATIC_ROOT is a folder in which no static files were collected. Write the one that manage.py "
    "collectstatic filled, or run it."
)
OWNS_TABLES = (
    "The role of DATABASE_URL owns the tables, and could unmake what happened: see `Two roles` in "
    "docs/operations.md."
)
NO_LETTERS = (
    "DATABASE_URL leads to a database that knows no letters beyond a to z, so that é is not "
    "found by É. Write the address of one that was made with: createdb --encoding=UTF8 "
    "--locale=C.UTF-8 --template=template0 imtplan."
)


@contextmanager
def ending_with_sentences() -> Iterator[None]:
    """End the process with sentences if the settings, which are read inside, are wrong."""
    try:
        connection_created.connect(refuse_unfit_database)
        yield
    except WrongSettings as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(CANNOT_START)


def meet_the_database() -> None:
    """Connect once, and raise `WrongSettings` for an unfit database; one that is down is no error.

    The running parts call this. The commands that prepare the tables sign in as their owner.
    """
    if settings.OWNER_IS_APART:
        raise WrongSettings([OWNER_SERVES])
    own = connection.copy()  # the worker forks afterwards: nothing may be left open
    try:
        own.ensure_connection()
        if settings.IN_PRODUCTION and owns_the_tables(own):
            logger.warning(OWNS_TABLES)
    except OperationalError:
        return
    finally:
        own.close()


def meet_the_static_files() -> None:
    """Raise `WrongSettings` without the list of the collected files: every page would fail."""
    collected = not isinstance(staticfiles_storage, ManifestFilesMixin) or (
        staticfiles_storage.hashed_files
    )
    if not collected and not settings.DEBUG:
        raise WrongSettings([NOT_COLLECTED])


def owns_the_tables(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class "
            "WHERE oid = to_regclass('public.audit_event')"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def refuse_unfit_database(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Raise `WrongSettings` at the first connection, before its first query, if it is unfit."""
    fault = fault_of(connection)
    if fault:
        connection.close()
        raise WrongSettings([fault])
    connection_created.disconnect(refuse_unfit_database)


def fault_of(connection: BaseDatabaseWrapper) -> str:
    encoding = connection.connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        return NOT_UTF8.format(encoding=encoding)
    with connection.cursor() as cursor:
        cursor.execute("SELECT upper('é') = 'É'")
        (knows_letters,) = cursor.fetchone()
    return "" if knows_letters else NO_LETTERS
