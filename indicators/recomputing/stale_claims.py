"""Claims of stale marks: any number of workers share the marks, and none is lost.

A mark is removed in the transaction that stores the results it names: a crash puts it back. An
indicator is taken with a lock of its own until the end of that transaction, so that of two workers
the one that read older figures never writes last; the means of the plan have one lock together. No
worker waits for a lock: its holder looks again once it has stored, and the sweeper finds what falls
between two looks.
"""

from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone

from indicators.database import ask
from indicators.models import StaleMark
from indicators.recomputing.scope import FORGET_OTHER_YEARS, ClaimedMark, moved_years

# Workers that take indicators in turn share this lock; a transaction that recomputes everything
# that is stale holds it alone.
LOCK = 0x1A791A7
# The lock of an indicator has this key and the indicator's; all means have one lock.
INDICATOR_LOCK = 0x1A791A9
ROLL_UPS_LOCK = 0x1A791AA
# Held while a mark for everything is replaced by one for each indicator.
SHARING_LOCK = 0x1A791AB

# Means wait for the indicators below them; where figures keep coming, no longer than this.
PATIENCE = timedelta(seconds=2)

_MARKS = StaleMark._meta.db_table
_RETURNED = "RETURNING indicator_id, school_id, year, only_roll_ups"

_EVERY_MARK = f"""
    DELETE FROM {_MARKS} WHERE id IN (SELECT id FROM {_MARKS} FOR UPDATE SKIP LOCKED) {_RETURNED}"""

_SOME_INDICATORS = f"""
    WITH stale AS MATERIALIZED (
        SELECT DISTINCT indicator_id FROM {_MARKS}
        WHERE indicator_id IS NOT NULL AND NOT only_roll_ups ORDER BY indicator_id
    ),
    mine AS MATERIALIZED (
        SELECT indicator_id FROM stale
        WHERE pg_try_advisory_xact_lock({INDICATOR_LOCK}, indicator_id::integer)
        LIMIT %(at_most)s
    )
    DELETE FROM {_MARKS} AS m USING mine
    WHERE m.indicator_id = mine.indicator_id AND NOT m.only_roll_ups
    {_RETURNED.replace("indicator_id", "m.indicator_id")}"""

_SHARE_OUT = f"""
    INSERT INTO {_MARKS} (indicator_id, only_roll_ups, reason, marked_at)
    SELECT id, false, %(reason)s, %(since)s FROM indicators_indicator
    UNION ALL SELECT NULL, true, %(reason)s, %(since)s"""


def begin(*, alone: bool) -> None:
    """Wait until no worker computes everything (with `alone`: until none computes at all), and
    compile no statement that takes milliseconds."""
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    ask(
        "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true), "
        f"{lock}({LOCK})",
        often=True,
    )


def claim_everything() -> list[ClaimedMark]:
    """Take every mark there is, with one more for everything where the years have moved."""
    marks = [ClaimedMark(*row) for row in ask(_EVERY_MARK, often=True)]
    if any(mark.names_figures for mark in marks) and moved_years():
        marks.append(ClaimedMark(None))
    return marks


def claim_indicators(at_most: int) -> list[ClaimedMark]:
    """Take the marks of a few indicators that no other worker has.

    A mark for everything is first replaced by one for each indicator and one for the means of the
    plan. Years that moved get the same marks; only a claimed figure can move them.
    """
    if StaleMark.objects.for_everything().exists():
        _share_out()
    marks = _claim_some(at_most)
    if marks and (years := moved_years()) and not _is_shared_out(years):
        _share_out(years)
        marks += _claim_more_of({mark.indicator for mark in marks})
    return marks


def _claim_some(at_most: int) -> list[ClaimedMark]:
    return [ClaimedMark(*row) for row in ask(_SOME_INDICATORS, {"at_most": at_most}, often=True)]


def _claim_more_of(indicators: Collection[int | None]) -> list[ClaimedMark]:
    """Take the new marks of indicators whose locks are held already."""
    rows = ask(
        f"DELETE FROM {_MARKS} WHERE indicator_id = ANY(%(indicators)s) AND NOT only_roll_ups "
        f"{_RETURNED}",
        {"indicators": list(indicators)},
    )
    return [ClaimedMark(*row) for row in rows]


def _share_out(years: str = "") -> None:
    """Write a mark for each indicator in place of one for everything, once where two try it."""
    ask(f"SELECT pg_advisory_xact_lock({SHARING_LOCK})", often=True)
    if years and _is_shared_out(years):
        return
    everything = StaleMark.objects.for_everything()
    since = everything.order_by("marked_at").values_list("marked_at", flat=True).first()
    if not (years or since):
        return
    everything.delete()
    ask(FORGET_OTHER_YEARS)  # years without a plan or a figure any more are in no sum
    reason = f"{StaleMark.SHARED_OUT} {years}".strip()
    ask(_SHARE_OUT, {"reason": reason, "since": since or timezone.now()})


def _is_shared_out(years: str) -> bool:
    """Returns whether these marks stand, also those that another worker has claimed meanwhile."""
    return StaleMark.objects.filter(reason=f"{StaleMark.SHARED_OUT} {years}").exists()


def claim_roll_ups(*, moved: bool) -> list[ClaimedMark] | None:
    """Take the marks of the means. Returns None while indicators below them are still to be
    computed, or another worker has the means: the caller then leaves a mark for what `moved`."""
    marks = StaleMark.objects.filter(only_roll_ups=True)
    if not (moved or marks.exists()):
        return []
    below = StaleMark.objects.of_figures()
    if below.exists() and (below.shared_out().exists() or not _have_waited()):
        return None
    if not ask(f"SELECT pg_try_advisory_xact_lock({ROLL_UPS_LOCK})", often=True)[0][0]:
        return None
    rows = ask(f"DELETE FROM {_MARKS} WHERE only_roll_ups {_RETURNED}", often=True)
    return [ClaimedMark(*row) for row in rows]


def _have_waited() -> bool:
    since = timezone.now() - PATIENCE
    return StaleMark.objects.filter(only_roll_ups=True, marked_at__lt=since).exists()


def leave_roll_ups(moved: set[tuple[int, int]], *, every: bool) -> None:
    """Mark the means above these indicators and years as stale, or every mean of the plan."""
    places = [(None, None)] if every else sorted(moved)
    now = timezone.now()
    StaleMark.objects.bulk_create(
        StaleMark(
            indicator_id=indicator, year=year, only_roll_ups=True, reason="moved", marked_at=now
        )
        for indicator, year in places
    )
