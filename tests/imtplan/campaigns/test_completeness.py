"""Completeness: what is missing is never zero; eighty schools cost the queries of eight."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.campaigns.models import Campaign, CampaignStage, Extension, KeptInput
from imtplan.campaigns.review.completeness import (
    Completeness,
    of_campaign,
    of_campaigns,
    rows_of,
    rows_of_campaigns,
    total,
)
from indicators.models import Figure, Indicator
from tests import factories

State = Figure.State


@pytest.fixture
def indicators(db: None) -> list[Indicator]:
    return [factories.IndicatorFactory(rank=rank) for rank in range(4)]


@pytest.fixture
def campaign(indicators: list[Indicator], albi: School, ales: School) -> Campaign:
    return factories.CampaignFactory(indicators=indicators)


def say(indicator: Indicator, school: School, year: int = 2022, **fields: Any) -> Figure:
    word = fields.get("state", State.NUMBER) != State.NUMBER
    fields = {"value": None if word else Decimal(100), **fields}
    return factories.FigureFactory(indicator=indicator, school=school, year=year, **fields)


def keep(campaign: Campaign, school: School, indicator: Indicator) -> None:
    KeptInput.objects.create(
        campaign=campaign, school=school, indicator=indicator, typed={"value": "douze"}
    )


def test_numbers_and_words_are_said_and_the_rest_is_missing(
    campaign: Campaign, indicators: list[Indicator], albi: School
) -> None:
    say(indicators[0], albi)
    say(indicators[1], albi, state=State.NOT_AVAILABLE, reason="Pas de registre.")
    say(indicators[2], albi, state=State.NOT_ENTERED)
    one = of_campaign(campaign)[albi.pk]
    assert (one.expected, one.numbers, one.words, one.filled, one.missing) == (4, 1, 1, 2, 2)
    assert one.ratio == Decimal("0.5")
    assert not one.is_complete


def test_zero_is_said(campaign: Campaign, indicators: list[Indicator], albi: School) -> None:
    say(indicators[0], albi, value=Decimal(0))
    assert of_campaign(campaign)[albi.pk].numbers == 1


def test_a_school_that_said_nothing_is_there_with_nothing_said(
    campaign: Campaign, ales: School
) -> None:
    assert of_campaign(campaign)[ales.pk] == Completeness(expected=4)


def test_what_another_year_or_another_indicator_says_does_not_count(
    campaign: Campaign, indicators: list[Indicator], albi: School
) -> None:
    say(indicators[0], albi, year=2021)
    say(factories.IndicatorFactory(), albi)
    assert of_campaign(campaign)[albi.pk].filled == 0


def test_what_is_of_somebody_else_to_report_is_not_counted(
    campaign: Campaign, indicators: list[Indicator], albi: School
) -> None:
    """Schools gave it before the institute alone reports it, and the other way round."""
    institute = School.objects.get(code=School.THE_INSTITUTE)
    (now_the_institutes, now_of_schools, *_others) = indicators
    for indicator, school in ((now_the_institutes, albi), (now_of_schools, institute)):
        say(indicator, school, year=2021)
        say(indicator, school, value=Decimal(9000))  # which surprises after a hundred
        keep(campaign, school, indicator)
    say(now_of_schools, albi)
    Indicator.objects.filter(pk=now_the_institutes.pk).update(aggregation="none")
    counts = of_campaign(campaign)
    assert counts[albi.pk] == Completeness(expected=3, numbers=1)
    assert counts[institute.pk] == Completeness(expected=1)


def test_what_was_typed_and_could_not_be_stored_is_to_correct_and_not_said(
    campaign: Campaign, indicators: list[Indicator], albi: School
) -> None:
    keep(campaign, albi, indicators[0])
    keep(campaign, albi, factories.IndicatorFactory())  # no longer asked
    one = of_campaign(campaign)[albi.pk]
    assert (one.to_correct, one.filled) == (1, 0)


def test_a_surprise_is_to_explain_until_somebody_answers(
    campaign: Campaign, indicators: list[Indicator], albi: School
) -> None:
    say(indicators[0], albi, year=2021, value=Decimal(100))
    figure = say(indicators[0], albi, value=Decimal(200))
    assert of_campaign(campaign)[albi.pk].to_explain == 1
    Figure.objects.filter(pk=figure.pk).update(confirmed={"change": "100"})
    assert of_campaign(campaign)[albi.pk].to_explain == 0


def test_the_surprise_of_one_school_is_not_anothers(
    campaign: Campaign, indicators: list[Indicator], albi: School, ales: School
) -> None:
    say(indicators[0], albi, year=2021, value=Decimal(100))
    say(indicators[0], ales, value=Decimal(200))
    assert total(of_campaign(campaign).values()).to_explain == 0


def test_a_ratio_is_judged_by_its_quotient(campaign: Campaign, albi: School) -> None:
    share = factories.IndicatorFactory(ratio=True)
    campaign.indicators.add(share)
    for year, numerator in ((2021, 10), (2022, 40)):
        parts = {"numerator": Decimal(numerator), "denominator": Decimal(100)}
        say(share, albi, year=year, value=None, **parts)
    assert of_campaign(campaign)[albi.pk].to_explain == 1


def test_complete_is_all_said_nothing_to_correct_and_nothing_to_explain() -> None:
    assert Completeness(expected=3, numbers=2, words=1).is_complete
    assert not Completeness(expected=3, numbers=3, to_correct=1).is_complete
    assert not Completeness(expected=3, numbers=3, to_explain=1).is_complete


def test_where_nothing_is_asked_nothing_is_complete() -> None:
    assert Completeness().ratio is None
    assert not Completeness().is_complete


def test_the_total_adds_up_the_schools() -> None:
    parts = [Completeness(4, 2, 1, 1, 0), Completeness(4, 1, 0, 0, 1)]
    assert total(parts) == Completeness(8, 3, 1, 1, 1)
    assert total([]) == Completeness()


def test_chosen_schools_take_the_place_of_every_own_school(
    campaign: Campaign, albi: School, ales: School
) -> None:
    campaign.schools.set([ales])
    assert list(of_campaign(campaign)) == [ales.pk]


def test_every_own_school_of_the_year_is_expected_and_no_other(
    campaign: Campaign, albi: School, ales: School
) -> None:
    factories.SchoolFactory(kind=School.Affiliation.ASSOCIATED)
    factories.SchoolFactory(last_year=2021)
    expected = {school.pk for school in campaign.expected_schools()}
    assert set(of_campaign(campaign)) == expected == {albi.pk, ales.pk}


def test_two_campaigns_are_counted_apart(
    campaign: Campaign, indicators: list[Indicator], albi: School
) -> None:
    older = factories.CampaignFactory(year=2021, indicators=indicators[:2])
    say(indicators[0], albi, year=2021)
    say(indicators[0], albi)
    say(indicators[3], albi)
    found = of_campaigns([campaign, older])
    assert (found[campaign.pk][albi.pk].filled, found[older.pk][albi.pk].filled) == (2, 1)
    assert (found[campaign.pk][albi.pk].expected, found[older.pk][albi.pk].expected) == (4, 2)


def test_a_school_that_has_not_begun_has_its_row(campaign: Campaign, albi: School) -> None:
    extension = Extension.objects.create(
        campaign=campaign,
        school=albi,
        closes_at=campaign.closes_at + timedelta(days=5),
        reason="Incendie",
    )
    rows = {row.school.code: row for row in rows_of(campaign)}
    assert rows["imt-mines-albi"].state == "not_begun"
    assert rows["imt-mines-albi"].extension == extension
    assert rows["imt-mines-ales"].extension is None


def test_an_extension_that_the_closing_overtook_is_no_more_time(
    campaign: Campaign, albi: School
) -> None:
    Extension.objects.create(
        campaign=campaign, school=albi, closes_at=campaign.closes_at, reason="Incendie"
    )
    assert all(row.extension is None for row in rows_of(campaign))
    assert rows_of_campaigns([campaign])[0].extensions == 0


def test_the_row_of_a_campaign_counts_those_who_handed_in(
    campaign: Campaign, albi: School, ales: School
) -> None:
    now = timezone.now()
    factories.SubmissionFactory(campaign=campaign, school=albi, state="submitted", submitted_at=now)
    factories.SubmissionFactory(campaign=campaign, school=ales)
    row = rows_of_campaigns([campaign])[0]
    assert (row.handed_in, row.schools, row.completeness.expected) == (1, 2, 8)


@pytest.mark.parametrize(
    ("opens", "closes", "stage"),
    [(-2, 2, CampaignStage.OPEN), (1, 2, CampaignStage.PLANNED), (-2, -1, CampaignStage.CLOSED)],
)
def test_the_stage_of_a_campaign(db: None, opens: int, closes: int, stage: CampaignStage) -> None:
    now = timezone.now()
    campaign = factories.CampaignFactory(
        opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes)
    )
    assert CampaignStage.of(campaign) == stage


@pytest.mark.parametrize("schools", [8, 80])
def test_many_schools_cost_no_more_queries(
    indicators: list[Indicator], schools: int, django_assert_num_queries: Any
) -> None:
    campaign = factories.CampaignFactory(indicators=indicators)
    for school in factories.SchoolFactory.create_batch(schools):
        for indicator in indicators:
            say(indicator, school)
        say(indicators[0], school, year=2021)
    with django_assert_num_queries(15):
        assert len(of_campaign(campaign)) == schools
    with django_assert_num_queries(9):
        assert rows_of_campaigns([campaign])[0].completeness.filled == 4 * schools
