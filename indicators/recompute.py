"""Recomputing what is stale: from the figures to the plan, in one transaction.

The database adds the figures up (`indicators.summed`), the formulas judge (`indicators.judging`),
and the rows that differ are stored. Running it twice changes nothing the second time.

An indicator that cannot be computed or stored holds nobody up: it is told apart by computing each
indicator on its own, its numbers become unknown with the reason, and a `RecomputeRun` keeps the
error. It is taken up again by the next write to it, by the daily look at everything, or by `retry`.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from django.db import DataError, IntegrityError, InternalError, transaction
from django.utils import timezone

from imtplan import clock
from indicators.alerts import tell_failed, tell_recovered
from indicators.database import ask
from indicators.elements import MovedProgress, moved_roll_ups, stored_roll_ups
from indicators.judging import failed_rows, progress_rows, value_rows
from indicators.models import Indicator, InstituteValue, Progress, RecomputeRun, StaleMark
from indicators.scope import FORGET_OTHER_YEARS, ClaimedMark, IndicatorYears, RecomputeScope
from indicators.statements.storing import PROGRESS, ROLL_UPS, VALUES
from indicators.summed import summed_series

logger = logging.getLogger(__name__)

# One recomputation at a time: two that each see half of the other's figures would both be wrong.
LOCK = 0x1A791A7

# Indicators that are computed before they are stored: they fit in memory.
AT_A_TIME = 20

# What a number can bring about; a connection that is lost is none of an indicator's doing.
BROUGHT_ABOUT_BY_NUMBERS = (DataError, IntegrityError, InternalError, ArithmeticError)


@dataclass
class RecomputeOutcome:
    """What a run did."""

    changed: int = 0
    moved: set[MovedProgress] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)  # the indicators that could not be computed

    def __iadd__(self, other: "RecomputeOutcome") -> Self:
        self.changed += other.changed
        self.moved |= other.moved
        self.failed |= other.failed
        return self


@transaction.atomic
def recompute_stale(*, at_most: int | None = None) -> RecomputeRun | None:
    """Take every stale mark there is and recompute what they name. None: nothing was stale.

    Of more than `at_most` indicators, that many, and the others are marked again: so that a run
    over millions of figures ends within the time that a job has.
    """
    started = timezone.now()
    _begin()
    marks = _claim()
    if not marks:
        return None
    scope = RecomputeScope.of(marks)
    if at_most is not None and len(scope.parts) > at_most:
        scope = _begin_with(scope, at_most)
    changed = _recompute(scope, started)
    return RecomputeRun.objects.create(
        started_at=started,
        finished_at=timezone.now(),
        marks=len(marks),
        indicators=_count(scope),
        rows_changed=changed,
        scope=str(scope),
    )


@transaction.atomic
def recompute(indicators: Collection[int] | None = None) -> tuple[int, int]:
    """Recompute these indicators (all, if none are named) and everything above them.

    Returns how many rows changed, and how many indicators were looked at.
    """
    _begin()
    scope = RecomputeScope.everywhere(indicators)
    return _recompute(scope, timezone.now()), _count(scope)


def retry(failed: RecomputeRun | Indicator) -> StaleMark:
    """Have an indicator that could not be computed looked at again, all of it."""
    indicator = failed.indicator_id if isinstance(failed, RecomputeRun) else failed.pk
    return StaleMark.objects.create(
        indicator_id=indicator, reason="retry", marked_at=timezone.now()
    )


def _begin() -> None:
    """One at a time; and no time spent on compiling statements that take milliseconds."""
    ask(
        "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true), "
        "pg_advisory_xact_lock(%(lock)s)",
        {"lock": LOCK},
        often=True,
    )


def _claim() -> list[ClaimedMark]:
    """What all marks name, removed in this transaction: a crash puts them back."""
    table = StaleMark._meta.db_table
    rows = ask(
        f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} FOR UPDATE SKIP LOCKED) "  # noqa: S608
        "RETURNING indicator_id, school_id, year, only_roll_ups",
        often=True,
    )
    return [ClaimedMark(*row) for row in rows]


def _begin_with(scope: RecomputeScope, at_most: int) -> RecomputeScope:
    """The first few indicators of a scope; marks for the others, and for what stands above."""
    ask(FORGET_OTHER_YEARS)  # or the next run would take the years to have moved, and begin anew
    now = timezone.now()
    later = [{"indicator_id": part.indicator} for part in scope.parts[at_most:]]
    StaleMark.objects.bulk_create(
        StaleMark(reason="next in turn", marked_at=now, **what)
        for what in [*later, {"only_roll_ups": True}]
    )
    return replace(scope.only(scope.parts[:at_most]), every_roll_up=False)


def _count(scope: RecomputeScope) -> int:
    return sum(part.in_use for part in scope.parts)


def _recompute(scope: RecomputeScope, started: datetime) -> int:
    """Store every result of the scope; returns how many rows changed."""
    if scope.everything:  # where plan and figures are gone, no statement would name their years
        ask(FORGET_OTHER_YEARS)
    failed_before = {part.indicator for part in scope.parts if part.failed}
    if failed_before:
        RecomputeRun.objects.unresolved().filter(indicator__in=failed_before).update(
            resolved_at=timezone.now()
        )
    try:
        with transaction.atomic():
            outcome = _store_indicators(scope)
    except BROUGHT_ABOUT_BY_NUMBERS:
        outcome = _store_one_by_one(scope, started)
    if begun := outcome.failed - failed_before:
        tell_failed(begun)
    if recovered := failed_before - outcome.failed:
        tell_recovered(recovered)
    return outcome.changed + _store_roll_ups(scope, outcome.moved)


def _store_one_by_one(scope: RecomputeScope, started: datetime) -> RecomputeOutcome:
    outcome = RecomputeOutcome()
    for part in scope.parts:
        alone = scope.only([part])
        try:
            with transaction.atomic():
                outcome += _store_indicators(alone)
        except BROUGHT_ABOUT_BY_NUMBERS as problem:
            outcome += _store_failure(part, problem, started)
    return outcome


def _store_failure(part: IndicatorYears, problem: Exception, started: datetime) -> RecomputeOutcome:
    """No number rather than an old one, and the error where people see it."""
    logger.error("indicator %s cannot be computed: %s", part.code, problem)
    outcome = RecomputeOutcome()
    for _, series in summed_series(RecomputeScope((part._replace(whole=True),))):
        values, progress = failed_rows(series, clock.now())
        outcome += _store([part._replace(whole=True)], values, progress)
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
    """The institute's values, and the progress toward each target, which rests on them."""
    outcome, now = RecomputeOutcome(), clock.now()
    for batch in scope.batches(AT_A_TIME):
        values, progress = [], []
        for part, series in summed_series(batch):
            values += value_rows(series, range(part.first, part.last + 1), now)
            targets = [target for target in series.targets if batch.judges(target)]
            progress += progress_rows(series, targets, now, since=part.first)
        outcome += _store(batch.parts, values, progress, often=not scope.everything)
    return outcome


