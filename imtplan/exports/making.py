"""Making the files that wait, each once, however many workers there are and whatever dies.

A file is claimed, in a transaction of its own, before it is made; what was claimed long ago and not
ended is taken up again. Who ends later than somebody who took it over stores nothing.
"""

import hashlib
import logging
from contextlib import nullcontext

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.dashboard.scope import moment_asked
from imtplan.exports.export_kinds import KINDS
from imtplan.exports.models import Export
from imtplan.jobs import claim_first, of_this_try, work_off
from imtplan.paper import PaperError
from indicators.past import at

logger = logging.getLogger(__name__)

State = Export.State

# Of one run. A file takes a few seconds, paper at most twenty: the run ends well before the soft
# time limit of a task.
SECONDS = 15

# What goes wrong, in words for the person who waits.
REASONS: dict[type[Exception], str | Promise] = {
    PaperError: _("The PDF could not be printed on the server. The page itself can be printed."),
    PermissionDenied: _("You may no longer read what it shows."),
    Http404: _("What it was to show is no longer there."),
    SoftTimeLimitExceeded: _("It took too long."),
}
UNKNOWN = _("The program made a mistake, which is noted in its log. Tell the plan office.")
BROKE_OFF = _("The server stopped in the middle of it, several times over.")


def make_waiting(*, seconds: float = SECONDS) -> int:
    """Makes files for a while, and returns how many were made, well or not. Any number of makers
    may run at once."""
    return work_off(_claim, _make, seconds=seconds)


def forget_old_files() -> int:
    """Deletes the bytes and the row with them; the audit still says who asked for what."""
    return Export.objects.outlived(at=timezone.now()).delete()[0]


def _claim() -> Export | None:
    waiting = Export.objects.to_make(at=timezone.now()).without_bytes()
    return claim_first(waiting, state=State.MAKING, done=0, total=0)


def _make(export: Export) -> None:
    with translation.override(export.language):
        if export.tries > Export.TRIES:
            _failed(export, BROKE_OFF)
            return
        try:
            content = _made(export)
        except Exception as problem:
            logger.warning("file %s was not made", export.pk, exc_info=problem)
            _failed(export, _reason(problem))
        else:
            _store(export, content)


def _made(export: Export) -> bytes:
    """Reading is one transaction, in the past where the page was of the past. Nothing is read
    after it, so that the steps of writing can be noted while they are done."""
    kind = KINDS[export.kind]
    moment = moment_asked(export.asked)
    kind.demand(export.by, export.subject)
    with at(moment) if moment else nullcontext():
        material = kind.read(export.by, export.subject, export.asked)
    return kind.write(material, _Steps(export))


class _Steps:
    """What the progress bar of the page shows."""

    def __init__(self, export: Export) -> None:
        self.export = export

    def __call__(self, done: int, total: int) -> None:
        _unless_ended(self.export).update(done=done, total=total)


def _unless_ended(export: Export) -> QuerySet[Export]:
    return of_this_try(export).filter(state=State.MAKING)


def _store(export: Export, content: bytes) -> None:
    _unless_ended(export).update(
        state=State.MADE,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=timezone.now(),
    )


def _failed(export: Export, reason: str | Promise) -> None:
    _unless_ended(export).update(state=State.FAILED, reason=str(reason))


def _reason(problem: Exception) -> str | Promise:
    return next((words for kind, words in REASONS.items() if isinstance(problem, kind)), UNKNOWN)
