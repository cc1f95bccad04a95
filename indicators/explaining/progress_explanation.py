"""The explanation of progress toward a target: the target, the value, and every step between."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.explaining.agreement import Agreement
from indicators.explaining.value_explanation import ValueExplanation
from indicators.formulas.assessment import Assessment
from indicators.formulas.forecast import Forecast
from indicators.formulas.progress import Direction, TargetPath
from indicators.formulas.steps import FormulaStep
from indicators.formulas.verdicts import StatusRule
from indicators.models import Progress, Target


class ProgressMark(models.TextChoices):
    """A word for the progress that a bar from 0 to 100 % does not show."""

    BEYOND = "beyond", _("beyond the target")
    BEHIND_BASELINE = "behind_baseline", _("behind the baseline")
    KEPT = "kept", _("kept")
    LOST = "lost", _("lost")

    @classmethod
    def of(
        cls, direction: str, progress: Decimal | None, *, is_estimate: bool = False
    ) -> "ProgressMark | None":
        """Returns the mark of a progress that is not clamped; None where the bar shows everything.

        Kept and lost, as achieved and missed, need a full count.
        """
        if progress is None:
            return None
        if direction == Direction.KEEP:
            if is_estimate:
                return None
            return cls.KEPT if progress >= 1 else cls.LOST
        if progress > 1:
            return cls.BEYOND
        return cls.BEHIND_BASELINE if progress < 0 else None


class YearPoint(NamedTuple):
    year: int
    value: Decimal


@dataclass(frozen=True)
class ProgressExplanation:
    """The progress computed afresh (`row`) with its steps; the stored one is held against it."""

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
        """Returns each number that was calculated, in the order of the calculation."""
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
        """Returns whether the baseline is published; else the figures of its year add up to it."""
        return self.target.baseline_value is not None

    @property
    def stated(self) -> list[YearPoint]:
        return [YearPoint(year, value) for year, value in sorted(self.path.stated)]
