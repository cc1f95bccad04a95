"""Charts: plain data in, a Plotly figure out, no query.

A figure says nothing of fonts or colours that a theme decides: it names roles, and
`static/js/charts.js` puts in the colours of the day or of the night.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go
from django.utils.translation import gettext as _

from imtplan.dashboard.wording import Wording

SMALL, TALL = 200, 340
# What the labels beside the targets' marks take of a wide chart.
BESIDE_WIDTH = 100
FOLD = 13
# The share of the height that a label takes.
LABEL_HEIGHT = Decimal("0.2")
# Weights of type are properties: markup in a text would be an inline style, which CSP forbids.
STRONG, PLAIN = {"weight": 650}, {"weight": 450}
# Room left above and below the lines for their labels, as a share of what the lines span.
ROOM_BELOW, ROOM_ABOVE = Decimal("0.16"), Decimal("0.28")
# Where a target's label stands, seen from its mark.
BESIDE = {"xanchor": "left", "align": "left", "xshift": 12, "yanchor": "middle"}
OVER = {"xanchor": "right", "align": "right", "xshift": 6, "yanchor": "bottom", "yshift": 8}
UNDER = {"xanchor": "right", "align": "right", "xshift": 6, "yanchor": "top", "yshift": -8}
SEPARATORS = {"fr": ",\u202f", "en": ".,"}


@dataclass(frozen=True)
class ChartPoint:
    """A year of the series: what it came to, and what a target expected. Unknown is None."""

    year: int
    value: Decimal | None
    is_estimate: bool = False


@dataclass(frozen=True)
class ChartPath:
    """A target and the way to it, year by year."""

    name: str
    year: int
    value: Decimal | None
    expected: Sequence[tuple[int, Decimal | None]]
    is_reference: bool = True
    first_promised: Sequence[tuple[int, Decimal | None]] = ()  # empty where it was never revised

    @property
    def label(self) -> str:
        return escape(self.name)

    @property
    def rises(self) -> bool:
        known = [value for year, value in self.expected if value is not None]
        return not known or self.value is None or known[0] <= self.value


@dataclass(frozen=True)
class ForecastPoint:
    """The forecast of one year: the line, and its interval where there are points enough."""

    year: int
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


def trajectory(
    points: Sequence[ChartPoint],
    paths: Sequence[ChartPath],
    *,
    words: Wording,
    ahead: Sequence[ForecastPoint] = (),
    marked_year: int | None = None,
    wide: bool = False,
) -> dict[str, Any]:
    """Returns what was counted year by year, beside the way to each target.

    A year without a figure is a hole in the line; an estimate is a hollow point outside it. What
    is forecast goes on as a band from the last final value. Drawn once for the same numbers and
    words, and then shared: nobody changes what is given back.
    """
    paths = tuple(
        replace(path, expected=tuple(path.expected), first_promised=tuple(path.first_promised))
        for path in paths
    )
    return _drawn(tuple(points), paths, words, tuple(ahead), marked_year, wide)


@lru_cache(maxsize=512)
def _drawn(
    points: tuple[ChartPoint, ...],
    paths: tuple[ChartPath, ...],
    words: Wording,
    ahead: tuple[ForecastPoint, ...],
    marked_year: int | None,
    wide: bool,
) -> dict[str, Any]:
    figure = go.Figure(
        data=[
            *_band(points, ahead),
            *(_first_path(path, words) for path in paths if path.first_promised),
            *(_path(path, words) for path in paths),
            *(_target(path, words) for path in paths if path.value is not None),
            *_forecast(points, ahead, words),
            _estimates(points, words),
            _values(points, words),
        ],
        layout=_layout(points, paths, words, _span(points, paths, ahead), wide=wide),
    )
    for label in _labels(points, paths, words, marked_year, wide=wide):
        figure.add_annotation(**label)
    plain = figure.to_plotly_json()
    plain["layout"].pop("template")  # 6 KB of another style
    return plain


def _with_unit(words: Wording, value: Decimal) -> str:
    """Plotly reads a little HTML in texts; what people typed is text and nothing more."""
    return f"{words.fixed(value)} {escape(words.unit)}"


def _number(value: Decimal | None) -> int | float | None:
    """Returns what the browser, which knows no Decimal, takes: the same digits, None for a hole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _values(points: Sequence[ChartPoint], words: Wording) -> go.Scatter:
    known = [(point, None if point.is_estimate else point.value) for point in points]
    return go.Scatter(
        name=_("Value"),
        meta={"role": "value"},
        mode="lines+markers",
        x=[point.year for point, value in known],
        y=[_number(value) for point, value in known],
        text=["" if value is None else _with_unit(words, value) for point, value in known],
        hovertemplate="%{text}<extra>%{x}</extra>",
        connectgaps=False,
        line={"width": 3},
        marker={"size": 8},
        cliponaxis=False,
    )


