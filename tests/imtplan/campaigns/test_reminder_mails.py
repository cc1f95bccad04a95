"""Reminders as they are read from the database and written as mails."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns import tasks
from imtplan.campaigns.entry.kept_inputs import keep
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign, Extension, IdempotencyKey, Submission
from imtplan.campaigns.review import submission_services as services
from imtplan.campaigns.review.reminder_mails import write_reminders
from imtplan.campaigns.terms import closings
from imtplan.campaigns.terms.reminder_schedule import PARIS
from imtplan.outbox.models import Mail
from indicators.models import Indicator
from tests import factories

OPENING = datetime(2026, 10, 1, 9, tzinfo=PARIS)
# Far off: what a test saves is saved today, while the campaign is open.
CLOSING = datetime(2096, 11, 30, 18, tzinfo=PARIS)
AFTER = CLOSING + timedelta(days=1)
LAST_DAY = CLOSING - timedelta(days=1)


@pytest.fixture
def campaign(students: Indicator, albi: School) -> Campaign:
    other = factories.IndicatorFactory(code="staff")
    return factories.CampaignFactory(
        indicators=[students, other], opens_at=OPENING, closes_at=CLOSING
    )


def addresses(now: datetime) -> list[str]:
    return [mail.address.partition("@")[0] for mail in write_reminders(now)]


def in_english(user: User) -> None:
    User.objects.filter(pk=user.pk).update(language="en")


def test_directors_and_contributors_of_the_schools_asked(
    campaign: Campaign, alice: User, bob: User, charlie: User, diane: User, paul: User
) -> None:
    assert sorted(addresses(OPENING)) == ["alice", "bob", "charlie"]


def test_a_school_that_is_not_asked_is_left_in_peace(
    campaign: Campaign, albi: School, alice: User, charlie: User
) -> None:
    campaign.schools.add(albi)
    assert addresses(OPENING) == ["alice"]


def test_only_directors_where_they_alone_enter(campaign: Campaign, alice: User, bob: User) -> None:
    Campaign.objects.update(entered_by=Campaign.EnteredBy.DIRECTORS)
    assert addresses(OPENING) == ["alice"]


def test_who_is_not_active_is_never_written_to(
    campaign: Campaign, alice: User, bob: User, paul: User
) -> None:
    active = factories.person("Anne", Role.PLAN_OFFICE)
    User.objects.filter(pk__in=[bob.pk, paul.pk]).update(is_active=False)
    assert addresses(OPENING) == ["alice"]
    assert addresses(AFTER) == [active.email.partition("@")[0]]


def test_a_role_that_has_ended_counts_no_more(campaign: Campaign, alice: User, bob: User) -> None:
    Membership.objects.filter(user=bob).update(ends_on=OPENING.date() - timedelta(days=1))
    Membership.objects.filter(user=alice).update(ends_on=OPENING.date())
    assert addresses(OPENING) == ["alice"]


@pytest.mark.parametrize(("day", "expected"), [(-1, False), (0, True), (5, True), (6, False)])
def test_a_substitute_is_written_to_while_the_role_is_in_force(
    campaign: Campaign, albi: School, day: int, expected: bool
) -> None:
    Campaign.objects.update(entered_by=Campaign.EnteredBy.DIRECTORS)
    sarah = factories.UserFactory(email="sarah@example.org")
    first = OPENING.date() + timedelta(days=10)
    factories.MembershipFactory(
        user=sarah,
        role=Role.SUBSTITUTE,
        school=albi,
        starts_on=first,
        ends_on=first + timedelta(days=5),
    )
    assert addresses(OPENING + timedelta(days=10 + day)) == (["sarah"] if expected else [])


@pytest.mark.parametrize(
    ("state", "expected"), [("draft", ["alice"]), ("submitted", []), ("validated", [])]
)
def test_who_has_submitted_is_left_in_peace(
    campaign: Campaign, albi: School, alice: User, paul: User, state: str, expected: list[str]
) -> None:
    now = timezone.now()
    factories.SubmissionFactory(
        campaign=campaign, school=albi, state=state, submitted_at=now, decided_at=now
    )
    assert addresses(LAST_DAY) == expected
    assert addresses(AFTER) == (["paul"] if expected else [])


def test_what_was_returned_is_to_be_submitted_again(
    campaign: Campaign, albi: School, alice: User
) -> None:
    factories.SubmissionFactory(
        campaign=campaign, school=albi, state=Submission.State.RETURNED, decided_at=timezone.now()
    )
    assert addresses(LAST_DAY) == ["alice"]


def test_a_mail_says_all_that_is_needed(
    campaign: Campaign, albi: School, alice: User, paul: User, students: Indicator, settings: Any
) -> None:
    settings.SITE_URL = "https://plan.example/"
    in_english(alice)
    Campaign.objects.update(closes_at=timezone.now() + timedelta(days=9))  # a figure can be stored
    Campaign.objects.update(opens_at=timezone.now() - timedelta(days=9))
    factories.FigureFactory(indicator=students, school=albi, year=2022, value=Decimal(5))
    Campaign.objects.update(opens_at=OPENING, closes_at=CLOSING)
    [mail] = write_reminders(LAST_DAY)
    assert (mail.kind, mail.user, mail.address) == ("reminder", alice, "alice@example.org")
    assert mail.subject == "IMT Plan – IMT Mines Albi – Campaign 2022 closes tomorrow"
    for text in (
        "Hello Alice,",
        "IMT Mines Albi",
        "Filled in: 1 of 2",
        "30 Nov 2096 at 18:00, Paris time",
        "\nMissing: 1\n- Indicator",
        "\nhttps://plan.example/saisie/2022/imt-mines-albi/\n",
        "Paul <paul@example.org>",
    ):
        assert text in mail.body


def test_a_mail_lists_what_is_missing_to_correct_and_to_explain(
    save: Any, albi: School, alice: User, students: Indicator
) -> None:
    asked = [
        factories.IndicatorFactory(name_en=f"Asked {number:02}", rank=number)
        for number in range(1, 26)
    ]
    Campaign.objects.get().indicators.add(*asked)
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(5))
    save(500)
    keep(read(Campaign.objects.get(), albi), {asked[0]: {"value": "x"}}, by=alice)
    Campaign.objects.update(opens_at=OPENING, closes_at=CLOSING)
    in_english(alice)
    [mail] = write_reminders(LAST_DAY)
    assert "\nTo correct: 1\n- Asked 01\n" in mail.body
    assert "\nMissing: 25\n- " in mail.body
    assert "\n- Asked 20\n- and 5 more\n" in mail.body
    assert "Asked 21" not in mail.body
    assert f"\nTo confirm or explain: 1\n- {students.name_en}\n" in mail.body


def test_a_mail_about_returned_figures_lists_the_remarks_to_answer(
    save: Any, campaign: Campaign, place: dict[str, Any], alice: User, diane: User
) -> None:
    Campaign.objects.update(opens_at=timezone.now(), closes_at=timezone.now() + timedelta(days=9))
    open_now = Campaign.objects.get()
    open_now.indicators.remove(open_now.indicators.get(code="staff"))
    here = {"campaign": open_now, "school": place["school"]}
    save(5)
    services.submit(**here, by=alice)
    services.return_to_school(**here, by=diane, comment="", remarks={"students": "Tous ?"})
    Campaign.objects.update(opens_at=OPENING, closes_at=CLOSING)
    Mail.objects.all().delete()
    in_english(alice)
    [mail] = write_reminders(LAST_DAY)
    assert "\nRemarks without an answer: 1\n- Indicator" in mail.body
    remark = open_now.submissions.get().remarks.get()
    remark.answer, remark.answered_at, remark.state = "Oui.", timezone.now(), "answered"
    remark.save()
    Mail.objects.all().delete()
    [mail] = write_reminders(LAST_DAY)
    assert "All is in order: it only remains to submit." in mail.body


def test_no_word_of_a_mail_is_escaped(campaign: Campaign, albi: School, alice: User) -> None:
    School.objects.update(name="L'École <d'Albi> & Cie")
    [mail] = write_reminders(OPENING)
    assert "\nL'École <d'Albi> & Cie\n" in mail.body


def test_the_mail_is_in_the_persons_language(campaign: Campaign, alice: User, bob: User) -> None:
    in_english(bob)
    french, english = write_reminders(OPENING)
    assert "Hello" in english.body
    assert "30 novembre 2096" in french.body
    assert "30 Nov 2096" in english.body


def test_a_person_of_two_schools_gets_one_mail_that_lists_both(
    campaign: Campaign, ales: School, alice: User
) -> None:
    factories.MembershipFactory(user=alice, role=Role.CONTRIBUTOR, school=ales)
    [mail] = write_reminders(OPENING)
    assert mail.body.index("IMT Mines Albi") < mail.body.index("IMT Mines Alès")
    assert "/saisie/2022/imt-mines-ales/" in mail.body


def test_an_extension_counts_for_its_school(
    campaign: Campaign, albi: School, alice: User, charlie: User, paul: User
) -> None:
    later = CLOSING + timedelta(days=10)
    Extension.objects.create(campaign=campaign, school=albi, closes_at=later, reason="Panne.")
    assert addresses(LAST_DAY - timedelta(days=3)) == ["alice", "charlie"]
    assert addresses(LAST_DAY) == ["charlie"]
    in_english(paul)
    [report] = write_reminders(AFTER)
    assert "IMT Mines Alès" in report.body
    assert "IMT Mines Albi" not in report.body
    [alices] = write_reminders(later - timedelta(days=1))
    assert "10 " in alices.body
    [report] = write_reminders(later + timedelta(days=1))
    assert report.user == paul
    assert "IMT Mines Albi" in report.body
    assert "IMT Mines Alès" not in report.body


def test_the_report_of_the_plan_office(
    campaign: Campaign, albi: School, ales: School, paul: User, diane: User
) -> None:
    in_english(paul)
    [mail] = write_reminders(AFTER)
    assert mail.kind == "reminder-office"
    assert mail.subject == (
        "IMT Plan – IMT Mines Albi and 1 other – Campaign 2022 is closed: 2 submissions are missing"
    )
    assert "IMT Mines Albi\nFilled in: 0 of 2\n" in mail.body
    assert "/campagnes/2022/" in mail.body


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, "closes today"), (24, "closes tomorrow"), (72, "in 3 days")]
)
def test_a_late_mail_says_the_days_that_are_left(
    campaign: Campaign, alice: User, hours: int, expected: str
) -> None:
    in_english(alice)
    [mail] = write_reminders(CLOSING - timedelta(hours=hours, minutes=1))
    assert expected in mail.subject


def test_a_second_look_writes_nothing(campaign: Campaign, alice: User, paul: User) -> None:
    assert [len(write_reminders(OPENING)) for _ in range(3)] == [1, 0, 0]
    assert [len(write_reminders(AFTER)) for _ in range(3)] == [1, 0, 0]


def test_no_two_in_five_days(campaign: Campaign, alice: User) -> None:
    assert addresses(CLOSING - timedelta(days=8)) == ["alice"]
    assert addresses(CLOSING - timedelta(days=7)) == []
    assert addresses(CLOSING - timedelta(days=4)) == []
    assert addresses(CLOSING - timedelta(days=3)) == ["alice"]
    assert addresses(CLOSING - timedelta(days=1)) == ["alice"]


def test_the_report_does_not_count_among_the_five_days(
    campaign: Campaign, albi: School, paul: User
) -> None:
    """Somebody of the plan office who directs a school too."""
    factories.MembershipFactory(user=paul, role=Role.DIRECTOR, school=albi)
    assert addresses(AFTER - timedelta(days=3)) == ["paul"]
    assert addresses(AFTER) == ["paul"]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_write_each_mail_once(
    campaign: Campaign, alice: User, bob: User, charlie: User
) -> None:
    together, written = threading.Barrier(2), []

    def write() -> None:
        try:
            together.wait(10)
            written.extend(write_reminders(OPENING))
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 3
    assert Mail.objects.count() == 3


def test_more_schools_and_people_cost_no_more_reading(
    campaign: Campaign, alice: User, django_assert_num_queries: Any
) -> None:
    """Each hour, mostly for nothing: of the number of people it must not depend."""
    write_reminders(OPENING)
    with django_assert_num_queries(11) as captured:
        assert write_reminders(OPENING) == []
    for number in range(10):
        school = factories.SchoolFactory()
        factories.SubmissionFactory(
            campaign=campaign, school=school, state="submitted", submitted_at=OPENING
        )
        factories.person(f"Director{number}", Role.DIRECTOR, school)
    with django_assert_num_queries(len(captured)):
        assert write_reminders(OPENING) == []


def test_without_a_campaign_nothing_is_written(alice: User, paul: User) -> None:
    assert write_reminders() == []


def test_a_moment_says_that_it_is_of_paris() -> None:
    with translation.override("en"):
        at = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)
        assert closings.moment(at).endswith("23:59, Paris time")


def test_the_beats_job_writes_what_is_due_now(students: Indicator, alice: User) -> None:
    factories.CampaignFactory(indicators=[students])
    tasks.remind()
    assert Mail.objects.get().user == alice


def test_the_beats_job_forgets_old_answers(alice: User) -> None:
    for key, days in (("old", 8), ("young", 6)):
        IdempotencyKey.objects.create(
            user=alice,
            key=key,
            digest="",
            status=200,
            answer={},
            at=timezone.now() - timedelta(days=days),
        )
    tasks.forget()
    assert [one.key for one in IdempotencyKey.objects.all()] == ["young"]
