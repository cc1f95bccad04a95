"""The charts of paper: the very figure that the browser draws, as plain lines in an SVG.

What stands in it comes from `imtplan.dashboard.charts`: the same points, the same labels, the same
marks. Ink and greys that are told apart without colour; the dashes say the rest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from math import ceil, floor, log10
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number

PlotlyFigure = Mapping[str, Any]
PlotPlace = tuple[float, float]

ACCENT, INK, SOFT, LINE, STRONG = "#1d4ed8", "#16233a", "#55607a", "#c9cbd2", "#7d8496"
# How wide, in which colour and with which dashes each role's line is drawn.
LINES = {
    "value": (2.4, ACCENT, ""),
    "forecast": (1.6, ACCENT, "1.5 3"),
    "path": (1.2, SOFT, "5 3"),
    "other-path": (1.2, STRONG, "1.5 3"),
    "former-path": (0.9, STRONG, "7 2 1.5 2"),
}
FONT = "Figtree Variable, DejaVu Sans, sans-serif"
TEXT = 9.5
LINE_HEIGHT = 11.5
ABOUT_A_LETTER = 5.4  # the width of one, for what must not overlap
TOP, BOTTOM, LEFT, RIGHT = 8, 18, 6, 14
TICKS = 4
_MARKUP = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<br\s*/?>")


def drawn(figure: PlotlyFigure, alternative: str, *, size: tuple[int, int]) -> SafeString:
    """Returns the figure as an SVG of this size, with its alternative text."""
    canvas = Canvas.of(figure, size)
    parts = [*_grid(canvas), *_shapes(canvas), *_traces(canvas), *_labels(canvas)]
    return format_html(
        '<svg class="drawing" xmlns="http://www.w3.org/2000/svg" role="img" '
        'viewBox="0 0 {} {}" font-family="{}" font-size="{}"><title>{}</title>{}</svg>',
        *size,
        FONT,
        TEXT,
        alternative,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


@dataclass(frozen=True)
class Canvas:
    """Where a year and a number stand on the paper."""

    figure: PlotlyFigure
    left: float
    right: float
    top: float
    bottom: float
    years: tuple[float, float]
    span: tuple[float, float]

    @classmethod
    def of(cls, figure: PlotlyFigure, size: tuple[int, int]) -> "Canvas":
        layout = figure["layout"]
        span = tuple(layout["yaxis"].get("range") or (0, 1))
        beside = max(map(len, map(_tick_text, ticks(*span))), default=0) * ABOUT_A_LETTER
        # A label beside its mark needs the room that the browser leaves for it.
        room = max(layout["margin"]["r"], RIGHT)
        return cls(
            figure=figure,
            left=LEFT + beside,
            right=size[0] - room,
            top=TOP,
            bottom=size[1] - BOTTOM,
            years=tuple(layout["xaxis"].get("range") or (0, 1)),
            span=span,
        )

    def x(self, year: float) -> float:
        first, last = self.years
        return round(self.left + (year - first) / (last - first) * (self.right - self.left), 2)

    def y(self, number: float) -> float:
        low, high = self.span
        return round(self.bottom - (number - low) / (high - low) * (self.bottom - self.top), 2)

    def places(self, trace: Mapping[str, Any]) -> list[PlotPlace | None]:
        """Returns a hole for what is unknown."""
        pairs = zip(trace.get("x", ()), trace.get("y", ()), strict=True)
        return [None if y is None else (self.x(x), self.y(y)) for x, y in pairs]


# --- Axes -----------------------------------------------------------------------------------------


def ticks(low: float, high: float) -> list[Decimal]:
    """Returns about four round numbers of the span: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / TICKS
    power = Decimal(10) ** floor(log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= Decimal(rough) * Decimal("0.75"))
    first, last = ceil(Decimal(low) / step), floor(Decimal(high) / step)
    return [n * step for n in range(first, last + 1)]


def _tick_text(tick: Decimal) -> str:
    return format_number(tick, language=reader_language())


def _grid(canvas: Canvas) -> Iterator[SafeString]:
    for tick in ticks(*canvas.span):
        y = canvas.y(float(tick))
        ends = ((canvas.left, y), (canvas.right, y))
        yield _line(ends, width=0.6, colour=LINE)
        yield _text(canvas.left - 4, y + 3.2, _tick_text(tick), anchor="end", colour=SOFT)
    axis = canvas.figure["layout"]["xaxis"]
    for year, text in zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=True):
        yield _text(canvas.x(year), canvas.bottom + 14, text, anchor="middle", colour=SOFT)


