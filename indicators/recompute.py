"""Recomputing what is stale: from the figures to the plan, in one transaction.

The formulas are functions of the database, fed by the few statements of `indicators.statements`;
`indicators.reference` gives the same rows one by one, and the tests hold them against each other.
Running it twice changes nothing the second time.

An indicator for which the statements raise holds nobody up: it is told apart by computing each
indicator on its own, its numbers become unknown with the reason, and a `RecomputeRun` keeps the
error. It is taken up again by the next write to it, by the daily look at everything, or by `retry`.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.db import DataError, IntegrityError, InternalError, transaction
from django.utils import timezone

from imtplan import clock
from indicators.alerts import tell_failed, tell_recovered
from indicators.computing import Parameters, in_batches, parameters_of, roll_up_parameters
from indicators.database import ask
from indicators.models import Indicator, RecomputeRun, StaleMark
from indicators.progress import FORMULA_VERSION
from indicators.scope import FORGET_OTHER_YEARS, ClaimedMark, IndicatorYears, RecomputeScope
from indicators.statements import storing
from indicators.statements.failed import FAILED_PROGRESS, FAILED_VALUES
from indicators.statements.progress import progress_query
from indicators.statements.roll_ups import roll_up_query
from indicators.statements.values import YearRelation, values_query

logger = logging.getLogger(__name__)

# One recomputation at a time: two that each see half of the other's figures would both be wrong.
LOCK = 0x1A791A7

# What a figure can bring about; a connection that is lost is none of an indicator's doing.
BROUGHT_ABOUT_BY_NUMBERS = (DataError, IntegrityError, InternalError)

# Moved progress: plan, indicator, year, view.
Above = tuple[int, int, int, str]

_VALUES = {years: storing.VALUES.statement(values_query(years)) for years in YearRelation}
_PROGRESS = {years: storing.PROGRESS.statement(progress_query(years)) for years in YearRelation}
_ROLL_UPS = {
    everything: storing.ROLL_UPS.statement(roll_up_query(everything=everything))
    for everything in (True, False)
}
_FAILED_VALUES = storing.VALUES.statement(FAILED_VALUES)
_FAILED_PROGRESS = storing.PROGRESS.statement(FAILED_PROGRESS)


@dataclass
class RecomputeOutcome:
    """What a run did."""

    changed: int = 0
    above: set[Above] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)  # the indicators that could not be computed

    def __iadd__(self, other: "RecomputeOutcome") -> Self:
        self.changed += other.changed
        self.above |= other.above
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
    return outcome.changed + _store_roll_ups(scope, outcome.above)


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
    whole = _stamp() | parameters_of(RecomputeScope(parts=(part._replace(whole=True),)))
    changed = ask(_FAILED_VALUES, whole)[0][0]
    outcome = _outcome(ask(_FAILED_PROGRESS, whole))
    outcome.changed += changed
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
    """The institute's values, then the progress toward each target, which rests on them."""
    outcome = RecomputeOutcome()
    for years, batch in in_batches(scope):
        outcome.changed += _store(_VALUES[years], scope, _stamp() | parameters_of(batch))[0][0]
    for years, batch in in_batches(scope):
        outcome += _outcome(_store(_PROGRESS[years], scope, _stamp() | parameters_of(batch)))
    return outcome


def _store(statement: str, scope: RecomputeScope, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Prepared, but where there is much to do: then a plan for so much is worth its time."""
    return ask(statement, parameters, often=not scope.everything)


def _outcome(rows: list[tuple[Any, ...]]) -> RecomputeOutcome:
    """Each row: how many changed, and one of the places above which something moved."""
    above = {tuple(row[1:]) for row in rows if row[1] is not None}
    return RecomputeOutcome(rows[0][0], above)  # type: ignore[arg-type]


def _stamp() -> Parameters:
    return {"formula_version": FORMULA_VERSION, "computed_at": clock.now()}


def _store_roll_ups(scope: RecomputeScope, above: set[Above]) -> int:
    if not (scope.every_roll_up or above):
        return 0
    plans, indicators, years, views = zip(*above, strict=True) if above else ((), (), (), ())
    parameters = (
        _stamp()
        | roll_up_parameters()
        | {
            "everything": scope.every_roll_up,
            "plans": list(plans),
            "indicators": list(indicators),
            "years": list(years),
            "views": list(views),
        }
    )
    return ask(_ROLL_UPS[scope.every_roll_up], parameters, often=True)[0][0]
