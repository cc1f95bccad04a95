"""Every variable that is wrong stops the start with a sentence that names it and what to write."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imtplan.environment import WrongSettings, read_environment, table
from imtplan.environment.variables import SETTINGS
from tests.deployment import BASE, SECRETS, manage

KEY = "k7Qz9-" * 10
SECRET_WORD = "hunter2"
PRODUCTION = {
    "SECRET_KEY": KEY,
    "DATABASE_URL": f"postgres://imtplan:{SECRET_WORD}@postgres:5432/imtplan",
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_URL": f"smtp+tls://user:{SECRET_WORD}@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "IMT Plan <plan@example.org>",
    "ALLOWED_HOSTS": "plan.example.org,localhost",
    "CSRF_TRUSTED_ORIGINS": "https://plan.example.org",
    "SITE_URL": "https://plan.example.org",
}
ALL = {**PRODUCTION, "DATABASE_OWNER_URL": f"postgres://owner:{SECRET_WORD}@postgres/imtplan"}
OWN_MACHINE = {
    "SECRET_KEY": KEY,
    "DATABASE_URL": "postgres://imtplan@/imtplan?host=%2Frun%2Fpostgresql",
    "REDIS_URL": "unix:///run/valkey.sock",
    "SECURE": "false",
}
# What is written, the variable that the sentence begins with, and what it advises.
WRONG = [
    ({"SECRET_KEY": "a"}, "SECRET_KEY", "50 random characters"),
    ({"SECRET_KEY": "x" * 60}, "SECRET_KEY", "50 random characters"),
    ({"SECRET_KEY": None}, "SECRET_KEY", "50 random characters"),
    ({"SECRET_KEY": ""}, "SECRET_KEY", "50 random characters"),
    ({"DEBUG": "true"}, "DEBUG", "Write false"),
    ({"DEMO": "true"}, "DEMO", "Write false"),
    ({"DEBUG": "ture"}, "DEBUG", "true"),
    ({"DEMO": "oui"}, "DEMO", "true"),
    ({"SECURE": "ture"}, "SECURE", "true"),
    ({"SECURE": "no"}, "SECURE", "Write true"),
    ({"SECURE": ""}, "SECURE", "true"),
    ({"DB_POOL": "8"}, "DB_POOL", "true"),
    ({"STATEMENT_SECONDS": "15s"}, "STATEMENT_SECONDS", "a whole number"),
    ({"STATEMENT_SECONDS": "-1"}, "STATEMENT_SECONDS", "a whole number"),
    ({"STATEMENT_SECONDS": "9" * 30}, "STATEMENT_SECONDS", "a whole number"),
    ({"COSTLY_QUESTIONS": "few"}, "COSTLY_QUESTIONS", "half of the threads"),
    ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS", "plan.example.org"),
    ({"ALLOWED_HOSTS": "https://plan.example.org"}, "ALLOWED_HOSTS", "no https://"),
    ({"ALLOWED_HOSTS": "plan.example.org:443"}, "ALLOWED_HOSTS", "no port"),
    ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", "no *"),
    ({"ALLOWED_HOSTS": "localhost"}, "ALLOWED_HOSTS", "plan.example.org"),
    ({"ALLOWED_HOSTS": "plan.example.com"}, "ALLOWED_HOSTS", "Write it there too"),
    ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS", "plan.example.org"),
    ({"SITE_URL": None}, "SITE_URL", "https://plan.example.org"),
    ({"SITE_URL": "plan.example.org"}, "SITE_URL", "https://plan.example.org"),
    ({"SITE_URL": "http://plan.example.org"}, "SITE_URL", "https://"),
    ({"SITE_URL": "https://plan.example.org/plan"}, "SITE_URL", "https://plan.example.org"),
    ({"EMAIL_URL": None}, "EMAIL_URL", "smtp+tls://"),
    ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL", "smtp+tls://"),
    ({"EMAIL_URL": "filemail:////tmp"}, "EMAIL_URL", "smtp+tls://"),
    ({"EMAIL_URL": f"smtp://u:{SECRET_WORD}@mail.example.org:587"}, "EMAIL_URL", "smtp+tls://"),
    ({"EMAIL_URL": f"smtps://u:{SECRET_WORD}@mail.example.org"}, "EMAIL_URL", "smtp+ssl://"),
    ({"EMAIL_URL": f"smtp+tls://u:{SECRET_WORD}@mail.example.org"}, "EMAIL_URL", "host:587"),
    ({"EMAIL_URL": f"smtp+tls://u:a/{SECRET_WORD}@mail:587"}, "EMAIL_URL", "%2F for /"),
    ({"EMAIL_URL": f"smtp+tls://u:a#{SECRET_WORD}@mail:587"}, "EMAIL_URL", "%23 for #"),
    ({"EMAIL_URL": f"smtp+tls://u:1/{SECRET_WORD}@mail:587"}, "EMAIL_URL", "%2F for /"),
    ({"EMAIL_URL": f"mailto:{SECRET_WORD}@example.org"}, "EMAIL_URL", "smtp+tls://"),
    ({"DEFAULT_FROM_EMAIL": None}, "DEFAULT_FROM_EMAIL", "plan@example.org"),
    ({"DEFAULT_FROM_EMAIL": "IMT Plan"}, "DEFAULT_FROM_EMAIL", "plan@example.org"),
    ({"CSRF_TRUSTED_ORIGINS": "plan.example.org"}, "CSRF_TRUSTED_ORIGINS", "https://"),
    ({"CSRF_TRUSTED_ORIGINS": "http://plan.example.org"}, "CSRF_TRUSTED_ORIGINS", "https://"),
    ({"CSRF_TRUSTED_ORIGINS": f"https://u:{SECRET_WORD}@x"}, "CSRF_TRUSTED_ORIGINS", "https://"),
    ({"REDIS_URL": "localhost:6379"}, "REDIS_URL", "redis://host:6379/0"),
    ({"REDIS_URL": "redis:///0"}, "REDIS_URL", "redis://host:6379/0"),
    ({"REDIS_URL": "redis://redis:6379/queue"}, "REDIS_URL", "redis://host:6379/0"),
    ({"REDIS_URL": f"redis://:a/{SECRET_WORD}@redis:6379/0"}, "REDIS_URL", "%2F for /"),
    ({"REDIS_URL": "redis://redis:port/0"}, "REDIS_URL", "redis://host:6379/0"),
    ({"REDIS_URL": None}, "REDIS_URL", "redis://host:6379/0"),
    ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL", "postgres://"),
    ({"DATABASE_URL": f"postgres://u:{SECRET_WORD}@host:5432"}, "DATABASE_URL", "/name"),
    ({"DATABASE_URL": f"postgres://u:a/{SECRET_WORD}@host:5432/x"}, "DATABASE_URL", "%2F for /"),
    ({"DATABASE_URL": f"postgres://u:1/{SECRET_WORD}@host:5432/x"}, "DATABASE_URL", "%2F for /"),
    ({"DATABASE_URL": f"postgres://u:a#{SECRET_WORD}@host:5432/x"}, "DATABASE_URL", "%23 for #"),
    ({"DATABASE_URL": f"postgres://u:1?{SECRET_WORD}@host:5432/x"}, "DATABASE_URL", "%3F for ?"),
    ({"DATABASE_URL": f"postgres://u:{SECRET_WORD}[@host:5432/x"}, "DATABASE_URL", "%2F for /"),
    ({"DATABASE_URL": f"postgres://u:50%{SECRET_WORD}@host/x"}, "DATABASE_URL", "%25 for %"),
    ({"DATABASE_URL": f"postgres://u:{SECRET_WORD} @host/x"}, "DATABASE_URL", "postgres://"),
    ({"DATABASE_URL": None}, "DATABASE_URL", "postgres://"),
    ({"DATABASE_OWNER_URL": "sqlite:///x"}, "DATABASE_OWNER_URL", "postgres://"),
    ({"DATABASE_OWNER_URL": PRODUCTION["DATABASE_URL"]}, "DATABASE_OWNER_URL", "another role"),
    ({"DATABASE_OWNER_URL": "postgres://owner@h/other"}, "DATABASE_OWNER_URL", "Write the same"),
    ({"LOG_LEVEL": "info"}, "LOG_LEVEL", "INFO"),
    ({"TRUSTED_PROXIES": "yes"}, "TRUSTED_PROXIES", "from 0 to 9"),
    ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES", "from 0 to 9"),
    ({"TRUSTED_PROXIES": ""}, "TRUSTED_PROXIES", "from 0 to 9"),
    ({"LOG_LEVEL": ""}, "LOG_LEVEL", "INFO"),
    ({"STATIC_ROOT": ""}, "STATIC_ROOT", "the path of a folder"),
]


def changed(changes: dict[str, str | None], base: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def sentences_about(environ: dict[str, str]) -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        read_environment(environ)
    assert SECRET_WORD not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("changes", "variable", "advice"), WRONG, ids=lambda value: str(value)[:60]
)
def test_one_wrong_value_is_one_sentence(
    changes: dict[str, str | None], variable: str, advice: str
) -> None:
    (sentence,) = sentences_about(changed(changes, PRODUCTION))

    assert sentence.startswith(f"{variable} ")
    assert advice in sentence
    assert "Write" in sentence
    assert sentence.endswith(".")


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = {"SECRET_KEY": "a", "SECURE": "ture", "LOG_LEVEL": "info"}
    sentences = sentences_about(changed(wrong, PRODUCTION))
    assert [sentence.split()[0] for sentence in sentences] == list(wrong)


def test_production_and_ones_own_machine_are_read() -> None:
    values = read_environment(PRODUCTION)
    assert values["SECURE"] is True
    assert values["ALLOWED_HOSTS"] == ["plan.example.org", "localhost"]
    assert values["DATABASE_URL"]["PASSWORD"] == SECRET_WORD
    assert read_environment(OWN_MACHINE)["SITE_URL"] == "http://localhost:8000"


@pytest.mark.parametrize(
    "right",
    [
        {"SITE_URL": "https://plan.example.org/"},
        {"SITE_URL": "https://plan.example.org:8443"},
        {"ALLOWED_HOSTS": ".example.org, localhost, [::1]"},
        {"EMAIL_URL": "smtp://localhost:25"},
        {"EMAIL_URL": "smtp+ssl://user:p%2Fw%23@mail.example.org:465"},
        {"CSRF_TRUSTED_ORIGINS": ""},
        {"REDIS_URL": "rediss://:word@redis.example.org:6380/1"},
        {"DATABASE_URL": "postgresql://u:p%40w@db1,db2/imtplan?sslmode=require"},
        {"SECURE": "True", "DB_POOL": "1", "LOG_LEVEL": "WARNING"},
        {"HOME": "/root", "LANG": "fr_FR.UTF-8"},
    ],
    ids=str,
)
def test_what_is_right_is_read(right: dict[str, str]) -> None:
    read_environment({**PRODUCTION, **right})


def test_the_address_of_the_site_ends_without_a_slash() -> None:
    values = read_environment({**PRODUCTION, "SITE_URL": "https://plan.example.org/"})
    assert values["SITE_URL"] == "https://plan.example.org"


@pytest.mark.parametrize("name", ["DEBUG", "DEMO"])
@pytest.mark.parametrize(
    "public",
    [
        {"ALLOWED_HOSTS": "plan.example.org"},
        {"SITE_URL": "http://plan.example.org"},
        {"CSRF_TRUSTED_ORIGINS": "http://plan.example.org"},
    ],
    ids=str,
)
def test_a_demonstration_has_no_public_name(name: str, public: dict[str, str]) -> None:
    own = {**OWN_MACHINE, "SECURE": "true", name: "true"}
    read_environment(own)
    (sentence,) = sentences_about({**own, **public})
    assert sentence.startswith(f"{name} is true beside the public name plan.example.org")


# --- Secrets in files -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SECRETS))
class TestFiles:
    def without(self, name: str, path: str) -> dict[str, str]:
        return changed({name: None, f"{name}_FILE": path}, ALL)

    def test_a_file_is_read_and_wins(self, name: str, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text(ALL[name] + "\n")
        read = read_environment({**ALL, name: "", f"{name}_FILE": str(file)})
        assert read[name] == read_environment(ALL)[name]

    def test_an_empty_file(self, name: str, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("\n")
        (sentence,) = sentences_about(self.without(name, str(file)))
        assert sentence.startswith(f"{name}_FILE names an empty file. Write ")

    def test_a_file_that_is_not_there(self, name: str) -> None:
        (sentence,) = sentences_about(self.without(name, f"/nowhere/{SECRET_WORD}"))
        assert sentence.startswith(f"{name}_FILE names a file that cannot be read (No such file")

    def test_a_file_that_is_no_file(self, name: str, tmp_path: Path) -> None:
        (sentence,) = sentences_about(self.without(name, str(tmp_path)))
        assert sentence.startswith(f"{name}_FILE names a file that cannot be read (Is a directory")

    def test_a_file_that_is_no_text(self, name: str, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_bytes(b"\xff\xfe\x00")
        (sentence,) = sentences_about(self.without(name, str(file)))
        assert sentence.startswith(f"{name}_FILE names a file that is not text.")


# --- The list, its table, and who reads it --------------------------------------------------------


def test_the_table_of_the_documentation_is_made_from_the_list() -> None:
    operations = (BASE / "docs" / "operations.md").read_text(encoding="utf-8")
    assert table() in operations, "python -m imtplan.environment prints the table as it should be"


def test_the_settings_read_all_of_the_list_and_nothing_beside_it() -> None:
    text = (BASE / "imtplan" / "settings.py").read_text(encoding="utf-8")
    assert set(re.findall(r'\benv\["([A-Z_]+)"\]', text)) == {one.name for one in SETTINGS}
    assert re.findall(r"os\.environ\S*", text) == ["os.environ)"]


PROCESSES = {
    "web": ["-m", "gunicorn", "imtplan.wsgi:application", "--bind=127.0.0.1:0"],
    "worker": ["-m", "celery", "--app=imtplan", "worker"],
    "beat": ["-m", "celery", "--app=imtplan", "beat", "--schedule=/nowhere/beat"],
    "migrate": ["manage.py", "migrate"],
    "load_plan": ["manage.py", "load_plan"],
    "check": ["manage.py", "check"],
    "createsuperuser": ["manage.py", "createsuperuser"],
    "make run": ["-m", "imtplan.prepare", "/nowhere"],
}


def test_a_command_may_be_given_other_settings() -> None:
    """As `make check` and `make messages` do, where no SECRET_KEY is set."""
    given = {name: OWN_MACHINE[name] for name in ("DATABASE_URL", "REDIS_URL")}
    assert "no issues" in manage("check", "--settings=tests.settings", **given)


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_stops_with_the_sentence_and_no_trace(process: str) -> None:
    done = subprocess.run(
        [sys.executable, *PROCESSES[process]],
        cwd=BASE,
        env={**PRODUCTION, "SECURE": "ture", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "SECURE is 'ture', neither true nor false. Write true, or false" in done.stderr
    assert "Traceback" not in done.stderr
