"""Asking a right again, where it counts: inside the lock of the act."""

from django.core.exceptions import PermissionDenied

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Permission


def demand_still(user: User, permission: Permission, *, school: School | None = None) -> None:
    """Raise `PermissionDenied` unless the person may do this at this moment.

    A request that waits for a lock was let in before it: the role may have ended since. The
    database is asked anew, whatever `user` remembers.
    """
    held = Membership.objects.permitting(permission, school=school)
    if not held.filter(user=user.pk, user__is_active=True).exists():
        raise PermissionDenied
