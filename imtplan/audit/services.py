"""Writing an event: called by the other services, inside their transaction."""

from typing import Any

from django.utils.text import Truncator

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event

# A longer subject ends in an ellipsis, and stands whole in the detail.
LONGEST_SUBJECT = 200


def record(
    verb: Event.Verb,
    *,
    by: User | None,
    school: School | None = None,
    subject: str = "",
    **detail: Any,
) -> Event:
    """Keep that `by` did `verb`. `None` is the application itself."""
    return Event.objects.create(
        verb=verb,
        actor=by,
        actor_name=str(by) if by else "",
        school=school,
        subject=Truncator(subject).chars(LONGEST_SUBJECT),
        detail=detail | ({"subject": subject} if len(subject) > LONGEST_SUBJECT else {}),
    )
