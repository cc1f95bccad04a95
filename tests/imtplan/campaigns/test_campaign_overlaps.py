"""No figure belongs to two campaigns: what one holds, another one of the year cannot ask."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign, Extension, KeptInput, Proposal, Submission
from imtplan.campaigns.terms.campaign_deletion import delete_campaign
from imtplan.campaigns.terms.campaign_services import (
    Terms,
    TermsRefused,
    change_campaign,
    give_extension,
    open_campaign,
    problems_of,
)
from imtplan.integrity.checks import CHECKS
from imtplan.outbox.models import Mail
from indicators.models import Figure, Indicator
from tests import factories


@pytest.fixture
def funds(db: None) -> Indicator:
    return factories.IndicatorFactory(code="own-funds", name_fr="Ressources")


@pytest.fixture
def autumn(campaign: Campaign, funds: Indicator) -> Terms:
    """The terms of a second campaign of the year, for all schools."""
    now = timezone.now()
    return Terms(
        plan=campaign.plan,
        year=2022,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=30),
        indicators=[funds],
        name="Finances",
    )


def close(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=timezone.now() - timedelta(hours=1))


# --- The name -----------------------------------------------------------------------------------


def test_a_second_one_of_the_year_has_a_name_of_its_own(
    campaign: Campaign, autumn: Terms, paul: User
) -> None:
    assert "Campagne 2022" in str(problems_of(replace(autumn, name=""))["name"])
    made = open_campaign(terms=autumn, by=paul)
    assert (made.code, str(made)) == ("2022-finances", "Campagne 2022 · Finances")
    assert "name" in problems_of(replace(autumn, name="FINANCES"))


def test_a_new_name_keeps_the_address_and_a_new_year_moves_it(
    campaign: Campaign, autumn: Terms, paul: User
) -> None:
    made = open_campaign(terms=autumn, by=paul)
    renamed = replace(autumn, name="Budget")
    assert change_campaign(campaign=made, terms=renamed, by=paul).campaign.code == "2022-finances"
    moved = replace(renamed, year=2023)
    assert change_campaign(campaign=made, terms=moved, by=paul).campaign.code == "2023"
    assert Event.objects.order_by("-pk")[0].detail["changed"] == {"year": [2022, 2023]}


def test_an_address_is_never_given_to_another_campaign(
    campaign: Campaign, autumn: Terms, students: Indicator, paul: User
) -> None:
    delete_campaign(campaign=campaign, by=paul)
    made = open_campaign(terms=replace(autumn, name=""), by=paul)
    assert made.code == "2022-2"
    moved = replace(autumn, name="", year=2023)
    assert change_campaign(campaign=made, terms=moved, by=paul).campaign.code == "2023"
    assert open_campaign(terms=autumn, by=paul).code == "2022-finances"
    other = replace(autumn, name="Encore", year=2023, indicators=[students])
    assert open_campaign(terms=other, by=paul).code == "2023-encore"
    back = replace(autumn, name="", year=2022, indicators=[students])
    assert change_campaign(campaign=made, terms=back, by=paul).campaign.code == "2022-2"


# --- What another one asks ----------------------------------------------------------------------


def test_what_an_open_one_asks_is_refused_with_its_name(
    campaign: Campaign, autumn: Terms, students: Indicator, funds: Indicator, albi: School
) -> None:
    twice = problems_of(replace(autumn, indicators=[students, funds]))
    assert "Campagne 2022" in str(twice["indicators"])
    assert str(students) in str(twice["indicators"])
    assert str(funds) not in str(twice["indicators"])


def test_another_year_or_other_schools_are_no_matter(
    campaign: Campaign, autumn: Terms, students: Indicator, albi: School, ales: School
) -> None:
    campaign.schools.set([albi])
    asks = replace(autumn, indicators=[students])
    assert problems_of(replace(asks, schools=[ales])) == {}
    assert problems_of(replace(asks, year=2021)) == {}
    assert "indicators" in problems_of(replace(asks, schools=[albi]))


def test_what_the_institute_alone_reports_is_asked_once_too(
    campaign: Campaign, autumn: Terms, students: Indicator, albi: School
) -> None:
    patents = factories.IndicatorFactory(code="patents", aggregation="none")
    campaign.indicators.add(patents)
    assert str(patents) in str(problems_of(replace(autumn, indicators=[patents]))["indicators"])
    campaign.schools.set([School.objects.get(code=School.THE_INSTITUTE)])
    assert problems_of(replace(autumn, indicators=[students])) == {}


def test_what_a_closed_one_has_of_a_school_is_refused_and_the_rest_is_asked_again(
    campaign: Campaign, autumn: Terms, students: Indicator, save: Any, albi: School, ales: School
) -> None:
    save("13400")
    close(campaign)
    asks = replace(autumn, indicators=[students])
    assert "plus tard" in str(problems_of(asks)["indicators"])
    assert problems_of(replace(asks, schools=[ales])) == {}


def test_what_a_closed_one_still_waits_for_is_said_to_be_that(
    campaign: Campaign, autumn: Terms, students: Indicator, albi: School, ales: School, paul: User
) -> None:
    later = campaign.closes_at + timedelta(days=9)
    give_extension(campaign=campaign, school=albi, closes_at=later, reason="Oubli.", by=paul)
    close(campaign)
    asks = replace(autumn, indicators=[students])
    assert "sauf pour des écoles" in str(problems_of(asks)["indicators"])
    assert problems_of(replace(asks, schools=[ales])) == {}


def test_a_closed_one_is_not_opened_again_over_what_was_asked_anew(
    campaign: Campaign, autumn: Terms, students: Indicator, albi: School, ales: School, paul: User
) -> None:
    close(campaign)
    open_campaign(terms=replace(autumn, indicators=[students]), by=paul)
    campaign.refresh_from_db()
    as_it_is = Terms.of(campaign)
    assert problems_of(as_it_is, campaign) == {}
    later = timezone.now() + timedelta(days=9)
    assert "Finances" in str(problems_of(replace(as_it_is, closes_at=later), campaign))
    with pytest.raises(TermsRefused, match="Finances"):
        give_extension(campaign=campaign, school=albi, closes_at=later, reason="Oubli.", by=paul)
    assert not Extension.objects.exists()


def test_what_is_asked_again_is_typed_counted_and_no_fault(
    campaign: Campaign, autumn: Terms, students: Indicator, albi: School, ales: School, paul: User
) -> None:
    from_before = factories.FigureFactory(
        indicator=students, school=albi, year=2022, state="not_entered", value=None, status="draft"
    )
    close(campaign)
    again = open_campaign(terms=replace(autumn, indicators=[students]), by=paul)
    Figure.objects.filter(pk=from_before.pk).update(state="number", value=Decimal(7))
    check = next(check for check in CHECKS if check.name == "closed_campaigns_are_untouched")
    assert list(check.find()) == []
    again.schools.set([ales])
    assert len(list(check.find())) == 1, "it was open for other schools only"
    factories.SubmissionFactory(campaign=again, school=albi, state="draft")
    assert list(check.find()) == []


@pytest.fixture
def twice(campaign: Campaign, students: Indicator) -> Campaign:
    """Another campaign that asks the same, as two plans' campaigns of a year once could."""
    return factories.CampaignFactory(name="Encore", indicators=[students])


