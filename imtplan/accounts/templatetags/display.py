"""What every page says in the same way: numbers, always through `imtplan.numbers` and in the
language of the page; what is missing; signs, statuses, and the way to an explanation.

A page holds hundreds of these: they are tags, for a template included as often takes ten times
as long.
"""

from decimal import Decimal
from typing import Protocol

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imtplan import numbers

register = template.Library()


def _language() -> str:
    return get_language() or "fr"


@register.simple_tag(takes_context=True)
def shown_in(context: template.Context) -> str:
    """The page's own address for a form that it sends to itself: with the language in which it is
    shown, in which its numbers are then read, whatever another window has chosen meanwhile."""
    query = context["request"].GET.copy()
    query["shown-in"] = _language()
    return f"?{query.urlencode()}"


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
def growth(percent: Decimal) -> str:
    """A growth in percent, as targets keep it: "+20 %"."""
    return numbers.format_percent(percent / 100, language=_language(), sign=True)


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


@register.simple_tag
def said(text: object) -> object:
    """What is known, or a dash that is read out as missing: never a zero, never nothing."""
    return text or format_html(
        '<span aria-hidden="true">—</span><span class="visually-hidden">{}</span>', _("missing")
    )


@register.simple_tag
def why(text: object, address: str, part: str) -> object:
    """A number that opens its explanation at the part that tells of it."""
    if not (text and address):
        return said(text)
    return format_html(
        '<a class="why" href="{}#{}" title="{}" data-explain>{}</a>',
        address,
        part,
        _("How is this computed?"),
        text,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign from `static/icons.svg`, hidden from readers: a word stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


class Sign(Protocol):
    """A status, a state, a verdict: a choice which also has a symbol."""

    value: str
    label: str
    symbol: str


@register.simple_tag
def chip(sign: Sign | None) -> str:
    """A status by its sign, its word and its colour; beside it what its numbers say more."""
    if not sign:
        return ""
    drawn = format_html(
        '<span class="chip chip-{}">{}{}</span>',
        sign.value,
        icon(sign.symbol),
        capfirst(sign.label),
    )
    details = getattr(sign, "details", "")
    if not details:
        return drawn
    return format_html(
        '<span class="chip-with">{} <small class="chip-details">{}</small></span>', drawn, details
    )
