"""Writing an event: called by the other services, inside their transaction."""

from typing import Any

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event


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
        subject=subject[:200],
        detail=detail,
    )
