"""Check a right again inside the lock of an act, where it counts."""

from django.core.exceptions import PermissionDenied
from django.db import connection

from imtplan.accounts.keeper_triggers import KEEPERS_LOCK
from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Permission


def demand_still(user: User, permission: Permission, *, school: School | None = None) -> None:
    """Raise `PermissionDenied` unless the person may do this at this moment.

    While a request waited for a lock, the role may have ended. So the database is asked again, and
    not the roles that `user` has read before.
    """
    held = Membership.objects.permitting(permission, school=school)
    if not held.filter(user=user.pk, user__is_active=True).exists():
        raise PermissionDenied


def afresh(user: User) -> User:
    """Returns the person read from the database again, without the roles read before."""
    return User.objects.get(pk=user.pk)


def one_change_of_the_institute_at_a_time() -> None:
    """Wait until nobody else changes a role of the institute or switches an account off. It holds
    until the end of the transaction: two changes at once could leave no plan office."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEEPERS_LOCK])
