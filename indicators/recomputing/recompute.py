"""Recomputes what is stale: the sums of the figures, their progress, and the means of the plan.

The database adds the figures up (`indicators.recomputing.summed_series`), the formulas judge
(`indicators.results.judging`), and the rows that differ are stored. Running it twice changes
nothing the second time.

Workers take a few indicators in turn (`recompute_next`), as many at once as there are workers; a
caller that needs all results at once gets them in one transaction (`recompute_stale`).

An indicator that cannot be computed or stored does not stop the others: each indicator is then
computed on its own, the numbers of the failing one become unknown with the reason, and a
`RecomputeRun` keeps the error. It is computed again after the next write to it, with the daily
recomputation of everything, or by `retry`.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from django.db import DataError, IntegrityError, InternalError, transaction
from django.utils import timezone

from imtplan import clock
from indicators.database import ask
from indicators.models import Indicator, InstituteValue, Progress, RecomputeRun, StaleMark
from indicators.recomputing.alerts import tell_failed, tell_recovered
from indicators.recomputing.scope import (
    FORGET_OTHER_YEARS,
    ClaimedMark,
    IndicatorYears,
    RecomputeScope,
)
from indicators.recomputing.stale_claims import (
    begin,
    claim_everything,
    claim_indicators,
    claim_roll_ups,
    leave_roll_ups,
)
from indicators.recomputing.summed_series import summed_series
from indicators.results.elements import moved_roll_ups, stored_roll_ups
from indicators.results.judging import failed_rows, progress_rows, value_rows
from indicators.results.storing import PROGRESS, ROLL_UPS, VALUES

logger = logging.getLogger(__name__)

# How many indicators are computed before they are stored: so many fit in memory.
AT_A_TIME = 20

# The errors that a number can cause; a lost connection is not the fault of an indicator.
CAUSED_BY_NUMBERS = (DataError, IntegrityError, InternalError, ArithmeticError)


@dataclass
class RecomputeOutcome:
    changed: int = 0  # rows
    # The indicators and years in which the progress toward a reference target changed.
    moved: set[tuple[int, int]] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)  # the indicators that could not be computed

    def __iadd__(self, other: "RecomputeOutcome") -> Self:
        self.changed += other.changed
        self.moved |= other.moved
        self.failed |= other.failed
        return self


@transaction.atomic
def recompute_next(*, at_most: int) -> RecomputeRun | None:
    """Recompute a few stale indicators that no other worker has taken, and the means above them if
    nothing below them is left to do. Returns the run; None where nothing could be taken."""
    started = timezone.now()
    begin(alone=False)
    marks = claim_indicators(at_most)
    scope = RecomputeScope.of(marks)
    outcome = _recompute(scope, started)
    moved = outcome.moved | scope.moved
    above = claim_roll_ups(moved=bool(moved) or scope.every_roll_up)
    if above is None:
        leave_roll_ups(moved, every=scope.every_roll_up)
    else:
        marks += above
        stale = RecomputeScope.of(above)
        every = scope.every_roll_up or stale.every_roll_up
        scope = replace(scope, every_roll_up=every, moved=stale.moved | moved)
        outcome.changed += _store_roll_ups(scope.moved, every=every)
    return _keep(scope, marks, outcome, started) if marks else None


def recompute_in_turns(*, at_most: int) -> Iterator[RecomputeRun]:
    """Recompute what is stale, and yield each run, until nothing can be taken twice in a row: the
    first look may itself hold a lock that turned another worker away."""
    while run := recompute_next(at_most=at_most) or recompute_next(at_most=at_most):
        yield run


@transaction.atomic
def recompute_stale() -> RecomputeRun | None:
    """Recompute all that is stale, alone. Returns the run; None where nothing was stale.

    It serves callers that must see the results in the same transaction: a rehearsal, a command.
    """
    started = timezone.now()
    begin(alone=True)
    marks = claim_everything()
    if not marks:
        return None
    scope = RecomputeScope.of(marks)
    return _keep(scope, marks, _recompute_with_roll_ups(scope, started), started)


def _keep(
    scope: RecomputeScope,
    marks: Collection[ClaimedMark],
    outcome: RecomputeOutcome,
    started: datetime,
) -> RecomputeRun:
    return RecomputeRun.objects.create(
        started_at=started,
        finished_at=timezone.now(),
        marks=len(marks),
        indicators=_count(scope),
        rows_changed=outcome.changed,
        scope=str(scope),
    )


@transaction.atomic
def recompute(indicators: Collection[int] | None = None) -> tuple[int, int]:
    """Recompute these indicators, or all of them, and everything above them. Returns how many rows
    changed, and how many indicators were computed."""
    begin(alone=True)
    scope = RecomputeScope.everywhere(indicators)
    return _recompute_with_roll_ups(scope, timezone.now()).changed, _count(scope)


def retry(failed: RecomputeRun | Indicator) -> StaleMark:
    """Mark an indicator that could not be computed as stale, with all its years."""
    indicator = failed.indicator_id if isinstance(failed, RecomputeRun) else failed.pk
    return StaleMark.objects.create(
        indicator_id=indicator, reason="retry", marked_at=timezone.now()
    )


def _count(scope: RecomputeScope) -> int:
    return sum(part.in_use for part in scope.parts)


def _recompute_with_roll_ups(scope: RecomputeScope, started: datetime) -> RecomputeOutcome:
    outcome = _recompute(scope, started)
    outcome.changed += _store_roll_ups(outcome.moved | scope.moved, every=scope.every_roll_up)
    return outcome


def _recompute(scope: RecomputeScope, started: datetime) -> RecomputeOutcome:
    """Store the values and the progress of the indicators of the scope."""
    if scope.everything:  # years without a plan or a figure any more are in no other statement
        ask(FORGET_OTHER_YEARS)
    failed_before = {part.indicator for part in scope.parts if part.failed}
    if failed_before:
        RecomputeRun.objects.unresolved().filter(indicator__in=failed_before).update(
            resolved_at=timezone.now()
        )
    try:
        with transaction.atomic():
            outcome = _store_indicators(scope)
    except CAUSED_BY_NUMBERS:
        outcome = _store_one_by_one(scope, started)
    if begun := outcome.failed - failed_before:
        tell_failed(begun)
    if recovered := failed_before - outcome.failed:
        tell_recovered(recovered)
    return outcome


def _store_one_by_one(scope: RecomputeScope, started: datetime) -> RecomputeOutcome:
    outcome = RecomputeOutcome()
    for part in scope.parts:
        alone = scope.only([part])
        try:
            with transaction.atomic():
                outcome += _store_indicators(alone)
        except CAUSED_BY_NUMBERS as problem:
            outcome += _store_failure(part, problem, started)
    return outcome


def _store_failure(part: IndicatorYears, problem: Exception, started: datetime) -> RecomputeOutcome:
    """Store unknown numbers in place of the old ones, and the error where people see it."""
    logger.error("indicator %s cannot be computed: %s", part.code, problem)
    outcome = RecomputeOutcome()
    for whole, series in summed_series(RecomputeScope.everywhere([part.indicator])):
        values, progress = failed_rows(series, clock.now())
        outcome += _store([whole], values, progress)
    outcome.failed.add(part.indicator)
    RecomputeRun.objects.create(
        started_at=started,
        finished_at=timezone.now(),
        marks=0,
        indicators=1,
        rows_changed=outcome.changed,
        scope=str(part),
        indicator_id=part.indicator,
        error=str(problem),
    )
    return outcome


def _store_indicators(scope: RecomputeScope) -> RecomputeOutcome:
    """Store the institute's values, and the progress toward each target, which rests on them."""
    outcome, now = RecomputeOutcome(), clock.now()
    for batch in scope.batches(AT_A_TIME):
        values: list[InstituteValue] = []
        progress: list[Progress] = []
        for part, series in summed_series(batch):
            values += value_rows(series, range(part.first, part.last + 1), now)
            targets = [target for target in series.targets if batch.judges(target)]
            progress += progress_rows(series, targets, now, since=part.first)
        outcome += _store(batch.parts, values, progress, often=not batch.wholes)
    return outcome