def test_two_that_overlap_from_long_ago_are_renamed_extended_and_parted(
    campaign: Campaign, twice: Campaign, students: Indicator, albi: School, ales: School, paul: User
) -> None:
    for each in (campaign, twice):
        factories.SubmissionFactory(campaign=each, school=albi, state="draft")
    as_it_is = Terms.of(campaign)
    later = as_it_is.closes_at + timedelta(days=9)
    for terms in (replace(as_it_is, name="Budget"), replace(as_it_is, closes_at=later)):
        assert change_campaign(campaign=campaign, terms=terms, by=paul).changed
    parted = replace(Terms.of(twice), indicators=[factories.IndicatorFactory(code="own-funds")])
    assert change_campaign(campaign=twice, terms=parted, by=paul, confirmed=True).changed
    assert "indicators" in problems_of(replace(parted, indicators=[students]), twice)


def test_more_time_waits_for_the_other_to_close_and_not_to_have_it_submitted(
    campaign: Campaign, twice: Campaign, albi: School, paul: User
) -> None:
    begun = [
        factories.SubmissionFactory(campaign=each, school=albi, state="draft")
        for each in (campaign, twice)
    ]
    later = campaign.closes_at + timedelta(days=9)
    here = {"campaign": campaign, "school": albi, "closes_at": later, "reason": "Oubli."}
    with pytest.raises(TermsRefused, match="Encore"):
        give_extension(**here, by=paul)
    close(twice)
    give_extension(**here, by=paul)
    now = timezone.now()
    Submission.objects.filter(pk=begun[1].pk).update(state="submitted", submitted_at=now)
    with pytest.raises(TermsRefused, match="Encore"):
        give_extension(**here, by=paul)


