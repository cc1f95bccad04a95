"""Verdicts: the words for how a series, an element or the plan stands, and what gives each.

Pure: the standard library only.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    """The verdict on one series in one year."""

    ACHIEVED = "achieved"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    MISSED = "missed"
    PENDING = "pending"  # the target's year is over, the count is not
    NOT_STARTED = "not_started"
    NO_DATA = "no_data"
    NO_TARGET = "no_target"  # a value without a target: shown by pages, never stored
    NOT_COMPUTABLE = "not_computable"


class StatusRule(StrEnum):
    """The rule that gave a verdict; see `indicators.formulas.assessment.verdict` and
    `indicators.formulas.roll_up`."""

    BEFORE_BASELINE = "before_baseline"
    TARGET_REACHED = "target_reached"
    PROMISE_INCOMPLETE = "promise_incomplete"
    BASELINE_YEAR = "baseline_year"
    NO_VALUE = "no_value"
    TARGET_YEAR_OVER = "target_year_over"
    BY_PACE = "by_pace"
    LEVEL_WITH_PATH = "level_with_path"
    LITTLE_COVERED = "little_covered"
    NOTHING_EXPECTED = "nothing_expected"
    COUNT_INCOMPLETE = "count_incomplete"
    REACHED_ON_ESTIMATE = "reached_on_estimate"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status, and the rule that gave it."""

    status: Status
    rule: StatusRule
    would_be: Status | None = None  # what a pending verdict would be, were nothing missing


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The paces from which a series is on track, or at risk and no worse, and the share of the
    weight of an element that must have data for a verdict. The plan sets them."""

    on_track: Decimal = Decimal("0.9")
    at_risk: Decimal = Decimal("0.6")
    coverage: Decimal = Decimal("0.5")


DEFAULT = Thresholds()


def until_counted(
    verdict: Verdict, *, is_estimate: bool, is_over: bool, is_waiting: bool = False
) -> Verdict:
    """Returns the verdict, where `verdict` is what a full count would make of the same numbers.

    Achieved and missed need a full count. An estimate that reaches its target before
    the end is on track; once it is over (`is_over`), the verdict is pending. So is an element whose
    items are all pending (`is_waiting`).
    """
    would_be = verdict.status
    if would_be is Status.NO_DATA:
        return verdict
    is_final_word = would_be in (Status.ACHIEVED, Status.MISSED)
    if is_waiting or (is_estimate and is_final_word and is_over):
        return Verdict(Status.PENDING, StatusRule.COUNT_INCOMPLETE, would_be)
    if is_estimate and is_final_word:
        return Verdict(Status.ON_TRACK, StatusRule.REACHED_ON_ESTIMATE)
    return verdict


def grade(pace: Decimal, thresholds: Thresholds) -> Status:
    """Returns "on track" from the first threshold, "at risk" from the second, "off track" below."""
    if pace >= thresholds.on_track:
        return Status.ON_TRACK
    return Status.AT_RISK if pace >= thresholds.at_risk else Status.OFF_TRACK
