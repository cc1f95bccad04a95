"""Taking stale marks, so that any number of workers share them and none is lost.

A mark is removed in the transaction that stores what it asked for: a crash puts it back. An
indicator is taken with a lock of its own until the end of that transaction, so that of two workers
the one that read older figures never writes last; the means of the plan have one lock together. A
lock that another holds is not waited for: its holder looks again once it has stored.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from indicators.database import ask
from indicators.models import StaleMark
from indicators.recomputing.scope import FORGET_OTHER_YEARS, ClaimedMark, years_moved

# Who takes indicators in turn holds this lock with others like it; who computes everything that is
# stale in one transaction holds it alone.
LOCK = 0x1A791A7
# The first key of the lock of an indicator, whose own is the second; and the lock of all means.
INDICATOR_LOCK = 0x1A791A9
ROLL_UPS_LOCK = 0x1A791AA

# Means wait for the indicators below them, but not longer than this while more and more come.
PATIENCE = timedelta(seconds=2)

SPREAD = "all of them"

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

_SPREAD = f"""
    INSERT INTO {_MARKS} (indicator_id, only_roll_ups, reason, marked_at)
    SELECT id, false, %(reason)s, %(now)s FROM indicators_indicator
    UNION ALL SELECT NULL, true, %(reason)s, %(now)s"""


def begin(*, alone: bool) -> None:
    """Wait until nobody computes everything (`alone`: until nobody computes at all), and spend no
    time on compiling statements that take milliseconds."""
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    ask(
        "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true), "
        f"{lock}({LOCK})",
        often=True,
    )


def claim_everything() -> list[ClaimedMark]:
    """Take every mark there is; one more for everything, where the years themselves have moved."""
    marks = [ClaimedMark(*row) for row in ask(_EVERY_MARK, often=True)]
    if any(mark.names_figures for mark in marks) and years_moved():
        marks.append(ClaimedMark(None))
    return marks


def claim_indicators(at_most: int) -> list[ClaimedMark]:
    """Take the marks of a few indicators that nobody else has. A mark for everything first becomes
    one for each indicator, and one for the means of the plan."""
    if _is_everything_stale():
        ask(FORGET_OTHER_YEARS)  # where plan and figures are gone, no sum would name their years
        ask(_SPREAD, {"reason": SPREAD, "now": timezone.now()})
    return [ClaimedMark(*row) for row in ask(_SOME_INDICATORS, {"at_most": at_most}, often=True)]


def _is_everything_stale() -> bool:
    """Take the marks for everything. The years may have moved, too, if not spread already."""
    marks = StaleMark.objects.all()
    everything = marks.for_everything().select_for_update(skip_locked=True)
    if found := list(everything.values_list("pk", flat=True)):
        marks.filter(pk__in=found).delete()
        return True
    below = marks.of_figures()
    return below.exists() and not below.filter(reason=SPREAD).exists() and years_moved()


def claim_roll_ups() -> list[ClaimedMark] | None:
    """Take the marks of the means; or none, while indicators below them are still to be computed,
    or while another takes them. None then."""
    if StaleMark.objects.of_figures().exists() and not _have_waited(timezone.now()):
        return None
    if not ask(f"SELECT pg_try_advisory_xact_lock({ROLL_UPS_LOCK})", often=True)[0][0]:
        return None
    rows = ask(f"DELETE FROM {_MARKS} WHERE only_roll_ups {_RETURNED}", often=True)
    return [ClaimedMark(*row) for row in rows]


def _have_waited(now: datetime) -> bool:
    return StaleMark.objects.filter(only_roll_ups=True, marked_at__lt=now - PATIENCE).exists()


def leave_roll_ups(moved: set[tuple[int, int]], *, every: bool) -> None:
    """Mark what stands above these indicators and years, or every mean of the plan."""
    marks = [StaleMark(indicator_id=indicator, year=year) for indicator, year in sorted(moved)]
    for mark in [StaleMark()] if every else marks:
        mark.only_roll_ups, mark.reason, mark.marked_at = True, "moved", timezone.now()
        mark.save()
