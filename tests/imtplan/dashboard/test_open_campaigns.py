"""Every open campaign is named where one looks for it, with links that keep it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from imtplan import clock
from imtplan.dashboard import campaign_states
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.overview.decisions import DecisionReason
from imtplan.dashboard.overview.page import dashboard_page
from imtplan.dashboard.school.page import school_page
from imtplan.dashboard.school.schools_page import schools_page
from tests import factories

URL = "/tableau-de-bord/"


def page_for(user, **asked):
    return dashboard_page(user, {"plan": "2018-2022"} | asked, Freshness.read())


def decided():
    now = timezone.now()
    return {"submitted_at": now, "decided_at": now}


@pytest.fixture
def funds(db):
    return factories.IndicatorFactory(code="own-funds")


@pytest.fixture
def spring(students):
    return factories.CampaignFactory(plan=students.plan, indicators=[students.indicator])


@pytest.fixture
def autumn(spring, funds):
    """It closes before the one of spring."""
    return factories.CampaignFactory(
        plan=spring.plan,
        name="Finances",
        indicators=[funds],
        closes_at=timezone.now() + timedelta(days=5),
    )


def test_the_dashboard_shows_each_with_its_own_indicators(spring, autumn, albi, diane, signed_in):
    factories.SubmissionFactory(campaign=autumn, school=albi, state="validated", **decided())
    states = page_for(diane).campaigns
    assert [state.campaign for state in states] == [autumn, spring]
    asked = [[row.indicator.code for row in state.followed_targets] for state in states]
    assert asked == [[], ["students"]]
    assert [state.reported for state in states] == [1, 0]
    html = signed_in(diane).get(URL).content.decode()
    assert "Campagne 2022 en cours" in html
    assert "Campagne 2022 · Finances en cours" in html
    for code in ("2022", "2022-finances"):
        assert f"/saisie/{code}/imt-mines-albi/relire/" in html


def test_one_alone_has_its_own_indicators_too(spring, funds, diane, signed_in):
    asked = [row.indicator.code for row in page_for(diane).campaigns[0].followed_targets]
    assert asked == ["students"]
    spring.indicators.set([funds])
    assert page_for(diane).campaigns[0].followed_targets == []
    html = signed_in(diane).get(URL).content.decode()
    assert "Elle ne demande aucun des indicateurs phares." in html
    assert "campaign-courses" not in html


def test_what_nobody_handed_in_is_a_decision_for_each(spring, autumn, albi, diane):
    reasons = [
        (decision.subject, decision.address)
        for decision in page_for(diane).agenda.all
        if decision.kind == DecisionReason.UNREPORTED
    ]
    assert sorted(reasons) == [
        ("Campagne 2022", "/saisies/?campaign=2022"),
        ("Campagne 2022 · Finances", "/saisies/?campaign=2022-finances"),
    ]


def test_an_open_one_hides_no_open_one_of_a_later_year(spring, diane):
    later = factories.CampaignFactory(plan=spring.plan, year=2023)
    assert [state.campaign for state in page_for(diane).campaigns] == [spring, later]


def test_without_an_open_one_the_latest_is_shown(spring, diane):
    spring.closes_at = timezone.now() - timedelta(days=1)
    spring.save()
    before = factories.CampaignFactory(plan=spring.plan, year=2021, closed=True)
    assert [state.campaign for state in page_for(diane).campaigns] == [spring]
    assert before not in [state.campaign for state in page_for(diane).campaigns]


def test_an_earlier_moment_shows_what_was_open_then(spring, students, diane):
    day = timedelta(days=1)
    autumn = {"opens_at": spring.closes_at, "closes_at": spring.closes_at + 9 * day}
    later = factories.CampaignFactory(plan=spring.plan, year=2023, **autumn)
    with clock.standing_at(spring.closes_at + day):
        assert campaign_states.campaigns_of(diane, spring.plan) == [later]
    with clock.standing_at(spring.closes_at - day):
        states = page_for(diane).campaigns
        assert [(state.campaign, state.is_open) for state in states] == [(spring, True)]
    with clock.standing_at(spring.closes_at):
        assert not campaign_states.CampaignState(spring, [], [], None).is_open


def test_one_that_is_to_come_is_neither_closed_nor_to_decide(spring, albi, diane, signed_in):
    spring.opens_at = timezone.now() + timedelta(days=1)
    spring.save()
    html = signed_in(diane).get(URL).content.decode()
    assert "Ouvre le" in html
    assert "Close le" not in html
    assert DecisionReason.UNREPORTED not in [row.kind for row in page_for(diane).agenda.all]


def test_one_collection_stands_on_the_page_of_each_plan_it_serves(spring, students, diane):
    years = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
    following = factories.PlanFactory(code="2023-2027", **years)
    assert page_for(diane, plan="2023-2027").campaigns == []
    factories.TargetFactory(plan=following, indicator=students.indicator, code="students-2027")
    assert [state.campaign for state in page_for(diane, plan="2023-2027").campaigns] == [spring]


def test_a_school_sees_the_form_of_each(spring, autumn, albi, alice, signed_in):
    factories.SubmissionFactory(
        campaign=autumn, school=albi, state="submitted", submitted_at=timezone.now()
    )
    page = school_page(alice, albi.code, {"year": "2022"}, Freshness.read())
    assert [(form.address, str(form.state)) for form in page.forms] == [
        ("/saisie/2022/imt-mines-albi/", "not_begun"),
        ("/saisie/2022-finances/imt-mines-albi/", "submitted"),
    ]
    html = signed_in(alice).get(f"/ecoles/{albi.code}/?year=2022").content.decode()
    assert "Formulaire de la campagne 2022 · Finances" in html


def test_a_school_that_no_campaign_asks_is_in_no_state(spring, albi, ales, diane):
    spring.schools.set([albi])
    page = schools_page(diane, {"plan": "2018-2022", "year": "2022"}, Freshness.read())
    assert {row.school.code: row.state for row in page.rows} == {
        "imt-mines-albi": "not_begun",
        "imt-mines-ales": None,
    }
    assert school_page(diane, ales.code, {"year": "2022"}, Freshness.read()).forms == []


def test_one_that_is_to_open_asks_nothing_yet(spring, autumn, albi, diane):
    factories.SubmissionFactory(campaign=spring, school=albi, state="validated", **decided())
    autumn.opens_at = timezone.now() + timedelta(days=1)
    autumn.save()
    page = schools_page(diane, {"plan": "2018-2022", "year": "2022"}, Freshness.read())
    assert [row.state for row in page.rows] == ["validated"]
    forms = school_page(diane, albi.code, {"year": "2022"}, Freshness.read()).forms
    assert [form.campaign for form in forms] == [spring]


def test_of_several_the_list_of_schools_says_the_least_advanced(spring, autumn, albi, diane):
    factories.SubmissionFactory(campaign=spring, school=albi, state="validated", **decided())
    factories.SubmissionFactory(campaign=autumn, school=albi, state="draft")
    page = schools_page(diane, {"plan": "2018-2022", "year": "2022"}, Freshness.read())
    assert [row.state for row in page.rows] == ["draft"]
