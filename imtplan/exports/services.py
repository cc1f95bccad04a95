"""Asking for a file, and asking again for one that was not made."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.text import Truncator

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.exports.models import Export
from imtplan.exports.tasks import poke


class ExportNotFailed(Exception):
    """There is nothing to try again: the file is ready, or is being made."""


@transaction.atomic
def ask_for(
    *, kind: str, subject: str, title: str, asked: Mapping[str, str], language: str, by: User
) -> Export:
    """Notes that a file is wanted, and tells the queue. Asked twice while it is made: the same."""
    same = {"kind": kind, "subject": subject, "asked": dict(asked), "language": language}
    try:
        with transaction.atomic():
            export = Export.objects.create(by=by, title=Truncator(title).chars(300), **same)
    except IntegrityError:
        return Export.objects.get(by=by, state__in=Export.UNFINISHED, **same)
    _record(export, by=by)
    transaction.on_commit(poke)
    return export


@transaction.atomic
def try_again(*, export: Export, by: User) -> Export:
    """Begins again, from the first try on. Raises ExportNotFailed."""
    export = Export.objects.select_for_update().get(pk=export.pk)
    if export.state != Export.State.FAILED:
        raise ExportNotFailed
    export.state, export.reason = Export.State.WAITING, ""
    export.tries = export.done = export.total = 0
    try:
        with transaction.atomic():
            export.save(update_fields=["state", "reason", "tries", "done", "total"])
    except IntegrityError:  # asked for anew meanwhile: that one is under way
        raise ExportNotFailed from None
    _record(export, by=by)
    transaction.on_commit(poke)
    return export


def _record(export: Export, *, by: User) -> None:
    record(
        Event.Verb.FILE_ASKED,
        by=by,
        subject=export.title,
        export=export.pk,
        kind=export.kind,
        about=export.subject,
        asked=export.asked,
    )