def _estimates(points: Sequence[ChartPoint], words: Wording) -> go.Scatter:
    held = [(point, point.value if point.is_estimate else None) for point in points]
    return go.Scatter(
        name=_("Estimate"),
        meta={"role": "estimate"},
        mode="markers",
        x=[point.year for point, value in held],
        y=[_number(value) for point, value in held],
        text=["" if value is None else _with_unit(words, value) for point, value in held],
        hovertemplate="%{text} (" + _("estimate") + ")<extra>%{x}</extra>",
        marker={"size": 10, "symbol": "circle-open", "line": {"width": 2}},
        cliponaxis=False,
    )


def _from_the_last_known(
    points: Sequence[ChartPoint], ahead: Sequence[ForecastPoint]
) -> list[ForecastPoint]:
    """Returns the forecast from the last final value on, which is certain. A new plan has none yet
    among its years: there the forecast stands alone."""
    known = [
        ForecastPoint(point.year, point.value, point.value, point.value)
        for point in points
        if point.value is not None and not point.is_estimate
    ]
    before = [point for point in known if point.year < ahead[0].year] or known
    return [*before[-1:], *ahead]


def _band(points: Sequence[ChartPoint], ahead: Sequence[ForecastPoint]) -> list[go.Scatter]:
    """Returns the 80 % interval, year by year; nothing where there are too few points for one."""
    if not ahead or any(year.low is None for year in ahead):
        return []
    years = _from_the_last_known(points, ahead)
    back = years[::-1]
    return [
        go.Scatter(
            name=_("Forecast interval"),
            meta={"role": "band"},
            mode="lines",
            fill="toself",
            x=[year.year for year in years] + [year.year for year in back],
            y=[_number(year.high) for year in years] + [_number(year.low) for year in back],
            line={"width": 0},
            opacity=0.16,
            hoverinfo="skip",
        )
    ]


def _forecast(
    points: Sequence[ChartPoint], ahead: Sequence[ForecastPoint], words: Wording
) -> list[go.Scatter]:
    if not ahead:
        return []
    years = _from_the_last_known(points, ahead)
    return [
        go.Scatter(
            name=_("Forecast"),
            meta={"role": "forecast"},
            mode="lines",
            x=[year.year for year in years],
            y=[_number(year.value) for year in years],
            text=[_with_unit(words, year.value) for year in years],
            hovertemplate="%{text}<extra>" + _("forecast") + " %{x}</extra>",
            line={"width": 2, "dash": "dot"},
        )
    ]


def _path(path: ChartPath, words: Wording) -> go.Scatter:
    return go.Scatter(
        name=path.label,
        meta={"role": "path" if path.is_reference else "other-path"},
        mode="lines",
        x=[year for year, value in path.expected],
        y=[_number(value) for year, value in path.expected],
        text=["" if value is None else _with_unit(words, value) for year, value in path.expected],
        hovertemplate="%{text}<extra>" + _("expected") + " %{x}</extra>",
        line={"width": 1.5, "dash": "dash" if path.is_reference else "dot"},
    )


def _first_path(path: ChartPath, words: Wording) -> go.Scatter:
    """Returns the way that was promised before the target was revised, fainter than the others."""
    known = [(year, value) for year, value in path.first_promised if value is not None]
    return go.Scatter(
        name=_("Promised at first"),
        meta={"role": "former-path"},
        mode="lines",
        x=[year for year, value in known],
        y=[_number(value) for year, value in known],
        text=[_with_unit(words, value) for year, value in known],
        hovertemplate="%{text}<extra>" + _("promised at first") + " %{x}</extra>",
        line={"width": 1, "dash": "dashdot"},
        opacity=0.7,
    )


def _target(path: ChartPath, words: Wording) -> go.Scatter:
    return go.Scatter(
        name=_("Target"),
        meta={"role": "target" if path.is_reference else "other-target"},
        mode="markers",
        x=[path.year],
        y=[_number(path.value)],
        text=[_with_unit(words, path.value)],
        hovertemplate="%{text}<extra>" + path.label + "</extra>",
        marker={"size": 11 if path.is_reference else 9, "symbol": "diamond"},
        cliponaxis=False,
    )


