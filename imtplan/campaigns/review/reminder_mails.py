"""Reminders written as mails: what is read for the decision, and the words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import ROLES, Permission
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign, Remark, Submission
from imtplan.campaigns.review.completeness import Completeness, expected_schools, of_campaigns
from imtplan.campaigns.terms import closings
from imtplan.campaigns.terms.reminder_schedule import (
    BETWEEN_TWO,
    LATE_REPORT,
    PARIS,
    CampaignPart,
    Reminder,
    ReminderStep,
    SchoolPart,
    WrittenMails,
    decide,
)
from imtplan.outbox.letters import body_of, whole_address
from imtplan.outbox.models import Mail
from imtplan.outbox.services import queue_mail
from indicators.models import Indicator

State = Submission.State

# One writer at a time: two would each see half of what changes between their looks.
LOCK = 0x1A791A9
TO_SCHOOLS, TO_OFFICE = "reminder", "reminder-office"


@transaction.atomic
def write_reminders(now: datetime | None = None) -> list[Mail]:
    """Queue the mails that are due, each once however often this runs."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    facts = _CampaignFacts.read(now)
    office = {person.pk for person in facts.office}
    decided = decide(now, facts.parts, office, _written(facts.campaigns, now))
    if not decided:
        return []
    letters = _Letters(facts, of_campaigns(list(facts.campaigns.values())), now)
    mails = [letters.queue(reminder) for reminder in decided]
    return [mail for mail in mails if mail is not None]


# --- What is read -------------------------------------------------------------------------------


@dataclass
class _CampaignFacts:
    campaigns: dict[int, Campaign]
    schools: dict[int, School]
    people: dict[int, User]
    office: list[User]
    parts: list[CampaignPart]

    @classmethod
    def read(cls, now: datetime) -> "_CampaignFacts":
        campaigns = _campaigns(now)
        expected = expected_schools(campaigns)
        held = _held(now.astimezone(PARIS).date())
        return cls(
            campaigns={campaign.pk: campaign for campaign in campaigns},
            schools={school.pk: school for schools in expected.values() for school in schools},
            people={role.user_id: role.user for role in held},
            office=_unique(role.user for role in held if _allows(role, Permission.EDIT_PLAN)),
            parts=_parts(campaigns, expected, held),
        )


def _campaigns(now: datetime) -> list[Campaign]:
    """Returns those that are open for a school, or closed not long ago."""
    since = now - LATE_REPORT - timedelta(days=2)
    recent = Q(closes_at__gt=since) | Q(extensions__closes_at__gt=since)
    campaigns = Campaign.objects.filter(recent, opens_at__lte=now).distinct()
    if not settings.DEMO:  # the schools are real, and so are those who hold roles there
        campaigns = campaigns.filter(is_demo=False)
    return list(campaigns.prefetch_related("extensions").order_by("closes_at", "pk"))


def _held(day: date) -> list[Membership]:
    roles = Membership.objects.in_force(on=day).filter(user__is_active=True)
    return list(roles.select_related("user"))


def _allows(held: Membership, permission: Permission) -> bool:
    return permission in ROLES[held.role].permissions  # type: ignore[index]


def _unique(people: Iterable[User]) -> list[User]:
    return list({person.pk: person for person in people}.values())


def _parts(
    campaigns: Sequence[Campaign], expected: dict[int, list[School]], held: list[Membership]
) -> list[CampaignPart]:
    handed_in = set(
        Submission.objects.filter(
            campaign__in=campaigns, state__in=[State.SUBMITTED, State.VALIDATED]
        ).values_list("campaign", "school")
    )
    parts = []
    for campaign in campaigns:
        people = _who_enter(campaign, held)
        schools = tuple(
            SchoolPart(
                school.pk,
                campaign.opens_at,
                campaign.closes_at_for(school),
                handed_in=(campaign.pk, school.pk) in handed_in,
                people=frozenset(people[school.pk]),
            )
            for school in expected[campaign.pk]
        )
        parts.append(CampaignPart(campaign.pk, schools))
    return parts


def _who_enter(campaign: Campaign, held: list[Membership]) -> dict[int | None, set[int]]:
    """Applies by school the rule of `access.may_enter`, for many people at once."""
    directors = campaign.entered_by == Campaign.EnteredBy.DIRECTORS
    needed = Permission.SUBMIT_FIGURES if directors else Permission.ENTER_FIGURES
    people: dict[int | None, set[int]] = defaultdict(set)
    for role in held:
        if _allows(role, needed):
            people[role.school_id].add(role.user_id)
    return people


def _written(campaigns: Iterable[int], now: datetime) -> WrittenMails:
    keys: set[str] = set()
    for campaign in campaigns:
        known = Mail.objects.filter(key__startswith=f"reminder:{campaign}:")
        keys.update(known.values_list("key", flat=True))
    since = now - BETWEEN_TWO - timedelta(days=1)
    last = Mail.objects.filter(kind=TO_SCHOOLS, user__isnull=False, created_at__gt=since)
    days = last.order_by().values_list("user").annotate(Max("created_at"))
    return WrittenMails(keys, {user: at.astimezone(PARIS).date() for user, at in days})


# --- The words ----------------------------------------------------------------------------------


LISTED = 20  # names in one list of a mail


