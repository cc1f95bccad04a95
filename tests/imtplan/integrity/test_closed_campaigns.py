"""A number that was written while its campaign was open is no fault, whatever was decided later."""

from datetime import timedelta
from decimal import Decimal

import pgtrigger
import pytest
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.campaigns.models import Campaign, Extension
from imtplan.integrity.checks import CHECKS
from indicators.models import Figure
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def faults() -> list[str]:
    check = next(check for check in CHECKS if check.name == "closed_campaigns_are_untouched")
    return list(check.find())


def close(campaign: Campaign) -> None:
    """Closes it as of yesterday, as the page of a campaign can."""
    Campaign.objects.filter(pk=campaign.pk).update(
        opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() - timedelta(days=1)
    )


@pytest.fixture
def figure(albi: School) -> Figure:
    indicator = factories.IndicatorFactory(code="students")
    factories.CampaignFactory(indicators=[indicator])
    return factories.FigureFactory(indicator=indicator, school=albi, year=2022, value=7)


@pytest.fixture
def campaign(figure: Figure) -> Campaign:
    return Campaign.objects.get()


def write(figure: Figure, number: int) -> None:
    Figure.objects.filter(pk=figure.pk).update(value=Decimal(number))


def test_a_closing_that_was_moved_back_afterwards(campaign: Campaign, figure: Figure) -> None:
    write(figure, 8)
    close(campaign)
    assert faults() == []


def test_more_time_that_was_used_and_taken_away(
    campaign: Campaign, figure: Figure, albi: School
) -> None:
    close(campaign)
    longer = Extension.objects.create(
        campaign=campaign,
        school=albi,
        closes_at=timezone.now() + timedelta(days=9),
        reason="Grippe.",
    )
    write(figure, 8)
    longer.delete()
    assert faults() == []


def test_another_campaign_whose_opening_was_moved_afterwards(
    campaign: Campaign, figure: Figure
) -> None:
    close(campaign)
    other = factories.CampaignFactory(name="Encore", indicators=[figure.indicator])
    write(figure, 8)
    tomorrow = timezone.now() + timedelta(days=1)
    Campaign.objects.filter(pk=other.pk).update(opens_at=tomorrow)
    assert faults() == []
    with pgtrigger.ignore("campaigns.CollectedFigure:refuse_when_closed"):
        write(figure, 9)
    assert len(faults()) == 1, "then it was not open yet"


def test_what_was_written_after_the_closing_is_a_fault(campaign: Campaign, figure: Figure) -> None:
    close(campaign)
    with pgtrigger.ignore("campaigns.CollectedFigure:refuse_when_closed"):
        write(figure, 8)
    assert faults() == ["students · imt-mines-albi · 2022"]
