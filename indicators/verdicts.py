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
    NO_TARGET = "no_target"  # a value that nothing is held against: said by pages, never stored
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The paces from which a series is on track, or at risk and no worse. The plan sets them."""

    on_track: Decimal = Decimal("0.9")
    at_risk: Decimal = Decimal("0.6")


DEFAULT = Thresholds()


def until_counted(
    would_be: Status, *, is_estimate: bool, is_over: bool, is_waiting: bool = False
) -> Status:
    """The verdict, where `would_be` is what a full count would make of the same numbers.

    Achieved and missed are said of a full count only. An estimate that reaches its target before
    the end is on track; once it is over (`is_over`), the verdict is pending. So is an element whose
    items are all pending (`is_waiting`).
    """
    if would_be is Status.NO_DATA:
        return would_be
    if is_waiting:
        return Status.PENDING
    if is_estimate and would_be in (Status.ACHIEVED, Status.MISSED):
        return Status.PENDING if is_over else Status.ON_TRACK
    return would_be


def grade(pace: Decimal, thresholds: Thresholds) -> Status:
    """On track from the first threshold, at risk from the second, off track below."""
    if pace >= thresholds.on_track:
        return Status.ON_TRACK
    return Status.AT_RISK if pace >= thresholds.at_risk else Status.OFF_TRACK
