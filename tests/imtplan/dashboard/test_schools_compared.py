"""The schools of an indicator side by side: who holds it back, against the median of all."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.indicator.page import indicator_page
from indicators.models import Indicator, Target
from tests import factories

URL = "/indicateurs/students/?year=2020"


def compared(user: Any, **asked: str) -> Any:
    return indicator_page(user, "students", {"year": "2020", **asked}, Freshness.read()).compared


@pytest.fixture
def three(students: Target, albi: Any, ales: Any) -> Target:
    """Albi grew by 11.9 %, Alès by half, and a third one said nothing of 2020."""
    for year, value in ((2017, 100), (2020, 150)):
        factories.FigureFactory(indicator=students.indicator, school=ales, year=year, value=value)
    silent = factories.SchoolFactory(name="Télécom Silence")
    factories.FigureFactory(indicator=students.indicator, school=silent, year=2017, value=7)
    return students


def test_what_moved_least_comes_first_and_what_is_missing_last(three, diane):
    rows = compared(diane)

    assert [row.school.name for row in rows] == [
        "IMT Mines Albi",
        "IMT Mines Alès",
        "Télécom Silence",
    ]
    assert [row.rank for row in rows] == [2, 1, None]
    assert rows[1].move == Decimal("0.5")
    assert rows[0].move == pytest.approx(Decimal(1600) / 13400)
    assert (rows[2].change, rows[2].move_text, rows[2].gap_text) == (None, "", "")


def test_the_median_stands_between_them(three, diane):
    albi, ales, _silent = compared(diane)

    assert albi.middle == ales.middle == (albi.move + ales.move) / 2
    assert ales.gap_text == "+19 points"
    assert albi.gap_text == "−19 points"


def test_the_sentence_names_the_school_that_moved_least(three, diane, signed_in, read):
    words = read(signed_in(diane).get(URL))

    assert (
        "IMT Mines Albi a le moins avancé\u202f: +11,9\u202f%,"
        " soit −19 points par rapport à la médiane des écoles."
    ) in words


def test_one_school_is_compared_with_nobody(students, albi, diane, signed_in, read):
    assert "par rapport à la médiane des écoles" not in read(signed_in(diane).get(URL))


def test_where_less_is_good_the_one_that_grew_most_comes_first(three, diane):
    Indicator.objects.update(direction="decrease")

    assert compared(diane)[0].school.name == "IMT Mines Alès"


def test_a_band_has_no_good_direction(three, diane):
    Indicator.objects.update(direction="keep", band_low=1, band_high=2)

    assert compared(diane) == []


def test_a_school_that_began_at_nothing_has_a_change_and_no_percentage(three, ales, diane):
    three.indicator.figures.filter(school=ales, year=2017).update(value=0)

    row = next(row for row in compared(diane) if row.school == ales)

    assert row.change == 150
    assert (row.move, row.rank) == (None, None)


def test_a_ratio_moves_in_its_own_unit(albi, diane, students):
    ratio = factories.IndicatorFactory(code="share", ratio=True, scale=100)
    factories.TargetFactory(plan=students.plan, indicator=ratio)
    for year, part in ((2017, 10), (2020, 13)):
        factories.FigureFactory(
            indicator=ratio, school=albi, year=year, value=None, numerator=part, denominator=100
        )

    [row] = indicator_page(diane, "share", {"year": "2020"}, Freshness.read()).compared

    assert row.move == 3


def test_nothing_is_compared_in_the_baseline_year(three, diane):
    assert compared(diane, year="2017") == []


def test_the_page_leads_to_the_school(three, diane, signed_in, read, recomputed):
    recomputed()
    answer = signed_in(diane).get(URL)

    assert "Les écoles comparées, de 2017 à 2020" in read(answer)
    assert "/ecoles/imt-mines-ales/?year=2020" in answer.content.decode()
