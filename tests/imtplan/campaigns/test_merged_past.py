"""What a successor's figures are compared with: its own earlier ones with those of the schools that
merged into it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.last_year import taken_over
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.completeness import of_campaign
from indicators.models import Figure, Indicator
from tests import factories


@pytest.fixture
def merged(students: Indicator, albi: School, ales: School) -> School:
    """Alès merged into Albi after 2021: 1,000 and 300 then."""
    for school, value in ((albi, 1000), (ales, 300)):
        for year in (2020, 2021):
            enter(students, school, year, value=Decimal(value + year - 2021))
    ales.last_year, ales.merged_into = 2021, albi
    ales.save()
    return ales


def enter(indicator: Indicator, school: School, year: int, **cell: Any) -> Figure:
    return factories.FigureFactory(indicator=indicator, school=school, year=year, **cell)


def before(campaign: Campaign, school: School, indicator: Indicator, year: int = 2021) -> Figure:
    figure = read(campaign, school).figures[indicator.pk][year]
    assert figure.pk is None
    return figure


def test_the_years_before_are_of_both(
    campaign: Campaign, merged: School, albi: School, students: Indicator
) -> None:
    assert before(campaign, albi, students).number == 1300
    assert before(campaign, albi, students, 2020).number == 1298
    assert read(campaign, merged).figures[students.pk][2021].number == 300


def test_the_surprise_is_against_both_and_says_so(
    campaign: Campaign, merged: School, albi: School, students: Indicator
) -> None:
    """1,320 would be a third more than Albi's own 1,000; of 1,300 it is 1.5 % more."""
    students.change_limit = Decimal(20)
    students.save()
    enter(students, albi, 2022, value=Decimal(1320), status="draft")
    assert read(campaign, albi).to_explain == []
    assert of_campaign(campaign)[albi.pk].to_explain == 0
    Figure.objects.filter(year=2022).update(value=1000)
    with translation.override("en"):
        (finding,) = read(campaign, albi).findings(students)
        assert "in 2021, with IMT Mines Alès" in str(finding.message)
    assert of_campaign(campaign)[albi.pk].to_explain == 1


def test_a_ratio_adds_its_parts_and_a_mean_stays_its_own(
    campaign: Campaign, merged: School, albi: School
) -> None:
    share = factories.IndicatorFactory(code="share", ratio=True)
    grade = factories.IndicatorFactory(code="grade", aggregation="mean")
    campaign.indicators.add(share, grade)
    for school, numerator in ((albi, 10), (merged, 30)):
        parts = {"numerator": Decimal(numerator), "denominator": Decimal(100)}
        enter(share, school, 2021, value=None, **parts)
        enter(grade, school, 2021, value=Decimal(numerator))
    both = before(campaign, albi, share)
    assert (both.numerator, both.denominator) == (40, 200)
    assert read(campaign, albi).figures[grade.pk][2021].number == 10


@pytest.mark.parametrize("status", ["draft", "submitted"])
def test_what_the_school_that_merged_has_not_had_validated_is_not_seen(
    campaign: Campaign, merged: School, albi: School, students: Indicator, status: str
) -> None:
    """A correction under way is not what counts, and never was the successor's to read."""
    Figure.objects.filter(school=merged, year=2021).update(value=999, status=status)
    assert before(campaign, albi, students).number == 1300
    assert read(campaign, merged).figures[students.pk][2021].number == 999


def test_a_figure_that_was_never_validated_is_missing(
    campaign: Campaign, merged: School, albi: School, students: Indicator
) -> None:
    Figure.objects.filter(school=merged, year=2021).delete()
    enter(students, merged, 2021, value=Decimal(300), status="draft")
    assert before(campaign, albi, students).number is None
    students.change_limit = Decimal(20)
    students.save()
    enter(students, albi, 2022, value=Decimal(9000), status="draft")
    assert of_campaign(campaign)[albi.pk].to_explain == len(read(campaign, albi).to_explain)


@pytest.mark.parametrize(
    ("word", "number"), [("not_available", None), ("not_applicable", 1000), (None, None)]
)
def test_a_word_of_the_school_that_merged(
    campaign: Campaign,
    merged: School,
    albi: School,
    students: Indicator,
    word: str | None,
    number: int | None,
) -> None:
    """What is missing leaves nothing to compare with; what does not apply is no part of it."""
    theirs = Figure.objects.filter(school=merged, year=2021)
    if word:
        theirs.update(state=word, value=None, reason="Registre perdu")
    else:
        theirs.delete()
    assert before(campaign, albi, students).number == number


def test_the_tick_of_last_year_says_whose_number_it_is(
    campaign: Campaign, merged: School, albi: School, students: Indicator
) -> None:
    cell = EnteredCell(students, Figure.State.NUMBER, value=Decimal(1000), same=True)
    with translation.override("en"):
        _cell, (finding,) = taken_over(cell, read(campaign, albi))
        assert "the number of 2021, with IMT Mines Alès, 1,300" in str(finding.message)
        Figure.objects.filter(school=albi, year=2021).delete()
        _cell, (finding,) = taken_over(cell, read(campaign, albi))
        assert "no number of 2021, with IMT Mines Alès to take over" in str(finding.message)


def test_a_new_school_is_compared_with_those_it_was_made_of(
    campaign: Campaign, merged: School, students: Indicator
) -> None:
    new = factories.SchoolFactory(code="new", first_year=2022)
    merged.merged_into = new
    merged.save()
    assert before(campaign, new, students).number == 300


def test_the_page_says_whose_figures_the_earlier_years_are(
    campaign: Campaign,
    merged: School,
    alice: User,
    signed_in: Callable[[User], Client],
) -> None:
    text = signed_in(alice).get("/saisie/2022/imt-mines-albi/").content.decode()
    sentence = "IMT Mines Alès a fusionné dans cette école\u202f: jusqu’en 2021"
    assert sentence in text
    assert "1\u202f300" in text