@dataclass(frozen=True)
class NameList:
    """Names of indicators under a heading, and how many more there are."""

    heading: str
    names: list[str]
    more: int

    @classmethod
    def of(cls, heading: str, indicators: Sequence[Indicator]) -> "NameList":
        names = [str(indicator.name) for indicator in indicators[:LISTED]]
        return cls(heading % {"count": len(indicators)}, names, len(indicators) - len(names))


@dataclass(frozen=True)
class ReminderLine:
    """One school in a mail, and what it still has to do."""

    school: School
    completeness: Completeness
    closes: str
    url: str
    to_do: list[NameList]


@dataclass
class _Letters:
    facts: _CampaignFacts
    completeness: dict[int, dict[int, Completeness]]
    now: datetime
    readings: dict[tuple[int, int], "_SchoolToDo"] = field(default_factory=dict)

    def queue(self, reminder: Reminder) -> Mail | None:
        person = self.facts.people[reminder.person]
        office = reminder.step == ReminderStep.CLOSED
        with translation.override(person.reading_language):
            subject = self._subject(reminder)
            body = body_of(
                "mail/closed.txt" if office else "mail/reminder.txt",
                self._context(reminder, person) | {"subject": subject},
            )
        return queue_mail(
            key=reminder.key,
            kind=TO_OFFICE if office else TO_SCHOOLS,
            user=person,
            address=person.email,
            subject=subject,
            body=body,
            at=self.now,
        )

    def _context(self, reminder: Reminder, person: User) -> dict[str, Any]:
        campaign = self.facts.campaigns[reminder.campaign]
        return {
            "person": person,
            "campaign": campaign,
            "is_opening": reminder.step == ReminderStep.OPENING,
            "lines": [self._line(campaign, pk, reminder.step) for pk in reminder.schools],
            "office": self.facts.office,
            "campaign_url": whole_address("campaign_edit", campaign.code),
        }

    def _line(self, campaign: Campaign, pk: int, step: ReminderStep) -> ReminderLine:
        school = self.facts.schools[pk]
        to_do = [] if step == ReminderStep.CLOSED else self._to_do(campaign, school)
        return ReminderLine(
            school,
            self.completeness[campaign.pk].get(pk, Completeness()),
            closings.in_paris(campaign.closes_at_for(school)),
            whole_address("entry", campaign.code, school.code),
            to_do,
        )

    def _to_do(self, campaign: Campaign, school: School) -> list[NameList]:
        """Reads them once for all who enter the school's figures, and says them in each one's
        words."""
        key = (campaign.pk, school.pk)
        if key not in self.readings:
            self.readings[key] = _SchoolToDo.read(campaign, school)
        return self.readings[key].lists()

    def _subject(self, reminder: Reminder) -> str:
        """Names the product, the school and the campaign: a director gets many mails."""
        words = {"schools": self._schools(reminder), "what": self._what(reminder)}
        return _("IMT Plan – %(schools)s – %(what)s") % words

    def _schools(self, reminder: Reminder) -> str:
        first, others = self.facts.schools[reminder.schools[0]], len(reminder.schools) - 1
        if not others:
            return str(first)
        words = ngettext(
            "%(school)s and %(count)s other", "%(school)s and %(count)s others", others
        )
        return words % {"school": first, "count": others}

    def _what(self, reminder: Reminder) -> str:
        campaign = self.facts.campaigns[reminder.campaign]
        words: dict[str, Any] = {"campaign": str(campaign)}
        if reminder.step == ReminderStep.OPENING:
            return _("%(campaign)s: your figures can be entered") % words
        if reminder.step == ReminderStep.CLOSED:
            count = len(reminder.schools)
            words["count"] = count
            sentence = ngettext(
                "%(campaign)s is closed: %(count)s submission is missing",
                "%(campaign)s is closed: %(count)s submissions are missing",
                count,
            )
            return sentence % words
        return _closes_in(words, (reminder.closes_on - self.now.astimezone(PARIS).date()).days)


@dataclass(frozen=True)
class _SchoolToDo:
    """What holds back a submission, as the page before submitting has it, and what is to answer."""

    to_correct: list[Indicator]
    missing: list[Indicator]
    to_explain: list[Indicator]
    remarked: list[Indicator]

    @classmethod
    def read(cls, campaign: Campaign, school: School) -> "_SchoolToDo":
        reading = read(campaign, school)
        to_correct = reading.to_correct
        remarks = Remark.objects.filter(
            submission__campaign=campaign,
            submission__school=school,
            submission__state=State.RETURNED,
        )
        return cls(
            to_correct,
            [indicator for indicator in reading.missing if indicator not in to_correct],
            [indicator for indicator in reading.to_explain if indicator not in to_correct],
            [remark.indicator for remark in remarks.unanswered()],
        )

    def lists(self) -> list[NameList]:
        headed = [
            (_("Remarks without an answer: %(count)s"), self.remarked),
            (_("To correct: %(count)s"), self.to_correct),
            (_("Missing: %(count)s"), self.missing),
            (_("To confirm or explain: %(count)s"), self.to_explain),
        ]
        return [NameList.of(heading, indicators) for heading, indicators in headed if indicators]


def _closes_in(words: dict[str, Any], days: int) -> str:
    """Says the days that are left, not those of the step: the mail may be late."""
    if days == 0:
        return _("%(campaign)s closes today") % words
    if days == 1:
        return _("%(campaign)s closes tomorrow") % words
    return _("%(campaign)s closes in %(days)s days") % (words | {"days": days})
