"""The demonstration data: loaded as one, removed as one, fictitious and said to be so."""

from datetime import datetime, time, timedelta
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from imtplan.accounts.demo_logins import DEMO_PASSWORD
from imtplan.accounts.models import Membership, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.campaigns.review.reminder_mails import write_reminders
from imtplan.outbox.models import Mail
from indicators.models import Figure
from projects.models import Milestone, StatusReport

# The open campaign began three weeks before the day of loading and closes three weeks after it.
HALF = timedelta(days=21)
CLOSING_HOUR = time(18)
# How many days before the day of loading the schools handed in, and were answered.
SUBMITTED_BEFORE, DECIDED_BEFORE = timedelta(days=4), timedelta(days=2)


def is_loaded() -> bool:
    return Campaign.objects.filter(is_demo=True).exists()


@transaction.atomic
def load() -> None:
    """Load fixtures/demo.json and set its dates from today."""
    call_command("loaddata", "demo", verbosity=0)
    for user in User.objects.filter(is_demo=True):
        user.set_password(DEMO_PASSWORD)
        user.save(update_fields=["password"])
    now = timezone.now()
    closing_day = timezone.localdate(now) + HALF
    closes_at = timezone.make_aware(datetime.combine(closing_day, CLOSING_HOUR))
    Campaign.objects.filter(is_demo=True).update(opens_at=now - HALF, closes_at=closes_at)
    submissions = Submission.objects.filter(campaign__is_demo=True)
    submissions.exclude(submitted_at=None).update(submitted_at=now - SUBMITTED_BEFORE)
    submissions.exclude(decided_at=None).update(decided_at=now - DECIDED_BEFORE)
    Figure.objects.filter(origin=Figure.Origin.DEMO).update(entered_at=now - SUBMITTED_BEFORE)
    write_reminders()
    record(Event.Verb.DATA_LOADED, by=None, subject="fixtures/demo.json")


def figures() -> QuerySet[Figure]:
    """Returns what came with the demonstration, or was typed in it by its people."""
    return Figure.objects.filter(Q(origin=Figure.Origin.DEMO) | Q(entered_by__is_demo=True))


def _forget_what_counts() -> None:
    """Have no number of the demonstration count on beneath what a real person typed over it.

    Such a figure is written anew, as it stands: of the new row no version ever counted.
    """
    counted = Q(counted__origin=Figure.Origin.DEMO) | Q(counted__entered_by__is_demo=True)
    for figure in Figure.objects.filter(counted).distinct():
        figure.delete()
        figure.pk = None
        figure.save()


class NobodyLeft(Exception):
    """Without the demonstration's people nobody of the plan office could sign in."""


def _demand_plan_office() -> None:
    real = Membership.objects.keeping().exclude(user__is_demo=True)
    if not real.exclude(given_by__is_demo=True).exists():
        raise NobodyLeft


@transaction.atomic
def remove() -> dict[str, int]:
    """Take the demonstration away and leave the plan. Returns how many rows of each kind went.

    Figures that real people typed stay, also those typed into the demonstration's campaign: their
    versions stay in the history, as do those of the figures that go. Raises `NobodyLeft`.
    """
    _demand_plan_office()
    gone = _deleted(
        # The campaign first: while it stands, the database keeps what it collected.
        Receipt.objects.filter(submission__campaign__is_demo=True),
        Mail.objects.filter(user__is_demo=True),
        Campaign.objects.filter(is_demo=True),
        figures(),
        Milestone.objects.filter(is_demo=True),
        StatusReport.objects.filter(is_demo=True),
        # What a demonstration director gave a real person goes too.
        Membership.objects.filter(given_by__is_demo=True),
    )
    _forget_what_counts()
    gone |= _deleted(User.objects.filter(is_demo=True))
    record(Event.Verb.DATA_REMOVED, by=None, subject="fixtures/demo.json", **gone)
    return gone


def _deleted(*kinds: QuerySet[Any]) -> dict[str, int]:
    return {
        str(rows.model._meta.verbose_name_plural): rows.delete()[1].get(rows.model._meta.label, 0)
        for rows in kinds
    }
