"""What `make run` does with tables that an older state of the code left."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from imtplan.environment import WrongSettings
from imtplan.prepare import refuse_unfinished_tables
from tests.databases import use_database
from tests.deployment import BASE

TOO_OLD = "too old to be brought up to date. `make clean` removes the data of `make run`"


def test_tables_that_are_up_to_date_are_taken(db: None) -> None:
    refuse_unfinished_tables()


def test_tables_of_the_migrations_before_are_taken(db: None) -> None:
    """All of those, and none of the names that stand in their place since."""
    rows = MigrationRecorder(connection).migration_qs
    rows.filter(app__in=["exports", "integrity"], name="0001_initial").delete()
    rows.filter(app="indicators", name="0002_functions_triggers_views").delete()
    refuse_unfinished_tables()


@pytest.mark.parametrize(
    ("app", "name"),
    [("accounts", "0009_keep_a_plan_office"), ("indicators", "0012_limits_in_points")],
)
def test_tables_left_before_the_last_of_them_are_refused(db: None, app: str, name: str) -> None:
    MigrationRecorder(connection).record_unapplied(app, name)
    with pytest.raises(WrongSettings, match=f"The tables of {app} .* {TOO_OLD}"):
        refuse_unfinished_tables()


def test_the_refusal_is_a_sentence(empty_database: str, tmp_path: Path) -> None:
    name = connection.settings_dict["NAME"]
    with use_database(f"{name}_empty"):
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        recorder.record_applied("accounts", "0001_initial")
    done = subprocess.run(
        [sys.executable, "-m", "imtplan.prepare", tmp_path / "logins"],
        cwd=BASE,
        env={
            **os.environ,
            "DATABASE_URL": empty_database,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert TOO_OLD in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 3
