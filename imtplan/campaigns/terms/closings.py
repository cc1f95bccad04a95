"""How a closing is said and typed: midnight is the end of a day, not the beginning of the next.

What closes at 00:00 on 1 July closes "on 30 June at midnight": that day is the last on which
anybody can enter a figure, and every page, mail and countdown names that one.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What "24:00" is read as, until its day is known: no hour that is typed comes to it.
END_OF_DAY = time.max
MIDNIGHTS = {"24:00", "minuit", "midnight"}
_HOUR = re.compile(r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?", re.IGNORECASE)


def is_midnight(closes_at: datetime) -> bool:
    return timezone.localtime(closes_at).time() == time(0)


def last_day(closes_at: datetime) -> date:
    """Returns the last day, in Paris, on which something can be entered."""
    return timezone.localdate(closes_at - timedelta(microseconds=1))


def hour(closes_at: datetime) -> str:
    if is_midnight(closes_at):
        return _("midnight")
    return date_format(timezone.localtime(closes_at), "H:i")


def day(closes_at: datetime, form: str = "j F Y") -> str:
    return date_format(last_day(closes_at), form)


def day_and_hour(closes_at: datetime) -> str:
    words = {"day": day(closes_at, "DATE_FORMAT"), "hour": hour(closes_at)}
    return _("%(day)s at %(hour)s") % words


def in_paris(closes_at: datetime) -> str:
    """Returns the day and the hour, in Paris and said to be."""
    return _("%(moment)s, Paris time") % {"moment": day_and_hour(closes_at)}


def moment(at: datetime) -> str:
    """Returns an instant that is no closing, in Paris and said to be."""
    words = {"moment": date_format(timezone.localtime(at), "DATETIME_FORMAT")}
    return _("%(moment)s, Paris time") % words


def instant(last: date, at: time) -> datetime:
    """Returns the naive moment of a day and an hour that were typed."""
    if at == END_OF_DAY:
        return datetime.combine(last + timedelta(days=1), time(0))
    return datetime.combine(last, at)


def as_typed(closes_at: datetime) -> dict[str, Any]:
    """Returns the day and the hour as the fields of a form show them."""
    local = timezone.localtime(closes_at)
    at = "24:00" if is_midnight(closes_at) else local.strftime("%H:%M")
    return {"closes_day": last_day(closes_at), "closes_time": at}


class ClosingTimeField(forms.TimeField):
    """An hour, 18:00 or 18h; 24:00 is the end of the day, which a browser's own field refuses."""

    def __init__(self, **options: Any) -> None:
        typing = {"inputmode": "numeric", "autocomplete": "off", "size": 6}
        super().__init__(
            widget=forms.TextInput(attrs=typing),
            help_text=gettext_lazy("24:00 is midnight, at the end of that day."),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%H:%M") if isinstance(value, time) else value

    def to_python(self, value: Any) -> time | None:
        text = str(value or "").strip()
        if typed := _HOUR.fullmatch(text):
            text = f"{int(typed[1]):02}:{typed[2] or '00'}"
        return END_OF_DAY if text.casefold() in MIDNIGHTS else super().to_python(text)
