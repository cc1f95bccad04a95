"""The time for the formulas and the pages: the present, or an earlier moment that they show."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def moment() -> datetime | None:
    """Returns the earlier moment; None for the present."""
    return _moment.get()


def now() -> datetime:
    return _moment.get() or timezone.now()


def today() -> date:
    """Returns the day in Paris on which milestones are due and the running year is judged."""
    return timezone.localdate(now())


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Set the time to `moment` inside the `with` block."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


class NoSuchMoment(ValueError):
    """The text names no moment, or one that is still to come."""


def moment_named(text: str) -> datetime:
    """Returns the moment of a text; `NoSuchMoment` if it names none, or one to come.

    `2021-03-03` is the end of that day in Paris, today is now. An instant is in ISO 8601, in Paris
    time if it has no zone.
    """
    try:
        day = parse_date(text)
        named = parse_datetime(text) if day is None else datetime.combine(day, time.max)
    except ValueError:  # 2021-02-30
        named = None
    if named is None:
        raise NoSuchMoment(_("Write a day as 2021-03-03, or an instant as 2021-03-03T18:00+01:00."))
    if timezone.is_naive(named):
        named = timezone.make_aware(named)
    present = timezone.now()
    if timezone.localdate(named) > timezone.localdate(present) or (named > present and not day):
        raise NoSuchMoment(_("That moment is still to come."))
    return min(named, present)
