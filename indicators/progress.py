"""Progress: how far a figure has come from its baseline toward its target.

Pure: the standard library only, `Decimal` (28 digits) throughout, the year always an argument.
Unknown is None and never 0; zero is an ordinary number, as baseline, as target and as value.

The letters of the formulas:

    b, y0   the baseline and its year     a, y   the value in a year
    T, y1   the target and its year       E(y)   what the trajectory expects of a year
    p       progress, a share: 0.6 is 60 % of the way, below 0 behind the baseline
    e, r    expected progress (p for E(y)), and pace, p / e
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from indicators.verdicts import DEFAULT, Status, Thresholds, grade, until_counted

# Stored beside every result; to be raised whenever a formula here or next door changes.
FORMULA_VERSION = "5"

ZERO = Decimal(0)
ONE = Decimal(1)


class Direction(StrEnum):
    """Which way is good."""

    INCREASE = "increase"
    DECREASE = "decrease"
    KEEP = "keep"  # stay inside a band


class Aggregation(StrEnum):
    """How the schools of one year make the institute."""

    SUM = "sum"
    RATIO = "ratio"  # sum of numerators over sum of denominators
    MEAN = "mean"  # unweighted
    NONE = "none"  # the institute enters it, no school does


class Accumulation(StrEnum):
    """How the years of one indicator relate."""

    LEVEL = "level"  # at one moment of the year
    FLOW = "flow"  # over the year
    CUMULATIVE = "cumulative"  # the running sum of the flows since the baseline


class TrajectoryKind(StrEnum):
    """How the way from the baseline to the target is cut into years."""

    LINEAR = "linear"  # the same amount every year
    STATED = "stated"  # through stated yearly values, linear between them
    COMPOUND = "compound"  # the same rate of growth every year


class Reason(StrEnum):
    """What a promise lacks, where something cannot be computed."""

    BASELINE_MISSING = "baseline_missing"
    TARGET_MISSING = "target_missing"
    GROWTH_NEEDS_POSITIVE = "growth_needs_positive"  # a growth over a baseline of 0 or below
    BAND_MISSING = "band_missing"
    TOLERANCE_MISSING = "tolerance_missing"
    TRAJECTORY_INCOMPLETE = "trajectory_incomplete"  # "stated", and nothing is stated
    COMPOUND_NEEDS_POSITIVE = "compound_needs_positive"
    COMPUTATION_FAILED = "computation_failed"  # a number too large to be stored, most likely


@dataclass(frozen=True, slots=True)
class TargetPath:
    """What is promised of one series, in the indicator's unit.

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


