"""The chart of an indicator: its years, and the paths to its targets."""

from collections.abc import Sequence
from typing import Any

from imtplan.dashboard import charts
from imtplan.dashboard.followed_targets import FollowedTarget, FollowedYear
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import Wording
from indicators.models import Indicator


def chart_of(
    indicator: Indicator,
    years: Sequence[FollowedYear],
    followed_targets: Sequence[FollowedTarget],
    scope: Scope,
    *,
    wide: bool = False,
) -> dict[str, Any]:
    """Returns the years of an indicator as a figure, with the paths to its targets."""
    return charts.trajectory(
        [charts.ChartPoint(year.year, year.value, year.is_estimate) for year in years],
        [_path(followed) for followed in followed_targets],
        words=Wording.of(indicator),
        ahead=_ahead(followed_targets),
        marked_year=scope.year,
        wide=wide,
    )


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
    )
