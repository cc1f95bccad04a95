"""What machines ask: 200 as long as the database answers, the queue in passing."""

import socket
import threading
import time

import pytest
from django.db import OperationalError
from django.urls import reverse

from imtplan.dashboard.about import health, views
from indicators.models import StaleMark

URL = reverse("health")


def test_all_is_well_and_nobody_is_signed_in(db, client, monkeypatch, settings):
    settings.VERSION = "9.8.7"
    monkeypatch.setattr(health, "queue_answers", lambda url: True)

    answer = client.get(URL)

    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "queue": "ok",
        "stale_since": None,
        "version": "9.8.7",
    }
    assert "no-store" in answer["Cache-Control"]


def test_a_stale_mark_says_since_when(db, client, students, albi):
    StaleMark.objects.all().delete()
    albi.rank = 7
    albi.save()

    since = client.get(URL).json()["stale_since"]

    assert since is not None


def test_the_queue_is_down_and_the_site_is_not(db, client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get(URL)

    assert answer.status_code == 200
    assert answer.json()["queue"] == "down"


@pytest.fixture
def hanging_queue():
    """Takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []
        thread = threading.Thread(target=lambda: held.append(server.accept()), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(1)
        for connection, _ in held:
            connection.close()


def test_a_queue_that_hangs_holds_nobody_up(hanging_queue):
    started = time.monotonic()

    assert health.queue_answers(f"redis://127.0.0.1:{hanging_queue}/0") is False
    # Who waited for it would wait for ever; the room is for a busy machine.
    assert time.monotonic() - started < 10


def test_an_address_that_is_none_is_down():
    assert health.queue_answers("nonsense") is False


def test_without_a_database_it_is_down(client, monkeypatch):
    def broken():
        raise OperationalError

    monkeypatch.setattr(views, "read_health", broken)

    answer = client.get(URL)

    assert answer.status_code == 503
    assert answer.json() == {"database": "down"}
