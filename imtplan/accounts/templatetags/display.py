"""Numbers on a page: always through `imtplan.numbers`, in the language of the page."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from imtplan import numbers

register = template.Library()


def _language() -> str:
    return get_language() or "fr"


@register.filter
def number(value: Decimal | int | None, decimals: int | None = None) -> str:
    return numbers.format_number(value, language=_language(), decimals=decimals)


@register.filter
def signed(value: Decimal | int | None, decimals: int | None = None) -> str:
    return numbers.format_number(value, language=_language(), decimals=decimals, sign=True)


@register.filter
def percent(ratio: Decimal | None, decimals: int = 2) -> str:
    return numbers.format_percent(ratio, language=_language(), decimals=decimals)


@register.filter
def plain(value: Decimal | None) -> str:
    """For machines: a dot, no group marks."""
    return "" if value is None else numbers.plain(value)


@register.filter
def bar(ratio: Decimal | None, width: int = 100) -> str:
    """A ratio as a length between 0 and `width`, for an attribute of a drawing."""
    if ratio is None:
        return "0"
    return numbers.plain(round(min(max(ratio, Decimal(0)), Decimal(1)) * width, 2))
