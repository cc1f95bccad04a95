"""The formulas of `indicators.progress` written out for one target in one year.

Which formula applies is asked of the same conditions as there; the outcomes are those it gave.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from indicators.explaining.formulas import (
    Formula,
    FormulaNumber,
    FormulaStep,
    Measure,
    Numbers,
    StepResult,
    amounts,
    counts,
    one,
    shares,
    years,
)
from indicators.models import Progress
from indicators.progress import Direction, TargetPath, TrajectoryKind, distance_to_band, stations
from indicators.verdicts import Status

ON_THE_WAY = "({%s} − {baseline}) / ({target} − {baseline})"


@dataclass(frozen=True)
class Steps:
    """`row` as computed from `line`, and the points its forecast rests on."""

    line: TargetPath
    row: Progress
    growth_percent: Decimal | None = None

    def __iter__(self) -> Iterator[FormulaStep]:
        yield from self.target()
        yield from self.expected_value()
        yield from self.distance()
        yield from self.progress()
        yield from self.expected_progress()
        yield from self.pace()
        yield from self.gap()
        yield from self.needed()
        yield from self.achieved()
        yield from self.forecast()

    # --- what was promised ---

    def target(self) -> Iterator[FormulaStep]:
        """Only of a target stated as a growth over its baseline."""
        if self.growth_percent is None or self.line.target is None:
            return
        growth = FormulaNumber(self.growth_percent, Measure.COUNT)
        yield FormulaStep(
            StepResult.TARGET_VALUE,
            Formula.GROWTH,
            FormulaNumber(self.line.target),
            "{baseline} × (1 + {growth_percent} / 100)",
            amounts(baseline=self.line.baseline) | {"growth_percent": growth},
        )

    def expected_value(self) -> Iterator[FormulaStep]:
        """Nothing where an end of the line is unknown: then there is nothing to calculate."""
        known = self.line.trajectory is TrajectoryKind.STATED or (
            self.line.baseline is not None and self.line.target is not None
        )
        if self.row.expected_value is None or not known:
            return
        formula, expression, numbers = self._trajectory()
        outcome = FormulaNumber(self.row.expected_value)
        yield FormulaStep(StepResult.EXPECTED_VALUE, formula, outcome, expression, numbers)

    def _trajectory(self) -> tuple[Formula, str, Numbers]:
        line, year = self.line, self.row.year
        ends = amounts(baseline=line.baseline, target=line.target)
        if line.trajectory is TrajectoryKind.STATED:
            return self._stated(stations(line), min(year, line.target_year))
        if year > line.target_year:
            return Formula.TARGET_STANDS, "{target}", ends
        gone_by = years(year=year, baseline_year=line.baseline_year, target_year=line.target_year)
        gone = "({year} − {baseline_year}) / ({target_year} − {baseline_year})"
        if line.trajectory is TrajectoryKind.COMPOUND:
            return (
                Formula.COMPOUND,
                f"{{baseline}} × ({{target}} / {{baseline}}) ^ ({gone})",
                (ends | gone_by),
            )
        return (
            Formula.LINEAR,
            f"{{baseline}} + ({{target}} − {{baseline}}) × {gone}",
            ends | gone_by,
        )

    @staticmethod
    def _stated(known: Mapping[int, Decimal], year: int) -> tuple[Formula, str, Numbers]:
        """The stated value of the year, or the straight line between its neighbours."""
        if year in known:
            return Formula.STATED, "{stated}", amounts(stated=known[year])
        before, after = max(y for y in known if y < year), min(y for y in known if y > year)
        numbers = amounts(earlier=known[before], later=known[after])
        around = years(year=year, earlier_year=before, later_year=after)
        gone = "({year} − {earlier_year}) / ({later_year} − {earlier_year})"
        return Formula.STATED, f"{{earlier}} + ({{later}} − {{earlier}}) × {gone}", numbers | around

    # --- how far the figure has come ---

    def distance(self) -> Iterator[FormulaStep]:
        """Only of a band: how far outside of it the value stands."""
        line, value = self.line, self.row.value
        if line.direction is not Direction.KEEP or value is None:
            return
        distance = distance_to_band(line, value)
        if distance is None:
            return
        sides = ["0"]
        sides += ["{band_low} − {value}"] if line.band_low is not None else []
        sides += ["{value} − {band_high}"] if line.band_high is not None else []
        numbers = amounts(value=value, band_low=line.band_low, band_high=line.band_high)
        expression = f"max({'; '.join(sides)})"
        outcome = FormulaNumber(distance)
        yield FormulaStep(
            StepResult.DISTANCE, Formula.DISTANCE_TO_BAND, outcome, expression, numbers
        )

    def progress(self) -> Iterator[FormulaStep]:
        row = self.row
        if row.progress is None or row.value is None:
            return
        outcome = FormulaNumber(row.progress, Measure.SHARE)
        if self.line.direction is Direction.KEEP:
            yield self._kept(outcome)
        else:
            yield self._way(StepResult.PROGRESS, outcome, "value", row.value)

    def _kept(self, outcome: FormulaNumber) -> FormulaStep:
        if self.line.tolerance is None or self.row.value is None:
            return FormulaStep(StepResult.PROGRESS, Formula.KEPT, outcome)
        distance = distance_to_band(self.line, self.row.value)
        numbers = amounts(distance=distance, tolerance=self.line.tolerance)
        expression = "max(0; 1 − {distance} / {tolerance})"
        return FormulaStep(StepResult.PROGRESS, Formula.KEPT, outcome, expression, numbers)

    def expected_progress(self) -> Iterator[FormulaStep]:
        row = self.row
        if row.expected_progress is None:
            return
        outcome = FormulaNumber(row.expected_progress, Measure.SHARE)
        if row.expected_value is None:
            yield FormulaStep(StepResult.EXPECTED_PROGRESS, Formula.BAND_HOLDS, one(), "1")
        else:
            yield self._way(
                StepResult.EXPECTED_PROGRESS, outcome, "expected_value", row.expected_value
            )

    def _way(
        self, result: StepResult, outcome: FormulaNumber, name: str, value: Decimal
    ) -> FormulaStep:
        """The share of the way, or whether the target is still met where it was met before."""
        ends = amounts(**{name: value}, baseline=self.line.baseline, target=self.line.target)
        if self.met_before:
            sign = "≤" if self.line.direction is Direction.DECREASE else "≥"
            return FormulaStep(
                result, Formula.MET_BEFORE, outcome, f"{{{name}}} {sign} {{target}}", ends
            )
        return FormulaStep(result, Formula.SHARE_OF_THE_WAY, outcome, ON_THE_WAY % name, ends)

    @property
    def met_before(self) -> bool:
        line = self.line
        if line.baseline is None or line.target is None:
            return False
        if line.direction is Direction.DECREASE:
            return line.baseline <= line.target
        return line.baseline >= line.target

    def pace(self) -> Iterator[FormulaStep]:
        row = self.row
        if row.pace is not None:
            numbers = shares(progress=row.progress, expected_progress=row.expected_progress)
            outcome = FormulaNumber(row.pace, Measure.SHARE)
            expression = "{progress} / {expected_progress}"
            yield FormulaStep(StepResult.PACE, Formula.QUOTIENT, outcome, expression, numbers)

    def gap(self) -> Iterator[FormulaStep]:
        """Signed so that negative is bad: where less is better it is turned round."""
        row = self.row
        if row.gap is None:
            return
        numbers = amounts(value=row.value, expected_value=row.expected_value)
        expression = "{value} − {expected_value}"
        if self.line.direction is Direction.DECREASE:
            expression = "{expected_value} − {value}"
        elif self.line.direction is Direction.KEEP:
            numbers, expression = amounts(distance=abs(row.gap)), "0 − {distance}"
        yield FormulaStep(
            StepResult.GAP, Formula.DIFFERENCE, FormulaNumber(row.gap), expression, numbers
        )

    # --- what is needed, and what was done ---

    def needed(self) -> Iterator[FormulaStep]:
        row, left = self.row, counts(years_left=self.line.target_year - self.row.year)
        ends = amounts(target=row.target_value, value=row.value) | left
        if row.needed_per_year is not None:
            outcome, expression = (
                FormulaNumber(row.needed_per_year),
                "({target} − {value}) / {years_left}",
            )
            yield FormulaStep(
                StepResult.NEEDED_PER_YEAR, Formula.PER_YEAR, outcome, expression, ends
            )
        if row.needed_rate is not None:
            outcome = FormulaNumber(row.needed_rate, Measure.SHARE)
            expression = "({target} / {value}) ^ (1 / {years_left}) − 1"
            yield FormulaStep(StepResult.NEEDED_RATE, Formula.RATE, outcome, expression, ends)

    def achieved(self) -> Iterator[FormulaStep]:
        row, gone = self.row, counts(years_gone=self.row.year - self.line.baseline_year)
        ends = amounts(value=row.value, baseline=row.baseline) | gone
        if row.achieved_per_year is not None:
            outcome = FormulaNumber(row.achieved_per_year)
            expression = "({value} − {baseline}) / {years_gone}"
            yield FormulaStep(
                StepResult.ACHIEVED_PER_YEAR, Formula.PER_YEAR, outcome, expression, ends
            )
        if row.achieved_rate is not None:
            outcome = FormulaNumber(row.achieved_rate, Measure.SHARE)
            expression = "({value} / {baseline}) ^ (1 / {years_gone}) − 1"
            yield FormulaStep(StepResult.ACHIEVED_RATE, Formula.RATE, outcome, expression, ends)

    # --- where it leads ---

    def forecast(self) -> Iterator[FormulaStep]:
        """The line through the points; its interval and the odds are Student's, not arithmetic."""
        row = self.row
        if row.forecast is None:
            return
        yield FormulaStep(StepResult.FORECAST, Formula.LEAST_SQUARES, FormulaNumber(row.forecast))
        for result in (StepResult.FORECAST_LOW, StepResult.FORECAST_HIGH):
            if (end := getattr(row, result)) is not None:
                yield FormulaStep(result, Formula.STUDENT, FormulaNumber(end))
        if row.probability is not None:
            chance = FormulaNumber(row.probability, Measure.SHARE)
            yield FormulaStep(StepResult.PROBABILITY, Formula.STUDENT, chance)


