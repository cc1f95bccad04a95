"""One campaign with one indicator, and how to save a cell of it as Alice."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.saving import SaveOutcome, save_figures
from imtplan.campaigns.models import Campaign
from indicators.models import Figure, Indicator
from tests import factories


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students")


@pytest.fixture
def campaign(students: Indicator) -> Campaign:
    return factories.CampaignFactory(indicators=[students])


@pytest.fixture
def save(campaign: Campaign, albi: School, alice: User, students: Indicator) -> Any:
    """Save one cell as Alice, in the students' row unless another is named."""

    def save_cell(value: object = None, **cell: Any) -> SaveOutcome:
        given = {"value": Decimal(str(value))} if value is not None else {}
        return save_figures(
            campaign=campaign,
            school=albi,
            cells=[EnteredCell(**{"indicator": students} | given | cell)],
            by=alice,
            origin=Figure.Origin.FORM,
        )

    return save_cell


@pytest.fixture
def place(campaign: Campaign, albi: School) -> dict[str, Any]:
    return {"campaign": campaign, "school": albi}


@pytest.fixture
def women(campaign: Campaign) -> Indicator:
    women = factories.IndicatorFactory(code="women", name_fr="Étudiantes", rank=1)
    campaign.indicators.add(women)
    return women
