"""Judging: what the formulas make of a series, row by row, as it is stored.

The recomputation, which has the figures added up by the database
(`indicators.recomputing.summed_series`), gets the same rows as explanations, previews and the
integrity check, which add them up one by one (`indicators.results.series`). Nothing here writes.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from indicators.formulas.adding_up import YearValue
from indicators.formulas.assessment import Assessment, Reason, assess
from indicators.formulas.coverage_range import assumption_of
from indicators.formulas.forecast import Forecast, forecast
from indicators.formulas.progress import FORMULA_VERSION, Accumulation, TargetPath
from indicators.formulas.steps import StepResult
from indicators.formulas.verdicts import Status, Thresholds
from indicators.models import InstituteValue, Progress, Target, View
from indicators.results.elements import thresholds_of
from indicators.results.fingerprints import fingerprint, plain
from indicators.results.series import Series, path_of


def value_rows(series: Series, years: Collection[int], now: datetime) -> Iterator[InstituteValue]:
    """Yields the institute's value in each of these years, in each view."""
    for view, year in series.totals:
        if year in years:
            yield value_row(series, view, year, now)


def value_row(series: Series, view: View, year: int, now: datetime) -> InstituteValue:
    total = series.totals[view, year]
    low, high = series.range_in(view, year) or (None, None)
    range_by = assumption_of(series.stand_ins(view, year)) if low else ""
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
        left_out=list(total.left_out),
        low=low.value if low else None,
        high=high.value if high else None,
        range_by=range_by,
        exact=total.shown,
        formula_version=FORMULA_VERSION,
        inputs_hash=_inputs_of_value(series, view, year),
        computed_at=now,
    )


def _inputs_of_value(series: Series, view: View, year: int) -> str:
    """Returns the fingerprint of a value: the rules of the sum, what each school brings to it, and
    its range. Empty where the figures were added up one by one."""
    if (view, year) not in series.fingerprints:
        return ""
    indicator = series.indicator
    return fingerprint(
        indicator.aggregation,
        indicator.accumulation,
        indicator.scale.normalize(),
        series.first_year if indicator.accumulation == Accumulation.CUMULATIVE else None,
        series.fingerprints[view, year],
        sorted(series.stand_ins(view, year).items()),
    )


def progress_rows(
    series: Series, targets: Collection[Target], now: datetime, *, since: int = 0
) -> Iterator[Progress]:
    """Yields the progress toward these targets of an indicator, in each view, from a year on."""
    for target in targets:
        for view in View:
            in_view = TargetInView(target, view, series.values_for(target, view))
            for year in in_view.years:
                if year >= since:
                    yield in_view.row(year, now)


def failed_rows(series: Series, now: datetime) -> tuple[list[InstituteValue], list[Progress]]:
    """Returns all the rows of an indicator that cannot be computed, without numbers."""
    values = [
        InstituteValue(
            indicator=series.indicator,
            year=year,
            view=view,
            expected=0,
            reported=0,
            missing=[],
            carried={},
            left_out=[],
            formula_version=FORMULA_VERSION,
            computed_at=now,
        )
        for view, year in series.totals
    ]
    progress = [
        Progress(
            target=target,
            year=year,
            view=view,
            status=Status.NOT_COMPUTABLE,
            reason=Reason.COMPUTATION_FAILED,
            formula_version=FORMULA_VERSION,
            computed_at=now,
        )
        for target in series.targets
        for view in View
        for year in TargetInView(target, view, dict.fromkeys(series.members, _UNKNOWN)).years
    ]
    return values, progress


_UNKNOWN = YearValue(None, None, 0, 0, (), ())


@dataclass
class TargetInView:
    """One target in one view, and the values that are held against it."""

    target: Target
    view: View
    values: Mapping[int, YearValue]

    @cached_property
    def path(self) -> TargetPath:
        return path_of(self.target, self.values)

    @property
    def years(self) -> list[int]:
        """Returns the years of the target in which its plan follows the indicator."""
        last = max(self.target.year, self.target.plan.last_year)
        years = [year for year in self.values if self.target.baseline_year <= year <= last]
        return [year for year in years if self.target.counts_in(year)]

    def assessment(self, year: int) -> Assessment:
        total = self.values[year]
        return assess(
            self.path,
            year=year,
            value=total.shown,
            is_estimate=total.value is None,
            thresholds=self._thresholds,
        )

    def forecast(self, year: int) -> Forecast | None:
        """Returns the forecast from the values known up to `year`."""
        return forecast(self.points(year), at_year=self.path.target_year, path=self.path)

    def row(self, year: int, now: datetime) -> Progress:
        total, assessment, outlook = self.values[year], self.assessment(year), self.forecast(year)
        points = self.points(year)
        numbers: dict[str, Decimal | None] = {**assessment.numbers}
        numbers.pop(StepResult.DISTANCE, None)  # explained, and not stored
        numbers["target_value"] = self.path.target
        if outlook:
            numbers |= {step.result.value: step.value for step in outlook.steps}
        return Progress(
            target=self.target,
            year=year,
            view=self.view,
            value=total.shown,
            is_estimate=total.is_estimate,
            baseline=self.path.baseline,
            **numbers,
            status=assessment.verdict.status,
            would_be=assessment.verdict.would_be or "",
            reason=assessment.reason or "",
            forecast_points=outlook.points if outlook else 0,
            forecast_from_baseline=outlook is not None and self.baseline_stands_in,
            exact_progress=numbers.get("progress"),
            exact_expected=numbers.get("expected_progress"),
            formula_version=FORMULA_VERSION,
            inputs_hash=fingerprint(
                self._promise,
                plain(total.shown),
                total.value is None,
                *((point, plain(points[point])) for point in sorted(points)),
            ),
            computed_at=now,
        )

    @cached_property
    def _thresholds(self) -> Thresholds:
        return thresholds_of(self.target.plan)

    @cached_property
    def _promise(self) -> str:
        """Returns the inputs that are the same in every year, as a text."""
        return repr((*map(plain, astuple(self.path)), self._thresholds))

    def points(self, year: int) -> dict[int, Decimal]:
        """Returns the points of a forecast made in `year`, by year: all final values up to then, so
        that one series has one forecast whatever its targets, and the target's baseline where its
        year has no value. Years that are not counted as the target's year is are none of them."""
        points = {y: value for y, value in self._final.items() if self._since <= y <= year}
        if self.baseline_stands_in and self.path.baseline is not None:
            points[self.path.baseline_year] = self.path.baseline
        return points

    @cached_property
    def _final(self) -> dict[int, Decimal]:
        return {y: total.value for y, total in self.values.items() if total.value is not None}

    @cached_property
    def baseline_stands_in(self) -> bool:
        """Returns whether the target's own baseline is a point, for want of a value of its year."""
        recorded = self.values.get(self.path.baseline_year)
        if self.path.baseline is None or self.path.baseline_year < self._since:
            return False
        return recorded is None or recorded.value is None

    @cached_property
    def _since(self) -> int:
        """Returns the year from which on the series is counted as in the target's year."""
        return self.target.indicator.comparable_from(self.path.target_year) or 0
