"""What is not held against the year before, because the series breaks between them."""

from decimal import Decimal

from django.utils import translation

from imtplan.campaigns.entry.checking.cells import EnteredCell, Surroundings
from imtplan.campaigns.entry.checking.checks import findings
from indicators.models import Figure, Indicator
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
