"""The cast, and the harness that turns a suspicion into a failure.

Alice directs the school of Albi, Bob enters figures there, Charlie directs the school of Alès and
must see nothing of Albi. Diane is of the directorate-general, Paul of the plan office.
"""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.apps import AppConfig
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.celery import app
from imtplan.exports import tasks as exports
from indicators import tasks
from indicators.models import RecomputeRun, StaleMark
from indicators.recomputing.recompute import recompute_stale
from tests import factories
from tests.databases import (
    copy_database,
    drop_database,
    make_once,
    shared_copy,
    use_database,
)
from tests.unordered import chance, shuffle_unordered_querysets
from tests.worker import Queue, Worker, database_url_of_the_test, use_queue


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what lives as long as the run: modules, models, tests. It went
    over them again and again, for a sixth of the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def pytest_configure() -> None:
    shuffle_unordered_querysets()
    # A slow machine is no failure.
    hypothesis.settings.register_profile(
        "patient",
        deadline=None,
        database=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("patient")


def pytest_runtest_setup(item: pytest.Item) -> None:
    chance.seed(f"{item.config.getoption('randomly_seed', 0)} {item.nodeid}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser's tests: they wait much and compute little, and all of them then share
    the demonstration, the queue and the worker of one process while the others compute."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The migrated database of this process, also where no test of the run is marked for it: the
    browser's tests work on copies."""
    name = connection.creation._get_test_db_name()

    def migrate() -> None:
        with use_database(str(connection.settings_dict["NAME"])):  # and back again
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)

    with django_db_blocker.unblock():
        make_once(name, "empty", migrate)
    with use_database(name):
        yield
    with django_db_blocker.unblock():
        # A thread of a web server or a killed worker may be connected still: dropped all the same.
        for done_with in (name, shared_copy("empty"), shared_copy("demo")):
            drop_database(done_with)


@pytest.fixture(scope="session")
def demonstration(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database with the plan and the demonstration, computed, of which the browser's
    tests work on copies. Nobody changes it for good."""
    with django_db_blocker.unblock():
        empty = str(connection.settings_dict["NAME"])
        name = f"{empty}_demo"

        def load() -> None:
            copy_database(empty, name)
            with use_database(name):
                for command in ("load_plan", "load_demo"):
                    call_command(command, stdout=StringIO(), verbosity=0)
                while StaleMark.objects.exists():
                    recompute_stale()

        make_once(name, "demo", load)
    yield name
    with django_db_blocker.unblock():
        drop_database(name)


@pytest.fixture(scope="module")
def on_the_demonstration(demonstration: str) -> Iterator[None]:
    """The tests of a module work on the demonstration itself, each in a transaction that is undone:
    loading it anew takes ten seconds. None of them may be of those without a transaction."""
    with use_database(demonstration):
        yield


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a database of this test's own, without a table."""
    name = f"{connection.settings_dict['NAME']}_empty"
    with django_db_blocker.unblock():
        drop_database(name)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        with use_database(name):
            address = database_url_of_the_test()
        yield address
        drop_database(name)


# As the migration has it: every moment of the past knows the institute.
KNOWN_FROM_THE_FIRST = """
    ALTER TABLE accounts_schoolevent DISABLE TRIGGER USER;
    UPDATE accounts_schoolevent SET pgh_created_at = '1990-01-01' WHERE code = 'imt';
    ALTER TABLE accounts_schoolevent ENABLE TRIGGER USER;
"""


@receiver(post_migrate)
def put_the_institute_back(sender: AppConfig, **options: Any) -> None:
    """A test without a transaction empties every table at its end, of the row that a migration made
    too. What migrates sends a plan along."""
    if sender.label == "accounts" and "plan" not in options:
        factories.InstituteFactory()
        with connection.cursor() as cursor:
            cursor.execute(KNOWN_FROM_THE_FIRST)
        StaleMark.objects.all().delete()  # a new row marks everything


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    """French first: a test that wants English says so."""
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def poked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """How often the queue was poked. Tests that take the real `queue` poke it for real."""
    calls: list[bool] = []
    if not {"queue", "shared_worker"} & set(request.fixturenames):
        for poker in (tasks._poker, exports._poker):
            monkeypatch.setattr(poker, "poke", lambda: calls.append(True))
    return calls


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A Valkey of this test's own, which it may stop."""
    before = app.conf.broker_url
    one = Queue(tmp_path / "valkey")
    use_queue(one.broker_url)
    yield one
    use_queue(before)
    one.stop()


@pytest.fixture
def worker(queue: Queue, transactional_db: None, tmp_path: Path) -> Iterator[Worker]:
    """A real Celery worker with beat, ready."""
    one = Worker(queue, tmp_path)
    one.start()
    yield one
    one.kill()


@pytest.fixture
def albi(db: None) -> School:
    return factories.SchoolFactory(code="imt-mines-albi", name="IMT Mines Albi", rank=1)


@pytest.fixture
def ales(db: None) -> School:
    return factories.SchoolFactory(code="imt-mines-ales", name="IMT Mines Alès", rank=2)


@pytest.fixture
def alice(albi: School) -> User:
    return factories.person("Alice", Role.DIRECTOR, albi)


@pytest.fixture
def bob(albi: School) -> User:
    return factories.person("Bob", Role.CONTRIBUTOR, albi)


@pytest.fixture
def charlie(ales: School) -> User:
    return factories.person("Charlie", Role.DIRECTOR, ales)


@pytest.fixture
def diane(db: None) -> User:
    return factories.person("Diane", Role.DIRECTORATE_GENERAL)


@pytest.fixture
def paul(db: None) -> User:
    return factories.person("Paul", Role.PLAN_OFFICE)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which somebody is signed in: `signed_in(alice).get(…)`."""

    def sign_in(user: User) -> Client:
        client = Client(headers={"accept-language": "fr"})
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def recomputed(db: None) -> Callable[[], RecomputeRun | None]:
    """Bring every computed row up to date, as the worker would."""
    return recompute_stale


@pytest.fixture(scope="session")
def soffice() -> str:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("No LibreOffice was found, and CI must open and save the workbook with it.")
        pytest.skip("No LibreOffice on the PATH: install one to open the workbook with it.")
    return program
