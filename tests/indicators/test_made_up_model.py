"""A model is added as docs/architecture.md says: kept, stale-marking, read in the past."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.deployment import BASE


def test_a_made_up_model_works_from_zero(empty_database: str, tmp_path: Path) -> None:
    migrations = tmp_path / "made_up_migrations"
    migrations.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.made_up", migrations],
        cwd=BASE,
        env={
            **os.environ,
            "DATABASE_URL": empty_database,
            "DJANGO_SETTINGS_MODULE": "tests.made_up.settings",
            "PYTHONPATH": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "versions": [["insert", "before"], ["update", "after"]],
        "stale": ["made_up_footnote update"],
        "of its indicator": True,
        "then": "before",
        "now": "after",
    }
