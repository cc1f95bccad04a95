"""Limit how often somebody may try a password, or ask for a new one.

Failures are counted by account and address together, so that nobody's errors lock out anybody else:
a whole school may share an address, so no limit of passwords goes by the address alone. An account
alone has a wider limit, against many machines that try one account. For a browser in which the
person has signed in before neither counts, so no stranger can lock it out.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from imtplan.email_address import normal_address

KEPT = timedelta(days=1)


class Attempt(models.Model):
    """A failed attempt. The account is kept as a digest, for people type passwords there too."""

    class Act(models.TextChoices):
        PASSWORD = "password"  # noqa: S105 - not one
        PASSWORD_KNOWN_DEVICE = "known-device"  # noqa: S105
        NEW_PASSWORD = "new-password"  # noqa: S105

    act = models.CharField(max_length=16, choices=Act)
    account = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["account", "act", "at"], name="attempt_account"),
            models.Index(fields=["address", "act", "at"], name="attempt_address"),
            models.Index(fields=["at"], name="attempt_at"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class AttemptLimit:
    """The most attempts within some minutes that agree in these columns."""

    columns: tuple[str, ...]
    attempts: int
    minutes: int

    def is_passed(self, attempt: Attempt) -> bool:
        """Whether this attempt, which is counted already, is one too many."""
        alike = {name: getattr(attempt, name) for name in self.columns}
        since = attempt.at - timedelta(minutes=self.minutes)
        before = Attempt.objects.filter(act=attempt.act, at__gt=since, **alike)
        return before.count() > self.attempts


ACT = Attempt.Act
LIMITS = {
    ACT.PASSWORD: (
        AttemptLimit(("account", "address"), attempts=10, minutes=15),
        AttemptLimit(("account",), attempts=100, minutes=60),
    ),
    # More than a person mistypes, and too few to try a dictionary in a stolen or public browser.
    ACT.PASSWORD_KNOWN_DEVICE: (AttemptLimit(("account", "address"), attempts=100, minutes=60),),
    ACT.NEW_PASSWORD: (AttemptLimit(("address",), attempts=300, minutes=60),),
}


class TooManyAttempts(Exception):
    """The attempt is refused unread; in `minutes` at the latest another is read."""

    def __init__(self, minutes: int) -> None:
        super().__init__()
        self.minutes = minutes


def begin_attempt(act: Attempt.Act, *, account: str, address: str) -> Attempt:
    """Count an attempt before it is checked, so that many at once do not slip through.

    Returns it, for `forgive` if it was right; `TooManyAttempts` if it is refused. A refused one is
    not counted, so that it does not make the wait longer.
    """
    now = timezone.now()
    Attempt.objects.filter(at__lt=now - KEPT).delete()
    attempt = Attempt.objects.create(
        act=act, account=account_digest(account), address=network_of(address), at=now
    )
    for limit in LIMITS[act]:
        if limit.is_passed(attempt):
            forgive(attempt)
            raise TooManyAttempts(limit.minutes)
    return attempt


def forgive(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).delete()


def forgive_account(account: str) -> None:
    """Delete the attempts on an account, once its owner has chosen a new password."""
    Attempt.objects.filter(account=account_digest(account)).delete()


def account_digest(account: str) -> str:
    address = normal_address(account)
    return salted_hmac("imtplan.accounts.attempts", address, algorithm="sha256").hexdigest()


def network_of(address: str) -> str | None:
    """Returns what one visitor has: an IPv4 address, or the first half of an IPv6 one. Returns None
    without an address: a request over a unix socket has none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ip_network(f"{parsed}/64", strict=False).network_address)
