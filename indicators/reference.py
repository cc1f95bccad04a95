"""The results as the formulas give them, row by row, from the figures themselves.

Slow and plain: what `indicators.recompute` stores by a few statements is held against this, in the
tests, in every explanation and each night. Nothing here writes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from imtplan import clock
from indicators.adding_up import YearValue
from indicators.elements import roll_ups, thresholds_of
from indicators.forecast import Forecast, forecast
from indicators.models import Indicator, InstituteValue, Progress, RollUp, Target, View
from indicators.progress import FORMULA_VERSION, TargetPath, assess
from indicators.series import Series, all_series, path_of


@dataclass(frozen=True)
class ReferenceResults:
    """Every result that should be stored, none of them saved."""

    values: list[InstituteValue]
    progress: list[Progress]
    roll_ups: list[RollUp]

    @classmethod
    def read(cls, indicators: Collection[int] | None = None) -> "ReferenceResults":
        """Of these indicators (all, if none are named); the elements only where all are read."""
        now = clock.now()
        chosen = Indicator.objects.in_use()
        if indicators is not None:
            chosen = chosen.filter(pk__in=indicators)
        series = all_series(chosen)
        progress = list(progress_rows(series, now))
        above = list(roll_ups(progress, now)) if indicators is None else []
        return cls(list(institute_values(series, now)), progress, above)


def institute_values(series: Iterable[Series], now: datetime) -> Iterator[InstituteValue]:
    for one in series:
        for view, year in one.totals:
            yield value_row(one, view, year, now)


def value_row(series: Series, view: View, year: int, now: datetime) -> InstituteValue:
    total = series.totals[view, year]
    low, high = series.range_in(view, year) or (None, None)
    return InstituteValue(
        indicator=series.indicator,
        year=year,
        view=view,
        value=total.value,
        estimate=total.estimate,
        expected=total.expected,
        reported=total.reported,
        missing=list(total.missing),
        carried=dict(total.carried),
        low=low,
        high=high,
        exact=total.estimate if total.value is None else total.value,
        formula_version=FORMULA_VERSION,
        computed_at=now,
    )


def progress_rows(series: Iterable[Series], now: datetime) -> Iterator[Progress]:
    for one in series:
        for target in one.targets:
            for view in View:
                aim = TargetInView(target, view, one.values_for(target, view))
                for year in aim.years:
                    yield aim.row(year, now)


@dataclass
class TargetInView:
    """One target in one view, and the values that are held against it."""

    target: Target
    view: View
    values: Mapping[int, YearValue]

    @cached_property
    def line(self) -> TargetPath:
        return path_of(self.target, self.values)

    @property
    def years(self) -> list[int]:
        last = max(self.target.year, self.target.plan.last_year)
        return [year for year in self.values if self.target.baseline_year <= year <= last]

    def row(self, year: int, now: datetime) -> Progress:
        total = self.values[year]
        shown = total.estimate if total.value is None else total.value
        thresholds = thresholds_of(self.target.plan)
        found = assess(
            self.line,
            year=year,
            value=shown,
            is_estimate=total.value is None,
            thresholds=thresholds,
        )
        outlook = self.outlook(year)
        return Progress(
            target=self.target,
            year=year,
            view=self.view,
            value=shown,
            is_estimate=total.value is None and shown is not None,
            baseline=self.line.baseline,
            target_value=found.target,
            expected_value=found.expected_value,
            progress=found.progress,
            expected_progress=found.expected_progress,
            pace=found.pace,
            gap=found.gap,
            status=found.status,
            would_be=found.would_be or "",
            reason=found.reason or "",
            needed_per_year=found.change.needed_per_year,
            needed_rate=found.change.needed_rate,
            achieved_per_year=found.change.achieved_per_year,
            achieved_rate=found.change.achieved_rate,
            forecast=outlook.value if outlook else None,
            forecast_low=outlook.low if outlook else None,
            forecast_high=outlook.high if outlook else None,
            probability=outlook.probability if outlook else None,
            forecast_points=outlook.points if outlook else 0,
            forecast_from_baseline=outlook is not None and self.baseline_stands_in,
            exact_progress=found.progress,
            exact_expected=found.expected_progress,
            formula_version=FORMULA_VERSION,
            computed_at=now,
        )

    def outlook(self, year: int) -> Forecast | None:
        """The forecast from what was known up to `year`."""
        points = self.points(year)
        return forecast(points, at_year=self.line.target_year, line=self.line)

    def points(self, year: int) -> dict[int, Decimal]:
        """What a forecast made in `year` rests on: all final values up to then, so that one series
        has one forecast, whatever its targets; and the baseline of a year that has none."""
        points = {
            y: total.value
            for y, total in self.values.items()
            if total.value is not None and y <= year
        }
        if self.baseline_stands_in and self.line.baseline is not None:
            points[self.line.baseline_year] = self.line.baseline
        return points

    @cached_property
    def baseline_stands_in(self) -> bool:
        """Is the target's own baseline a point, for want of a figure of its year?"""
        recorded = self.values.get(self.line.baseline_year)
        return self.line.baseline is not None and (recorded is None or recorded.value is None)