def _shapes(canvas: Canvas) -> Iterator[SafeString]:
    """Returns the upright lines where a series was defined anew."""
    for shape in canvas.figure["layout"].get("shapes", ()):
        x = canvas.x(shape["x0"])
        yield _line(((x, canvas.top), (x, canvas.bottom)), width=1.2, colour=STRONG, dash="1.5 3")


# --- Traces ---------------------------------------------------------------------------------------


def _traces(canvas: Canvas) -> Iterator[SafeString]:
    for trace in canvas.figure["data"]:
        role = trace["meta"]["role"]
        places = canvas.places(trace)
        if role == "band":
            yield _area([place for place in places if place])
        elif role in LINES:
            width, colour, dash = LINES[role]
            for run in _runs(places):
                yield _line(run, width=width, colour=colour, dash=dash)
        if mark := MARKS.get(role):
            for place in filter(None, places):
                yield mark(*place)


def _runs(places: Sequence[PlotPlace | None]) -> Iterator[Sequence[PlotPlace]]:
    """Returns the stretches without a hole; a point alone is no line."""
    run: list[PlotPlace] = []
    for place in [*places, None]:
        if place is not None:
            run.append(place)
            continue
        if len(run) > 1:
            yield run
        run = []


def _line(points: Sequence[PlotPlace], *, width: float, colour: str, dash: str = "") -> SafeString:
    return format_html(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>',
        _listed(points),
        colour,
        width,
        dash or "none",
    )


def _area(points: Sequence[PlotPlace]) -> SafeString:
    return format_html(
        '<polygon points="{}" fill="{}" fill-opacity="0.14"/>', _listed(points), ACCENT
    )


def _listed(points: Sequence[PlotPlace]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _dot(x: float, y: float) -> SafeString:
    return format_html('<circle cx="{}" cy="{}" r="3.2" fill="{}"/>', x, y, ACCENT)


def _ring(x: float, y: float) -> SafeString:
    return format_html(
        '<circle cx="{}" cy="{}" r="3.6" fill="#fff" stroke="{}" stroke-width="1.6"/>', x, y, ACCENT
    )


def _diamond(x: float, y: float, colour: str = INK) -> SafeString:
    corners = [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]
    return format_html('<polygon points="{}" fill="{}"/>', _listed(corners), colour)


def _pale_diamond(x: float, y: float) -> SafeString:
    return _diamond(x, y, STRONG)


MARKS = {
    "value": _dot,
    "estimate": _ring,
    "target": _diamond,
    "other-target": _pale_diamond,
}

# --- Labels ---------------------------------------------------------------------------------------

ANCHORS = {"left": "start", "right": "end", "center": "middle"}


def _labels(canvas: Canvas) -> Iterator[SafeString]:
    """Puts them where the figure does; Plotly counts shifts upwards, paper downwards."""
    for label in canvas.figure["layout"].get("annotations", ()):
        lines = [unescape(_MARKUP.sub("", line)) for line in _BREAK.split(label["text"])]
        x = canvas.x(label["x"]) + label.get("xshift", 0)
        y = canvas.y(label["y"]) - label.get("yshift", 0)
        first = y + _first_line(label.get("yanchor"), len(lines))
        weight = label.get("font", {}).get("weight", 400)
        for number, line in enumerate(lines):
            yield _text(
                x,
                first + number * LINE_HEIGHT,
                line,
                anchor=ANCHORS.get(label.get("xanchor", "center"), "middle"),
                colour=INK,
                weight=weight,
            )


def _first_line(anchor: str | None, lines: int) -> float:
    """Returns how far under the anchor the first line's foot stands."""
    above = (lines - 1) * LINE_HEIGHT
    return {"bottom": -above - 2, "top": TEXT, "middle": -above / 2 + 3.2}[anchor or "middle"]


def _text(
    x: float, y: float, text: str, *, anchor: str, colour: str, weight: int = 400
) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" fill="{}" font-weight="{}">{}</text>',
        round(x, 2),
        round(y, 2),
        anchor,
        colour,
        weight,
        text,
    )
