"""The chart of an indicator: its years, and the paths to its targets."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from imtplan.dashboard import charts
from imtplan.dashboard.followed_targets import FollowedTarget, FollowedYear
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import Wording
from indicators.formulas.progress import TrajectoryKind, expected_value
from indicators.formulas.steps import value_of
from indicators.models import Indicator


def chart_of(
    indicator: Indicator,
    years: Sequence[FollowedYear],
    followed_targets: Sequence[FollowedTarget],
    scope: Scope,
    *,
    wide: bool = False,
) -> dict[str, Any]:
    """Returns the years of an indicator as a figure, with the paths to its targets and the breaks
    of its series."""
    figure = charts.trajectory(
        [charts.ChartPoint(year.year, year.value, year.is_estimate) for year in years],
        [_path(followed) for followed in followed_targets],
        words=Wording.of(indicator),
        ahead=_ahead(followed_targets),
        marked_year=scope.year,
        wide=wide,
    )
    return with_breaks(figure, indicator.break_years)


def _ahead(followed_targets: Sequence[FollowedTarget]) -> list[charts.ForecastPoint]:
    """Returns the forecast toward the first target; the line is the same toward any other."""
    forecasts = followed_targets[0].forecasts if followed_targets else []
    return [
        charts.ForecastPoint(year, forecast.value, forecast.low, forecast.high)
        for year, forecast in forecasts
    ]


def _path(followed: FollowedTarget) -> charts.ChartPath:
    target = followed.target
    return charts.ChartPath(
        name=followed.short_name,
        year=target.year,
        value=followed.target_value,
        expected=[
            (year.year, year.expected_value)
            for year in followed.years
            if target.baseline_year <= year.year <= target.year
        ],
        is_reference=target.is_reference,
        first_promised=_first_promised(followed),
    )


def _first_promised(followed: FollowedTarget) -> list[tuple[int, Decimal | None]]:
    """Returns the path of the target as it was first published, in the years of the chart; nothing
    where that is its path today."""
    if not followed.revisions or followed.is_band:
        return []
    terms = followed.revisions[0].before
    today = followed.revisions[-1].after
    if replace(terms, is_reference=today.is_reference) == today:
        return []
    baseline = terms.baseline_value
    if baseline is None:
        baseline = followed.at(terms.baseline_year, followed.scope.view).value
    path = replace(
        followed.line,
        baseline=baseline,
        baseline_year=terms.baseline_year,
        target=terms.target_value(baseline),
        target_year=terms.year,
        trajectory=TrajectoryKind(terms.trajectory),
        stated=terms.stated,
    )
    shown = [year.year for year in followed.years]
    years = [year for year in shown if terms.baseline_year <= year <= terms.year]
    return [(year, value_of(expected_value(path, year))) for year in years]


def with_breaks(figure: dict[str, Any], years: Collection[int]) -> dict[str, Any]:
    """Adds an upright line before each year in which the series begins anew, if they are shown."""
    shown = {year for trace in figure["data"] for year in trace.get("x", ())}
    lines = [_break(year) for year in sorted(shown.intersection(years))]
    layout = figure["layout"]
    shapes = [*layout.get("shapes", ()), *lines]
    return {**figure, "layout": {**layout, "shapes": shapes}} if lines else figure


def _break(year: int) -> dict[str, Any]:
    """Its grey is legible by day and by night, and stands for nothing else."""
    line = {"color": "#7f8798", "width": 1.5, "dash": "dot"}
    between = float(year) - 0.5
    place = {"xref": "x", "x0": between, "x1": between, "yref": "paper", "y0": 0, "y1": 1}
    return {"type": "line", "layer": "below", "line": line, **place}
