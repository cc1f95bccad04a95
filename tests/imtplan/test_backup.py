"""docker/backup.sh, with a program in the place of the container engine, which is not at hand."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.deployment import BASE

SCRIPT = BASE / "docker" / "backup.sh"
DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two dumps, of which one is older than a month, and a file that is no dump."""
    folder = tmp_path / "backups"
    folder.mkdir()
    for name, days in (("imtplan-old.dump", 40), ("imtplan-new.dump", 3), ("notes.txt", 40)):
        (folder / name).write_text(name)
        os.utime(folder / name, (time.time() - days * DAY,) * 2)
    return folder


def back_up(folder: Path, engine: str) -> int:
    program = folder.parent / "docker"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder.parent}/asked\n{engine}\n')
    program.chmod(0o755)
    environment = {"PATH": f"{folder.parent}:{os.environ['PATH']}", "TZ": "UTC"}
    return subprocess.run([SCRIPT, folder], env=environment, check=False).returncode


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_dump_is_private_and_the_oldest_goes(folder: Path) -> None:
    today = f"imtplan-{time.strftime('%F', time.gmtime())}.dump"

    assert back_up(folder, "echo whole") == 0
    assert names(folder) == {today, "imtplan-new.dump", "notes.txt"}
    assert (folder / today).read_text() == "whole\n"
    assert (folder / today).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    asked = (folder.parent / "asked").read_text()
    assert "exec -T postgres pg_dump --username=imtplan --format=custom imtplan" in asked


def test_a_dump_that_breaks_off_takes_no_name_and_removes_none(folder: Path) -> None:
    assert back_up(folder, "echo half; exit 1") == 1
    dumps = {name for name in names(folder) if name.endswith(".dump")}
    assert dumps == {"imtplan-new.dump", "imtplan-old.dump"}


def test_the_documentation_has_it_outside_the_checkout() -> None:
    text = (BASE / "docs" / "operations.md").read_text(encoding="utf-8")
    assert "/srv/imtplan/docker/backup.sh /var/backups/imtplan" in text
    assert "dump > imtplan" not in text