def _store(
    parts: Collection[IndicatorYears],
    values: Collection[InstituteValue],
    progress: Collection[Progress],
    *,
    often: bool = False,
) -> RecomputeOutcome:
    """Store these rows, in prepared statements (`often`) unless they are so many that a plan of
    their own is worth its time."""
    wholes = [part.indicator for part in parts if part.whole]
    changed = VALUES.store(values, often=often, wholes=wholes)[0][0]
    rows = PROGRESS.store(progress, often=often, wholes=wholes)
    moved = {row[1:] for row in rows if row[1] is not None}
    return RecomputeOutcome(changed + rows[0][0], moved)


def _store_roll_ups(moved: Collection[tuple[int, int]], *, every: bool) -> int:
    """Store the means above progress that moved, or every mean; returns how many rows changed."""
    if not (every or moved):
        return 0
    now = clock.now()
    rows = stored_roll_ups(now) if every else moved_roll_ups(moved, now)
    return int(ROLL_UPS.store(rows, often=True, everything=every)[0][0])


def compute_hidden() -> None:
    """Fill the tables of results, which are empty, from all the other tables."""
    scope, now = RecomputeScope.everywhere(), clock.now()
    for batch in scope.batches(AT_A_TIME):
        for part, series in summed_series(batch):
            VALUES.insert(value_rows(series, range(part.first, part.last + 1), now))
            PROGRESS.insert(progress_rows(series, series.targets, now))
    ROLL_UPS.insert(stored_roll_ups(now))
