"""The services of the plan office: what changes is kept, and nothing typed is ever deleted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign, Extension
from imtplan.campaigns.terms import campaign_services as services
from imtplan.campaigns.terms.campaign_services import (
    ConfirmationNeeded,
    Terms,
    TermsRefused,
    as_text,
)
from indicators.models import Figure, Indicator
from tests import factories


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants")


@pytest.fixture
def funds(db: None) -> Indicator:
    return factories.IndicatorFactory(code="own-funds", name_fr="Ressources")


@pytest.fixture
def campaign(students: Indicator, funds: Indicator, albi: School, ales: School) -> Campaign:
    return factories.CampaignFactory(indicators=[students, funds])


# --- Changing it --------------------------------------------------------------------------------


@pytest.fixture
def terms(campaign: Campaign) -> Terms:
    return Terms.of(campaign)


def changed(terms: Terms, **fields: Any) -> Terms:
    return Terms(**(terms.__dict__ | fields))


def test_a_change_keeps_from_what_to_what(campaign: Campaign, terms: Terms, paul: User) -> None:
    later = campaign.closes_at + timedelta(days=3)
    new = changed(terms, closes_at=later, entered_by="directors")
    services.change_campaign(campaign=campaign, terms=new, by=paul)
    campaign.refresh_from_db()
    assert (campaign.closes_at, campaign.entered_by) == (later, "directors")
    detail = Event.objects.get().detail
    assert detail["changed"]["entered_by"] == ["school", "directors"]
    assert detail["changed"]["closes_at"] == [as_text(terms.closes_at), as_text(later)]
    assert set(detail["changed"]) == {"closes_at", "entered_by"}


def test_a_change_that_changes_nothing_is_no_event(
    campaign: Campaign, terms: Terms, paul: User
) -> None:
    assert services.change_campaign(campaign=campaign, terms=terms, by=paul).changed == {}
    assert not Event.objects.exists()


def test_typed_figures_leave_the_collection_only_when_confirmed(
    campaign: Campaign,
    terms: Terms,
    students: Indicator,
    funds: Indicator,
    albi: School,
    paul: User,
) -> None:
    factories.FigureFactory(indicator=funds, school=albi, year=2022, status="draft")
    without = changed(terms, indicators=[students])
    with pytest.raises(ConfirmationNeeded, match="1 valeur"):
        services.change_campaign(campaign=campaign, terms=without, by=paul)
    assert set(campaign.indicators.all()) == {students, funds}
    services.change_campaign(campaign=campaign, terms=without, by=paul, confirmed=True)
    assert set(campaign.indicators.all()) == {students}
    assert Figure.objects.get().value == Decimal(100)
    assert Event.objects.get().detail["left_out"] == 1


def test_a_school_that_typed_leaves_only_when_confirmed(
    campaign: Campaign, terms: Terms, funds: Indicator, albi: School, ales: School, paul: User
) -> None:
    factories.FigureFactory(indicator=funds, school=albi, year=2022, status="draft")
    with pytest.raises(ConfirmationNeeded):
        services.change_campaign(campaign=campaign, terms=changed(terms, schools=[ales]), by=paul)
    kept = changed(terms, schools=[albi])
    services.change_campaign(campaign=campaign, terms=kept, by=paul)
    assert list(campaign.expected_schools()) == [albi]


def test_an_indicator_nobody_typed_leaves_without_a_question(
    campaign: Campaign,
    terms: Terms,
    students: Indicator,
    funds: Indicator,
    albi: School,
    paul: User,
) -> None:
    factories.FigureFactory(indicator=funds, school=albi, year=2021)
    factories.FigureFactory(
        indicator=funds, school=albi, year=2022, state="not_entered", value=None, status="draft"
    )
    services.change_campaign(
        campaign=campaign, terms=changed(terms, indicators=[students]), by=paul
    )
    assert set(campaign.indicators.all()) == {students}


def test_the_year_stays_once_a_school_has_begun(
    campaign: Campaign, terms: Terms, albi: School, paul: User
) -> None:
    services.change_campaign(campaign=campaign, terms=changed(terms, year=2023), by=paul)
    factories.SubmissionFactory(campaign=campaign, school=albi)
    with pytest.raises(TermsRefused) as refusal:
        services.change_campaign(campaign=campaign, terms=terms, by=paul)
    assert list(refusal.value.problems) == ["year"]


def test_nothing_is_written_when_the_event_cannot_be(
    campaign: Campaign, terms: Terms, paul: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "record", fail)
    with pytest.raises(RuntimeError):
        services.change_campaign(
            campaign=campaign, terms=changed(terms, entered_by="directors"), by=paul
        )
    assert Campaign.objects.get().entered_by == "school"


# --- More time for one school -------------------------------------------------------------------


def give(campaign: Campaign, school: School, by: User, days: int = 5, why: str = "Incendie") -> Any:
    closes_at = campaign.closes_at + timedelta(days=days)
    return services.give_extension(
        campaign=campaign, school=school, closes_at=closes_at, reason=why, by=by
    )


def test_more_time_holds_for_one_school_alone(
    campaign: Campaign, albi: School, ales: School, paul: User
) -> None:
    give(campaign, albi, paul)
    after = campaign.closes_at + timedelta(days=1)
    assert campaign.is_open_for(albi, at=after)
    assert not campaign.is_open_for(ales, at=after)
    event = Event.objects.get(verb=Event.Verb.EXTENSION_GIVEN)
    assert (event.actor, event.school, event.detail["reason"]) == (paul, albi, "Incendie")
    assert event.detail["closes_at"][0] == as_text(campaign.closes_at)


def test_more_time_given_again_takes_the_place_of_the_first(
    campaign: Campaign, albi: School, paul: User
) -> None:
    first = give(campaign, albi, paul)
    give(campaign, albi, paul, days=9, why="Toujours l’incendie")
    assert Extension.objects.get().reason == "Toujours l’incendie"
    latest = Event.objects.filter(verb=Event.Verb.EXTENSION_GIVEN).first()
    assert latest.detail["closes_at"][0] == as_text(first.closes_at)


@pytest.mark.parametrize(
    ("days", "why", "fields"),
    [(0, "Incendie", ["closes_at"]), (-1, "", ["closes_at", "reason"]), (5, "  ", ["reason"])],
)
def test_more_time_is_later_and_has_a_reason(
    campaign: Campaign, albi: School, paul: User, days: int, why: str, fields: list[str]
) -> None:
    with pytest.raises(TermsRefused) as refusal:
        give(campaign, albi, paul, days=days, why=why)
    assert list(refusal.value.problems) == fields
    assert not Extension.objects.exists()


def test_more_time_is_for_a_school_that_is_asked(
    campaign: Campaign, albi: School, ales: School, paul: User
) -> None:
    campaign.schools.set([ales])
    with pytest.raises(TermsRefused):
        give(campaign, albi, paul)


def test_more_time_that_is_over_already_is_refused(
    campaign: Campaign, albi: School, paul: User
) -> None:
    campaign.closes_at = timezone.now() - timedelta(days=9)
    campaign.save()
    with pytest.raises(TermsRefused, match="passé"):
        give(campaign, albi, paul, days=5)


def test_more_time_withdrawn_closes_the_school_with_the_others(
    campaign: Campaign, albi: School, paul: User
) -> None:
    given = give(campaign, albi, paul)
    services.withdraw_extension(campaign=campaign, school=albi, by=paul)
    services.withdraw_extension(campaign=campaign, school=albi, by=paul)  # nothing left: no event
    assert not Extension.objects.exists()
    withdrawn = Event.objects.get(verb=Event.Verb.EXTENSION_WITHDRAWN)
    assert withdrawn.school == albi
    assert withdrawn.detail["closes_at"][0] == as_text(given.closes_at)
