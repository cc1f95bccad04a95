"""School parts: the institute's change, gap and way left, split among its schools.

Pure: the standard library only, `Decimal` out, exact fractions within. Unknown is None, never 0.

The letters, of the institute and with an i of one school:

    b, a      the baseline, and the value of the year
    E, T      what the trajectory expects of the year, and the target
    n, d, D   the parts of a ratio, and the sum of all its denominators; s its scale

What each school bears, so that the parts make the whole:

              of a sum                       of a ratio
    change    a_i − b_i                      (s n_i − b d_i) / D
    gap       a_i − E × b_i / b              (s n_i − E d_i) / D
    left      T × b_i / b − a_i              (T d_i − s n_i) / D

So of a sum each school bears the target by its share of the baseline; of a ratio each is held
against the institute's own rate, and weighs as its denominator does.

`coming` is what a school adds by the target's year if it goes on as it has: the least-squares line
through its own years. Lines add up as their points do, so the schools' lines make the institute's
forecast.

What no school bears (a published baseline beside the sum of the schools, a school without a figure
of the baseline year) is a part of its own, without a code: it is not spread over the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from indicators.formulas.forecast import forecast
from indicators.formulas.progress import ONE, ZERO, Aggregation, Direction, TargetPath
from indicators.formulas.readings import Reading, ratio

NOTHING = Reading(ZERO, ZERO, ZERO)
MEASURES = ("change", "gap", "left", "coming")


class NotSplitReason(StrEnum):
    """The reason why an indicator is not split among the schools."""

    MEAN = "mean"  # a mean of the schools has no parts that add up
    INSTITUTE = "institute"  # the institute enters it, no school does
    BAND = "band"  # a band is kept or lost: there is no way to go
    NO_VALUE = "no_value"  # nothing is known of the year
    NO_PROMISE = "no_promise"  # the baseline or the target is missing
    NOT_POSITIVE = "not_positive"  # shares need baselines above zero


@dataclass(frozen=True, slots=True)
class InstituteNumbers:
    """The institute's numbers, in the indicator's unit, as they are shown elsewhere."""

    aggregation: Aggregation
    direction: Direction
    baseline: Decimal | None
    value: Decimal | None
    expected: Decimal | None
    target: Decimal | None
    target_year: int
    forecast: Decimal | None = None
    scale: Decimal = ONE
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class SchoolYears:
    """One school: its figures of the baseline year and of the year, and those a forecast rests on.

    A year in which the school was not expected is `NOTHING`; a figure that is not known is None.
    """

    code: str
    then: Reading | None
    now: Reading | None
    points: Mapping[int, Reading]


@dataclass(frozen=True, slots=True)
class SchoolShare:
    """One school's part of each number of the institute; without a code, what no school bears."""

    code: str
    then: Decimal | None  # its own figures; of a ratio its own rate
    now: Decimal | None
    change: Decimal | None
    gap: Decimal | None  # below zero is bad, whichever way is good
    left: Decimal | None  # to the target: above what it has, or below
    coming: Decimal | None


@dataclass(frozen=True, slots=True)
class SchoolSplit:
    """The schools' parts, what no school bears, and the whole that both make exactly."""

    parts: tuple[SchoolShare, ...]
    rest: SchoolShare | None
    whole: SchoolShare
    sign: int  # of a change for the better
    unsplit: NotSplitReason | None = None

    def needs(self, part: SchoolShare) -> Decimal | None:
        """Returns the way left, signed so that above zero is still to do, whichever way is good."""
        return None if part.left is None else part.left * self.sign

    def weight(self, part: SchoolShare) -> Decimal | None:
        """Returns the part's share of what is left to do; None where that is nothing or unknown."""
        all_needs, needs = self.needs(self.whole), self.needs(part)
        if needs is None or all_needs is None or all_needs <= 0:
            return None
        return needs / all_needs


def split(whole: InstituteNumbers, schools: Sequence[SchoolYears]) -> SchoolSplit:
    """Returns the parts of the schools in the order given, or none and the reason in `unsplit`."""
    sign = -1 if whole.direction is Direction.DECREASE else 1
    totals = _totals(whole, sign)
    all_of_it = SchoolShare("", whole.baseline, whole.value, **totals)
    if unsplit := _unsplit(whole, schools):
        return SchoolSplit((), None, all_of_it, sign, unsplit)
    bearing = _of_ratio if whole.aggregation is Aggregation.RATIO else _of_sum
    borne = bearing(whole, schools, sign)
    parts = {name: _parts(totals[name], borne[name], whole.decimals) for name in MEASURES}
    rest = SchoolShare("", None, None, **{name: parts[name][1] for name in MEASURES})
    each = tuple(
        SchoolShare(
            school.code,
            _number(school.then, whole),
            _number(school.now, whole),
            **{name: parts[name][0][place] for name in MEASURES},
        )
        for place, school in enumerate(schools)
    )
    is_borne = not any(getattr(rest, name) for name in MEASURES)
    return SchoolSplit(each, None if is_borne else rest, all_of_it, sign)


