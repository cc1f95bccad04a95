"""Holds what the documents say of the repository against the repository."""

import hashlib
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

BASE = Path(__file__).resolve().parent.parent
README = (BASE / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((BASE / "pyproject.toml").read_text(encoding="utf-8"))


def tracked() -> list[str]:
    return subprocess.run(
        ["git", "ls-files"], cwd=BASE, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def blocks(text: str) -> list[str]:
    """What stands between the fences of a document."""
    return re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def rooms(paths: list[str]) -> set[str]:
    """Every folder on top, and every one right under imtplan/."""
    folders = {f"{folder}/" for path in paths for folder in Path(path).parents}
    return {folder for folder in folders if re.fullmatch(r"[^/]{2,}/|imtplan/[^/]+/", folder)}


def test_the_readme_names_every_room_and_no_other() -> None:
    (written,) = (block for block in blocks(README) if "  the frame" in block)

    assert set(re.findall(r"^(\S+/) +\S", written, re.MULTILINE)) == rooms(tracked())


def test_the_readme_has_the_staircase_that_is_checked() -> None:
    contract = PROJECT["tool"]["importlinter"]["contracts"][0]
    (written,) = (block for block in blocks(README) if "imtplan.urls" in block)
    # A step that takes several lines ends each with the colon that goes on.
    steps = re.sub(r":\n", ": ", written).splitlines()

    assert contract["type"] == "layers"
    assert steps == contract["layers"]


DOCUMENTS = [path for path in tracked() if path.endswith(".md")]


def links(text: str) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            yield target.partition("#")[0]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_to_a_file(document: str) -> None:
    path = BASE / document

    missing = [
        target
        for target in links(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert missing == []


# Of the text that the SPDX list keeps under EUPL-1.2, ended by one line end.
LICENCE_SHA256 = "57fb42fbcd0b037ce528ed8f72f1ec095d67bc6825ecf1448ff39be1fe68a4b4"


def test_the_licence_is_whole_and_named_by_its_identifier() -> None:
    (name,) = PROJECT["project"]["license-files"]

    assert PROJECT["project"]["license"] == "EUPL-1.2"
    assert hashlib.sha256((BASE / name).read_bytes()).hexdigest() == LICENCE_SHA256


CHANGELOG = (BASE / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_version_that_runs_is_the_newest_of_the_changelog() -> None:
    written = re.findall(r"^## (\d+\.\d+\.\d+), ", CHANGELOG, re.MULTILINE)

    assert written[0] == settings.VERSION == PROJECT["project"]["version"]
    assert written == sorted(written, key=lambda name: [*map(int, name.split("."))], reverse=True)


CONTRIBUTING = (BASE / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_contributing_names_what_is_there() -> None:
    makefile = (BASE / "Makefile").read_text(encoding="utf-8")
    files = set(re.findall(r"\b((?:\w+/)+\w+\.\w+)\b", CONTRIBUTING))
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    assert [path for path in files if not (BASE / path).is_file()] == []
    assert set(re.findall(r"\bmake ([a-z]+)", CONTRIBUTING)) <= targets
