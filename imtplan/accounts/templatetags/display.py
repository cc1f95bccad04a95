"""Show on every page in the same way: numbers, always through `imtplan.numbers` and in the language
of the page; missing values; icons, statuses, and links to an explanation.

A page has hundreds of them. They are tags, for an included template would take ten times as long.
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
from imtplan.accounts.models import School

register = template.Library()


def _language() -> str:
    return get_language() or "fr"


@register.simple_tag(takes_context=True)
def shown_in(context: template.Context) -> str:
    """Returns the page's own address with its language, for a form that it sends to itself. The
    numbers of the form are then read in this language, whatever another window has chosen."""
    query = context["request"].GET.copy()
    query["shown-in"] = _language()
    return f"?{query.urlencode()}"


@register.filter
def number(value: Decimal | int | None, decimals: int | None = None) -> str:
    return numbers.format_number(value, language=_language(), decimals=decimals)


@register.filter
def named_in(school: School, year: int) -> str:
    """Returns the name that a school bore at the end of the year."""
    return school.name_in(year)


@register.filter
def signed(value: Decimal | int | None, decimals: int | None = None) -> str:
    return numbers.format_number(value, language=_language(), decimals=decimals, sign=True)


@register.filter
def percent(ratio: Decimal | None, decimals: int = 2) -> str:
    return numbers.format_percent(ratio, language=_language(), decimals=decimals)


@register.filter
def growth(percent: Decimal) -> str:
    """Returns a growth, which targets keep in percent, as text: "+20 %"."""
    return numbers.format_percent(percent / 100, language=_language(), sign=True)


@register.filter
def plain(value: Decimal | None) -> str:
    """Returns a number for machines, with a point and without group marks."""
    return "" if value is None else numbers.plain(value)


@register.filter
def bar(ratio: Decimal | None, width: int = 100) -> str:
    """Returns a ratio as a length from 0 to `width`, for an attribute of a drawing."""
    if ratio is None:
        return "0"
    return numbers.plain(round(min(max(ratio, Decimal(0)), Decimal(1)) * width, 2))


@register.simple_tag
def or_missing(text: object) -> object:
    """Returns the text; a dash, which is read aloud as "missing", if there is none."""
    return text or format_html(
        '<span aria-hidden="true">—</span><span class="visually-hidden">{}</span>', _("missing")
    )


@register.simple_tag
def why(text: object, address: str, part: str) -> object:
    """Returns a number as a link to the part of its explanation."""
    if not (text and address):
        return or_missing(text)
    return format_html(
        '<a class="why" href="{}#{}" title="{}" data-explain>{}</a>',
        address,
        part,
        _("How is this computed?"),
        text,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """Returns an icon from `static/icons.svg`, hidden from screen readers: a word is beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


class Sign(Protocol):
    """A status, a state or a verdict: a choice that also has a symbol."""

    value: str
    label: str
    symbol: str


@register.simple_tag
def chip(sign: Sign | None) -> str:
    """Returns a status as its icon, its word and its colour, followed by its note."""
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
