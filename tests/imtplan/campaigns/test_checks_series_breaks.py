"""What is not held against the year before, because the series breaks between them."""

from decimal import Decimal

import pytest
from django.utils import translation

from imtplan.accounts.models import School
from imtplan.campaigns.entry.checking.cells import EnteredCell, Surroundings
from imtplan.campaigns.entry.checking.checks import findings
from imtplan.campaigns.entry.last_year import number_of_last_year, taken_over
from imtplan.campaigns.entry.pages.entry_page import comparisons
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign
from indicators.models import Figure, Indicator, SeriesBreak
from tests import factories


def past(indicator: Indicator, numbers: dict[int, int]) -> dict[int, Figure]:
    return {
        year: Figure(
            indicator=indicator, year=year, state=Figure.State.NUMBER, value=Decimal(number)
        )
        for year, number in numbers.items()
    }


def test_a_number_after_a_break_of_the_series_is_not_held_against_the_year_before() -> None:
    indicator = factories.IndicatorFactory.build(pk=1)
    earlier = past(indicator, {2018: 100, 2019: 101, 2020: 99, 2021: 100})

    def of(year: int) -> list[tuple[str, str]]:
        around = Surroundings(
            year=2022, past={1: earlier}, indicators=[indicator], breaks=lambda: {1: {year: "New."}}
        )
        with translation.override("en"):
            cell = EnteredCell(indicator=indicator, value=Decimal(180))
            return [(row.code, str(row.message)) for row in findings(cell, around)]

    assert of(2022) == [("break", "Not compared with 2021, 100: the series breaks here. New.")]
    assert [code for code, _ in of(2021)] == ["change"], "an older break is no excuse"


def test_nor_is_it_a_slip_of_a_power_of_ten() -> None:
    indicator = factories.IndicatorFactory.build(pk=1)
    earlier = {1: past(indicator, {2021: 100})}
    cell = EnteredCell(indicator=indicator, value=Decimal(1000))

    def codes(breaks: dict[int, str]) -> list[str]:
        around = Surroundings(
            year=2022, past=earlier, indicators=[indicator], breaks=lambda: {1: breaks}
        )
        return [row.code for row in findings(cell, around)]

    assert codes({}) == ["magnitude"]
    assert codes({2022: "New."}) == ["break"]
    assert codes({2021: "Older."}) == ["magnitude"]


@pytest.mark.django_db
def test_last_years_number_is_neither_taken_over_nor_compared(
    campaign: Campaign, students: Indicator, albi: School
) -> None:
    for year, value in ((2021, 100), (2022, 180)):
        factories.FigureFactory(indicator=students, school=albi, year=year, value=value)
    before = read(campaign, albi)
    assert number_of_last_year(students, before) is not None
    assert comparisons(students, before)["change"] != ""
    SeriesBreak.objects.create(indicator=students, year=2022, sentence="Autre périmètre.")
    after = read(campaign, albi)
    assert number_of_last_year(students, after) is None
    assert comparisons(students, after)["change"] == ""
    _cell, refusals = taken_over(EnteredCell(indicator=students, same=True), after)
    assert "rompue" in str(refusals[0].message)
