"""Asking a right again, where it counts: inside the lock of the act."""

from django.core.exceptions import PermissionDenied
from django.db import connection

from imtplan.accounts.keepers import KEEPERS_LOCK
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


def afresh(user: User) -> User:
    """The same person as the database has them now, with nothing remembered of their roles."""
    return User.objects.get(pk=user.pk)


def one_change_of_the_institute_at_a_time() -> None:
    """Until the end of the transaction nobody else gives or ends a role of the institute, or
    switches an account off: two at once could leave it without its plan office."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEEPERS_LOCK])
