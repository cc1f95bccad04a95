"""Every number of the demonstration and of a made plan is what it was, byte for byte.

What they were stands beside this file. A change on purpose is written with `make golden`, and is
then read in the difference of those files.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import unified_diff
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from imtplan.accounts.models import User
from indicators.models import StaleMark
from indicators.recomputing.recompute import recompute_stale
from tests.golden import building, gathering

FOLDER = Path(__file__).parent
NOW = datetime(2022, 11, 14, 9, 30, tzinfo=UTC)
LINES_SHOWN = 40


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.django_db
def test_the_numbers_of_the_demonstration() -> None:
    for command in ("createcachetable", "load_plan", "load_demo"):
        call_command(command, stdout=StringIO(), verbosity=0)
    reader = reader_for(User.objects.get(email="direction.generale@demo.example"))
    texts = texts_of(reader, years=[2021, 2022], language="fr")
    pages = gathering.sentences(reader, ["fr"], 2021, "validated")
    hold("demonstration", texts | {"pages.txt": gathering.together(pages)})


@pytest.mark.django_db
def test_the_numbers_of_the_made_plan() -> None:
    call_command("createcachetable", verbosity=0)
    reader = reader_for(building.build())
    texts = texts_of(reader, years=[2017, 2020, 2021], language="en")
    pages = gathering.sentences(reader, ["fr", "en"], 2021, "provisional")
    hold("made_plan", texts | {"pages.txt": gathering.together(pages)})


def reader_for(user: User) -> gathering.Reader:
    while StaleMark.objects.exists():
        recompute_stale()
    client = Client()
    client.force_login(user)
    return gathering.Reader(client)


def texts_of(reader: gathering.Reader, *, years: list[int], language: str) -> dict[str, str]:
    sections = {
        "lists.txt": gathering.lists(reader),
        "tables.txt": gathering.tables(reader, language),
        "snapshots.txt": gathering.snapshots(reader, years[-1]),
        "explanations.txt": gathering.explanations(reader, years),
    }
    texts = {name: gathering.together(found) for name, found in sections.items()}
    return texts | {"results.jsonl": gathering.stored()}


# --- Held against the files -----------------------------------------------------------------------


def hold(name: str, texts: dict[str, str]) -> None:
    folder = FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        write(folder, texts)
    kept = {path.name: path.read_bytes().decode() for path in folder.glob("*")}
    differences = [
        shown(f"{name}/{file}", kept.get(file, ""), texts.get(file, ""))
        for file in sorted(kept.keys() | texts.keys())
        if kept.get(file) != texts.get(file)
    ]
    if differences:
        pytest.fail("\n\n".join([*differences, ON_PURPOSE]), pytrace=False)


ON_PURPOSE = (
    "These numbers or words are no longer what they were. If that is meant, `make golden` writes "
    "them anew: commit the difference with the change that makes it."
)


def write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*"):
        path.unlink()
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())


def shown(name: str, before: str, after: str) -> str:
    """The first lines of the difference, each part of it under the title of its section."""
    lines = [
        line
        for title, old, new in changed_sections(before, after)
        for line in (title, *list(unified_diff(old, new, lineterm="", n=0))[2:])
    ]
    more = [f"… and {len(lines) - LINES_SHOWN} more lines"] if len(lines) > LINES_SHOWN else []
    return "\n".join([f"--- tests/golden/{name}", *lines[:LINES_SHOWN], *more])


def changed_sections(before: str, after: str) -> Iterator[tuple[str, list[str], list[str]]]:
    old, new = sections_of(before), sections_of(after)
    for title in sorted(old.keys() | new.keys()):
        if old.get(title) != new.get(title):
            yield title, old.get(title, []), new.get(title, [])


def sections_of(text: str) -> dict[str, list[str]]:
    """By title; what stands before the first title is under none."""
    sections: dict[str, list[str]] = {"": []}
    for line in text.split("\n"):
        if line.startswith("## "):
            here = sections.setdefault(line, [])
        else:
            here = sections[list(sections)[-1]]
            here.append(line)
    return sections