# --- The lock of the database -------------------------------------------------------------------


def test_one_that_is_open_for_others_only_opens_nothing(
    campaign: Campaign, students: Indicator, albi: School, ales: School
) -> None:
    figure = factories.FigureFactory(indicator=students, school=albi, year=2022, status="draft")
    close(campaign)
    of_ales = factories.CampaignFactory(name="Alès", indicators=[students])
    of_ales.schools.set([ales])
    with pytest.raises(IntegrityError, match="campaign_closed"), transaction.atomic():
        Figure.objects.filter(pk=figure.pk).update(value=Decimal(1))
    of_ales.schools.add(albi)
    Figure.objects.filter(pk=figure.pk).update(value=Decimal(1))


def test_what_one_has_validated_no_other_unlocks(
    campaign: Campaign, students: Indicator, albi: School
) -> None:
    figure = factories.FigureFactory(indicator=students, school=albi, year=2022)
    now = timezone.now()
    factories.SubmissionFactory(
        campaign=campaign, school=albi, state="validated", submitted_at=now, decided_at=now
    )
    close(campaign)
    factories.CampaignFactory(name="Encore", indicators=[students])
    with pytest.raises(IntegrityError, match="submission_read_only"), transaction.atomic():
        Figure.objects.filter(pk=figure.pk).update(value=Decimal(1))


# --- Deleting -----------------------------------------------------------------------------------


def test_one_in_which_nothing_was_typed_is_deleted(
    campaign: Campaign, albi: School, alice: User, paul: User
) -> None:
    key = f"reminder:{campaign.pk}:{alice.pk}:opening"
    Mail.objects.create(key=key, kind="reminder", user=alice, address=alice.email)
    delete_campaign(campaign=campaign, by=paul)
    assert not Campaign.objects.exists()
    assert Mail.objects.get().state == Mail.State.WITHDRAWN
    event = Event.objects.get()
    assert (event.subject, event.detail["act"]) == ("2022", "deleted")
    assert event.detail["terms"]["indicators"] == ["students"]


def typed(campaign: Campaign, school: School, user: User) -> dict[str, Callable[[], Any]]:
    about = {"campaign": campaign, "school": school}
    indicator = campaign.indicators.get()
    return {
        "a figure": lambda: Submission.objects.create(**about),
        "a text": lambda: KeptInput.objects.create(**about, indicator=indicator, typed={}),
        "a paste": lambda: Proposal.objects.create(**about, by=user, origin="paste"),
    }


@pytest.mark.parametrize("what", ["a figure", "a text", "a paste"])
def test_one_in_which_something_was_typed_stays(
    campaign: Campaign, albi: School, alice: User, paul: User, what: str
) -> None:
    typed(campaign, albi, alice)[what]()
    with pytest.raises(CampaignRefusal, match="elle reste"):
        delete_campaign(campaign=campaign, by=paul)
    assert Campaign.objects.get() == campaign


def test_what_comes_after_the_deletion_is_refused_in_a_sentence(
    campaign: Campaign, albi: School, paul: User, save: Any
) -> None:
    later = campaign.closes_at + timedelta(days=9)
    terms, here = Terms.of(campaign), {"campaign": campaign, "school": albi}
    acts: list[Callable[[], Any]] = [
        lambda: delete_campaign(campaign=campaign, by=paul),
        lambda: change_campaign(campaign=campaign, terms=replace(terms, name="B"), by=paul),
        lambda: give_extension(**here, closes_at=later, reason="Oubli.", by=paul),
        lambda: save("100"),
    ]
    delete_campaign(campaign=Campaign.objects.get(), by=paul)
    for act in acts:
        with pytest.raises(CampaignRefusal, match="entre-temps"):
            act()
    assert not Submission.objects.exists()
