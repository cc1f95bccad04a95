"""Who is reminded when: the decision, rule by rule, on plain values."""

from datetime import date, datetime, timedelta

import pytest

from imtplan.campaigns.terms.reminder_schedule import (
    PARIS,
    CampaignPart,
    Reminder,
    ReminderStep,
    SchoolPart,
    WrittenMails,
    decide,
)

ALICE, BOB, PAUL = 1, 2, 9
ALBI, ALES = 10, 20
OPENING = datetime(2026, 10, 1, 9, tzinfo=PARIS)
CLOSING = datetime(2026, 11, 30, 18, 0, tzinfo=PARIS)


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


def part(
    school: int = ALBI,
    *,
    opens_at: datetime = OPENING,
    closes_at: datetime = CLOSING,
    handed_in: bool = False,
    people: tuple[int, ...] = (ALICE,),
) -> SchoolPart:
    return SchoolPart(school, opens_at, closes_at, handed_in, frozenset(people))


def decided(
    now: datetime, *schools: SchoolPart, written: WrittenMails | None = None
) -> list[Reminder]:
    campaign = CampaignPart(1, schools or (part(),))
    return decide(now, [campaign], [PAUL], written or WrittenMails())


def year_of(
    *schools: SchoolPart, skipped: tuple[date, ...] = ()
) -> list[tuple[date, int, ReminderStep]]:
    """Every mail of a year, with the decision taken each hour of each day but those skipped."""
    written, mails = WrittenMails(), []
    for hour in range(0, 24 * 130, 6):
        now = at(9, 1, 0) + timedelta(hours=hour)
        day = now.astimezone(PARIS).date()
        if day in skipped:
            continue
        for one in decided(now, *schools, written=written):
            written.keys.add(one.key)
            if one.step != ReminderStep.CLOSED:
                written.last[one.person] = day
            mails.append((day, one.person, one.step))
    return mails


def days_of(
    mails: list[tuple[date, int, ReminderStep]], person: int = ALICE
) -> dict[ReminderStep, date]:
    assert len({(who, step) for _day, who, step in mails}) == len(mails)
    return {step: day for day, who, step in mails if who == person}


def test_a_long_campaign_has_four_mails_and_a_report() -> None:
    mails = year_of()
    assert days_of(mails) == {
        ReminderStep.OPENING: date(2026, 10, 1),
        ReminderStep.THIRTY_DAYS: date(2026, 10, 31),
        ReminderStep.SEVEN_DAYS: date(2026, 11, 23),
        ReminderStep.LAST_DAY: date(2026, 11, 29),
    }
    assert days_of(mails, PAUL) == {ReminderStep.CLOSED: date(2026, 12, 1)}


def test_before_the_opening_nothing_is_written() -> None:
    assert decided(at(10, 1, 8)) == []
    assert [one.step for one in decided(at(10, 1, 9))] == [ReminderStep.OPENING]


def test_everybody_who_enters_is_written_to() -> None:
    found = decided(at(10, 1), part(people=(ALICE, BOB)))
    assert [one.person for one in found] == [ALICE, BOB]


def test_a_school_that_has_handed_in_is_left_in_peace() -> None:
    assert year_of(part(handed_in=True)) == []


@pytest.mark.parametrize(("opening", "expected"), [(at(10, 30), True), (at(11, 1), False)])
def test_a_campaign_of_less_than_thirty_days_has_no_mail_thirty_days_before(
    opening: datetime, expected: bool
) -> None:
    days = days_of(year_of(part(opens_at=opening)))
    assert days[ReminderStep.OPENING] == opening.date()
    assert (ReminderStep.THIRTY_DAYS in days) == expected


def test_the_opening_is_told_however_short_the_campaign() -> None:
    opening = at(11, 23)  # the very day of the mail seven days before
    days = days_of(year_of(part(opens_at=opening)))
    assert days == {
        ReminderStep.OPENING: date(2026, 11, 23),
        ReminderStep.LAST_DAY: date(2026, 11, 29),
    }


def test_no_two_mails_in_five_days() -> None:
    """The mail of the seventh day waits; that of the last day does not."""
    days = days_of(year_of(part(opens_at=at(11, 20))))
    assert days == {
        ReminderStep.OPENING: date(2026, 11, 20),
        ReminderStep.SEVEN_DAYS: date(2026, 11, 25),
        ReminderStep.LAST_DAY: date(2026, 11, 29),
    }


def test_the_mail_of_another_campaign_counts() -> None:
    campaigns = [CampaignPart(1, (part(),)), CampaignPart(2, (part(),))]
    found = decide(at(10, 31), campaigns, [], WrittenMails())
    assert [(one.campaign, one.person) for one in found] == [(1, ALICE)]


def test_the_opening_of_another_campaign_is_told_all_the_same() -> None:
    opens = at(11, 2)
    both = [CampaignPart(1, (part(),)), CampaignPart(2, (part(opens_at=opens),))]
    first = WrittenMails({f"reminder:1:{ALICE}:30-days:2026-11-30"}, {ALICE: date(2026, 10, 31)})
    opening, *others = decide(opens, both, [PAUL], first)
    assert (opening.campaign, opening.step) == (2, ReminderStep.OPENING)
    assert not others


def test_on_the_last_day_both_campaigns_write() -> None:
    campaigns = [CampaignPart(1, (part(),)), CampaignPart(2, (part(),))]
    written = WrittenMails(last={ALICE: date(2026, 11, 28)})
    assert len(decide(at(11, 29), campaigns, [], written)) == 2


