"""A new campaign is filled in from its own plan, and one in which nothing was typed is deleted."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator
from objectives.models import StrategicPlan
from tests import factories
from tests.imtplan.campaigns.terms.campaign import EDIT, LIST, NEW, text

DELETE = EDIT + "supprimer/"


@pytest.fixture
def following(db: None) -> StrategicPlan:
    return factories.PlanFactory(code="2023-2027", first_year=2023, last_year=2027, follows=[])


@pytest.fixture
def of_following(following: StrategicPlan) -> Indicator:
    """An indicator with a target in the plan that follows, and none in the first."""
    return factories.TargetFactory(
        plan=following,
        indicator=factories.IndicatorFactory(code="patents", followed_by=[following]),
    ).indicator


def ticked(form: Any) -> set[str]:
    keys = form.ticked("indicators")
    return set(Indicator.objects.filter(pk__in=keys).values_list("code", flat=True))


def test_another_plan_fills_the_form_anew(
    page: Client,
    campaign: Campaign,
    following: StrategicPlan,
    of_following: Indicator,
    ales: School,
) -> None:
    campaign.schools.set([ales])
    first = page.get(NEW, {"plan": campaign.plan.code}).context["form"]
    assert (first["year"].value(), ticked(first)) == (2023, {"students", "own-funds"})
    assert first["asked_of"].value() == "chosen"
    second = page.get(NEW, {"plan": "2023-2027"}).context["form"]
    assert (second["plan"].value(), ticked(second)) == (following.pk, {"patents"})
    links = text(page.get(NEW))
    assert f"{NEW}?plan={campaign.plan.code}" in links
    assert f"{NEW}?plan=2023-2027" in links


def test_each_plan_is_asked_after_its_own_last_campaign(
    page: Client, campaign: Campaign, following: StrategicPlan, of_following: Indicator
) -> None:
    factories.CampaignFactory(
        plan=following, year=2024, name="Brevets", indicators=[of_following], entered_by="directors"
    )
    form = page.get(NEW, {"plan": "2023-2027"}).context["form"]
    assert (form["year"].value(), form["name"].value()) == (2025, "Brevets")
    assert (ticked(form), form["entered_by"].value()) == ({"patents"}, "directors")
    assert page.get(NEW, {"plan": campaign.plan.code}).context["form"]["year"].value() == 2023


def test_indicators_of_a_draft_are_not_offered(
    page: Client, campaign: Campaign, students: Indicator
) -> None:
    draft = factories.PlanFactory(code="2028-2032", first_year=2028, last_year=2032, state="draft")
    factories.IndicatorFactory(code="to-come", followed_by=[draft])
    assert draft.followed_indicators.filter(indicator=students).exists()
    offered = page.get(NEW).context["form"].fields["indicators"].queryset
    assert {indicator.code for indicator in offered} == {"students", "own-funds"}
    assert page.get(NEW, {"plan": "2028-2032"}).status_code == 404


def test_those_of_the_plan_are_ticked_by_a_button(
    page: Client, typed: dict, of_following: Indicator, following: StrategicPlan
) -> None:
    del typed["store"]
    form = page.post(NEW, typed | {"plan": str(following.pk), "tick": "plan"}).context["form"]
    assert ticked(form) == {"patents"}


def aside(plan: StrategicPlan, code: str, last_year: int) -> None:
    plan.followed_indicators.filter(indicator__code=code).update(
        archived_at=timezone.now(), last_year=last_year, end_reason="ended"
    )


def test_what_the_plan_put_aside_is_ticked_up_to_its_last_year(
    page: Client, campaign: Campaign, typed: dict
) -> None:
    """The campaign of 2022 asked both: the next is filled in from it."""
    aside(campaign.plan, "students", 2022)
    form = page.get(NEW, {"plan": campaign.plan.code}).context["form"]
    assert (form["year"].value(), ticked(form)) == (2023, {"own-funds"})
    assert "students" in {row.code for row in form.fields["indicators"].queryset}
    del typed["store"]
    typed |= {"plan": str(campaign.plan.pk), "tick": "plan"}
    for year, followed in (
        ("2023", {"own-funds"}),
        ("2022", {"students", "own-funds"}),
        ("deux", {"own-funds"}),
    ):
        form = page.post(NEW, typed | {"year": year}).context["form"]
        assert ticked(form) == followed, year


def test_what_the_plan_follows_is_ticked_without_a_target_or_a_link(
    page: Client, campaign: Campaign, following: StrategicPlan
) -> None:
    factories.IndicatorFactory(code="new", followed_by=[following])
    late = factories.IndicatorFactory(code="late", followed_by=[following])
    following.followed_indicators.filter(indicator=late).update(first_year=2025)
    form = page.get(NEW, {"plan": "2023-2027"}).context["form"]
    assert (form["year"].value(), ticked(form)) == (2023, {"new"})


def test_the_first_campaign_of_all_asks_what_its_plan_follows(
    page: Client, following: StrategicPlan
) -> None:
    for code in ("new", "old"):
        factories.IndicatorFactory(code=code, followed_by=[following])
    aside(following, "old", 2023)
    assert ticked(page.get(NEW, {"plan": "2023-2027"}).context["form"]) == {"new"}


def test_a_second_one_of_a_year_is_refused_until_it_is_another(
    page: Client, campaign: Campaign, typed: dict, of_following: Indicator
) -> None:
    today = timezone.localdate()
    days = {"opens_day": str(today), "closes_day": str(today + timedelta(days=30))}
    typed |= {"plan": str(campaign.plan.pk), **days}
    html = text(page.post(NEW, typed))
    assert "Campagne 2022 existe déjà" in html
    assert "Campagne 2022 les demande déjà" in html
    other = {"name": "Brevets", "indicators": [str(of_following.pk)]}
    response = page.post(NEW, typed | other)
    assert response.url == "/campagnes/2022-brevets/"
    assert "2022 · Brevets" in text(page.get(response.url))
    assert "2022 · Brevets" in text(page.get(LIST))


def test_one_in_which_nothing_was_typed_is_deleted_after_a_question(
    page: Client, campaign: Campaign
) -> None:
    assert DELETE in text(page.get(EDIT))
    assert "Rien n’y a été saisi" in text(page.get(DELETE))
    assert page.post(DELETE, {"delete": ""}, follow=True).redirect_chain == [(LIST, 302)]
    assert not Campaign.objects.exists()


def test_one_in_which_something_was_typed_says_that_it_stays(
    page: Client, campaign: Campaign, albi: School
) -> None:
    factories.SubmissionFactory(campaign=campaign, school=albi)
    html = text(page.get(DELETE))
    assert "elle reste" in html
    assert 'name="delete"' not in html
    assert page.post(DELETE, {"delete": ""}).status_code == 409
    assert Campaign.objects.get() == campaign
