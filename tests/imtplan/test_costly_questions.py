"""Costly questions hold half of the threads at most, and what is cut off is said in a sentence."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils.translation import override

from imtplan.accounts.models import School, User
from imtplan.costly_questions import BUSY, CUT_OFF, LOCKS, costly_question, is_cut_off
from tests import factories
from tests.databases import count_locks
from tests.deployment import BASE, manage

# Other connections see what is stored, and a statement that is cut off ends its transaction.
pytestmark = pytest.mark.django_db(transaction=True)

THEN = "as_of=2021-03-03"
COSTLY = [
    f"/tableau-de-bord/?{THEN}",
    f"/indicateurs/students/?{THEN}",
    f"/ecoles/imt-mines-albi/?{THEN}",
    f"/matrice/?{THEN}",
    f"/projets/?{THEN}",
    f"/explication/plan/?{THEN}",
    f"/fichiers/pages/projets/projets.csv?{THEN}",
    "/historique/comparer/?before=2021-03-03",
    "/sensibilite/",
    f"/api/v1/figures/?{THEN}",
    f"/api/v1/figures.csv?{THEN}",
    f"/api/v1/progress.xlsx?{THEN}",
    f"/api/v1/schools/imt-mines-albi/?{THEN}",
]


@pytest.fixture
def reader(diane: User, albi: School, client: Client) -> Client:
    factories.students_of_the_plan(albi)
    client.force_login(diane)
    return client


@pytest.fixture
def another() -> Iterator[psycopg.Connection]:
    """A connection of somebody else to the same database."""
    known = connection.get_connection_params()
    keys = ("dbname", "host", "port", "user", "password")
    address = {key: known[key] for key in keys if known.get(key)}
    with psycopg.connect(**address, autocommit=True) as other:
        yield other


def hold(another: psycopg.Connection, places: int) -> None:
    for place in range(1, places + 1):
        another.execute("SELECT pg_advisory_lock(%s, %s::int)", [LOCKS, place])


@pytest.mark.parametrize("address", COSTLY)
def test_a_costly_question_too_many_is_refused_with_a_sentence(
    address: str, reader: Client, another: psycopg.Connection
) -> None:
    hold(another, settings.COSTLY_QUESTIONS)
    answer = reader.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "3"
    with override("en"):
        sentence = str(BUSY)
    if address.startswith("/api/"):
        assert answer.json() == {"detail": sentence}
    else:
        assert sentence in answer.content.decode()
        assert address.replace("&", "&amp;") in answer.content.decode()


def test_the_others_are_answered_meanwhile(reader: Client, another: psycopg.Connection) -> None:
    hold(another, settings.COSTLY_QUESTIONS)
    for address in ("/tableau-de-bord/", "/saisies/", "/api/v1/figures/", "/sante/"):
        assert reader.get(address).status_code == 200


def test_a_place_that_is_left_is_taken(reader: Client, another: psycopg.Connection) -> None:
    hold(another, settings.COSTLY_QUESTIONS - 1)
    assert reader.get("/api/v1/figures/?" + THEN).status_code == 200
    assert reader.get("/api/v1/figures/?" + THEN).status_code == 200


def test_a_place_is_given_back_however_the_question_ends(another: psycopg.Connection) -> None:
    for _time in range(settings.COSTLY_QUESTIONS + 1):
        with pytest.raises(ZeroDivisionError), costly_question():
            raise ZeroDivisionError
    assert count_locks(kind="advisory") == 0


def test_only_the_worker_looks_back_without_a_place() -> None:
    """A page that looks back by itself would hold a thread beside those that are counted."""
    files = [*(BASE / "imtplan").rglob("*.py"), *(BASE / "indicators").rglob("*.py")]
    looking = {file for file in files if " at(moment)" in file.read_text(encoding="utf-8")}
    places = {str(file.relative_to(BASE)) for file in looking}
    assert places == {"imtplan/exports/making.py", "indicators/past.py"}


# --- What is cut off ------------------------------------------------------------------------------


@pytest.fixture
def impatient() -> Iterator[None]:
    """Statements of this connection are stopped after a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '100ms'")
    yield
    connection.close()


@pytest.mark.parametrize("address", ["/tableau-de-bord/", "/api/v1/figures/"])
def test_a_statement_that_is_stopped_is_answered_with_a_sentence(
    address: str, reader: Client, another: psycopg.Connection, impatient: None
) -> None:
    with another.transaction():
        another.execute("LOCK TABLE indicators_figure, indicators_progress")
        answer = reader.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    with override("en"):
        assert str(CUT_OFF) in answer.content.decode()


def test_a_transaction_that_was_left_idle_is_known_for_what_it_is() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '50ms'")
    with pytest.raises(DatabaseError) as ended, transaction.atomic():
        User.objects.exists()
        time.sleep(0.5)
        User.objects.exists()
    assert is_cut_off(ended.value)
    connection.close()


def test_the_limits_are_those_of_the_setting() -> None:
    script = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "cursor = connection.cursor()\n"
        "for name in ('statement_timeout', 'idle_in_transaction_session_timeout'):\n"
        "    cursor.execute(f'SHOW {name}'); print(*cursor.fetchone())"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "imtplan.settings",
        "STATEMENT_SECONDS": "7",
        "EMAIL_URL": "consolemail://",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=BASE,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["7s", "14s"]


def test_a_command_has_no_limit() -> None:
    script = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    told = manage("shell", "-v0", "-c", script, STATEMENT_SECONDS="15", SECURE="false", **given)
    assert "statement_timeout=0s" in told
