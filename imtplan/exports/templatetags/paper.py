"""Signs and bars for paper. The PDF knows no style inside a drawing, and fetches no other file:
each drawing brings its own shapes and colours."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from imtplan.accounts.templatetags.display import bar

register = template.Library()

ICONS: Path = settings.BASE_DIR / "static" / "icons.svg"
# The colours of the statuses by day, as in theme.css; in grey they are told by sign and word.
COLOURS = {
    "achieved": "#04674f",
    "on_track": "#0b4266",
    "at_risk": "#8d6303",
    "off_track": "#9b150e",
    "missed": "#660224",
}
UNKNOWN = "#596173"
INK, TRACK = "#16233a", "#e3e3de"


@cache
def _shapes() -> dict[str, SafeString]:
    """Returns the inside of each icon of ours, by name."""
    text = ICONS.read_text(encoding="utf-8")
    icons = re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', text)
    return {name: mark_safe(inside) for name, inside in icons}  # noqa: S308 - a file of ours


@register.simple_tag
def sign(name: str, colour: str = INK) -> SafeString:
    """Draws an icon of ours, which says nothing by itself: a word stands beside it."""
    return format_html(
        '<svg class="sign" role="presentation" viewBox="0 0 16 16" fill="{}">'
        "<title> </title>{}</svg>",
        colour,
        _shapes()[name],
    )


@register.inclusion_tag("exports/paper/parts/status.html")
def verdict(status: Any) -> dict[str, Any]:
    return {"status": status, "colour": COLOURS.get(status.value, UNKNOWN) if status else ""}


@register.simple_tag
def bullet(share: Decimal | None, expected: Decimal | None, status: Any) -> SafeString:
    """Draws how far, and the mark where it should be; a small arrow where it goes beyond an end."""
    return format_html(
        '<svg class="bullet" role="presentation" viewBox="-1 0 102 10" preserveAspectRatio="none">'
        '<title> </title><rect x="0" y="2" width="100" height="6" fill="{}"/>{}{}{}</svg>',
        TRACK,
        _bar(share, COLOURS.get(status.value, UNKNOWN)),
        _beyond(share),
        _mark(expected),
    )


def _bar(share: Decimal | None, colour: str) -> SafeString:
    if share is None:
        return SafeString("")
    return format_html('<rect x="0" y="2" width="{}" height="6" fill="{}"/>', bar(share), colour)


def _beyond(share: Decimal | None) -> SafeString:
    if share is None or 0 <= share <= 1:
        return SafeString("")
    way = "M97 0 L101 5 L97 10 Z" if share > 1 else "M3 0 L-1 5 L3 10 Z"
    return format_html('<path d="{}" fill="{}"/>', way, INK)


def _mark(expected: Decimal | None) -> SafeString:
    if expected is None:
        return SafeString("")
    place = bar(expected)
    return format_html('<rect x="{}" y="0" width="0.7" height="10" fill="{}"/>', place, INK)
