"""A campaign of two indicators, and the form of its terms as the browser posts it."""

from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator
from objectives.models import StrategicPlan
from tests import factories


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
