"""Days and people as the tests of roles speak of them."""

from datetime import date, timedelta

from django.utils import timezone

from imtplan.accounts.models import User


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def fresh(user: User) -> User:
    """As the next request reads them."""
    return User.objects.get(pk=user.pk)
