"""The explanation of an indicator's value: how the schools add up to it, what was estimated."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from indicators.explaining.agreement import Agreement
from indicators.explaining.inputs import Inputs
from indicators.formulas.adding_up import RangeEnd, YearValue
from indicators.formulas.progress import Aggregation
from indicators.formulas.steps import Formula, FormulaStep, StepResult, added, divided
from indicators.models import Indicator, InstituteValue, ValueNature


@dataclass(frozen=True, slots=True)
class StandIn:
    """The numbers that may stand in for a missing school: its baseline, its own trajectory."""

    code: str
    name: str
    at_baseline: Decimal | None
    at_trajectory: Decimal | None


@dataclass(frozen=True)
class ValueExplanation:
    indicator: Indicator
    inputs: Inputs
    total: YearValue
    ends: tuple[RangeEnd, RangeEnd] | None  # of the range of an incomplete value
    agreement: Agreement

    @property
    def stored(self) -> InstituteValue | None:
        return self.agreement.stored  # type: ignore[return-value]

    @property
    def year(self) -> int:
        return self.inputs.year

    @property
    def low(self) -> Decimal | None:
        return self.ends[0].value if self.ends else None

    @property
    def high(self) -> Decimal | None:
        return self.ends[1].value if self.ends else None

    @property
    def shown(self) -> Decimal | None:
        return self.total.shown

    @property
    def is_estimate(self) -> bool:
        return self.total.is_estimate

    @property
    def nature(self) -> ValueNature:
        return ValueNature.of(self.inputs.view, is_estimate=self.is_estimate)

    @cached_property
    def steps(self) -> list[FormulaStep]:
        return [*self._coverage(), *self._aggregate(), *self._range()]

    def _coverage(self) -> Iterator[FormulaStep]:
        coverage = self.total.coverage
        if coverage is not None:
            yield FormulaStep(
                StepResult.COVERAGE,
                Formula.PART_OF_WHOLE,
                coverage,
                "{reported} / {expected}",
                {"reported": self.total.reported, "expected": self.total.expected},
            )

    def _aggregate(self) -> Iterator[FormulaStep]:
        if self.shown is None:
            return
        used = {row.key: row.used for row in self.inputs.rows if row.used}
        result = StepResult.ESTIMATE if self.is_estimate else StepResult.VALUE
        if self.indicator.is_ratio:
            numerators = {f"{key} a": figure.numerator for key, figure in used.items()}
            denominators = {f"{key} b": figure.denominator for key, figure in used.items()}
            yield self._ratio(result, self.shown, numerators, denominators)
        else:
            values = {key: figure.value for key, figure in used.items()}
            formula, expression = _rule(self.indicator.aggregation)(values)
            yield FormulaStep(result, formula, self.shown, expression, values)

    def _ratio(
        self,
        result: StepResult,
        value: Decimal,
        numerators: Mapping[str, Decimal | None],
        denominators: Mapping[str, Decimal | None],
    ) -> FormulaStep:
        expression = divided(numerators, denominators)
        parts = {**numerators, **denominators}
        if self.indicator.scale != 1:
            expression += " × {scale}"
            parts["scale"] = self.indicator.scale
        return FormulaStep(result, Formula.RATIO, value, expression, parts)

    # --- the range of an incomplete value ---

    @cached_property
    def stand_ins(self) -> list[StandIn]:
        if self.ends is None:
            return []
        inputs = self.inputs
        promised = inputs.series.stand_ins(inputs.view, inputs.year)
        return [
            StandIn(code, inputs.names.get(code, code), *promised[code])
            for code in inputs.missing
            if code in promised
        ]

    def _range(self) -> Iterator[FormulaStep]:
        """Yields the lower end first, as stored: the trajectory may be below the baseline."""
        if self.ends is None:
            return
        stand_ins = {
            Formula.AT_BASELINE: {row.code: row.at_baseline for row in self.stand_ins},
            Formula.AT_TRAJECTORY: {row.code: row.at_trajectory for row in self.stand_ins},
        }
        for result, end in zip((StepResult.LOW, StepResult.HIGH), self.ends, strict=True):
            values = self._reported | stand_ins[end.formula]
            _formula, expression = _rule(self.indicator.aggregation)(values)
            yield FormulaStep(result, end.formula, end.value, expression, values)

    @property
    def _reported(self) -> dict[str, Decimal | None]:
        rows = [row for row in self.inputs.rows if row.counts and row.figure]
        return {row.key: row.figure.value for row in rows if row.figure}


ValueRule = Callable[[Mapping[str, Decimal | None]], tuple[Formula, str]]


def _rule(aggregation: str) -> ValueRule:
    """Returns the rule that writes the values of an indicator together, by its aggregation."""
    rules: dict[str, ValueRule] = {
        Aggregation.SUM: lambda values: (Formula.SUM, added(values)),
        Aggregation.MEAN: lambda values: (Formula.MEAN, f"({added(values)}) / {len(values)}"),
        Aggregation.NONE: lambda values: (Formula.AS_ENTERED, added(values)),
    }
    return rules[aggregation]
