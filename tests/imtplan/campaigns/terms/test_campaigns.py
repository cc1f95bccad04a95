"""The plan office's pages: a campaign's terms, more time for one school, and who may do it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign, Extension, Submission
from indicators.models import Indicator
from objectives.models import StrategicPlan
from tests import factories
from tests.imtplan.campaigns.terms.campaign import EDIT, LIST, MORE, NEW, change, text

# --- Opening a campaign -------------------------------------------------------------------------


def test_a_campaign_is_made_as_typed_in_paris_time(
    page: Client, typed: dict, students: Indicator, funds: Indicator
) -> None:
    response = page.post(NEW, typed)
    assert (response.status_code, response.url) == (302, EDIT)
    campaign = Campaign.objects.get()
    assert campaign.opens_at == parse_datetime("2022-10-01T06:00Z")  # summer: two hours before UTC
    assert campaign.closes_at == parse_datetime("2022-12-15T17:00Z")  # winter: one
    assert set(campaign.indicators.all()) == {students, funds}
    assert not campaign.schools.exists()
    assert campaign.entered_by == Campaign.EnteredBy.SCHOOL


@pytest.mark.parametrize(
    ("typed_hour", "closes_at"),
    [
        ("24:00", "2022-12-15T23:00Z"),
        ("24h", "2022-12-15T23:00Z"),
        ("minuit", "2022-12-15T23:00Z"),
        ("00:00", "2022-12-14T23:00Z"),
        ("18h30", "2022-12-15T17:30Z"),
        ("9 h", "2022-12-15T08:00Z"),
    ],
)
def test_a_closing_at_midnight_is_the_end_of_its_day(
    page: Client, typed: dict, typed_hour: str, closes_at: str
) -> None:
    page.post(NEW, typed | {"closes_time": typed_hour})
    assert Campaign.objects.get().closes_at == parse_datetime(closes_at)


def test_what_closes_at_midnight_is_shown_as_it_is_typed(page: Client, typed: dict) -> None:
    page.post(NEW, typed | {"closes_time": "24:00"})
    form = page.get(EDIT).context["form"]
    assert str(form["closes_day"].value()) == "2022-12-15"
    assert form["closes_time"].value() == "24:00"
    html = text(change(page, typed | {"closes_time": "24:00"}, follow=True))
    assert "Rien n’avait changé" in html


def test_a_french_date_typed_by_hand_is_read(page: Client, typed: dict) -> None:
    page.post(NEW, typed | {"opens_day": "01/10/2022"})
    assert Campaign.objects.get().opens_at == parse_datetime("2022-10-01T06:00Z")


def test_the_schools_and_the_people_can_be_chosen(
    page: Client, typed: dict, albi: School, ales: School
) -> None:
    chosen = {"asked_of": "chosen", "schools": [str(ales.pk)], "entered_by": "directors"}
    page.post(NEW, typed | chosen)
    campaign = Campaign.objects.get()
    assert list(campaign.expected_schools()) == [ales]
    assert campaign.entered_by == Campaign.EnteredBy.DIRECTORS


def test_opening_is_kept_with_who_and_what(page: Client, typed: dict, paul: User) -> None:
    page.post(NEW, typed)
    event = Event.objects.get(verb=Event.Verb.CAMPAIGN_CHANGED)
    assert (event.actor, event.subject, event.detail["act"]) == (paul, "2022", "opened")
    assert event.detail["terms"]["indicators"] == ["own-funds", "students"]
    assert event.detail["terms"]["closes_at"] == "2022-12-15T17:00:00+00:00"


def test_the_new_one_is_proposed_as_the_last_one_for_the_year_after(
    page: Client, campaign: Campaign, funds: Indicator, ales: School
) -> None:
    campaign.indicators.remove(funds)
    campaign.schools.set([ales])
    following = factories.PlanFactory(code="2023-2027", first_year=2023, last_year=2027, follows=[])
    form = page.get(NEW).context["form"]
    assert (form["year"].value(), form["plan"].value()) == (2023, following.pk)
    assert not form["opens_day"].value()
    assert not form["closes_day"].value()
    assert form.ticked("indicators") == {
        str(pk) for pk in campaign.indicators.values_list("pk", flat=True)
    }
    assert (form["asked_of"].value(), form.ticked("schools")) == ("chosen", {str(ales.pk)})


def test_the_first_one_is_proposed_with_every_indicator(
    page: Client, plan: StrategicPlan, students: Indicator, funds: Indicator
) -> None:
    own = factories.IndicatorFactory(aggregation="none")
    form = page.get(NEW).context["form"]
    assert form.ticked("indicators") == {str(students.pk), str(funds.pk), str(own.pk)}
    assert form["plan"].value() == plan.pk


def test_each_indicator_says_which_year_is_meant(page: Client, campaign: Campaign) -> None:
    html = text(page.get(EDIT))
    assert "année universitaire 2022-2023" in html
    assert "année civile 2022" in html


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"closes_day": "2022-09-01"}, "La fermeture vient après l’ouverture"),
        ({"closes_day": "2022-10-01", "closes_time": "08:00"}, "La fermeture vient après"),
        ({"indicators": []}, "au moins un indicateur"),
        ({"year": ""}, "Écrivez l’année des valeurs"),
        ({"year": "l’an prochain"}, "quatre chiffres"),
        ({"year": "1789"}, "entre 1990 et 2100"),
        ({"opens_day": ""}, "Choisissez le jour de l’ouverture"),
        ({"opens_day": "31/02/2022"}, "Ce jour n’existe pas"),
        ({"closes_time": ""}, "Choisissez l’heure de la fermeture"),
        ({"closes_time": "25:00"}, "avec ses minutes"),
        ({"closes_day": "2022-10-30", "closes_time": "02:30"}, "changement d’heure"),
        ({"opens_day": "2022-03-27", "opens_time": "02:30"}, "changement d’heure"),
        ({"asked_of": "chosen", "schools": []}, "Choisissez-en au moins un"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    page: Client, typed: dict, wrong: dict, sentence: str
) -> None:
    response = page.post(NEW, typed | wrong)
    assert response.status_code == 422
    assert sentence in text(response)
    assert 'value="2022-10-01"' in text(response) or "opens_day" in wrong
    assert not Campaign.objects.exists()


def test_english_sentences_for_who_reads_english(page: Client, typed: dict, paul: User) -> None:
    paul.language = "en"
    paul.save()
    response = page.post(NEW, typed | {"closes_day": "2022-09-01"})
    assert "The closing comes after the opening" in text(response)


def test_the_boxes_are_ticked_without_storing_and_nothing_typed_is_lost(
    page: Client, typed: dict, students: Indicator, funds: Indicator
) -> None:
    wrong_day = {"closes_day": "", "year": "2031"}
    for choice, expected in (
        ("all", {students, funds}),
        ("none", set()),
        ("training:none", {funds}),
    ):
        response = page.post(NEW, typed | wrong_day | {"tick": choice})
        form = response.context["form"]
        assert response.status_code == 200
        assert form.ticked("indicators") == {str(one.pk) for one in expected}
        assert 'value="2031"' in text(response)
        assert "notice-error" not in text(response)
    assert not Campaign.objects.exists()


# --- Changing it --------------------------------------------------------------------------------


def test_the_page_changes_and_shows_who_changed_what(
    page: Client, campaign: Campaign, typed: dict
) -> None:
    response = change(page, typed | {"entered_by": "directors"}, follow=True)
    campaign.refresh_from_db()
    assert campaign.entered_by == "directors"
    assert "Paul" in text(response)
    both, alone = Campaign.EnteredBy.SCHOOL.label, Campaign.EnteredBy.DIRECTORS.label
    assert f"{both} → {alone}" in text(response)


def test_the_page_asks_how_many_figures_and_then_obeys(
    page: Client,
    campaign: Campaign,
    typed: dict,
    students: Indicator,
    funds: Indicator,
    albi: School,
) -> None:
    factories.FigureFactory(indicator=funds, school=albi, year=2022, status="draft")
    without = typed | {"indicators": [str(students.pk)]}
    response = change(page, without)
    assert response.status_code == 422
    assert "1 valeur saisie dans cette campagne" in text(response)
    assert "Ressources\u202f: 1" in text(response)
    assert campaign.indicators.count() == 2
    assert change(page, without | {"confirm": "on"}).status_code == 302
    assert campaign.indicators.count() == 1


def test_a_form_sent_back_as_it_came_changes_nothing(page: Client, campaign: Campaign) -> None:
    """Also when the stored instants have seconds, which the form does not show."""
    form = page.get(EDIT).context["form"]
    back = {name: form[name].value() for name in form.fields}
    back["opens_time"] = back["opens_time"].strftime("%H:%M")
    html = text(change(page, back, follow=True))
    assert "Rien n’avait changé" in html
    opens_at, closes_at = campaign.opens_at, campaign.closes_at
    campaign.refresh_from_db()
    assert (campaign.opens_at, campaign.closes_at) == (opens_at, closes_at)
    assert not Event.objects.exists()


def test_the_history_calls_indicators_and_schools_by_name(
    page: Client, campaign: Campaign, typed: dict, students: Indicator, ales: School
) -> None:
    fewer = {"indicators": [str(students.pk)], "asked_of": "chosen", "schools": [str(ales.pk)]}
    html = text(change(page, typed | fewer, follow=True))
    assert "Indicateurs\u202f: − Ressources" in html
    assert "Écoles\u202f: toutes les écoles propres → IMT Mines Alès" in html


def test_two_people_of_the_plan_office_do_not_overwrite_each_other(
    page: Client, campaign: Campaign, typed: dict
) -> None:
    opened = page.get(EDIT).context["seen"]
    page.post(EDIT, typed | {"entered_by": "directors", "seen": opened})
    late = typed | {"closes_time": "20:00", "seen": opened}
    response = page.post(EDIT, late)
    assert response.status_code == 422
    assert "après l’ouverture de votre page" in text(response)
    assert str(Campaign.EnteredBy.DIRECTORS.label) in " ".join(response.context["different"])
    assert Campaign.objects.get().entered_by == "directors"
    assert page.post(EDIT, late | {"seen": response.context["seen"]}).status_code == 302
    assert Campaign.objects.get().entered_by == "school"


def test_an_error_in_between_does_not_hide_that_somebody_else_saved(
    page: Client, campaign: Campaign, typed: dict
) -> None:
    opened = page.get(EDIT).context["seen"]
    change(page, typed | {"entered_by": "directors"})
    response = page.post(EDIT, typed | {"closes_day": "", "seen": opened})
    assert response.context["seen"] == opened


def test_a_closing_moved_into_the_past_closes_and_says_so(
    page: Client, campaign: Campaign, typed: dict
) -> None:
    response = change(page, typed, follow=True)  # closes in 2022
    campaign.refresh_from_db()
    assert not campaign.is_open()
    assert "est passée" in text(response)
    assert "15 décembre 2022 à 18:00, heure de Paris" in text(response)


def test_new_indicators_are_not_asked_of_those_who_submitted_and_this_is_said(
    page: Client, campaign: Campaign, typed: dict, funds: Indicator, albi: School
) -> None:
    campaign.indicators.remove(funds)
    factories.SubmissionFactory(
        campaign=campaign, school=albi, state="submitted", submitted_at=timezone.now()
    )
    html = text(change(page, typed, follow=True))
    assert "ne sont pas interrogées sur les nouveaux indicateurs" in html


# --- The list, and who may ----------------------------------------------------------------------


def test_the_list_says_where_each_campaign_is(
    page: Client, campaign: Campaign, albi: School
) -> None:
    factories.CampaignFactory(year=2021, closed=True)
    later = campaign.closes_at + timedelta(days=5)
    Extension.objects.create(campaign=campaign, school=albi, closes_at=later, reason="Incendie")
    html = text(page.get(LIST))
    assert "Ouverte" in html
    assert "Fermée" in html
    assert "plus tard pour 1 d’entre elles" in html
    assert "heure de Paris" in html


def test_the_list_without_a_campaign_offers_the_first(page: Client, db: None) -> None:
    html = text(page.get(LIST))
    assert "Pas encore de campagne" in html
    assert NEW in html


def test_the_list_asks_the_database_as_often_for_many(
    page: Client, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    for year in range(2010, 2020):
        factories.CampaignFactory(year=year, indicators=campaign.indicators.all())
    factories.SchoolFactory.create_batch(20)
    with django_assert_max_num_queries(14):
        page.get(LIST)
    with django_assert_max_num_queries(
        30
    ):  # the rules and targets of what it asks, last year's numbers
        page.get(EDIT)


@pytest.mark.parametrize("address", [LIST, NEW, EDIT, MORE])
@pytest.mark.parametrize("person", ["alice", "bob", "diane"])
def test_others_may_not(
    address: str, person: str, campaign: Campaign, signed_in: Any, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))
    assert client.get(address).status_code == 403
    assert client.post(address, {"withdraw": ""}).status_code in (403, 405)


def test_an_unknown_campaign_or_school_does_not_exist(page: Client, campaign: Campaign) -> None:
    assert page.get("/campagnes/1999/").status_code == 404
    assert page.get("/campagnes/2022/nowhere/delai/").status_code == 404


def test_everything_missing_is_said_at_once(page: Client, campaign: Campaign) -> None:
    html = text(page.post(MORE, {"closes_day": "", "closes_time": "", "reason": " ", "give": ""}))
    for sentence in (
        "le jour de la fermeture",
        "l’heure de la fermeture",
        "Dites pourquoi un délai",
    ):
        assert sentence in html


def test_a_nul_in_a_reason_is_refused_with_a_sentence(page: Client, campaign: Campaign) -> None:
    typed = {"closes_day": "2040-01-01", "closes_time": "12:00", "reason": "a\u0000b", "give": ""}
    assert page.post(MORE, typed).status_code == 422
    assert not Submission.objects.exists()