class StatusRule(StrEnum):
    """Which of the rules of `indicators.progress.status` gave the verdict."""

    BEFORE_BASELINE = "before_baseline"
    TARGET_REACHED = "target_reached"
    PROMISE_INCOMPLETE = "promise_incomplete"
    BASELINE_YEAR = "baseline_year"
    NO_VALUE = "no_value"
    TARGET_YEAR_OVER = "target_year_over"
    BY_PACE = "by_pace"
    LEVEL_WITH_PATH = "level_with_path"
    LITTLE_COVERED = "little_covered"
    NOTHING_EXPECTED = "nothing_expected"
    COUNT_INCOMPLETE = "count_incomplete"
    REACHED_ON_ESTIMATE = "reached_on_estimate"


BY_STATUS = {
    Status.ACHIEVED: StatusRule.TARGET_REACHED,
    Status.MISSED: StatusRule.TARGET_YEAR_OVER,
    Status.NOT_COMPUTABLE: StatusRule.PROMISE_INCOMPLETE,
    Status.NO_DATA: StatusRule.NO_VALUE,
    Status.PENDING: StatusRule.COUNT_INCOMPLETE,
}


def rule_of(line: TargetPath, row: Progress) -> StatusRule:
    status = Status(row.status)
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status is Status.NOT_STARTED:
        return (
            StatusRule.BEFORE_BASELINE
            if row.year < line.baseline_year
            else StatusRule.BASELINE_YEAR
        )
    if row.is_estimate and row.progress is not None and row.progress >= 1:
        return StatusRule.REACHED_ON_ESTIMATE
    return StatusRule.LEVEL_WITH_PATH if row.pace is None else StatusRule.BY_PACE
