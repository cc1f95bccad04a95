"""The explanation of an element's progress: the items of its mean, and their weights."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from indicators.explaining.agreement import Agreement
from indicators.formulas.progress import clamp, pace
from indicators.formulas.steps import Formula, FormulaStep, Measure, StepResult, added, divided
from indicators.formulas.verdicts import StatusRule
from indicators.models import Indicator, RollUp, View
from indicators.results.elements import Element, ElementPart
from projects.models import FlagshipProject, Milestone


class LeftOutReason(StrEnum):
    """The reason why an item is left out of the mean."""

    NO_DATA = "no_data"
    LITTLE_COVERED = "little_covered"  # an element below the coverage that its plan asks for
    NOTHING_EXPECTED = "nothing_expected"  # its expected progress is not known


@dataclass(frozen=True)
class ItemExplanation:
    """One indicator, project or objective in the mean."""

    part: ElementPart
    # Of the weight that has data; None when left out, or where there is no mean.
    share_of_weight: Decimal | None

    @property
    def kind(self) -> str:
        if isinstance(self.part.of, Indicator):
            return "indicator"
        return "project" if isinstance(self.part.of, FlagshipProject) else "objective"

    @property
    def code(self) -> str:
        return self.part.of.code

    @property
    def name(self) -> str:
        """Returns the name in a formula, with the kind, as two kinds may have one code."""
        return f"{self.kind} {self.code}"

    @property
    def weight(self) -> Decimal:
        return self.part.item.weight

    @property
    def progress(self) -> Decimal | None:
        return self.part.item.progress

    @property
    def expected(self) -> Decimal | None:
        return self.part.item.expected

    @property
    def why(self) -> LeftOutReason | None:
        """Returns why the item does not count; None where it counts."""
        if self.part.item.is_little_covered:
            return LeftOutReason.LITTLE_COVERED
        if self.progress is None:
            return LeftOutReason.NO_DATA
        return LeftOutReason.NOTHING_EXPECTED if self.expected is None else None

    @property
    def counts(self) -> bool:
        return self.why is None

    @property
    def clamped(self) -> Decimal | None:
        return None if self.progress is None else clamp(self.progress)

    @property
    def contribution(self) -> Decimal | None:
        """Returns what the item brings to the result: its progress × its share of the weight."""
        if not self.counts or self.clamped is None or self.share_of_weight is None:
            return None
        return self.clamped * self.share_of_weight


@dataclass(frozen=True)
class MilestoneExplanation:
    milestone: Milestone
    on: date

    @property
    def name(self) -> str:
        return f"milestone {self.milestone.pk}"

    @property
    def is_done(self) -> bool:
        return self.milestone.done_on is not None and self.milestone.done_on <= self.on

    @property
    def is_due(self) -> bool:
        return self.milestone.due_on <= self.on


@dataclass(frozen=True)
class RollUpExplanation:
    """The mean computed afresh (`row`) with its steps; the stored one is held against it."""

    element: Element
    view: View
    year: int
    day: date  # on which milestones are looked at
    parts: Sequence[ElementPart]
    rule: StatusRule  # which of `indicators.formulas.roll_up` gave the verdict
    milestones: Sequence[MilestoneExplanation]  # empty unless the element is a project
    row: RollUp
    agreement: Agreement

    @property
    def is_project(self) -> bool:
        return isinstance(self.element, FlagshipProject)

    @cached_property
    def items(self) -> list[ItemExplanation]:
        """Returns the items of the mean; none for a project, which is made of milestones."""
        if self.is_project:
            return []
        known = [part for part in self.parts if ItemExplanation(part, None).counts]
        has_mean = self.row.progress is not None
        whole = sum((part.item.weight for part in known), Decimal(0)) if has_mean else Decimal(0)
        return [
            ItemExplanation(part, part.item.weight / whole if part in known and whole else None)
            for part in self.parts
        ]

    @property
    def counted(self) -> list[ItemExplanation]:
        return [item for item in self.items if item.counts]

    @cached_property
    def steps(self) -> list[FormulaStep]:
        made_of = self._of_milestones() if self.is_project else self._of_items()
        return [*made_of, *self._pace()]

    def _of_milestones(self) -> Iterator[FormulaStep]:
        weights = {row.name: row.milestone.weight for row in self.milestones}
        done = [row.name for row in self.milestones if row.is_done]
        due = [row.name for row in self.milestones if row.is_due]
        results = (
            (StepResult.PROGRESS, done, self.row.progress),
            (StepResult.EXPECTED_PROGRESS, due, self.row.expected_progress),
        )
        for result, names, outcome in results:
            if outcome is not None:
                yield self._part_of(result, outcome, names, weights)

    @staticmethod
    def _part_of(
        result: StepResult, share: Decimal, part: Sequence[str], weights: Mapping[str, Decimal]
    ) -> FormulaStep:
        written, measures = divided(part, weights), dict.fromkeys(weights, Measure.COUNT)
        return FormulaStep(result, Formula.PART_OF_WHOLE, share, written, weights, measures)

    def _of_items(self) -> Iterator[FormulaStep]:
        row, counted = self.row, self.counted
        weights = {f"{item.name} w": item.weight for item in self.items}
        known = [f"{item.name} w" for item in counted]
        if row.coverage is not None:
            yield self._part_of(StepResult.COVERAGE, row.coverage, known, weights)
        if row.progress is None or row.expected_progress is None:
            return
        reached = {f"{item.name} p": item.clamped for item in counted}
        planned = {
            f"{item.name} e": clamp(item.expected) for item in counted if item.expected is not None
        }
        yield self._mean(StepResult.PROGRESS, row.progress, known, reached, weights)
        yield self._mean(
            StepResult.EXPECTED_PROGRESS, row.expected_progress, known, planned, weights
        )

    @staticmethod
    def _mean(
        result: StepResult,
        outcome: Decimal,
        known: Sequence[str],
        taken: Mapping[str, Decimal | None],
        weights: Mapping[str, Decimal],
    ) -> FormulaStep:
        products = " + ".join(
            f"{{{weight}}} × {{{share}}}" for weight, share in zip(known, taken, strict=True)
        )
        below = added(known) if len(known) == 1 else f"({added(known)})"
        measures = dict.fromkeys(weights, Measure.COUNT) | dict.fromkeys(taken, Measure.SHARE)
        return FormulaStep(
            result,
            Formula.WEIGHTED_MEAN,
            outcome,
            f"({products}) / {below}",
            {**weights, **taken},
            measures,
        )

    def _pace(self) -> Iterator[FormulaStep]:
        if step := pace(self.row.progress, self.row.expected_progress):
            yield step
