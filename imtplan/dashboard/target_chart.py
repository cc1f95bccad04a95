"""The chart of an indicator: its years, and the paths to its targets."""

from collections.abc import Sequence
from typing import Any

from imtplan.dashboard import charts
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.target_courses import Course, CourseYear
from imtplan.dashboard.wording import Wording
from indicators.models import Indicator


def chart_of(
    indicator: Indicator,
    years: Sequence[CourseYear],
    courses: Sequence[Course],
    scope: Scope,
    *,
    wide: bool = False,
) -> dict[str, Any]:
    """Returns the years of an indicator as a figure, with the paths to its targets."""
    return charts.trajectory(
        [charts.ChartPoint(year.year, year.value, year.is_estimate) for year in years],
        [_path(course) for course in courses],
        words=Wording.of(indicator),
        ahead=_ahead(courses),
        marked_year=scope.year,
        wide=wide,
    )


def _ahead(courses: Sequence[Course]) -> list[charts.ForecastPoint]:
    """Returns the forecast toward the first target; the line is the same toward any other."""
    forecasts = courses[0].forecasts if courses else []
    return [
        charts.ForecastPoint(year, forecast.value, forecast.low, forecast.high)
        for year, forecast in forecasts
    ]


def _path(course: Course) -> charts.ChartPath:
    target = course.target
    return charts.ChartPath(
        name=course.short_name,
        year=target.year,
        value=course.target_value,
        expected=[
            (year.year, year.expected_value)
            for year in course.years
            if target.baseline_year <= year.year <= target.year
        ],
        is_reference=target.is_reference,
    )
