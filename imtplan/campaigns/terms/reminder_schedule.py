"""Who is reminded of what, when: a pure decision. What stands in the mails: `reminder_mails`.

Days are Paris days. A mail of a day on which nothing ran goes out later, until the day of the next
one; after that it is no longer of use.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class ReminderStep(Enum):
    """A mail of a campaign, named in its key: never change a value."""

    OPENING = "opening"
    THIRTY_DAYS = "30-days"
    SEVEN_DAYS = "7-days"
    LAST_DAY = "last-day"
    CLOSED = "closed"

    @property
    def days_before(self) -> int:
        return {ReminderStep.THIRTY_DAYS: 30, ReminderStep.SEVEN_DAYS: 7, ReminderStep.LAST_DAY: 1}[
            self
        ]


BEFORE_CLOSING = (ReminderStep.THIRTY_DAYS, ReminderStep.SEVEN_DAYS, ReminderStep.LAST_DAY)
BETWEEN_TWO = timedelta(days=5)  # two mails to one person; an opening and a last day go out anyway
LATE_REPORT = timedelta(days=7)  # how long the plan office's report may be made up for


@dataclass(frozen=True)
class SchoolPart:
    """One school of one campaign: its own opening and closing, and who enters its figures."""

    school: int
    opens_at: datetime
    closes_at: datetime
    handed_in: bool
    people: frozenset[int]

    @property
    def opens_on(self) -> date:
        return self.opens_at.astimezone(PARIS).date()

    @property
    def closes_on(self) -> date:
        """Returns the last day: what closes at midnight closes on the evening before."""
        return (self.closes_at - timedelta(microseconds=1)).astimezone(PARIS).date()

    def step(self, now: datetime) -> ReminderStep | None:
        """Returns the mail that is current: of the steps whose day has come, the last one."""
        if not self.opens_at <= now < self.closes_at:
            return None
        today = now.astimezone(PARIS).date()
        come = [step for step in BEFORE_CLOSING if self.opens_on < self.day_of(step) <= today]
        return come[-1] if come else ReminderStep.OPENING

    def day_of(self, step: ReminderStep) -> date:
        """Where it is not after the opening, the campaign is too short for this mail."""
        return self.closes_on - timedelta(days=step.days_before)


DueReminders = list[tuple[SchoolPart, ReminderStep]]


@dataclass(frozen=True)
class CampaignPart:
    campaign: int
    schools: tuple[SchoolPart, ...]


@dataclass(frozen=True)
class Reminder:
    """One mail to one person, about the schools it names."""

    campaign: int
    person: int
    step: ReminderStep
    schools: tuple[int, ...]
    closes_on: date

    @property
    def key(self) -> str:
        """Names the mail: a later closing makes new mails; but a campaign opens once."""
        begin = f"reminder:{self.campaign}:{self.person}:{self.step.value}"
        return begin if self.step == ReminderStep.OPENING else f"{begin}:{self.closes_on}"


@dataclass
class WrittenMails:
    """What was written already: every key, and the last day on which each person was reminded."""

    keys: set[str] = field(default_factory=set)
    last: dict[int, date] = field(default_factory=dict)


def decide(
    now: datetime,
    campaigns: Iterable[CampaignPart],
    plan_office: Iterable[int],
    written: WrittenMails,
) -> list[Reminder]:
    """Returns the mails to write now."""
    office, today = sorted(plan_office), now.astimezone(PARIS).date()
    last, decided = dict(written.last), []
    for campaign in campaigns:
        for due in _to_people(campaign, now, written.keys):
            if due.key not in written.keys and _may_be_written(due, last, today):
                last[due.person] = today
                decided.append(due)
        decided += [
            due for due in _to_office(campaign, office, today) if due.key not in written.keys
        ]
    return decided


def _may_be_written(reminder: Reminder, last: Mapping[int, date], today: date) -> bool:
    """Whatever was written of another campaign, an opening and a last day are told."""
    before = last.get(reminder.person)
    is_told_anyway = reminder.step in (ReminderStep.OPENING, ReminderStep.LAST_DAY)
    return is_told_anyway or before is None or today - before >= BETWEEN_TWO


def _to_people(campaign: CampaignPart, now: datetime, keys: Container[str]) -> list[Reminder]:
    """Returns each person's most pressing step, with all their schools still to hand in."""
    parts: dict[int, DueReminders] = defaultdict(list)
    for school in campaign.schools:
        step = school.step(now)
        if step and not school.handed_in:
            for person in school.people:
                parts[person].append((school, step))
    left = {person: _unwritten(campaign, person, parts[person], keys) for person in sorted(parts)}
    return [_reminder(campaign, person, due) for person, due in left.items() if due]


def _unwritten(
    campaign: CampaignPart, person: int, due: DueReminders, keys: Container[str]
) -> DueReminders:
    """Leaves out those whose last day was told already: another school's, a day later, is still to
    be told while they are open."""
    return [
        pair
        for pair in due
        if pair[1] != ReminderStep.LAST_DAY or _reminder(campaign, person, [pair]).key not in keys
    ]


def _reminder(campaign: CampaignPart, person: int, due: DueReminders) -> Reminder:
    first, step = min(due, key=lambda pair: pair[0].closes_at)
    schools = tuple(school.school for school, _step in due)
    return Reminder(campaign.campaign, person, step, schools, first.closes_on)


def _to_office(campaign: CampaignPart, office: Iterable[int], today: date) -> list[Reminder]:
    """Says on the day after a closing which schools have not handed in. An extension closes later,
    and has its own mail."""
    missing: dict[date, list[int]] = defaultdict(list)
    for school in campaign.schools:
        if not school.handed_in and school.closes_on < today <= school.closes_on + LATE_REPORT:
            missing[school.closes_on].append(school.school)
    return [
        Reminder(campaign.campaign, person, ReminderStep.CLOSED, tuple(schools), closes_on)
        for closes_on, schools in sorted(missing.items())
        for person in office
    ]
