"""A school's own target in its grid, whether its way can be computed or not."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator, Target
from tests import factories

PAGE = "/saisie/2022/imt-mines-albi/"


@pytest.fixture
def path(
    campaign: Campaign, students: Indicator, albi: School, alice: User, signed_in: Any
) -> Callable[..., str]:
    """What the last column of the grid says of a target with these terms."""

    def cell_of(**terms: Any) -> str:
        named = {"plan": campaign.plan, "code": "students-albi"}
        Target.objects.create(
            indicator=students,
            school=albi,
            source="Contrat",
            sureness="low",
            **({"year": 2025, "baseline_year": 2017} | named | terms),
        )
        client: Client = signed_in(alice)
        page = client.get(PAGE).content.decode().replace("\u202f", " ")
        return page.partition('entry-path num stacked" data-label')[2].partition("</td>")[0]

    return cell_of


def test_a_target_without_a_baseline_is_shown_as_such(path: Callable[..., str]) -> None:
    cell = path(value=Decimal(1400))
    assert "1 400" in cell
    assert "2025 · sans valeur de référence" in cell
    assert "pas de cible" not in cell


def test_a_growth_without_a_baseline_too(path: Callable[..., str]) -> None:
    assert "+20 %" in path(growth_percent=Decimal(20))


def test_a_target_of_what_the_plan_put_aside_before_is_not_shown(
    path: Callable[..., str], campaign: Campaign, students: Indicator, albi: School
) -> None:
    """Nor does a surprise speak of it."""
    students.followed_in.update(archived_at=timezone.now(), last_year=2021, end_reason="ended")
    assert "1 400" not in path(value=Decimal(1400), baseline_value=Decimal(1000))
    assert read(campaign, albi).aims == {}
    students.followed_in.update(last_year=2022)
    assert set(read(campaign, albi).aims) == {students.pk}


def test_a_target_that_is_not_computed_yet_is_not_said_to_lack_its_baseline(
    path: Callable[..., str],
) -> None:
    assert "sans valeur" not in path(value=Decimal(1400), baseline_value=Decimal(1000))


def test_a_collection_shows_the_target_of_each_plan_that_it_serves(
    path: Callable[..., str], campaign: Campaign
) -> None:
    following = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )
    assert "1 600" in path(plan=following, value=Decimal(1600))
    assert "1 400" in path(plan=campaign.plan, code="own", value=Decimal(1400))


def test_no_target_says_so(campaign: Campaign, alice: User, signed_in: Any) -> None:
    assert "pas de cible" in signed_in(alice).get(PAGE).content.decode()
