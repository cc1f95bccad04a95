"""Small drawings made on the server. They only repeat numbers that stand beside them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

WIDTH, HEIGHT, EDGE = 100, 24, 3


@register.simple_tag
def spark(values: Sequence[Decimal | None]) -> SafeString:
    """Returns the years of a figure as a line, its last one as a dot; a missing year is a gap.

    Nothing where fewer than two years are known: there is no line to draw.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    points = list(_points(values, min(known), max(known)))
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}{}</svg>',
        WIDTH,
        HEIGHT,
        _lines(points),
        _dot(points[-1]),
    )


Point = tuple[float, float] | None


def _points(values: Sequence[Decimal | None], low: Decimal, high: Decimal) -> Iterable[Point]:
    span = float(high - low) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    for place, value in enumerate(values):
        if value is None:
            yield None
        else:
            share = float(value - low) / span if high != low else 0.5
            yield EDGE + place * step, HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)


def _lines(points: Iterable[Point]) -> SafeString:
    runs = (list(run) for known, run in groupby(points, key=bool) if known)
    drawn = (" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in runs)
    return format_html_join("", '<polyline points="{}"/>', ((line,) for line in drawn))


def _dot(point: Point) -> SafeString:
    if point is None:
        return SafeString("")
    x, y = point
    return format_html('<circle cx="{}" cy="{}" r="2.6"/>', f"{x:.1f}", f"{y:.1f}")