def _store(
    parts: Collection[IndicatorYears],
    values: Collection[InstituteValue],
    progress: Collection[Progress],
    *,
    often: bool = False,
) -> RecomputeOutcome:
    """`often`: prepared, but where there is much to do: a plan for so much is worth its time."""
    wholes = [part.indicator for part in parts if part.whole]
    changed = VALUES.store(values, often=often, wholes=wholes)[0][0]
    rows = PROGRESS.store(progress, often=often, wholes=wholes)
    moved = {MovedProgress(*row[1:]) for row in rows if row[1] is not None}
    return RecomputeOutcome(changed + rows[0][0], moved)


def _store_roll_ups(scope: RecomputeScope, moved: Collection[MovedProgress]) -> int:
    if not (scope.every_roll_up or moved):
        return 0
    now = clock.now()
    rows = stored_roll_ups(now) if scope.every_roll_up else moved_roll_ups(moved, now)
    return int(ROLL_UPS.store(rows, often=True, everything=scope.every_roll_up)[0][0])


def compute_hidden() -> None:
    """Fill the tables of results, which are empty, from what every other table says."""
    scope, now = RecomputeScope.everywhere(), clock.now()
    for batch in scope.batches(AT_A_TIME):
        for part, series in summed_series(batch):
            VALUES.insert(value_rows(series, range(part.first, part.last + 1), now))
            PROGRESS.insert(progress_rows(series, series.targets, now))
    ROLL_UPS.insert(stored_roll_ups(now))
