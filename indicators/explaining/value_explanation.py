"""The explanation of an indicator's value: how the schools add up to it, what was estimated."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from indicators.explaining.agreement import Agreement
from indicators.explaining.inputs import Inputs
from indicators.formulas.adding_up import YearValue
from indicators.formulas.coverage_range import (
    FLOORS,
    NOBODY,
    RangeAssumption,
    RangeEnd,
    StandIn,
    assumption_of,
)
from indicators.formulas.progress import Aggregation
from indicators.formulas.readings import Reading, number_of
from indicators.formulas.steps import Formula, FormulaStep, StepResult, added, divided
from indicators.models import Indicator, InstituteValue, ValueNature
from indicators.results.series import reading_of


@dataclass(frozen=True, slots=True)
class MissingSchool:
    """A missing school, or one that merged into it, and the numbers that may stand in; without any,
    there is no range, unless the school begins with the year and is left out.

    Where its last figure does, `then` and `now` are what the schools come to that reported both in
    its year (`since`) and in the year of the value.
    """

    code: str
    name: str
    assumption: RangeAssumption | None = None
    floor: Decimal | None = None
    expectation: Decimal | None = None
    since: int | None = None
    then: Decimal | None = None
    now: Decimal | None = None
    successor: str = ""  # the code of the missing school, where this one merged into it
    merged_into: str = ""  # its name
    begins: bool = False


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
    def range_by(self) -> RangeAssumption | None:
        return assumption_of(self._stand_ins) if self.ends else None

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

    @property
    def may_have_range(self) -> bool:
        return self.inputs.series.may_have_range and self.inputs.school is None

    @cached_property
    def missing_schools(self) -> list[MissingSchool]:
        """Returns the missing schools with what stands in for each, where there may be a range; in
        a year of which nobody reported, only where schools have targets of their own, and not where
        the estimate leaves all of them out."""
        if not self.may_have_range or not (self.total.reported or self._stand_ins):
            return []
        if not self.ends and set(self.total.left_out) == set(self.inputs.missing):
            return []
        return [row for code in self.inputs.missing for row in self._rows_of(code)]

    def _rows_of(self, missing: str) -> Iterator[MissingSchool]:
        """Yields a row for each number that stands in for a missing school, or one without any."""
        placed = {
            code: stand_in
            for code, stand_in in self._stand_ins.items()
            if (stand_in.missing or code) == missing
        }
        for code, stand_in in placed.items():
            yield self._missing_school(code, stand_in)
        if not placed:
            begins = missing in self.total.left_out
            yield MissingSchool(missing, self._name(missing), begins=begins)

    def _name(self, code: str) -> str:
        return self.inputs.names.get(code, code)

    @cached_property
    def _stand_ins(self) -> Mapping[str, StandIn]:
        return self.inputs.series.stand_ins(self.inputs.view, self.inputs.year)

    def _missing_school(self, code: str, stand_in: StandIn) -> MissingSchool:
        last = stand_in.last
        then, now = (last.then, last.now) if last else (NOBODY, NOBODY)
        return MissingSchool(
            code,
            self._name(code),
            stand_in.assumption,
            self._number(stand_in.floor),
            self._number(stand_in.expectation),
            last.year if last else None,
            self._number(then),
            self._number(now),
            stand_in.missing,
            self._name(stand_in.missing) if stand_in.missing else "",
        )

    def _number(self, reading: Reading) -> Decimal | None:
        parts = (reading.value, reading.numerator, reading.denominator)
        return number_of(*parts, self.indicator.scale)

    def _range(self) -> Iterator[FormulaStep]:
        """Yields the lower end first, as stored: the expectation may be below the floor."""
        if self.ends is None:
            return
        for result, end in zip((StepResult.LOW, StepResult.HIGH), self.ends, strict=True):
            yield self._end(result, end, at_floor=end.formula in FLOORS)

    def _end(self, result: StepResult, end: RangeEnd, *, at_floor: bool) -> FormulaStep:
        placed = {
            code: stand_in.floor if at_floor else stand_in.expectation
            for code, stand_in in self._stand_ins.items()
        }
        readings = self._reported | placed
        if self.indicator.is_ratio:
            numerators = {f"{key} a": reading.numerator for key, reading in readings.items()}
            denominators = {f"{key} b": reading.denominator for key, reading in readings.items()}
            step = self._ratio(result, end.value, numerators, denominators)
            return replace(step, formula=end.formula)
        values = {key: reading.value for key, reading in readings.items()}
        _formula, expression = _rule(self.indicator.aggregation)(values)
        return FormulaStep(result, end.formula, end.value, expression, values)

    @property
    def _reported(self) -> dict[str, Reading]:
        rows = [row for row in self.inputs.rows if row.counts]
        return {row.key: reading_of(row.counted) for row in rows}


ValueRule = Callable[[Mapping[str, Decimal | None]], tuple[Formula, str]]


def _rule(aggregation: str) -> ValueRule:
    """Returns the rule that writes the values of an indicator together, by its aggregation."""
    rules: dict[str, ValueRule] = {
        Aggregation.SUM: lambda values: (Formula.SUM, added(values)),
        Aggregation.MEAN: lambda values: (Formula.MEAN, f"({added(values)}) / {len(values)}"),
        Aggregation.NONE: lambda values: (Formula.AS_ENTERED, added(values)),
    }
    return rules[aggregation]
