"""Holds docker-compose.yml and docs/operations.md against the code; test_image.py, the Dockerfile.

No container engine runs where the tests do: what can be read is read, and what can run without an
engine (the settings with these variables, the static files) runs.
"""

import importlib.metadata
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.deployment import BASE, IMAGES, SECRETS, SETTABLE, VARIABLES, manage

OPERATIONS = (BASE / "docs" / "operations.md").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((BASE / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (BASE / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
# Programs of the images themselves, and how the wheels name theirs.
IN_IMAGES = {"postgres": {"pg_isready"}, "redis": {"redis-server", "redis-cli"}}
PROGRAMS = {"gunicorn": "gunicorn", "celery": "celery", "python": None, "sh": None}


def substituted(value: str) -> str:
    """As compose does it, with example.org for what must be given."""
    value = re.sub(r"\$\{IMTPLAN_HOST[^}]*\}", "plan.example.org", str(value))
    value = re.sub(r"\$\{IMTPLAN_MAIL_FROM:\?[^}]*\}", "plan@example.org", value)
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)


# --- docs/operations.md ---------------------------------------------------------------------------


def table_rows(heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by the first cell's code."""
    text = OPERATIONS.split(f"\n{heading}\n", 1)[1]
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|$", text.split("\n## ")[0], re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


def test_the_table_of_variables_is_the_settings() -> None:
    assert set(table_rows("## Variables")) == VARIABLES


def test_the_table_tells_the_secrets() -> None:
    rows = table_rows("## Variables")
    assert {name for name, cells in rows.items() if cells[0].endswith("secret")} == SECRETS


def test_the_table_tells_the_images() -> None:
    rows = table_rows("## In production: docker compose")
    assert {name: cells[0].strip("`") for name, cells in rows.items()} == IMAGES


def test_it_is_said_that_no_engine_ran_these() -> None:
    assert "were not run on a container engine" in " ".join(OPERATIONS.split())


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (BASE / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", OPERATIONS)) <= targets


# --- docker-compose.yml ---------------------------------------------------------------------------


@pytest.mark.parametrize("service", OURS)
class TestOurServices:
    def test_sets_only_what_the_settings_read(self, service: str) -> None:
        assert set(SERVICES[service]["environment"]) <= SETTABLE

    def test_sets_all_that_must_be_set(self, service: str) -> None:
        given = {name.removesuffix("_FILE") for name in SERVICES[service]["environment"]}
        needed = SECRETS - {"DATABASE_OWNER_URL"}
        assert needed | {"ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SITE_URL"} <= given

    def test_only_what_migrates_signs_in_as_the_owner(self, service: str) -> None:
        has_it = "DATABASE_OWNER_URL_FILE" in SERVICES[service]["environment"]
        assert has_it == (service == "migrate")
        assert ("owner_database_url" in SERVICES[service]["secrets"]) == (service == "migrate")

    def test_is_neither_insecure_nor_a_demonstration(self, service: str) -> None:
        assert not {"DEBUG", "DEMO", "SECURE"} & set(SERVICES[service]["environment"])

    def test_no_secret_is_written_in_the_file(self, service: str) -> None:
        environment = SERVICES[service]["environment"]
        for name in ("SECRET_KEY", "DATABASE_URL", "EMAIL_URL"):
            assert environment[f"{name}_FILE"].startswith("/run/secrets/")
            assert name not in environment

    def test_has_the_secrets_it_reads(self, service: str) -> None:
        read = {
            Path(value).name
            for name, value in SERVICES[service]["environment"].items()
            if name.endswith("_FILE")
        }
        assert read == set(SERVICES[service]["secrets"]) <= set(COMPOSE["secrets"])

    def test_runs_a_command_that_is_there(self, service: str) -> None:
        for command in commands(SERVICES[service]["command"]):
            assert_runs(command)

    def test_can_do_little_harm(self, service: str) -> None:
        assert SERVICES[service]["read_only"] is True
        assert SERVICES[service]["cap_drop"] == ["ALL"]


def commands(command: list[str]) -> list[list[str]]:
    """The command, or those of a shell line joined by `&&`."""
    if command[0] != "sh":
        return [command]
    return [shlex.split(part) for part in command[-1].split("&&")]


def assert_runs(command: list[str]) -> None:
    program, *arguments = command
    package = PROGRAMS[program]
    if package:
        scripts = {entry.name for entry in importlib.metadata.distribution(package).entry_points}
        assert program in scripts
    if program == "gunicorn":
        module, _, name = arguments[0].partition(":")
        source = importlib.util.find_spec(module)
        assert source
        assert re.search(rf"^ *{name} = ", Path(str(source.origin)).read_text(), re.MULTILINE)
    if program == "celery":
        assert importlib.util.find_spec(arguments[0].removeprefix("--app=") + ".celery")
    if program == "python":
        assert (BASE / arguments[0]).is_file()
    if arguments[:1] == ["manage.py"]:
        assert known_to_django(arguments[1])


def known_to_django(command: str) -> bool:
    from django.core.management import get_commands  # noqa: PLC0415

    return command in get_commands()


@pytest.mark.parametrize(
    ("program", "service"),
    [("gunicorn", "web"), ("celery", "worker"), ("celery", "beat")],
)
def test_every_option_is_one_the_program_has(program: str, service: str) -> None:
    command = SERVICES[service]["command"]
    sub = [word for word in command[1:] if word in ("worker", "beat")]
    arguments = [sys.executable, "-m", program, *(["-A", "imtplan"] if sub else []), *sub, "--help"]
    text = subprocess.run(arguments, cwd=BASE, capture_output=True, text=True, check=True).stdout
    options = {word.partition("=")[0] for word in command if word.startswith("--")} - {"--app"}

    assert {option for option in options if option not in text} == set()


def test_nothing_waits_forever_and_everything_has_a_health_check() -> None:
    for name, service in SERVICES.items():
        check = service["healthcheck"]
        if name == "migrate":
            assert check == {"disable": True}  # it ends: the others wait for its exit code
            continue
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        assert {"interval", "timeout", "retries", "start_period"} <= set(check)


def test_the_health_checks_ask_what_is_there() -> None:
    program, script = SERVICES["web"]["healthcheck"]["test"][1:]
    assert program == "python"
    assert "/sante/" in (BASE / script).read_text(encoding="utf-8")
    for name, programs in IN_IMAGES.items():
        assert SERVICES[name]["healthcheck"]["test"][1] in programs
    hostname = next(word for word in SERVICES["worker"]["command"] if "--hostname=" in word)
    assert hostname.replace("hostname", "destination") in SERVICES["worker"]["healthcheck"]["test"]
    schedule = next(word for word in SERVICES["beat"]["command"] if "--schedule=" in word)
    assert Path(schedule.partition("=")[2]).name in SERVICES["beat"]["healthcheck"]["test"][1]


def test_the_queue_keeps_what_it_is_told() -> None:
    command = SERVICES["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))

    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"
    assert SERVICES["redis"]["volumes"] == ["redis-data:/data"]


def test_the_data_are_in_volumes_and_the_volumes_are_declared() -> None:
    mounted = {
        volume.partition(":")[0] for s in SERVICES.values() for volume in s.get("volumes", [])
    }

    assert mounted == set(COMPOSE["volumes"]) == {"postgres-data", "redis-data"}
    # From version 18 on, the image refuses a volume at /var/lib/postgresql/data.
    assert SERVICES["postgres"]["volumes"] == ["postgres-data:/var/lib/postgresql"]


def test_every_secret_is_declared_used_and_a_file_that_git_ignores() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    ignored = (BASE / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert used == set(COMPOSE["secrets"])
    assert {value["file"] for value in COMPOSE["secrets"].values()} == {
        f"./secrets/{name}" for name in used
    }
    assert {"/secrets/", "/.env"} <= set(ignored)
    for name in used:
        assert f"secrets/{name}" in OPERATIONS


def test_only_the_web_can_be_reached_and_only_the_worker_reaches_a_mail_server() -> None:
    assert COMPOSE["networks"] == {"data": {"internal": True}, "front": {}, "out": {}}
    beside = {"web": {"front"}, "worker": {"out"}}
    for name, service in SERVICES.items():
        assert set(service["networks"]) == {"data"} | beside.get(name, set())
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert bool(service.get("ports")) == (name == "web")


def test_the_web_has_the_pool_and_the_forked_have_not() -> None:
    pools = {name: SERVICES[name]["environment"]["DB_POOL"] for name in OURS}
    assert pools == {"web": "true", "worker": "false", "beat": "false", "migrate": "false"}


def test_the_web_waits_less_long_for_a_statement_than_the_worker() -> None:
    seconds = {name: SERVICES[name]["environment"]["STATEMENT_SECONDS"] for name in OURS}
    assert seconds == {"web": "15", "worker": "50", "beat": "50", "migrate": "50"}
    commands = (BASE / "manage.py").read_text(encoding="utf-8")
    assert 'os.environ["STATEMENT_SECONDS"] = "0"' in commands  # those of `migrate` are all there


def test_costly_questions_hold_half_of_the_threads() -> None:
    options = dict(part.split("=") for part in SERVICES["web"]["command"] if "=" in part)
    threads = int(options["--workers"]) * int(options["--threads"])
    assert threads == settings.COSTLY_QUESTIONS * 2


def test_everything_waits_for_the_database_and_the_migrations() -> None:
    for name in ("web", "worker", "beat"):
        conditions = {k: v["condition"] for k, v in SERVICES[name]["depends_on"].items()}
        assert conditions == {
            "postgres": "service_healthy",
            "redis": "service_healthy",
            "migrate": "service_completed_successfully",
        }


def test_the_images_are_pinned_to_the_versions_stated() -> None:
    stated = {f"{name}:{version}" for name, version in IMAGES.items()}
    used = {SERVICES[name]["image"] for name in ("postgres", "redis")}
    used |= set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))

    assert used == stated


def test_the_variables_of_the_env_file_are_told() -> None:
    text = (BASE / "docker-compose.yml").read_text(encoding="utf-8")
    for name in set(re.findall(r"\$\{([A-Z_]+)", text)):
        assert f"`{name}`" in OPERATIONS


def test_the_settings_start_with_these_variables(tmp_path: Path) -> None:
    """And Django finds nothing to say about them for production."""
    contents = {
        "secret_key": "k7Qz9-" * 10,
        "database_url": "postgres://imtplan:word@postgres:5432/imtplan",
        "email_url": "smtp+tls://user:word@mail.example.org:587",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content + "\n")
    environment = {
        name: substituted(value).replace("/run/secrets", str(tmp_path))
        for name, value in SERVICES["web"]["environment"].items()
    }
    show = (
        "from django.conf import settings as s;"
        "print(s.DATABASES['default']['HOST'], s.CELERY_BROKER_URL, s.EMAIL_HOST, s.ALLOWED_HOSTS,"
        "s.IN_PRODUCTION)"
    )
    answer = manage("shell", "--command", show, **environment)

    assert answer.split("\n")[-1] == (
        "postgres redis://redis:6379/0 mail.example.org ['plan.example.org', 'localhost'] True"
    )
