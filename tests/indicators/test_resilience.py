"""The database is the truth, the queue is a hint: killed, stopped, frozen, progress comes right."""

import signal
import time
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from indicators.models import Figure, InstituteValue, StaleMark
from indicators.recomputing.stale_claims import LOCK
from tests import factories
from tests.databases import count_locks
from tests.worker import Queue, Worker, wait_for

ALBI = "/saisie/2022/imt-mines-albi/"


@pytest.fixture
def figure(transactional_db: None, albi: School) -> Figure:
    return factories.FigureFactory(school=albi, year=2020, value=Decimal(1))


def stored() -> Any:
    return (
        InstituteValue.objects.filter(year=2020, view="validated")
        .values_list("value", flat=True)
        .first()
    )


def test_a_worker_killed_in_mid_task_loses_nothing(figure: Figure, worker: Worker) -> None:
    wait_for(lambda: stored() == 1 and not StaleMark.objects.exists(), "the first recompute")
    with connection.cursor() as cursor:
        # Holding the lock keeps the task in its middle until it is killed.
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        Figure.objects.update(value=2)
        wait_for(waiting_for_the_lock, "a task in its middle")
        worker.kill()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    assert stored() == 1
    assert StaleMark.objects.exists()
    worker.start()
    wait_for(lambda: stored() == 2, "progress to be right after the kill", seconds=60)


def waiting_for_the_lock() -> bool:
    return count_locks(waiting=True, kind="advisory") > 0


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_a_queue_that_is_down_holds_up_nobody(
    how: str,
    worker: Worker,
    queue: Queue,
    alice: User,
    signed_in: Any,
) -> None:
    indicator = factories.IndicatorFactory(code="students")
    factories.CampaignFactory(indicators=[indicator])
    wait_for(lambda: not StaleMark.objects.exists(), "the first recompute")
    browser = signed_in(alice)
    browser.post(ALBI, {"students-value": "12"})  # a draft: it makes nothing stale yet
    if how == "stopped":
        queue.stop()
    else:
        queue.signal(signal.SIGSTOP)
    begun = time.monotonic()
    response = browser.post(ALBI + "soumettre/", {"send": ""})
    took = time.monotonic() - begun
    assert response.status_code == 302
    # Who waits for a queue that says nothing waits two seconds, its socket's limit.
    assert took < 1.9, f"handing in took {took:.3f} s with the queue {how}"
    assert Figure.objects.get().value == 12
    assert StaleMark.objects.exists()
    if how == "stopped":
        queue.start()
    else:
        queue.signal(signal.SIGCONT)
    wait_for(lambda: not StaleMark.objects.exists(), "the sweeper to catch up", seconds=60)


def test_a_save_is_recomputed_at_once(
    worker: Worker, alice: User, albi: School, signed_in: Any
) -> None:
    indicator = factories.IndicatorFactory(code="students")
    campaign: Campaign = factories.CampaignFactory(indicators=[indicator])
    wait_for(lambda: not StaleMark.objects.exists(), "the first recompute")
    browser = signed_in(alice)
    browser.post(ALBI, {"students-value": "12"})
    browser.post(ALBI + "soumettre/", {"send": ""})

    def shown() -> bool:
        return InstituteValue.objects.filter(
            year=campaign.year, view="provisional", value=12
        ).exists()

    # The sweeper comes every ten seconds: well before that, it was the poke.
    wait_for(shown, "the new value", seconds=5)