def _totals(whole: InstituteNumbers, sign: int) -> dict[str, Decimal | None]:
    gap = _less(whole.value, whole.expected)
    return {
        "change": _less(whole.value, whole.baseline),
        "gap": None if gap is None else gap * sign,
        "left": _less(whole.target, whole.value),
        "coming": _less(_forecast_shown(whole), whole.value),
    }


def _forecast_shown(whole: InstituteNumbers) -> Decimal | None:
    """Returns the forecast rounded as it is shown: people are forecast in whole numbers."""
    if whole.forecast is None or whole.aggregation is Aggregation.RATIO:
        return whole.forecast
    places = max(whole.decimals, _digits(whole.value or ZERO))
    return whole.forecast.quantize(ONE.scaleb(-places), ROUND_HALF_UP)


def _less(number: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if number is None or other is None else number - other


def _number(reading: Reading | None, whole: InstituteNumbers) -> Decimal | None:
    """Returns a school's figure in the indicator's unit; None for a ratio over 0."""
    if reading is None or whole.aggregation is not Aggregation.RATIO:
        return reading.value if reading else None
    return ratio(reading.numerator, reading.denominator, whole.scale)


def _unsplit(whole: InstituteNumbers, schools: Sequence[SchoolYears]) -> NotSplitReason | None:
    never = {Aggregation.NONE: NotSplitReason.INSTITUTE, Aggregation.MEAN: NotSplitReason.MEAN}
    if whole.aggregation in never:
        return never[whole.aggregation]
    if whole.direction is Direction.KEEP:
        return NotSplitReason.BAND
    if whole.value is None:
        return NotSplitReason.NO_VALUE
    if whole.baseline is None or whole.target is None:
        return NotSplitReason.NO_PROMISE
    if whole.aggregation is Aggregation.SUM and not _has_shares(whole.baseline, schools):
        return NotSplitReason.NOT_POSITIVE
    return None


def _has_shares(baseline: Decimal, schools: Sequence[SchoolYears]) -> bool:
    values = [school.then.value for school in schools if school.then]
    return baseline > 0 and all(value is None or value >= 0 for value in values)


# --- Schools that merged --------------------------------------------------------------------------


def followed(schools: Iterable[SchoolYears], into: Mapping[str, str]) -> list[SchoolYears]:
    """Returns the schools, each added up with those that merged into it: `into` names the successor
    of each school that merged."""
    by_successor: dict[str, list[SchoolYears]] = {}
    for school in schools:
        by_successor.setdefault(into.get(school.code, school.code), []).append(school)
    return [_together(code, merged) for code, merged in by_successor.items()]


def _together(code: str, merged: Sequence[SchoolYears]) -> SchoolYears:
    years = {year for school in merged for year in school.points}
    points = {year: _added(school.points.get(year, NOTHING) for school in merged) for year in years}
    return SchoolYears(
        code,
        _added(school.then for school in merged),
        _added(school.now for school in merged),
        {year: point for year, point in points.items() if point is not None},
    )


def _added(readings: Iterable[Reading | None]) -> Reading | None:
    """Returns the readings added part by part; None as soon as one of them is unknown."""
    total = NOTHING
    for reading in readings:
        if reading is None:
            return None
        total = Reading(
            _plus(total.value, reading.value),
            _plus(total.numerator, reading.numerator),
            _plus(total.denominator, reading.denominator),
        )
    return total


def _plus(number: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if number is None or other is None else number + other


# --- What each bears, before rounding -------------------------------------------------------------

Borne = dict[str, list[Fraction | None]]


def _of_sum(whole: InstituteNumbers, schools: Sequence[SchoolYears], sign: int) -> Borne:
    then = [_fraction(school.then.value if school.then else None) for school in schools]
    now = [_fraction(school.now.value if school.now else None) for school in schools]
    pairs = list(zip(then, now, strict=True))
    ends = [_end(_values(school.points), whole) for school in schools]
    return {
        "change": [None if b is None or a is None else a - b for b, a in pairs],
        "gap": [_apart(a, _share(b, whole.expected, whole), sign) for b, a in pairs],
        "left": [_apart(a, _share(b, whole.target, whole), -1) for b, a in pairs],
        "coming": [_apart(end, a, 1) for end, a in zip(ends, now, strict=True)],
    }


def _share(
    then: Fraction | None, promised: Decimal | None, whole: InstituteNumbers
) -> Fraction | None:
    """Returns the school's part of a promised number: its share of the baseline, which is above
    zero here."""
    if then is None or promised is None or not whole.baseline:
        return None
    return Fraction(promised) * then / Fraction(whole.baseline)


def _apart(number: Fraction | None, other: Fraction | None, sign: int) -> Fraction | None:
    return None if number is None or other is None else sign * (number - other)


def _values(points: Mapping[int, Reading]) -> dict[int, Decimal]:
    return {year: point.value for year, point in points.items() if point.value is not None}


def _of_ratio(whole: InstituteNumbers, schools: Sequence[SchoolYears], sign: int) -> Borne:
    now = [school.now for school in schools]
    denominators = _denominators(now)
    by_year = _distances_by_year(whole, schools)
    ends = [_end(points, whole) for points in by_year]
    left = [_distance(own, whole.target, whole, denominators) for own in now]
    return {
        "change": [_minus(_distance(own, whole.baseline, whole, denominators)) for own in now],
        "gap": [_minus(_distance(own, whole.expected, whole, denominators), sign) for own in now],
        "left": left,
        "coming": [_apart(way, end, 1) for way, end in zip(left, ends, strict=True)],
    }


def _minus(number: Fraction | None, sign: int = 1) -> Fraction | None:
    return None if number is None else -sign * number


def _denominators(readings: Iterable[Reading | None]) -> Decimal:
    return sum((reading.denominator or ZERO for reading in readings if reading), ZERO)


def _distance(
    reading: Reading | None, rate: Decimal | None, whole: InstituteNumbers, denominators: Decimal
) -> Fraction | None:
    """Returns how far the school holds the institute's ratio below a rate: (rate × d − s n) / D."""
    if reading is None or rate is None or not denominators:
        return None
    if reading.numerator is None or reading.denominator is None:
        return None
    short = Fraction(rate) * Fraction(reading.denominator)
    return (short - Fraction(whole.scale) * Fraction(reading.numerator)) / Fraction(denominators)


def _distances_by_year(
    whole: InstituteNumbers, schools: Sequence[SchoolYears]
) -> list[dict[int, Decimal]]:
    years = sorted({year for school in schools for year in school.points})
    sums = {year: _denominators(school.points.get(year) for school in schools) for year in years}
    return [
        {
            year: _decimal(way)
            for year, point in school.points.items()
            if (way := _distance(point, whole.target, whole, sums[year])) is not None
        }
        for school in schools
    ]


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _end(points: Mapping[int, Decimal], whole: InstituteNumbers) -> Fraction | None:
    """Returns the value, in the target's year, of the line through a school's years."""
    path = TargetPath(None, 0, None, whole.target_year, whole.direction)
    end = forecast(points, at_year=whole.target_year, path=path)
    return None if end is None else Fraction(end.value)


# --- Sharing out, to the last digit ---------------------------------------------------------------


def _fraction(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def _digits(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _parts(
    total: Decimal | None, borne: Sequence[Fraction | None], decimals: int
) -> tuple[list[Decimal | None], Decimal | None]:
    """Returns each part rounded to the digits of the indicator or of the total, and what no school
    bears.

    Together they are the total exactly: where rounding leaves a digit over, the parts that lost
    most by it have it.
    """
    if total is None:
        return [None] * len(borne), None
    places = max(decimals, _digits(total))
    whole = int(Fraction(total) * 10**places)
    known = {at: part * 10**places for at, part in enumerate(borne) if part is not None}
    rest = whole - sum(known.values(), Fraction(0))
    is_borne = bool(known) and len(known) == len(borne) and abs(rest) < 1
    apart = 0 if is_borne else round(rest)
    counts = _rounded(known, whole - apart)
    parts = [_exactly(counts[at], places) if at in counts else None for at in range(len(borne))]
    return parts, _exactly(apart, places)


def _rounded(parts: Mapping[int, Fraction], total: int) -> dict[int, int]:
    """Returns the parts as whole numbers that make the total: the largest remainders go up."""
    counts = {at: floor(part) for at, part in parts.items()}
    over = total - sum(counts.values())
    by_remainder = sorted(parts, key=lambda at: counts[at] - parts[at])
    for at in by_remainder[:over]:
        counts[at] += 1
    return counts


def _exactly(count: int, places: int) -> Decimal:
    """Returns count / 10^places, made from a text: a division would round to 28 digits."""
    return Decimal(f"{count}E-{places}")
