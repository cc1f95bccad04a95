"""Asking for a recomputation by hand. The numbers people typed are only read."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from imtplan.audit.models import Event
from imtplan.audit.services import record
from indicators.database import ask
from indicators.models import RecomputeRun, StaleMark
from indicators.recompute import retry
from indicators.tasks import poke

# Of two who ask at the same moment, the second sees what the first asked for. Not the lock of the
# recomputation itself: nobody who presses a button waits for that.
ASKING = 0x1A791A8


@transaction.atomic
def retry_failed(*, run: RecomputeRun, by: Any) -> bool:
    """Compute an indicator again that failed. False: it was computed meanwhile."""
    if run.resolved_at is not None or run.indicator is None:
        return False
    retry(run)
    record(Event.Verb.RECOMPUTATION_ASKED, by=by, subject=run.indicator.code, run=run.pk)
    transaction.on_commit(poke)
    return True


@transaction.atomic
def recompute_everything(*, by: Any) -> bool:
    """Compute every result again. False: that is about to happen already."""
    ask("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": ASKING})
    if StaleMark.objects.for_everything().exists():
        return False
    StaleMark.objects.create(reason="asked for", marked_at=timezone.now())
    record(Event.Verb.RECOMPUTATION_ASKED, by=by)
    transaction.on_commit(poke)
    return True
