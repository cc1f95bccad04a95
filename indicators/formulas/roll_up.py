"""Roll-ups: the progress of an objective, a lever, a flagship project or the plan, as a mean.

Pure: the standard library only, `Decimal` throughout, the day is an argument, unknown is None and
never 0.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from indicators.formulas.progress import ONE, ZERO, clamp, pace
from indicators.formulas.steps import value_of
from indicators.formulas.verdicts import (
    Status,
    StatusRule,
    Thresholds,
    Verdict,
    grade,
    until_counted,
)


@dataclass(frozen=True, slots=True)
class RollUpItem:
    """One part of an element's mean: an indicator's reference target, a project, an objective.

    It has data when both its progress and its expected progress are known (shares, unclamped).
    """

    weight: Decimal
    progress: Decimal | None
    expected: Decimal | None
    is_estimate: bool = False  # older figures stand in for some that are missing
    is_pending: bool = False  # its own verdict waits for them
    is_little_covered: bool = False  # an element below the coverage that its plan asks for

    @property
    def has_data(self) -> bool:
        return self.progress is not None and self.expected is not None


@dataclass(frozen=True, slots=True)
class ElementMean:
    """An element as the mean of its items. Shares from 0 to 1; coverage is a share of weight.

    Below the coverage needed there is no mean: what is missing is counted in its place.
    """

    progress: Decimal | None
    expected: Decimal | None
    pace: Decimal | None
    coverage: Decimal | None
    verdict: Verdict
    is_estimate: bool = False  # an item that counts is one
    items: int = 0  # that have a weight
    known_items: int = 0  # of these, that have data
    coverage_needed: Decimal | None = None

    @property
    def status(self) -> Status:
        return self.verdict.status

    @property
    def would_be(self) -> Status | None:
        return self.verdict.would_be

    def as_item(self, weight: Decimal) -> RollUpItem:
        """Returns the element as an item in the mean of the element above it."""
        pending = self.status is Status.PENDING
        little = self.progress is None and bool(self.coverage)
        return RollUpItem(weight, self.progress, self.expected, self.is_estimate, pending, little)


@dataclass(frozen=True, slots=True)
class MilestoneDue:
    """One milestone of a project: its weight, when it is due, and when it was done, if it was."""

    weight: Decimal
    due_on: date
    done_on: date | None


def roll_up(items: Iterable[RollUpItem], *, thresholds: Thresholds, final: bool) -> ElementMean:
    """Returns an element's mean: Σ w·clamp(p) / Σ w over the items that have data.

    Expected progress is the same mean over the same items, pace the quotient of the two means, and
    coverage the weight of these items over all weight. Below the coverage of `thresholds` all but
    the coverage is unknown: such an element has no data in the mean of the one above it. In the
    `final` year an element that is not achieved is missed; where an item is an estimate neither is
    said yet, and where every item is pending so is the element.
    """
    weighed = [item for item in items if item.weight]
    counting = [item for item in weighed if item.has_data]
    coverage = _share(_weight_of(counting), _weight_of(weighed))
    counts = (len(weighed), len(counting), thresholds.coverage)
    if coverage is None or coverage < thresholds.coverage:
        rule = StatusRule.LITTLE_COVERED if coverage else StatusRule.NO_VALUE
        unknown = Verdict(Status.NO_DATA, rule)
        return ElementMean(None, None, None, coverage, unknown, False, *counts)
    progress = _mean([(item.weight, item.progress) for item in counting])
    expected = _mean([(item.weight, item.expected) for item in counting])
    speed = value_of(pace(progress, expected))
    is_estimate = any(item.is_estimate for item in counting)
    verdict = until_counted(
        _verdict(progress, speed, thresholds, final=final),
        is_estimate=is_estimate,
        is_over=final,
        is_waiting=all(item.is_pending for item in counting),
    )
    return ElementMean(progress, expected, speed, coverage, verdict, is_estimate, *counts)


def project_progress(milestones: Collection[MilestoneDue], *, on: date) -> RollUpItem:
    """Returns a project's progress on a day (weight done / all weight), and what was expected then
    (weight due / all weight).

    A milestone done after that day does not count as done. Without milestones both are unknown.
    The item weighs 1; the caller gives it the weight of the project's link.
    """
    whole = sum((milestone.weight for milestone in milestones), ZERO)
    done = [m.weight for m in milestones if m.done_on is not None and m.done_on <= on]
    due = [m.weight for m in milestones if m.due_on <= on]
    return RollUpItem(
        weight=ONE,
        progress=_share(sum(done, ZERO), whole),
        expected=_share(sum(due, ZERO), whole),
    )


def _weight_of(items: Iterable[RollUpItem]) -> Decimal:
    return sum((item.weight for item in items), ZERO)


def _mean(weighted: Sequence[tuple[Decimal, Decimal | None]]) -> Decimal:
    """Returns the mean of shares that are known, each held between nothing and the whole."""
    total = sum((weight for weight, _ in weighted), ZERO)
    added = sum((weight * clamp(share) for weight, share in weighted if share is not None), ZERO)
    return added / total


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    """Returns part / whole; None where there is no weight to divide by."""
    return part / whole if whole else None


def _verdict(
    progress: Decimal, speed: Decimal | None, thresholds: Thresholds, *, final: bool
) -> Verdict:
    """Returns achieved, missed, or what the pace says.

    Where nothing is expected yet, an element is on track if something is done, else not started.
    """
    if progress >= 1:
        return Verdict(Status.ACHIEVED, StatusRule.TARGET_REACHED)
    if final:
        return Verdict(Status.MISSED, StatusRule.TARGET_YEAR_OVER)
    if speed is None:
        begun = Status.ON_TRACK if progress > 0 else Status.NOT_STARTED
        return Verdict(begun, StatusRule.NOTHING_EXPECTED)
    return Verdict(grade(speed, thresholds), StatusRule.BY_PACE)
