"""One series has one forecast, whatever is promised of it: it rests on what is recorded."""

from decimal import Decimal

import pytest

from imtplan.accounts.models import School
from imtplan.integrity.results_check import differences
from indicators.models import Progress, Target
from indicators.recomputing.recompute import recompute
from tests import factories

pytestmark = pytest.mark.django_db


def outcome(target: Target, year: int = 2020) -> tuple[Decimal | None, int, bool]:
    row = Progress.objects.get(target=target, year=year, view="validated")
    return row.forecast, row.forecast_points, row.forecast_from_baseline


@pytest.fixture
def students(albi: School) -> Target:
    """15,000 in 2020 after 13,400 in 2017, which its target takes as its baseline."""
    return factories.students_of_the_plan(albi)


def test_a_target_with_a_baseline_of_its_own_moves_no_forecast(students: Target) -> None:
    other = factories.TargetFactory(
        indicator=students.indicator,
        plan=students.plan,
        is_reference=False,
        baseline_value=Decimal(12000),
    )
    recompute()
    assert outcome(other) == outcome(students)
    assert outcome(students)[1:] == (2, False)


def test_a_target_that_begins_later_does_not_forget_what_was_before(
    students: Target, albi: School
) -> None:
    factories.FigureFactory(indicator=students.indicator, school=albi, year=2019, value=14900)
    other = factories.TargetFactory(
        indicator=students.indicator,
        plan=students.plan,
        is_reference=False,
        baseline_year=2019,
        baseline_value=None,
    )
    recompute()
    assert outcome(other) == outcome(students)
    assert outcome(students)[1] == 3


def test_a_baseline_stands_in_for_a_year_without_a_figure_and_that_is_told(
    albi: School, students: Target
) -> None:
    students.indicator.figures.filter(year=2017).delete()
    recompute()
    forecast, points, from_baseline = outcome(students)
    assert (points, from_baseline) == (2, True)
    assert forecast is not None
    assert outcome(students, 2019) == (None, 0, False)  # of one point there is no line


def test_a_recorded_figure_comes_before_the_published_baseline(
    albi: School, students: Target
) -> None:
    students.indicator.figures.filter(year=2017).update(value=12000)
    recompute()
    assert outcome(students) == (Decimal(17000), 2, False)


def test_with_the_figure_of_the_target_year_nothing_is_left_to_forecast(
    albi: School, students: Target
) -> None:
    factories.FigureFactory(indicator=students.indicator, school=albi, year=2022, value=18000)
    recompute()
    assert outcome(students, 2021) == outcome(students)
    assert outcome(students, 2022) == (None, 0, False)


def test_a_baseline_of_a_year_before_all_others_is_a_point(students: Target) -> None:
    """Nothing else is spoken of before 2017, the baseline's year of the plan."""
    older = factories.TargetFactory(
        indicator=students.indicator,
        plan=students.plan,
        is_reference=False,
        baseline_year=2014,
        baseline_value=Decimal(12000),
    )
    recompute()
    assert outcome(older)[1:] == (3, True)
    assert list(differences()) == []