def _labels(
    points: Sequence[ChartPoint],
    paths: Sequence[ChartPath],
    words: Wording,
    marked_year: int | None,
    *,
    wide: bool,
) -> list[dict[str, Any]]:
    marked = _marked_label(points, paths, marked_year, words)
    return [*([marked] if marked else []), *_target_labels(paths, words, wide=wide)]


def _target_labels(
    paths: Sequence[ChartPath], words: Wording, *, wide: bool
) -> list[dict[str, Any]]:
    """Puts each label beside its mark where there is room, else where its own path does not run."""
    return [
        {
            "name": "target" if path.is_reference else "other-target",
            "x": path.year,
            "y": _number(path.value),
            "text": "<br>".join([*_lines(path.label, wide=wide), words.fixed(path.value)]),
            "font": STRONG if path.is_reference else PLAIN,
            "showarrow": False,
            **(BESIDE if wide else OVER if path.rises else UNDER),
        }
        for path in paths
        if path.value is not None
    ]


def _marked_label(
    points: Sequence[ChartPoint], paths: Sequence[ChartPath], year: int | None, words: Wording
) -> dict[str, Any] | None:
    """Puts the number of the page's year in the corner that neither line nor path crosses."""
    marked = next((point for point in points if point.year == year), None)
    if marked is None or marked.value is None:
        return None
    before = [
        point.value for point in points if point.year < marked.year and point.value is not None
    ]
    rising = not before or before[-1] <= marked.value
    above = not _close_above(marked, points, paths)
    last = max([*(point.year for point in points), *(path.year for path in paths)])
    return {
        "name": "value",
        "x": marked.year,
        "y": _number(marked.value),
        "text": words.fixed(marked.value),
        "font": STRONG,
        # In the last year there is no room to the right.
        "xanchor": "right" if above == rising or marked.year == last else "left",
        "yanchor": "bottom" if above else "top",
        "yshift": 4 if above else -4,
        "showarrow": False,
    }


def _close_above(
    point: ChartPoint, points: Sequence[ChartPoint], paths: Sequence[ChartPath]
) -> bool:
    """Does the path run where a label above the point would stand?"""
    expected = next((dict(path.expected).get(point.year) for path in paths), None)
    span = _span(points, paths)
    if expected is None or point.value is None or span is None:
        return False
    return 0 <= expected - point.value < Decimal(span[1] - span[0]) * LABEL_HEIGHT


def _lines(label: str, *, wide: bool) -> list[str]:
    """A label beside its mark is folded, to leave the width to the lines."""
    return wrap(label, FOLD) if wide else [label]


def _layout(
    points: Sequence[ChartPoint],
    paths: Sequence[ChartPath],
    words: Wording,
    span: list[float] | None,
    *,
    wide: bool,
) -> dict[str, Any]:
    years = sorted({point.year for point in points} | {path.year for path in paths})
    return {
        "height": TALL if wide else SMALL,
        "margin": {"l": 8, "r": BESIDE_WIDTH if wide and paths else 16, "t": 8, "b": 4},
        "separators": SEPARATORS[words.language],
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {
            "tickmode": "array",
            "tickvals": years,
            "ticktext": [str(year) for year in years],
            "range": [years[0] - 0.35, years[-1] + 0.35] if years else None,
            "showgrid": False,
            "zeroline": False,
            "showline": False,
            "fixedrange": True,
            "tickangle": 0,
            "automargin": True,
        },
        "yaxis": {
            "range": span,
            "nticks": 4,
            "separatethousands": True,
            "exponentformat": "none",
            "zeroline": False,
            "showline": False,
            "fixedrange": True,
            "automargin": True,
        },
    }


def _span(
    points: Sequence[ChartPoint], paths: Sequence[ChartPath], ahead: Sequence[ForecastPoint] = ()
) -> list[float] | None:
    """Returns from below the lowest number to above the highest, with room for the labels."""
    numbers = [point.value for point in points if point.value is not None]
    for path in paths:
        for way in (path.expected, path.first_promised):
            numbers += [value for year, value in way if value is not None]
        numbers += [path.value] if path.value is not None else []
    for forecast in ahead:
        numbers += [end for end in (forecast.value, forecast.low, forecast.high) if end is not None]
    if not numbers:
        return None
    low, high = min(numbers), max(numbers)
    span = (high - low) or abs(high) or Decimal(1)
    return [float(low - span * ROOM_BELOW), float(high + span * ROOM_ABOVE)]
