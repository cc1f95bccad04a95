"""The assessment: every number of one series against one target in one year, and the verdict.

Pure: the standard library only; the letters are those of `indicators.formulas.progress`.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from indicators.formulas.progress import (
    Direction,
    TargetPath,
    TrajectoryKind,
    changes,
    distance_to_band,
    expected_progress,
    expected_value,
    gap,
    grown_target,
    pace,
    progress,
)
from indicators.formulas.steps import FormulaStep, value_of
from indicators.formulas.verdicts import (
    DEFAULT,
    Status,
    StatusRule,
    Thresholds,
    Verdict,
    grade,
    until_counted,
)


class Reason(StrEnum):
    """The reason why a number cannot be computed: the target lacks something."""

    BASELINE_MISSING = "baseline_missing"
    TARGET_MISSING = "target_missing"
    GROWTH_NEEDS_POSITIVE = "growth_needs_positive"  # a growth over a baseline of 0 or below
    BAND_MISSING = "band_missing"
    TOLERANCE_MISSING = "tolerance_missing"
    TRAJECTORY_INCOMPLETE = "trajectory_incomplete"  # "stated", and nothing is stated
    COMPOUND_NEEDS_POSITIVE = "compound_needs_positive"
    COMPUTATION_FAILED = "computation_failed"  # a number too large to be stored, most likely


@dataclass(frozen=True, slots=True)
class Assessment:
    """The numbers and the verdict of one series against one target in one year."""

    year: int
    value: Decimal | None
    target: Decimal | None
    steps: tuple[FormulaStep, ...]  # each number that is known, in the order they are explained in
    verdict: Verdict
    reason: Reason | None  # given exactly when the status is "not computable"

    @property
    def status(self) -> Status:
        return self.verdict.status

    @property
    def numbers(self) -> dict[str, Decimal]:
        """Returns the numbers that are known, by the name of their result."""
        return {step.result.value: step.value for step in self.steps}


def assess(
    path: TargetPath,
    *,
    year: int,
    value: Decimal | None,
    is_estimate: bool = False,
    thresholds: Thresholds = DEFAULT,
) -> Assessment:
    """Returns every number of one series against one target in one year, and the verdict.

    `is_estimate` says that older figures stand in for some that are missing.
    """
    expected = expected_value(path, year)
    reached = progress(path, value)
    planned = expected_progress(path, year, value_of(expected))
    # In the baseline year nothing was expected yet, so there is no pace to speak of.
    speed = pace(value_of(reached), value_of(planned)) if year > path.baseline_year else None
    steps = (
        grown_target(path),
        expected,
        distance_to_band(path, value),
        reached,
        planned,
        speed,
        gap(path, year, value, value_of(expected)),
        *changes(path, year, value),
    )
    decided = until_counted(
        verdict(
            path,
            year,
            progress=value_of(reached),
            expected=value_of(planned),
            pace=value_of(speed),
            thresholds=thresholds,
        ),
        is_estimate=is_estimate,
        is_over=year >= path.target_year,
    )
    return Assessment(
        year=year,
        value=value,
        target=path.target,
        steps=tuple(step for step in steps if step),
        verdict=decided,
        reason=what_is_lacking(path) if decided.status is Status.NOT_COMPUTABLE else None,
    )


def verdict(
    path: TargetPath,
    year: int,
    *,
    progress: Decimal | None,
    expected: Decimal | None,
    pace: Decimal | None,
    thresholds: Thresholds,
) -> Verdict:
    """Returns the verdict on a full count, by the first rule that holds (`until_counted` turns it
    into the verdict on an estimate):

    1. before the baseline year        not started
    2. p ≥ 1                           achieved
    3. p unknown, promise incomplete   not computable (more figures would not help)
    4. the baseline year               not started
    5. p unknown                       no data
    6. y ≥ y1                          missed (the last word on a target is not "on track")
    7. otherwise                       by the pace: `grade`, `_without_pace`
    """
    if year < path.baseline_year:
        return Verdict(Status.NOT_STARTED, StatusRule.BEFORE_BASELINE)
    if progress is not None and progress >= 1:
        return Verdict(Status.ACHIEVED, StatusRule.TARGET_REACHED)
    if progress is None and _lacking_for_progress(path) is not None:
        return Verdict(Status.NOT_COMPUTABLE, StatusRule.PROMISE_INCOMPLETE)
    if year == path.baseline_year:
        return Verdict(Status.NOT_STARTED, StatusRule.BASELINE_YEAR)
    if progress is None:
        return Verdict(Status.NO_DATA, StatusRule.NO_VALUE)
    if year >= path.target_year:
        return Verdict(Status.MISSED, StatusRule.TARGET_YEAR_OVER)
    if pace is None:
        return _without_pace(progress, expected)
    return Verdict(grade(pace, thresholds), StatusRule.BY_PACE)


def _without_pace(progress: Decimal, expected: Decimal | None) -> Verdict:
    """Returns the verdict where the trajectory stays flat or dips at first (e ≤ 0): a series that
    is level with it is on track."""
    if expected is None:
        return Verdict(Status.NOT_COMPUTABLE, StatusRule.PROMISE_INCOMPLETE)
    status = Status.ON_TRACK if progress >= expected else Status.OFF_TRACK
    return Verdict(status, StatusRule.LEVEL_WITH_PATH)


def what_is_lacking(path: TargetPath) -> Reason | None:
    """Returns what has to be completed before every number of this target can be computed."""
    return _lacking_for_progress(path) or _lacking_for_trajectory(path)


def _lacking_for_progress(path: TargetPath) -> Reason | None:
    if path.direction is Direction.KEEP:
        if path.band_low is None and path.band_high is None:
            return Reason.BAND_MISSING
        return Reason.TOLERANCE_MISSING if path.tolerance is None else None
    if path.baseline is None:
        return Reason.BASELINE_MISSING
    if path.target is not None:
        return None
    # A target that states no value states a growth: it is unknown where the baseline allows none.
    return Reason.TARGET_MISSING if path.baseline > 0 else Reason.GROWTH_NEEDS_POSITIVE


def _lacking_for_trajectory(path: TargetPath) -> Reason | None:
    """Returns what the trajectory lacks, once the baseline and the target are known."""
    if path.direction is Direction.KEEP or expected_value(path, path.target_year) is not None:
        return None
    compound = path.trajectory is TrajectoryKind.COMPOUND
    return Reason.COMPOUND_NEEDS_POSITIVE if compound else Reason.TRAJECTORY_INCOMPLETE
