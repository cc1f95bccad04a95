"""A formula with the numbers put in: the same for a page and for a program.

An expression names its numbers in braces: `({value} − {baseline}) / ({target} − {baseline})`.
Read with names it is the formula, read with numbers it is the calculation.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from imtplan.numbers import plain
from indicators.progress import ONE

DECIMALS = 10
_NAMES = re.compile(r"\{([^{}]+)\}")


class Measure(StrEnum):
    """What a number is a number of, hence how people are shown it."""

    AMOUNT = "amount"  # in the indicator's unit
    SHARE = "share"  # 0.6 is 60 %
    COUNT = "count"  # schools, years gone, a weight
    YEAR = "year"


class StepResult(StrEnum):
    """What a step comes to: for results that are stored, the name of the column."""

    VALUE = "value"
    ESTIMATE = "estimate"
    COVERAGE = "coverage"
    LOW = "low"
    HIGH = "high"
    TARGET_VALUE = "target_value"
    EXPECTED_VALUE = "expected_value"
    DISTANCE = "distance"
    PROGRESS = "progress"
    EXPECTED_PROGRESS = "expected_progress"
    PACE = "pace"
    GAP = "gap"
    NEEDED_PER_YEAR = "needed_per_year"
    NEEDED_RATE = "needed_rate"
    ACHIEVED_PER_YEAR = "achieved_per_year"
    ACHIEVED_RATE = "achieved_rate"
    FORECAST = "forecast"
    FORECAST_LOW = "forecast_low"
    FORECAST_HIGH = "forecast_high"
    PROBABILITY = "probability"


class Formula(StrEnum):
    """The rule by which a step goes; see `indicators.progress` and its neighbours."""

    SUM = "sum"
    RATIO = "ratio"
    MEAN = "mean"
    AS_ENTERED = "as_entered"
    PART_OF_WHOLE = "part_of_whole"
    WEIGHTED_MEAN = "weighted_mean"
    AT_BASELINE = "at_baseline"
    AT_TRAJECTORY = "at_trajectory"
    GROWTH = "growth"
    LINEAR = "linear"
    COMPOUND = "compound"
    STATED = "stated"
    TARGET_STANDS = "target_stands"
    DISTANCE_TO_BAND = "distance_to_band"
    SHARE_OF_THE_WAY = "share_of_the_way"
    MET_BEFORE = "met_before"
    KEPT = "kept"
    BAND_HOLDS = "band_holds"
    QUOTIENT = "quotient"
    DIFFERENCE = "difference"
    PER_YEAR = "per_year"
    RATE = "rate"
    LEAST_SQUARES = "least_squares"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class FormulaNumber:
    value: Decimal
    measure: Measure = Measure.AMOUNT


Numbers = Mapping[str, FormulaNumber]


@dataclass(frozen=True, slots=True)
class FormulaStep:
    """One formula, its numbers, and what it comes to. An empty expression: not by arithmetic."""

    result: StepResult
    formula: Formula
    outcome: FormulaNumber
    expression: str = ""
    numbers: Numbers = field(default_factory=dict)

    def written(self, put: Callable[[str], str]) -> str:
        """The expression with `put(name)` in the place of each name."""
        return _NAMES.sub(lambda found: put(found[1]), self.expression)

    @property
    def with_names(self) -> str:
        return self.written(str)

    @property
    def with_numbers(self) -> str:
        """As programs are told it: dots, no groups, a negative number in brackets."""
        return self.written(lambda name: bracketed(plain(told(self.numbers[name].value))))


def told(value: Decimal) -> Decimal:
    """With at most as many decimals as are stored."""
    rounded = round(value, DECIMALS)
    return value if rounded == value else rounded


def bracketed(text: str) -> str:
    """A negative number inside a calculation stands in brackets."""
    return f"({text})" if text[:1] in "-−" else text


def amounts(**values: Decimal | None) -> dict[str, FormulaNumber]:
    """Those that are known, in the indicator's unit."""
    return {name: FormulaNumber(value) for name, value in values.items() if value is not None}


def counts(**values: int) -> dict[str, FormulaNumber]:
    return {name: FormulaNumber(Decimal(value), Measure.COUNT) for name, value in values.items()}


def years(**values: int) -> dict[str, FormulaNumber]:
    return {name: FormulaNumber(Decimal(value), Measure.YEAR) for name, value in values.items()}


def shares(**values: Decimal | None) -> dict[str, FormulaNumber]:
    return {
        name: FormulaNumber(value, Measure.SHARE)
        for name, value in values.items()
        if value is not None
    }


def added(names: Iterable[str]) -> str:
    """`{a} + {b} + {c}`; of nothing, 0."""
    return " + ".join(f"{{{name}}}" for name in names) or "0"


def divided(above: Iterable[str], below: Iterable[str]) -> str:
    """`({a} + {b}) / ({c} + {d})`, without brackets around a single name."""
    return f"{_grouped(list(above))} / {_grouped(list(below))}"


def _grouped(names: list[str]) -> str:
    return added(names) if len(names) < 2 else f"({added(names)})"


def one() -> FormulaNumber:
    return FormulaNumber(ONE, Measure.SHARE)
