"""Progress: how far a figure has come from its baseline toward its target.

Pure: the standard library only, `Decimal` (28 digits) throughout, the year always an argument.
Unknown is None and never 0; zero is an ordinary number, as baseline, as target and as value.

A formula returns a step: its number, with the letters and the rule that explain it.

The letters of the formulas:

    b, y0   the baseline and its year     a, y   the value in a year
    T, y1   the target and its year       E(y)   what the trajectory expects of a year
    p       progress, a share: 0.6 is 60 % of the way, below 0 behind the baseline
    e, r    expected progress (p for E(y)), and pace, p / e
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from indicators.formulas.steps import Formula, FormulaStep, StepResult, value_of

# Stored beside every result; to be raised whenever a formula of this package changes.
FORMULA_VERSION = "9"

ZERO = Decimal(0)
ONE = Decimal(1)


class Direction(StrEnum):
    """The way in which a value gets better."""

    INCREASE = "increase"
    DECREASE = "decrease"
    KEEP = "keep"  # stay inside a band


class Aggregation(StrEnum):
    """The rule by which the schools of one year make the institute."""

    SUM = "sum"
    RATIO = "ratio"  # sum of numerators over sum of denominators
    MEAN = "mean"  # unweighted
    NONE = "none"  # the institute enters it, no school does


class Accumulation(StrEnum):
    """The relation between the years of one indicator."""

    LEVEL = "level"  # at one moment of the year
    FLOW = "flow"  # over the year
    CUMULATIVE = "cumulative"  # the running sum of the flows since the baseline


class TrajectoryKind(StrEnum):
    """The rule that divides the way from the baseline to the target among the years."""

    LINEAR = "linear"  # the same amount every year
    STATED = "stated"  # through stated yearly values, linear between them
    COMPOUND = "compound"  # the same rate of growth every year


@dataclass(frozen=True, slots=True)
class TargetPath:
    """The target of one series and the way to it, in the indicator's unit.

    To increase or decrease needs a baseline and a target. To keep needs a band, one side of which
    may be open ("at least 100" is a low of 100 and no high), and a tolerance: how far outside the
    band progress reaches 0.
    """

    baseline: Decimal | None
    baseline_year: int
    target: Decimal | None
    target_year: int
    direction: Direction
    trajectory: TrajectoryKind = TrajectoryKind.LINEAR
    stated: tuple[tuple[int, Decimal], ...] = ()
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    tolerance: Decimal | None = None
    growth_percent: Decimal | None = None  # the growth over the baseline that makes the target


# --- What was promised --------------------------------------------------------------------------


def target_from_growth(baseline: Decimal | None, growth_percent: Decimal) -> Decimal | None:
    """Returns T = b × (1 + g / 100), with g in percent; None unless the baseline is above 0: a
    growth over 0 stays at 0, and a growth over a negative baseline points the wrong way."""
    if baseline is None or baseline <= 0:
        return None
    return baseline * (1 + growth_percent / 100)


def grown_target(path: TargetPath) -> FormulaStep | None:
    """Returns T for a target that is stated as a growth over its baseline, None for another."""
    if path.growth_percent is None or path.target is None:
        return None
    return FormulaStep(
        StepResult.TARGET_VALUE,
        Formula.GROWTH,
        path.target,
        "{baseline} × (1 + {growth_percent} / 100)",
        {"baseline": path.baseline, "growth_percent": path.growth_percent},
    )


def expected_value(path: TargetPath, year: int) -> FormulaStep | None:
    """Returns E(y), what the trajectory expects of a year, in the indicator's unit.

    linear     b + (T − b) × (y − y0) / (y1 − y0)
    stated     linear from one stated year to the next; a stated value comes before b or T
    compound   b × (T / b) ^ ((y − y0) / (y1 − y0)), for b and T above 0

    Nothing is expected before the baseline year; after the target year the target stands. A band
    has no trajectory: it holds in every year. Where an end is unknown, the other stands in its own
    year without a calculation.
    """
    if path.direction is Direction.KEEP or year < path.baseline_year:
        return None
    until = min(year, path.target_year)
    if path.trajectory is TrajectoryKind.STATED:
        return _between(stations(path), until)
    expected = _compound(path, until) if path.trajectory is TrajectoryKind.COMPOUND else None
    if path.trajectory is TrajectoryKind.LINEAR:
        expected = value_of(_between(stations(path), until))
    if expected is None:
        return None
    if path.baseline is None or path.target is None:
        return FormulaStep(StepResult.EXPECTED_VALUE, None, expected)
    ends: dict[str, Decimal | int] = {"baseline": path.baseline, "target": path.target}
    if year > path.target_year:
        return FormulaStep(
            StepResult.EXPECTED_VALUE, Formula.TARGET_STANDS, expected, "{target}", ends
        )
    formula, expression = _WAYS[path.trajectory]
    ends |= {"year": year, "baseline_year": path.baseline_year, "target_year": path.target_year}
    return FormulaStep(StepResult.EXPECTED_VALUE, formula, expected, expression, ends)


_GONE = "({year} − {baseline_year}) / ({target_year} − {baseline_year})"
_WAYS = {
    TrajectoryKind.LINEAR: (
        Formula.LINEAR,
        f"{{baseline}} + ({{target}} − {{baseline}}) × {_GONE}",
    ),
    TrajectoryKind.COMPOUND: (
        Formula.COMPOUND,
        f"{{baseline}} × ({{target}} / {{baseline}}) ^ ({_GONE})",
    ),
}


def _compound(path: TargetPath, year: int) -> Decimal | None:
    start, end = path.baseline, path.target
    if start is None or end is None or start <= 0 or end <= 0:
        return None
    if year == path.target_year:
        return end  # exactly: the power would miss it by the last of 28 digits
    elapsed = Decimal(year - path.baseline_year) / (path.target_year - path.baseline_year)
    return start * (end / start) ** elapsed


def stations(path: TargetPath) -> dict[int, Decimal]:
    """Returns the values that the trajectory names, by year: its two ends and the stated years."""
    ends = ((path.baseline_year, path.baseline), (path.target_year, path.target))
    stations = {year: value for year, value in ends if value is not None}
    if path.trajectory is TrajectoryKind.LINEAR:
        return stations
    stated = {y: v for y, v in path.stated if path.baseline_year <= y <= path.target_year}
    # "Stated" with nothing stated is a gap to be filled, not a straight line.
    return stations | stated if stated else {}


def _between(stations: Mapping[int, Decimal], year: int) -> FormulaStep | None:
    """Returns the value of a year on straight lines between stations; None outside them."""
    if year in stations:
        value = stations[year]
        return FormulaStep(
            StepResult.EXPECTED_VALUE, Formula.STATED, value, "{stated}", {"stated": value}
        )
    earlier = [y for y in stations if y < year]
    later = [y for y in stations if y > year]
    if not earlier or not later:
        return None
    start, end = max(earlier), min(later)
    rise = stations[end] - stations[start]
    return FormulaStep(
        StepResult.EXPECTED_VALUE,
        Formula.STATED,
        stations[start] + rise * (year - start) / (end - start),
        "{earlier} + ({later} − {earlier}) × ({year} − {earlier_year}) / "
        "({later_year} − {earlier_year})",
        {
            "earlier": stations[start],
            "later": stations[end],
            "year": year,
            "earlier_year": start,
            "later_year": end,
        },
    )


# --- How far the figure has come ----------------------------------------------------------------


def distance_to_band(path: TargetPath, value: Decimal | None) -> FormulaStep | None:
    """Returns how far the value is outside the band, in the indicator's unit; 0 inside and on the
    edges."""
    sides = {"band_low": "{band_low} − {value}", "band_high": "{value} − {band_high}"}
    edges = {"band_low": path.band_low, "band_high": path.band_high}
    if path.direction is not Direction.KEEP or value is None or not any_known(edges.values()):
        return None
    below = ZERO if path.band_low is None else path.band_low - value
    above = ZERO if path.band_high is None else value - path.band_high
    beyond = "; ".join(["0", *(sides[side] for side in edges if edges[side] is not None)])
    return FormulaStep(
        StepResult.DISTANCE,
        Formula.DISTANCE_TO_BAND,
        max(below, above, ZERO),
        f"max({beyond})",
        {"value": value, **edges},
    )


def any_known(values: Iterable[Decimal | None]) -> bool:
    return any(value is not None for value in values)


def progress(path: TargetPath, value: Decimal | None) -> FormulaStep | None:
    """Returns p = (a − b) / (T − b), the share of the way that is done, not clamped.

    A band has the progress of `_kept`.

    Where the baseline meets the target already, p is 1 if the value meets the target too, else 0.
    """
    if path.direction is Direction.KEEP:
        return _kept(path, value)
    return _way(path, StepResult.PROGRESS, "value", value)


def _way(
    path: TargetPath, result: StepResult, letter: str, value: Decimal | None
) -> FormulaStep | None:
    baseline, target = path.baseline, path.target
    if value is None or baseline is None or target is None:
        return None
    letters = {letter: value, "baseline": baseline, "target": target}
    if _reaches(path.direction, baseline, target):
        sign = "≤" if path.direction is Direction.DECREASE else "≥"
        met = ONE if _reaches(path.direction, value, target) else ZERO
        written = f"{{{letter}}} {sign} {{target}}"
        return FormulaStep(result, Formula.MET_BEFORE, met, written, letters)
    share = (value - baseline) / (target - baseline)
    written = f"({{{letter}}} − {{baseline}}) / ({{target}} − {{baseline}})"
    return FormulaStep(result, Formula.SHARE_OF_THE_WAY, share, written, letters)


def _kept(path: TargetPath, value: Decimal | None) -> FormulaStep | None:
    """Returns 1 inside the band; outside, 1 − distance to the band / tolerance, and not below 0."""
    distance = value_of(distance_to_band(path, value))
    if distance is None:
        return None
    if path.tolerance is None:
        inside = distance == 0
        return FormulaStep(StepResult.PROGRESS, Formula.KEPT, ONE) if inside else None
    if distance == 0:
        share = ONE
    else:
        share = max(1 - distance / path.tolerance, ZERO) if path.tolerance > 0 else ZERO
    return FormulaStep(
        StepResult.PROGRESS,
        Formula.KEPT,
        share,
        "max(0; 1 − {distance} / {tolerance})",
        {"distance": distance, "tolerance": path.tolerance},
    )


def _reaches(direction: Direction, value: Decimal, target: Decimal) -> bool:
    """Returns whether the value is as good as the target, or better."""
    return value <= target if direction is Direction.DECREASE else value >= target


def expected_progress(path: TargetPath, year: int, expected: Decimal | None) -> FormulaStep | None:
    """Returns e, the progress that the trajectory expects of a year: p with E(y) in place of a, 1
    for a band."""
    if path.direction is not Direction.KEEP:
        return _way(path, StepResult.EXPECTED_PROGRESS, "expected_value", expected)
    if year < path.baseline_year or not any_known((path.band_low, path.band_high)):
        return None
    return FormulaStep(StepResult.EXPECTED_PROGRESS, Formula.BAND_HOLDS, ONE, "1")


def pace(progress: Decimal | None, expected: Decimal | None) -> FormulaStep | None:
    """Returns r = p / e; 1 is as fast as expected. None while nothing is expected (e ≤ 0)."""
    if progress is None or expected is None or expected <= 0:
        return None
    return FormulaStep(
        StepResult.PACE,
        Formula.QUOTIENT,
        progress / expected,
        "{progress} / {expected_progress}",
        {"progress": progress, "expected_progress": expected},
    )


def gap(
    path: TargetPath, year: int, value: Decimal | None, expected: Decimal | None
) -> FormulaStep | None:
    """Returns a − E(y) in the indicator's unit, or minus the distance to the band; negative is bad,
    also where less is better."""
    if value is None or year < path.baseline_year:
        return None
    if path.direction is Direction.KEEP:
        distance = value_of(distance_to_band(path, value))
        if distance is None:
            return None
        return _difference(-distance, "0 − {distance}", {"distance": distance})
    if expected is None:
        return None
    letters = {"value": value, "expected_value": expected}
    if path.direction is Direction.DECREASE:
        return _difference(expected - value, "{expected_value} − {value}", letters)
    return _difference(value - expected, "{value} − {expected_value}", letters)


def _difference(gap: Decimal, expression: str, letters: dict[str, Decimal]) -> FormulaStep:
    return FormulaStep(StepResult.GAP, Formula.DIFFERENCE, gap, expression, letters)


def clamp(progress: Decimal) -> Decimal:
    """Returns progress as a bar shows it and as a mean takes it: from 0 to 1."""
    return min(max(progress, ZERO), ONE)


# --- What is needed, and what was done ----------------------------------------------------------


def changes(path: TargetPath, year: int, value: Decimal | None) -> tuple[FormulaStep | None, ...]:
    """Returns the change still needed and the change so far, each in units a year, and as a yearly
    rate (0.05 is +5 %).

    Needed: (T − a) / (y1 − y), and (T / a) ^ (1 / (y1 − y)) − 1. So far: from b at y0 to a.

    A band has no target value to reach, so only its change so far is known.
    """
    target = None if path.direction is Direction.KEEP else path.target
    left = {"target": target, "value": value, "years_left": path.target_year - year}
    gone = {"value": value, "baseline": path.baseline, "years_gone": year - path.baseline_year}
    return (
        _per_year(StepResult.NEEDED_PER_YEAR, left),
        _rate(StepResult.NEEDED_RATE, left),
        _per_year(StepResult.ACHIEVED_PER_YEAR, gone),
        _rate(StepResult.ACHIEVED_RATE, gone),
    )


# Three named numbers in this order: the end, the start, and the years between them.
Stretch = Mapping[str, Any]


def _per_year(result: StepResult, stretch: Stretch) -> FormulaStep | None:
    (later, end), (earlier, start), (years, number) = stretch.items()
    if start is None or end is None or number <= 0:
        return None
    written = f"({{{later}}} − {{{earlier}}}) / {{{years}}}"
    return FormulaStep(result, Formula.PER_YEAR, (end - start) / number, written, stretch)


def _rate(result: StepResult, stretch: Stretch) -> FormulaStep | None:
    """Returns the constant yearly growth from start to end; None unless both are above 0."""
    (later, end), (earlier, start), (years, number) = stretch.items()
    if start is None or end is None or number <= 0 or start <= 0 or end <= 0:
        return None
    written = f"({{{later}}} / {{{earlier}}}) ^ (1 / {{{years}}}) − 1"
    rate = root(end / start, number) - 1
    return FormulaStep(result, Formula.RATE, rate, written, stretch)


def root(number: Decimal, degree: int) -> Decimal:
    """Returns the n-th root of a number above 0. One step of Newton doubles the sixteen digits of a
    floating-point root, to within the last of the 28 of a Decimal, in a twentieth of the time."""
    near = Decimal(float(number) ** (1 / degree))
    return near - (near - number / near ** (degree - 1)) / degree