@pytest.mark.parametrize(
    ("skipped", "step", "expected"),
    [
        ([date(2026, 10, 1)], ReminderStep.OPENING, date(2026, 10, 2)),
        ([date(2026, 10, 31)], ReminderStep.THIRTY_DAYS, date(2026, 11, 1)),
        ([date(2026, 11, 23), date(2026, 11, 24)], ReminderStep.SEVEN_DAYS, date(2026, 11, 25)),
        ([date(2026, 11, 29)], ReminderStep.LAST_DAY, date(2026, 11, 30)),
    ],
)
def test_the_mail_of_a_day_without_beat_goes_the_next_day(
    skipped: list[date], step: ReminderStep, expected: date
) -> None:
    assert days_of(year_of(skipped=tuple(skipped)))[step] == expected


def test_the_report_of_a_day_without_beat_goes_the_next_day() -> None:
    mails = year_of(skipped=(date(2026, 12, 1),))
    assert days_of(mails, PAUL) == {ReminderStep.CLOSED: date(2026, 12, 2)}


def test_no_mail_goes_when_the_next_one_is_due() -> None:
    skipped = tuple(date(2026, 10, 31) + timedelta(days=number) for number in range(23))
    days = days_of(year_of(skipped=skipped))
    assert ReminderStep.THIRTY_DAYS not in days
    assert days[ReminderStep.SEVEN_DAYS] == date(2026, 11, 23)


def test_after_the_hour_of_closing_nobody_is_asked_to_enter() -> None:
    assert [one.step for one in decided(at(11, 30, 17))] == [ReminderStep.LAST_DAY]
    assert decided(at(11, 30, 18)) == []


def test_a_closing_of_long_ago_is_not_reported() -> None:
    assert len(decided(at(12, 7))) == 1
    assert decided(at(12, 8)) == []


def test_the_report_names_only_who_has_not_handed_in() -> None:
    [report] = decided(at(12, 1), part(ALBI), part(ALES, handed_in=True))
    assert (report.person, report.schools) == (PAUL, (ALBI,))


def test_no_report_when_all_have_handed_in() -> None:
    assert decided(at(12, 1), part(handed_in=True)) == []


def test_an_extension_moves_the_mails_of_its_school() -> None:
    later = part(ALES, closes_at=CLOSING + timedelta(days=10), people=(BOB,))
    mails = year_of(part(ALBI), later)
    assert [day for day, who, step in mails if (who, step) == (BOB, ReminderStep.LAST_DAY)] == [
        date(2026, 12, 9)
    ]
    assert [day for day, who, _step in mails if who == PAUL] == [
        date(2026, 12, 1),
        date(2026, 12, 11),
    ]


def test_an_extension_on_the_last_day_begins_anew() -> None:
    """What was written for the earlier closing does not stand in the way of the later one."""
    [last] = decided(at(11, 29))
    written = WrittenMails(keys={last.key}, last={ALICE: date(2026, 11, 29)})
    later = part(closes_at=CLOSING + timedelta(days=20))
    assert decided(at(11, 30), later, written=written) == []  # five days
    [seven] = decided(at(12, 13), later, written=written)
    assert (seven.step, seven.closes_on) == (ReminderStep.SEVEN_DAYS, date(2026, 12, 20))
    [last] = decided(at(12, 19), later, written=written)
    assert last.step == ReminderStep.LAST_DAY


def test_one_mail_for_all_the_schools_of_a_person() -> None:
    [one] = decided(at(10, 1), part(ALBI), part(ALES))
    assert one.schools == (ALBI, ALES)


def test_the_school_that_closes_first_gives_the_step() -> None:
    later = part(ALES, closes_at=CLOSING + timedelta(days=10))
    [one] = decided(at(11, 29), later, part(ALBI))
    assert (one.step, one.schools) == (ReminderStep.LAST_DAY, (ALES, ALBI))
    [one] = decided(at(11, 29), later, part(ALBI, handed_in=True))
    assert one.schools == (ALES,)


def test_days_are_those_of_paris() -> None:
    """At 23:30 in UTC it is the next day in Paris."""
    just_before = at(11, 22, 23)
    assert decided(just_before)[0].step == ReminderStep.THIRTY_DAYS
    assert decided(just_before + timedelta(hours=1))[0].step == ReminderStep.SEVEN_DAYS


def test_days_are_counted_across_the_clock_change() -> None:
    """Summer time ends on 25 October: a day of 25 hours is one day."""
    closing = datetime(2026, 10, 31, 0, 30, tzinfo=PARIS)
    one = part(closes_at=closing, opens_at=at(9, 1))
    assert decided(at(10, 23, 23), one)[0].step == ReminderStep.THIRTY_DAYS
    assert decided(at(10, 24, 0), one)[0].step == ReminderStep.SEVEN_DAYS
    assert decided(at(10, 30, 0), one)[0].step == ReminderStep.LAST_DAY
    days = days_of(year_of(one))
    assert days[ReminderStep.SEVEN_DAYS] == date(2026, 10, 24)
    assert days[ReminderStep.LAST_DAY] == date(2026, 10, 30)


def test_what_closes_at_midnight_closes_on_the_evening_before() -> None:
    midnight = datetime(2026, 12, 1, 0, 0, tzinfo=PARIS)
    evening = datetime(2026, 11, 30, 23, 59, tzinfo=PARIS)
    assert part(closes_at=midnight).closes_on == part(closes_at=evening).closes_on
    assert year_of(part(closes_at=midnight)) == year_of(part(closes_at=evening))
