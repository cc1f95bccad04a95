"""A database that cannot hold the plan stops every process before its first query."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.databases import drop_database, use_database
from tests.deployment import BASE
from tests.worker import database_url_of_the_test

PROCESSES = {
    "web": ["-m", "gunicorn", "imtplan.wsgi:application", "--bind=127.0.0.1:0"],
    "worker": ["-m", "celery", "--app=imtplan", "worker"],
    "beat": ["-m", "celery", "--app=imtplan", "beat", "--schedule={folder}/beat", "--pidfile="],
    "migrate": ["manage.py", "migrate"],
    "load_plan": ["manage.py", "load_plan"],
}
UNFIT = {
    "SQL_ASCII": "leads to a database in SQL_ASCII, which cannot hold every text. Write",
    "LATIN1": "leads to a database in LATIN1, which cannot hold every text. Write",
    "UTF8": "knows no letters beyond a to z, so that é is not found by É. Write",
}


@pytest.fixture
def database(request: pytest.FixtureRequest, django_db_blocker: object) -> Iterator[str]:
    """The address of an empty database in an encoding, with the locale C."""
    name = f"{connection.settings_dict['NAME']}_unfit"
    with django_db_blocker.unblock():
        drop_database(name)
        with connection._nodb_cursor() as cursor:
            cursor.execute(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING '{request.param}' "
                "LOCALE_PROVIDER libc LOCALE 'C'"
            )
        with use_database(name):
            address = database_url_of_the_test()
        yield address
        drop_database(name)


def start(
    process: str, address: str, folder: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(part.format(folder=folder) for part in PROCESSES[process])],
        cwd=BASE,
        env={
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "k7Qz9-" * 10,
            "SECURE": "false",
            "DATABASE_URL": address,
            "REDIS_URL": "redis://localhost:1/0",
        }
        | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("process", ["web", "worker", "beat"])
def test_what_runs_does_not_sign_in_as_the_owner(process: str, tmp_path: Path) -> None:
    done = start(process, "postgres://site@h/x", tmp_path, DATABASE_OWNER_URL="postgres://own@h/x")

    assert "DATABASE_OWNER_URL is set for a part that needs no such right. Write" in done.stderr
    assert done.returncode == 3


def test_a_web_server_without_its_static_files(tmp_path: Path) -> None:
    done = start("web", "postgres://site@h/x", tmp_path, STATIC_ROOT=str(tmp_path))

    assert "STATIC_ROOT is a folder in which no static files were collected. Write" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 3


@pytest.mark.usefixtures("django_db_setup")
@pytest.mark.parametrize(
    ("database", "process"),
    [*(("LATIN1", process) for process in PROCESSES), ("SQL_ASCII", "migrate"), ("UTF8", "web")],
    indirect=["database"],
)
def test_a_database_that_cannot_hold_the_plan(
    database: str, process: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    done = start(process, database, tmp_path)
    encoding = request.node.callspec.params["database"]

    assert UNFIT[encoding] in done.stderr
    assert done.returncode == 3
    assert done.stderr.count("DATABASE_URL leads to") == 1
    assert "Traceback" not in done.stderr
