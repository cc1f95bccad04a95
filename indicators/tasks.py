"""The Celery jobs: each is a pure function of the database and may run twice without harm."""

import logging
import time

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from imtplan import clock
from imtplan.jobs import QueuePoker, send_to_queue
from indicators.models import ComputedDay, RecomputeRun, StaleMark
from indicators.recomputing.recompute import AT_A_TIME, recompute_in_turns

logger = logging.getLogger(__name__)

# How many indicators one turn takes: with a thousand schools and twenty years it takes seconds.
AT_MOST = AT_A_TIME
# A job begins no further turn after this many seconds, and calls for the next job.
LONG_ENOUGH = 20
# Where one turn is not enough, this many more workers are called.
HELPERS = 7


@shared_task(name="indicators.tasks.recompute")
def recompute(is_helper: bool = False) -> None:
    """Recompute in turns until nothing is stale; marks made meanwhile are taken too. A helper calls
    no other helpers."""
    begun, has_called = time.monotonic(), is_helper
    for run in recompute_in_turns(at_most=AT_MOST):
        logger.info(
            "recomputed %s indicators for %s marks, %s rows changed",
            run.indicators,
            run.marks,
            run.rows_changed,
        )
        if not has_called and StaleMark.objects.of_figures().exists():
            has_called = True
            call_workers(HELPERS)
        if time.monotonic() - begun > LONG_ENOUGH:
            call_workers(1)
            break


def call_workers(number: int) -> None:
    """Put the same job in the queue so many times; once alone where the queue is down."""
    while number > 0 and send_to_queue(recompute, is_helper=True):
        number -= 1


@shared_task(name="indicators.tasks.sweep")
def sweep() -> None:
    """Recompute what a lost message left stale: a queue may forget, the database does not. The
    first sweep of a day recomputes everything."""
    with transaction.atomic():
        if ComputedDay.turn_to(clock.today()):
            StaleMark.objects.create(reason="new day", marked_at=timezone.now())
    recompute()


@shared_task(name="indicators.tasks.forget_old_runs")
def forget_old_runs() -> None:
    RecomputeRun.objects.forgettable(at=timezone.now()).delete()


_poker = QueuePoker(recompute)


def poke() -> None:
    """Have the workers recompute what is stale; to be called after commit."""
    _poker.poke()
