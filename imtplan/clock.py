"""What time it is for the formulas and the pages: now, or the earlier moment that is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def moment() -> datetime | None:
    """The earlier moment that is looked at; None: the present."""
    return _moment.get()


def now() -> datetime:
    return _moment.get() or timezone.now()


def today() -> date:
    """The day, in Paris, on which milestones are due and the running year is judged."""
    return timezone.localdate(now())


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Inside, it is that moment."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
