"""The jobs of the check. Each may run twice, or twice at once, without harm."""

from celery import shared_task

from imtplan.integrity import reports
from imtplan.jobs import QueuePoker

# In seconds. A report on 600,000 figures takes eight; it must end even if there are many more. The
# queue may give the message out again meanwhile: a second worker finds the lock held, and ends.
LIMITS = {"soft_time_limit": 600, "time_limit": 660}


@shared_task(name="imtplan.integrity.tasks.check_at_night", **LIMITS)
def check_at_night() -> None:
    reports.ask(by=None)
    reports.make()
    reports.forget_old()


@shared_task(name="imtplan.integrity.tasks.check_if_asked", **LIMITS)
def check_if_asked() -> None:
    reports.make()


_poker = QueuePoker(check_if_asked)


def look() -> None:
    """Have a worker make the report now; if the queue is down, beat does after its return."""
    _poker.poke()
