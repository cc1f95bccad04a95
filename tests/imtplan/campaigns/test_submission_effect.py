"""What a whole submission would change: as it is stored afterwards, and to whom it is told."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.pages.entry_page import read_page
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.effects.submission_effect import SubmissionEffect, submission_effect
from imtplan.campaigns.review.submission_services import submit, validate
from indicators.models import Figure, Indicator, Progress, RollUp
from indicators.recomputing.recompute import recompute_stale
from tests import factories

REVIEW = "/saisie/2022/imt-mines-albi/relire/"
CLOSE = Decimal("0.000000001")

SignIn = Callable[[User], Client]


@pytest.fixture
def plan_of_two(campaign: Campaign, students: Indicator, albi: School, ales: School) -> Campaign:
    """O1 of students and contracts, O2 of contracts; L1 of students; drafts of Albi for 2022."""
    contracts = factories.IndicatorFactory(code="contracts", rank=9)
    campaign.indicators.add(contracts)
    plan = campaign.plan
    one, two = (factories.ObjectiveFactory(plan=plan, code=code) for code in ("O1", "O2"))
    lever = factories.LeverFactory(plan=plan, code="L1")
    links = [(students, {"objective": one}), (students, {"lever": lever})]
    links += [(contracts, {"objective": one}), (contracts, {"objective": two})]
    for indicator, element in links:
        factories.LinkFactory(indicator=indicator, **element)
    for indicator in (students, contracts):
        factories.TargetFactory(plan=plan, indicator=indicator)
        for school, value in ((albi, 7000), (ales, 8000)):
            for year in (2020, 2021):
                factories.FigureFactory(indicator=indicator, school=school, year=year, value=value)
    for indicator, value in ((students, 7330), (contracts, 6600)):
        factories.FigureFactory(
            indicator=indicator, school=albi, year=2022, value=value, status="draft"
        )
    factories.FigureFactory(indicator=students, school=ales, year=2022, value=8100)
    recompute_stale()
    return campaign


def effect_for(user: User, campaign: Campaign, school: School) -> SubmissionEffect | None:
    return submission_effect(user, read_page(campaign, school))


def test_it_is_what_is_stored_once_validated(
    plan_of_two: Campaign, albi: School, alice: User, diane: User
) -> None:
    told = effect_for(diane, plan_of_two, albi)
    assert told is not None
    assert told.institute is not None
    submit(campaign=plan_of_two, school=albi, by=alice)
    validate(campaign=plan_of_two, school=albi, by=diane)
    recompute_stale()
    stored = {"year": 2022, "view": "validated"}
    for move in told.institute.indicators:
        row = Progress.objects.get(target__indicator=move.indicator, **stored)
        assert (move.after.value, move.after.is_estimate) == (row.value, row.is_estimate)
        assert abs((move.after.share or 0) - (row.progress or 0)) < CLOSE
    assert [row.code for row in told.elements] == ["O1", "O2", "L1", ""]
    for element in told.institute.elements:
        side = {"Objective": "objective", "Lever": "lever"}.get(type(element.element).__name__)
        mean = RollUp.objects.get(**{side or "plan": element.element}, **stored)
        assert abs((element.after.progress or 0) - (mean.progress or 0)) < CLOSE
        assert element.after.status == mean.status
    assert effect_for(diane, plan_of_two, albi) is None  # it counts already


def test_the_institutes_people_read_before_and_after(
    plan_of_two: Campaign, diane: User, signed_in: SignIn
) -> None:
    diane.language = "en"
    diane.save()
    body = signed_in(diane).get(REVIEW).content.decode()
    block = body.split('class="card bare effect"', 1)[1].split("</details>", 1)[0]
    assert "15,100 → 15,430" in block  # Alès 8,100 with Albi's 7,000 carried, then its 7,330
    assert "2 of 2 schools" in block
    assert "+5 points" in block
    assert "The plan as a whole" in block


def test_a_school_reads_its_own_part_and_no_total(
    plan_of_two: Campaign, alice: User, albi: School, signed_in: SignIn
) -> None:
    alice.language = "en"
    alice.save()
    body = signed_in(alice).get(REVIEW).content.decode()
    block = body.split('class="card bare effect"', 1)[1].split("</details>", 1)[0]
    assert "+5 points of progress, against your figure of 2021" in block
    assert "O1: up" in block
    assert "−6.1 points of progress" in block
    assert "O1, O2: down" in block
    assert "1 indicator moved up, 1 indicator moved down" in block
    for unpublished in ("15,100", "15,430", "8,100", "of 2 schools", "The plan as a whole"):
        assert unpublished not in body
    told = effect_for(alice, plan_of_two, albi)
    assert told is not None
    assert (told.institute, told.indicators, told.elements) == (None, [], [])


def test_the_schools_own_way_where_it_has_a_target(
    plan_of_two: Campaign, alice: User, albi: School, students: Indicator
) -> None:
    own = {"plan": plan_of_two.plan, "indicator": students, "school": albi, "is_reference": False}
    factories.TargetFactory(**own, baseline_value=7000, value=8000)
    told = effect_for(alice, plan_of_two, albi)
    assert told is not None
    assert told.has_ways
    assert [row.way.replace("\u202f", "") for row in told.own] == ["33%", ""]


def test_without_figures_there_is_nothing_to_tell(
    campaign: Campaign, albi: School, alice: User, signed_in: SignIn
) -> None:
    assert effect_for(alice, campaign, albi) is None
    assert 'class="card bare effect"' not in signed_in(alice).get(REVIEW).content.decode()
    assert not Figure.objects.exists()
