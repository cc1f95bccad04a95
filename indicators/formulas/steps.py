"""Steps: the number that a formula gives, together with its calculation.

The formulas return steps, so that what is stored and what is explained cannot differ.

An expression names its numbers in braces: `({value} − {baseline}) / ({target} − {baseline})`.
Read with names it is the formula, read with numbers it is the calculation.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from imtplan.numbers import plain

DECIMALS = 10
_NAMES = re.compile(r"\{([^{}]+)\}")


class Measure(StrEnum):
    """The sort of quantity that a number measures, which decides how it is shown."""

    AMOUNT = "amount"  # in the indicator's unit
    SHARE = "share"  # 0.6 is 60 %
    COUNT = "count"  # schools, years gone, a weight
    YEAR = "year"


class StepResult(StrEnum):
    """The name of the number that a step gives; for a stored result, the name of its column."""

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
    """The rule by which a step goes; see `indicators.formulas.progress` and its neighbours."""

    SUM = "sum"
    RATIO = "ratio"
    MEAN = "mean"
    AS_ENTERED = "as_entered"
    PART_OF_WHOLE = "part_of_whole"
    WEIGHTED_MEAN = "weighted_mean"
    AT_BASELINE = "at_baseline"
    AT_TRAJECTORY = "at_trajectory"
    AT_LAST_FIGURE = "at_last_figure"
    AT_MOVED_FIGURE = "at_moved_figure"
    AT_FLOOR = "at_floor"
    AT_EXPECTATION = "at_expectation"
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


# The letters of the formulas, and the results, that are no amounts.
_YEARS = dict.fromkeys(
    ("year", "baseline_year", "target_year", "earlier_year", "later_year"), Measure.YEAR
)
_COUNTS = dict.fromkeys(
    (
        "growth_percent",
        "years_left",
        "years_gone",
        "reported",
        "expected",
        "scale",
        "items",
        "known_items",
    ),
    Measure.COUNT,
)
_SHARES = dict.fromkeys(
    (
        StepResult.COVERAGE.value,
        "coverage_needed",
        StepResult.PROGRESS.value,
        StepResult.EXPECTED_PROGRESS.value,
        StepResult.PACE.value,
        StepResult.NEEDED_RATE.value,
        StepResult.ACHIEVED_RATE.value,
        StepResult.PROBABILITY.value,
    ),
    Measure.SHARE,
)
MEASURES: Mapping[str, Measure] = _YEARS | _COUNTS | _SHARES


@dataclass(frozen=True, slots=True)
class FormulaStep:
    """The number of one formula with its letters, their numbers, and the rule.

    The expression is empty where the number comes from no arithmetic. The formula is None where the
    number was known already: such a step is not explained.
    """

    result: StepResult
    formula: Formula | None
    value: Decimal
    expression: str = ""
    letters: Mapping[str, Decimal | int | None] = field(default_factory=dict)
    # The measures of letters that are names of schools or items.
    measures: Mapping[str, Measure] = field(default_factory=dict)

    @property
    def outcome(self) -> FormulaNumber:
        return FormulaNumber(self.value, MEASURES.get(self.result, Measure.AMOUNT))

    @property
    def numbers(self) -> Numbers:
        """Returns the numbers that are known, by letter."""
        return {
            letter: FormulaNumber(Decimal(value), self.measure_of(letter))
            for letter, value in self.letters.items()
            if value is not None
        }

    def measure_of(self, letter: str) -> Measure:
        return self.measures.get(letter) or MEASURES.get(letter, Measure.AMOUNT)

    def written(self, put: Callable[[str], str]) -> str:
        """Returns the expression with `put(name)` in the place of each name."""
        return _NAMES.sub(lambda match: put(match[1]), self.expression)

    @property
    def with_names(self) -> str:
        return self.written(str)

    @property
    def with_numbers(self) -> str:
        """Returns the calculation for programs: dots, no groups, negative numbers in brackets."""
        return self.written(lambda name: bracketed(plain(as_stored(self.letters[name]))))


def value_of(step: FormulaStep | None) -> Decimal | None:
    return None if step is None else step.value


def as_stored(number: Decimal | int | None) -> Decimal:
    """Returns the number with at most as many decimals as are stored."""
    value = Decimal(number or 0)
    rounded = round(value, DECIMALS)
    return value if rounded == value else rounded


def bracketed(text: str) -> str:
    """Returns the text of a number inside a calculation, in brackets where it is negative."""
    return f"({text})" if text[:1] in "-−" else text


def added(names: Iterable[str]) -> str:
    """Returns `{a} + {b} + {c}`, or 0 without a name."""
    return " + ".join(f"{{{name}}}" for name in names) or "0"


def divided(above: Iterable[str], below: Iterable[str]) -> str:
    """Returns `({a} + {b}) / ({c} + {d})`, without brackets around a single name."""
    return f"{_grouped(list(above))} / {_grouped(list(below))}"


def _grouped(names: list[str]) -> str:
    return added(names) if len(names) < 2 else f"({added(names)})"
