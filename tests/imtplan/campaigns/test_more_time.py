"""More time for one school: typed, refused, given."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Extension
from indicators.models import Indicator
from objectives.models import StrategicPlan
from tests import factories

LIST, NEW, EDIT = "/campagnes/", "/campagnes/nouvelle/", "/campagnes/2022/"
MORE = "/campagnes/2022/imt-mines-albi/delai/"


@pytest.fixture
def plan(db: None) -> StrategicPlan:
    return factories.PlanFactory()


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants", year_kind="academic")


@pytest.fixture
def funds(db: None) -> Indicator:
    return factories.IndicatorFactory(code="own-funds", name_fr="Ressources", theme="resources")


@pytest.fixture
def campaign(students: Indicator, funds: Indicator, albi: School, ales: School) -> Campaign:
    return factories.CampaignFactory(indicators=[students, funds])


@pytest.fixture
def page(paul: User, signed_in: Any) -> Client:
    """Paul's browser: he is of the plan office."""
    return signed_in(paul)


def change(page: Client, typed: dict[str, Any], **how: Any) -> Any:
    """As the page sends it: with the mark of the terms that it shows."""
    return page.post(EDIT, typed | {"seen": page.get(EDIT).context["seen"], "store": ""}, **how)


@pytest.fixture
def typed(plan: StrategicPlan, students: Indicator, funds: Indicator, albi: School) -> dict:
    """The form as the browser posts it."""
    return {
        "plan": str(plan.pk),
        "year": "2022",
        "opens_day": "2022-10-01",
        "opens_time": "08:00",
        "closes_day": "2022-12-15",
        "closes_time": "18:00",
        "entered_by": "school",
        "asked_of": "every",
        "indicators": [str(students.pk), str(funds.pk)],
        "store": "",
    }


def text(response: Any) -> str:
    return response.content.decode()


# --- More time for one school -------------------------------------------------------------------


def test_the_page_gives_shows_and_withdraws(page: Client, campaign: Campaign) -> None:
    day = timezone.localdate(campaign.closes_at) + timedelta(days=7)
    given = {
        "closes_day": day.isoformat(),
        "closes_time": "12:00",
        "reason": "Incendie\u00e9",
        "give": "",
    }
    html = text(page.post(MORE, given, follow=True))
    assert "Incendie\u00e9" in html
    extension = Extension.objects.get()
    assert timezone.localtime(extension.closes_at).isoformat().startswith(f"{day}T12:00")
    assert "Incendie\u00e9" in text(page.get(MORE))
    page.post(MORE, {"withdraw": ""})
    assert not Extension.objects.exists()


def test_the_page_keeps_what_was_typed_when_refused(page: Client, campaign: Campaign) -> None:
    typed = {"closes_day": "2020-01-01", "closes_time": "12:00", "reason": "Incendie", "give": ""}
    response = page.post(MORE, typed)
    assert response.status_code == 422
    assert "Incendie" in text(response)
    assert 'value="2020-01-01"' in text(response)
    assert "après la fermeture de la campagne" in text(response)
