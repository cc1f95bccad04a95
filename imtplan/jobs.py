"""Work that is a row: what is to be done waits in the database, and the queue is only poked.

A worker claims a row in a transaction of its own before it begins. What was claimed long ago and
not ended may be claimed again; whoever is overtaken by such a next try stores nothing.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from celery import Task
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

Row = TypeVar("Row")
Work = TypeVar("Work", bound="WorkRow")


class WorkRow(models.Model):
    """A row that says what is to be done, how often it was begun, and when last."""

    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    claimed_at = models.DateTimeField(_("begun at"), null=True)

    class Meta:
        abstract = True


def work_off(
    claim: Callable[[], Row | None], work: Callable[[Row], object], *, seconds: float
) -> int:
    """Claim one row after another and work on it, until none is left or `seconds` have passed.
    Return how many were claimed. Any number of workers may do so at once."""
    begun, count = time.monotonic(), 0
    while time.monotonic() - begun < seconds and (row := claim()) is not None:
        work(row)
        count += 1
    return count


def claim_first(rows: QuerySet[Work], **changes: Any) -> Work | None:
    """Note a new try, and these `changes`, on the first of the rows that nobody else is claiming;
    return that row, or None. It is committed before anything is done with it."""
    with transaction.atomic(durable=True):
        row = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if row is not None:
            changes |= {"claimed_at": timezone.now(), "tries": row.tries + 1}
            for name, value in changes.items():
                setattr(row, name, value)
            row.save(update_fields=list(changes))
    return row


def of_this_try(row: Work) -> QuerySet[Work]:
    """Return the row as a queryset to update, empty when another try was begun meanwhile: that one
    has the say. The number of tries may begin anew; the moment each was begun is its own."""
    return type(row)._default_manager.filter(pk=row.pk, claimed_at=row.claimed_at)


class QueuePoker:
    """Has the queue run a job now, from a thread of its own.

    The request that wrote the row neither waits for the queue nor learns that it is down: what is
    to be done is in the database, and the beat finds it. Any number of pokes while one is under
    way become a single one after it.
    """

    def __init__(self, job: Task) -> None:
        self._job = job
        self._requested = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def poke(self) -> None:
        """Call after commit: `transaction.on_commit(poke)`."""
        self._requested.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send, name="poke", daemon=True)
                self._thread.start()

    def _send(self) -> None:
        while self._requested.wait():
            self._requested.clear()
            send_to_queue(self._job)


def send_to_queue(job: Task, **details: Any) -> bool:
    """Ask the queue for a job once. False where it cannot be reached: the beat asks again."""
    try:
        job.apply_async(kwargs=details, retry=False)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the sweeper catches up
        logger.warning("the queue cannot be reached (%s); the sweeper will", problem)
        return False
    return True
