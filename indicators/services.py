"""Writes: taking a snapshot."""

from django.db import transaction

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.canonical import sha256_of
from indicators.models import Snapshot
from indicators.recompute import recompute_stale
from indicators.snapshots import content_of, text_of
from objectives.models import StrategicPlan


@transaction.atomic
def take_snapshot(
    *, plan: StrategicPlan, year: int, view: str, title: str, comment: str, by: User
) -> Snapshot:
    """Freeze what the dashboard says of a year. What is stale is computed first."""
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
    )
    record(
        Event.Verb.SNAPSHOT_TAKEN,
        by=by,
        subject=title,
        snapshot=snapshot.pk,
        sha256=snapshot.sha256,
    )
    return snapshot
