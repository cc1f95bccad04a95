"""Writes: taking a snapshot, ordering a recomputation by hand."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.canonical import sha256_of
from indicators.database import ask
from indicators.models import RecomputeRun, Snapshot, StaleMark
from indicators.questions.snapshots import content_of, text_of
from indicators.recomputing.recompute import recompute_stale, retry
from indicators.tasks import poke
from objectives.models import StrategicPlan


@transaction.atomic
def take_snapshot(
    *,
    plan: StrategicPlan,
    year: int,
    view: str,
    title: str,
    comment: str,
    by: User,
    is_final_edition: bool = False,
) -> Snapshot:
    """Freeze the dashboard's content of a year, after what is stale is computed; returns the
    snapshot. Of a draft only the plan office takes one: it is then never deleted."""
    if plan.is_draft and not has_permission(by, Permission.EDIT_PLAN):
        raise PermissionDenied
    recompute_stale()
    text = text_of(content_of(plan, year=year, view=view))
    snapshot = Snapshot.objects.create(
        plan=plan,
        year=year,
        view=view,
        title=title,
        comment=comment,
        taken_by=by,
        by_name=str(by),
        content=text,
        sha256=sha256_of(text.encode()),
        is_final_edition=is_final_edition,
    )
    record(
        Event.Verb.SNAPSHOT_TAKEN,
        by=by,
        subject=title,
        snapshot=snapshot.pk,
        sha256=snapshot.sha256,
    )
    return snapshot


# --- Recomputing by hand; the numbers people typed are only read ---

# Of two people who order it at the same moment, the second sees the order of the first. It is not
# the lock of the recomputation itself, for which nobody who presses a button should wait.
ORDER_LOCK = 0x1A791A8


@transaction.atomic
def retry_failed(*, run: RecomputeRun, by: Any) -> bool:
    """Mark an indicator that failed as stale. Returns False where it was computed meanwhile."""
    if run.resolved_at is not None or run.indicator is None:
        return False
    retry(run)
    record(Event.Verb.RECOMPUTATION_ASKED, by=by, subject=run.indicator.code, run=run.pk)
    transaction.on_commit(poke)
    return True


@transaction.atomic
def recompute_everything(*, by: Any) -> bool:
    """Mark every result as stale. Returns False where they are all marked already."""
    ask("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": ORDER_LOCK})
    marks = StaleMark.objects.all()
    if (marks.for_everything() | marks.shared_out()).exists():
        return False
    StaleMark.objects.create(reason="asked for", marked_at=timezone.now())
    record(Event.Verb.RECOMPUTATION_ASKED, by=by)
    transaction.on_commit(poke)
    return True