@dataclass(frozen=True, slots=True)
class YearlyChange:
    """Still needed, and achieved so far: in units a year, and as a yearly rate (0.05 is +5 %)."""

    needed_per_year: Decimal | None
    needed_rate: Decimal | None
    achieved_per_year: Decimal | None
    achieved_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is said of one series against one target in one year."""

    year: int
    value: Decimal | None
    target: Decimal | None
    expected_value: Decimal | None
    progress: Decimal | None
    expected_progress: Decimal | None
    pace: Decimal | None
    gap: Decimal | None
    status: Status
    would_be: Status | None  # what a pending verdict would be, were the estimate the count
    reason: Reason | None  # given exactly when the status is "not computable"
    change: YearlyChange


def assess(
    line: TargetPath,
    *,
    year: int,
    value: Decimal | None,
    is_estimate: bool = False,
    thresholds: Thresholds = DEFAULT,
) -> Assessment:
    """One series against one target in one year: every number, and the verdict.

    `is_estimate`: older figures stand in for some that are missing.
    """
    reached = progress(line, value)
    expected = expected_progress(line, year)
    # In the baseline year nothing was expected yet, so there is no pace to speak of.
    rate = pace(reached, expected) if year > line.baseline_year else None

    would_be = status(line=line, year=year, progress=reached, pace=rate, thresholds=thresholds)
    is_over = year >= line.target_year
    verdict = until_counted(would_be, is_estimate=is_estimate, is_over=is_over)
    return Assessment(
        year=year,
        value=value,
        target=line.target,
        expected_value=expected_value(line, year),
        progress=reached,
        expected_progress=expected,
        pace=rate,
        gap=gap(line, year, value),
        status=verdict,
        would_be=would_be if verdict is Status.PENDING else None,
        reason=what_is_lacking(line) if verdict is Status.NOT_COMPUTABLE else None,
        change=change(line, year, value),
    )


def target_from_growth(baseline: Decimal | None, growth_percent: Decimal) -> Decimal | None:
    """T = b × (1 + g / 100), with g in percent. No baseline above 0, no target value: more than
    nothing in percent is nothing, and a growth of what is negative points the wrong way."""
    if baseline is None or baseline <= 0:
        return None
    return baseline * (1 + growth_percent / 100)


def expected_value(line: TargetPath, year: int) -> Decimal | None:
    """E(y), what the trajectory expects of a year, in the indicator's unit.

    linear     b + (T − b) × (y − y0) / (y1 − y0)
    stated     linear from one stated year to the next; a stated value comes before b or T
    compound   b × (T / b) ^ ((y − y0) / (y1 − y0)), for b and T above 0

    Nothing is expected before the baseline year; after the target year the target stands. A band
    has no trajectory: it holds in every year.
    """
    if line.direction is Direction.KEEP or year < line.baseline_year:
        return None
    year = min(year, line.target_year)
    if line.trajectory is TrajectoryKind.COMPOUND:
        return _compound(line, year)
    return _between(stations(line), year)


def _compound(line: TargetPath, year: int) -> Decimal | None:
    start, end = line.baseline, line.target
    if start is None or end is None or start <= 0 or end <= 0:
        return None
    if year == line.target_year:
        return end  # exactly: the power would miss it by the last of 28 digits
    elapsed = Decimal(year - line.baseline_year) / (line.target_year - line.baseline_year)
    return start * (end / start) ** elapsed


def stations(line: TargetPath) -> dict[int, Decimal]:
    """The years for which the trajectory names a value: its two ends, and what is stated."""
    ends = ((line.baseline_year, line.baseline), (line.target_year, line.target))
    stations = {year: value for year, value in ends if value is not None}
    if line.trajectory is TrajectoryKind.LINEAR:
        return stations
    stated = {y: v for y, v in line.stated if line.baseline_year <= y <= line.target_year}
    # "Stated" with nothing stated is a gap to be filled, not a straight line.
    return stations | stated if stated else {}


def _between(stations: Mapping[int, Decimal], year: int) -> Decimal | None:
    """The value of a year on straight lines between stations; None outside them."""
    if year in stations:
        return stations[year]
    earlier = [y for y in stations if y < year]
    later = [y for y in stations if y > year]
    if not earlier or not later:
        return None
    start, end = max(earlier), min(later)
    rise = stations[end] - stations[start]
    return stations[start] + rise * (year - start) / (end - start)


def progress(line: TargetPath, value: Decimal | None) -> Decimal | None:
    """p = (a − b) / (T − b), the share of the way that is done; not clamped. For a band, `_kept`.

    Where the baseline meets the target already: 1 if the value meets the target too, else 0.
    """
    if value is not None and line.direction is Direction.KEEP:
        return _kept(line, value)
    if value is None or line.baseline is None or line.target is None:
        return None
    if _reaches(line.direction, line.baseline, line.target):
        return ONE if _reaches(line.direction, value, line.target) else ZERO
    return (value - line.baseline) / (line.target - line.baseline)


def _kept(line: TargetPath, value: Decimal) -> Decimal | None:
    """1 inside the band; outside, 1 − distance to the band / tolerance, and not below 0."""
    distance = distance_to_band(line, value)
    if distance == 0:
        return ONE
    if distance is None or line.tolerance is None:
        return None
    return max(1 - distance / line.tolerance, ZERO) if line.tolerance > 0 else ZERO


def distance_to_band(line: TargetPath, value: Decimal) -> Decimal | None:
    """How far outside the band, in the indicator's unit; 0 inside and on its edges."""
    if line.band_low is None and line.band_high is None:
        return None
    below = ZERO if line.band_low is None else line.band_low - value
    above = ZERO if line.band_high is None else value - line.band_high
    return max(below, above, ZERO)


def _reaches(direction: Direction, value: Decimal, target: Decimal) -> bool:
    """Is the value as good as the target, or better?"""
    return value <= target if direction is Direction.DECREASE else value >= target


def expected_progress(line: TargetPath, year: int) -> Decimal | None:
    """e, the progress that the trajectory expects of a year: p with E(y) for a; 1 for a band."""
    if line.direction is not Direction.KEEP:
        return progress(line, expected_value(line, year))
    promised = line.band_low is not None or line.band_high is not None
    return ONE if promised and year >= line.baseline_year else None


def pace(progress: Decimal | None, expected: Decimal | None) -> Decimal | None:
    """r = p / e: 1 is as fast as expected. None while nothing is expected (e of 0 or below)."""
    if progress is None or expected is None or expected <= 0:
        return None
    return progress / expected


