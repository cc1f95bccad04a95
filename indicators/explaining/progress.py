"""Progress toward a target: what was promised, what was reached, and every step between."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from indicators.explaining.agreement import Agreement
from indicators.explaining.marks import ProgressMark
from indicators.explaining.values import ValueExplanation
from indicators.formulas.assessment import Assessment
from indicators.formulas.forecast import Forecast
from indicators.formulas.progress import TargetPath
from indicators.formulas.steps import FormulaStep
from indicators.formulas.verdicts import StatusRule
from indicators.models import Progress, Target


class YearPoint(NamedTuple):
    """A year and its value."""

    year: int
    value: Decimal


@dataclass(frozen=True)
class ProgressExplanation:
    """`row` is computed from the figures as they stand; what is stored is held against it."""

    target: Target
    value: ValueExplanation
    path: TargetPath
    assessment: Assessment
    forecast: Forecast | None
    row: Progress
    points: Sequence[YearPoint]  # what the forecast rests on, by year
    agreement: Agreement

    @property
    def steps(self) -> list[FormulaStep]:
        """Each number that was calculated, in the order in which one leads to the other."""
        steps = [*self.assessment.steps, *(self.forecast.steps if self.forecast else ())]
        return [step for step in steps if step.formula]

    @property
    def rule(self) -> StatusRule:
        return self.assessment.verdict.rule

    @property
    def mark(self) -> ProgressMark | None:
        row = self.row
        direction = self.target.indicator.direction
        return ProgressMark.of(direction, row.progress, is_estimate=row.is_estimate)

    @property
    def baseline_is_published(self) -> bool:
        """Else it is the value that the figures of its year add up to."""
        return self.target.baseline_value is not None

    @property
    def stated(self) -> list[YearPoint]:
        """The yearly values stated with the target."""
        return [YearPoint(year, value) for year, value in sorted(self.path.stated)]
