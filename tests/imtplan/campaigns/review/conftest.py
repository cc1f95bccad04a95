"""A submission of Albi with every figure said, and the browsers of who looks at it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.review import submission_services as services
from indicators.models import Indicator
from tests import factories
from tests.imtplan.campaigns.review.submission import say


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants", rank=1)


@pytest.fixture
def share(db: None) -> Indicator:
    return factories.IndicatorFactory(
        ratio=True, code="share", name_fr="Part d’étudiants étrangers", unit_fr="%", rank=2
    )


@pytest.fixture
def campaign(students: Indicator, share: Indicator, albi: School) -> Campaign:
    return factories.CampaignFactory(indicators=[students, share])


@pytest.fixture
def filled(campaign: Campaign, students: Indicator, share: Indicator, albi: School) -> Campaign:
    """Every figure of Albi is said, and none surprises."""
    say(students, albi, year=2021, value=Decimal(1100))
    say(students, albi, value=Decimal(1142))
    say(share, albi, value=None, numerator=Decimal(119), denominator=Decimal(1142))
    return campaign


@pytest.fixture
def submitted(filled: Campaign, albi: School, alice: User) -> Submission:
    services.submit(campaign=filled, school=albi, by=alice)
    return Submission.objects.get()


@pytest.fixture
def page(alice: User, signed_in: Any) -> Client:
    """Alice's browser: she directs Albi."""
    return signed_in(alice)


@pytest.fixture
def desk(diane: User, signed_in: Any) -> Client:
    """Diane's browser: she is of the directorate-general."""
    return signed_in(diane)
