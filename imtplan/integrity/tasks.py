"""The jobs of the check. Each may run twice, or twice at once, without harm."""

import logging

from celery import shared_task

from imtplan.integrity import reports

logger = logging.getLogger(__name__)


@shared_task(name="imtplan.integrity.tasks.check_at_night")
def check_at_night() -> None:
    reports.ask(by=None)
    reports.make()
    reports.forget_old()


@shared_task(name="imtplan.integrity.tasks.check_if_asked")
def check_if_asked() -> None:
    reports.make()


def look() -> None:
    """Have a worker look now; if the queue is down, beat does within a minute of its return."""
    try:
        check_if_asked.apply_async(retry=False)
    except Exception as problem:  # noqa: BLE001 - the row is there, whatever happens to the message
        logger.warning("the queue cannot be reached (%s)", problem)
