"""Recomputing what is stale: from the figures to the plan, in one transaction.

The formulas are those of `indicators.progress` and its neighbours; here they are fed and their
results stored. Running it twice changes nothing the second time.
"""

from collections.abc import Collection

from django.db import connection, transaction
from django.utils import timezone

from indicators.models import (
    Indicator,
    InstituteValue,
    Progress,
    RecomputeRun,
    RollUp,
    StaleMark,
)
from indicators.reference import Reference
from indicators.storing import store

# One recomputation at a time: two that each see half of the other's figures would both be wrong.
LOCK = 0x1A791A7


@transaction.atomic
def recompute_stale() -> RecomputeRun | None:
    """Take every stale mark there is and recompute what they name. None: nothing was stale."""
    started = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    marks = _claim()
    if not marks:
        return None
    changed, looked_at = recompute(None if None in marks else set(marks))
    return RecomputeRun.objects.create(
        started_at=started, marks=len(marks), indicators=looked_at, rows_changed=changed
    )


def _claim() -> list[int | None]:
    """The indicators of all marks, removed in this transaction: a crash puts them back."""
    table = StaleMark._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} FOR UPDATE SKIP LOCKED) "  # noqa: S608
            "RETURNING indicator_id"
        )
        return [indicator for (indicator,) in cursor.fetchall()]


def recompute(indicators: Collection[int | None] | None = None) -> tuple[int, int]:
    """Recompute these indicators (all, if none are named) and everything above them.

    Returns how many rows changed, and how many indicators were looked at.
    """
    chosen = Indicator.objects.in_use()
    if indicators is not None:
        chosen = chosen.filter(pk__in=indicators)
    found = Reference.read()
    changed = store(InstituteValue, ("indicator", "year", "view"), found.values)
    changed += store(Progress, ("target", "year", "view"), found.progress)
    element_key = ("plan", "objective", "lever", "project", "year", "view")
    changed += store(RollUp, element_key, found.roll_ups)
    return changed, chosen.count()