def gap(line: TargetPath, year: int, value: Decimal | None) -> Decimal | None:
    """a − E(y) in the indicator's unit, or minus the distance to the band; negative is bad."""
    if value is None or year < line.baseline_year:
        return None
    if line.direction is Direction.KEEP:
        distance = distance_to_band(line, value)
        return None if distance is None else -distance
    expected = expected_value(line, year)
    if expected is None:
        return None
    # Signed so that negative is bad where less is better, too.
    return expected - value if line.direction is Direction.DECREASE else value - expected


def clamp(progress: Decimal) -> Decimal:
    """Progress as a bar shows it and as a mean takes it: from 0 to 1."""
    return min(max(progress, ZERO), ONE)


def status(
    *,
    line: TargetPath,
    year: int,
    progress: Decimal | None,
    pace: Decimal | None,
    thresholds: Thresholds,
) -> Status:
    """The verdict on a full count (of an estimate: `until_counted`), the first that holds:

    1. before the baseline year        not started
    2. p ≥ 1                           achieved
    3. p unknown, promise incomplete   not computable (more figures would not help)
    4. the baseline year               not started
    5. p unknown                       no data
    6. y ≥ y1                          missed (the last word on a target is not "on track")
    7. otherwise                       by the pace: `grade`, `_without_pace`
    """
    if year < line.baseline_year:
        return Status.NOT_STARTED
    if progress is None:
        return _without_progress(line, year)
    if progress >= 1:
        return Status.ACHIEVED
    if year == line.baseline_year:
        return Status.NOT_STARTED
    if year >= line.target_year:
        return Status.MISSED
    if pace is None:
        return _without_pace(progress, expected_progress(line, year))
    return grade(pace, thresholds)


def _without_progress(line: TargetPath, year: int) -> Status:
    if _lacking_for_progress(line) is not None:
        return Status.NOT_COMPUTABLE
    return Status.NOT_STARTED if year == line.baseline_year else Status.NO_DATA


def _without_pace(progress: Decimal, expected: Decimal | None) -> Status:
    """A trajectory may stay flat or dip at first (e ≤ 0): then being level with it is enough."""
    if expected is None:
        return Status.NOT_COMPUTABLE
    return Status.ON_TRACK if progress >= expected else Status.OFF_TRACK


def what_is_lacking(line: TargetPath) -> Reason | None:
    """What has to be completed before every number of this promise can be computed."""
    return _lacking_for_progress(line) or _lacking_for_trajectory(line)


def _lacking_for_progress(line: TargetPath) -> Reason | None:
    if line.direction is Direction.KEEP:
        if line.band_low is None and line.band_high is None:
            return Reason.BAND_MISSING
        return Reason.TOLERANCE_MISSING if line.tolerance is None else None
    if line.baseline is None:
        return Reason.BASELINE_MISSING
    if line.target is not None:
        return None
    # A target that states no value states a growth: it is unknown where the baseline allows none.
    return Reason.TARGET_MISSING if line.baseline > 0 else Reason.GROWTH_NEEDS_POSITIVE


def _lacking_for_trajectory(line: TargetPath) -> Reason | None:
    """For lines whose baseline and target are known."""
    if line.direction is Direction.KEEP or expected_value(line, line.target_year) is not None:
        return None
    compound = line.trajectory is TrajectoryKind.COMPOUND
    return Reason.COMPOUND_NEEDS_POSITIVE if compound else Reason.TRAJECTORY_INCOMPLETE


def change(line: TargetPath, year: int, value: Decimal | None) -> YearlyChange:
    """Needed: (T − a) / (y1 − y), and (T / a) ^ (1 / (y1 − y)) − 1. So far: from b at y0 to a.

    A band has no target value to go to: nothing is needed of it, only the change so far is told.
    """
    target = None if line.direction is Direction.KEEP else line.target
    left = line.target_year - year
    elapsed = year - line.baseline_year
    return YearlyChange(
        needed_per_year=_per_year(value, target, left),
        needed_rate=_rate(value, target, left),
        achieved_per_year=_per_year(line.baseline, value, elapsed),
        achieved_rate=_rate(line.baseline, value, elapsed),
    )


def _per_year(start: Decimal | None, end: Decimal | None, years: int) -> Decimal | None:
    if start is None or end is None or years <= 0:
        return None
    return (end - start) / years


def _rate(start: Decimal | None, end: Decimal | None, years: int) -> Decimal | None:
    """The constant yearly growth that leads from start to end; both must be above 0."""
    if start is None or end is None or years <= 0 or start <= 0 or end <= 0:
        return None
    return (end / start) ** (ONE / years) - 1
