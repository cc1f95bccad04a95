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

    @property
    def has_data(self) -> bool:
        return self.progress is not None and self.expected is not None


@dataclass(frozen=True, slots=True)
class ElementMean:
    """An element as the mean of its items. Shares from 0 to 1; coverage is a share of weight."""

    progress: Decimal | None
    expected: Decimal | None
    pace: Decimal | None
    coverage: Decimal | None
    verdict: Verdict
    is_estimate: bool = False  # an item that counts is one

    @property
    def status(self) -> Status:
        return self.verdict.status

    @property
    def would_be(self) -> Status | None:
        return self.verdict.would_be

    def as_item(self, weight: Decimal) -> RollUpItem:
        """Returns the element as an item in the mean of the element above it."""
        pending = self.status is Status.PENDING
        return RollUpItem(weight, self.progress, self.expected, self.is_estimate, pending)


@dataclass(frozen=True, slots=True)
class MilestoneDue:
    """One milestone of a project: its weight, when it is due, and when it was done, if it was."""

    weight: Decimal
    due_on: date
    done_on: date | None


def roll_up(items: Iterable[RollUpItem], *, thresholds: Thresholds, final: bool) -> ElementMean:
    """Returns an element's mean: Σ w·clamp(p) / Σ w over the items that have data.

    Expected progress is the same mean over the same items, pace the quotient of the two means, and
    coverage the weight of these items over all weight. In the `final` year an element that is not
    achieved is missed; where an item is an estimate neither is said yet, and where every item is
    pending so is the element.
    """
    everything = list(items)
    known = [
        (item.weight, clamp(item.progress), clamp(item.expected))
        for item in everything
        if item.progress is not None and item.expected is not None
    ]
    progress = _mean([(weight, reached) for weight, reached, _ in known])
    expected = _mean([(weight, planned) for weight, _, planned in known])
    weight_known = sum((weight for weight, _, _ in known), ZERO)
    coverage = _share(weight_known, sum((item.weight for item in everything), ZERO))
    speed = value_of(pace(progress, expected))
    would_be = _verdict(progress, speed, coverage, thresholds, final=final)
    counting = [item for item in everything if item.has_data and item.weight]
    is_estimate = any(item.is_estimate for item in counting)
    is_waiting = all(item.is_pending for item in counting)
    verdict = until_counted(would_be, is_estimate=is_estimate, is_over=final, is_waiting=is_waiting)
    return ElementMean(progress, expected, speed, coverage, verdict, is_estimate)


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


def _mean(weighted: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    total = sum((weight for weight, _ in weighted), ZERO)
    return _share(sum((weight * share for weight, share in weighted), ZERO), total)


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    """Returns part / whole; None where there is no weight to divide by."""
    return part / whole if whole else None


def _verdict(
    progress: Decimal | None,
    speed: Decimal | None,
    coverage: Decimal | None,
    thresholds: Thresholds,
    *,
    final: bool,
) -> Verdict:
    """Returns "no data" below the coverage of `thresholds`; else achieved, missed, or what the
    pace says.

    Where nothing is expected yet, an element is on track if something is done, else not started.
    """
    if progress is None:
        return Verdict(Status.NO_DATA, StatusRule.NO_VALUE)
    if coverage is None or coverage < thresholds.coverage:
        return Verdict(Status.NO_DATA, StatusRule.LITTLE_COVERED)
    if progress >= 1:
        return Verdict(Status.ACHIEVED, StatusRule.TARGET_REACHED)
    if final:
        return Verdict(Status.MISSED, StatusRule.TARGET_YEAR_OVER)
    if speed is None:
        begun = Status.ON_TRACK if progress > 0 else Status.NOT_STARTED
        return Verdict(begun, StatusRule.NOTHING_EXPECTED)
    return Verdict(grade(speed, thresholds), StatusRule.BY_PACE)
