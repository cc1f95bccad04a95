"""Write an event; the other services call this inside their transaction."""

from typing import Any

from django.utils.text import Truncator

from imtplan.accounts.current_rights import demand_still
from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Permission
from imtplan.audit.models import Event

# A longer subject ends in an ellipsis, and is whole in the detail.
LONGEST_SUBJECT = 200

# The right for each of these acts is checked again when its event is written, after every lock. An
# act on a submission checks it at its own lock (`campaigns.gate`), a file when it is fetched.
NEEDED = {
    Event.Verb.CAMPAIGN_CHANGED: Permission.EDIT_PLAN,
    Event.Verb.EXTENSION_GIVEN: Permission.EDIT_PLAN,
    Event.Verb.EXTENSION_WITHDRAWN: Permission.EDIT_PLAN,
    Event.Verb.PLAN_EDITED: Permission.EDIT_PLAN,
    Event.Verb.RECOMPUTATION_ASKED: Permission.EDIT_PLAN,
    Event.Verb.SNAPSHOT_TAKEN: Permission.TAKE_SNAPSHOT,
    Event.Verb.PERSON_CHANGED: Permission.MANAGE_PEOPLE,
    Event.Verb.ROLE_GIVEN: Permission.DELEGATE,
    Event.Verb.ROLE_ENDED: Permission.DELEGATE,
    Event.Verb.ROLE_RESTORED: Permission.DELEGATE,
}


def record(
    verb: Event.Verb,
    *,
    by: User | None,
    school: School | None = None,
    subject: str = "",
    **detail: Any,
) -> Event:
    """Write that `by` did `verb`, and return the event. None: the application itself did it.

    `PermissionDenied`, which takes back the whole act, if the person may no longer do it.
    """
    if by is not None and verb in NEEDED:
        demand_still(by, NEEDED[verb], school=school)
    return Event.objects.create(
        verb=verb,
        actor=by,
        actor_name=str(by) if by else "",
        school=school,
        subject=Truncator(subject).chars(LONGEST_SUBJECT),
        detail=detail | ({"subject": subject} if len(subject) > LONGEST_SUBJECT else {}),
    )
