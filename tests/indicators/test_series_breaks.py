"""A series that begins anew in a year: no forecast crosses it, every number else stays."""

from decimal import Decimal

import pytest
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.integrity.results_check import differences
from indicators import past
from indicators.explaining import ExplanationReader
from indicators.models import InstituteValue, Progress, SeriesBreak, StaleMark, Target, View
from indicators.questions.school_years import bearers
from indicators.recomputing.recompute import recompute_stale
from indicators.results.series import all_series
from tests import factories

pytestmark = pytest.mark.django_db


def outcome(target: Target, year: int) -> tuple[Decimal | None, int, bool]:
    row = Progress.objects.get(target=target, year=year, view=View.VALIDATED)
    return row.forecast, row.forecast_points, row.forecast_from_baseline


def broken(target: Target, year: int) -> SeriesBreak:
    return SeriesBreak.objects.create(
        indicator=target.indicator, year=year, sentence="Les doubles inscriptions sont ôtées."
    )


@pytest.fixture
def students(albi: School) -> Target:
    """13,400 in 2017, 14,200 in 2018, 15,000 in 2020, 15,600 in 2021; 20,000 wanted in 2022."""
    target = factories.students_of_the_plan(albi)
    for year, value in ((2018, 14200), (2021, 15600)):
        factories.FigureFactory(indicator=target.indicator, school=albi, year=year, value=value)
    recompute_stale()
    return target


def test_a_forecast_rests_on_the_years_since_the_break(students: Target) -> None:
    assert outcome(students, 2021)[1:] == (4, False)
    broken(students, 2020)
    recompute_stale()
    # 15,000 and 15,600: 16,200 a year later.
    assert outcome(students, 2021) == (Decimal(16200), 2, False)
    # Of what was known in 2018 nothing is counted as 2022 will be.
    assert outcome(students, 2018) == (None, 0, False)
    assert differences() == []


def test_values_and_progress_stay_as_they_are(students: Target) -> None:
    def kept() -> list[tuple[object, ...]]:
        names = ("year", "view", "value", "progress", "status", "pace")
        return [
            *Progress.objects.order_by("view", "year").values_list(*names),
            *InstituteValue.objects.order_by("view", "year").values_list("view", "year", "value"),
        ]

    before = kept()
    broken(students, 2020)
    recompute_stale()
    assert kept() == before


def test_a_baseline_from_before_the_break_is_no_point(students: Target) -> None:
    students.indicator.figures.filter(year__lt=2020).delete()
    recompute_stale()
    assert outcome(students, 2021)[1:] == (3, True)
    broken(students, 2020)
    recompute_stale()
    assert outcome(students, 2021)[1:] == (2, False)


def test_a_break_after_the_targets_year_or_put_aside_breaks_nothing(students: Target) -> None:
    before = outcome(students, 2021)
    broken(students, 2023)
    aside = broken(students, 2021)
    SeriesBreak.objects.filter(pk=aside.pk).update(archived_at=timezone.now())
    recompute_stale()
    assert outcome(students, 2021) == before


def test_the_last_of_two_breaks_counts(students: Target) -> None:
    broken(students, 2018)
    broken(students, 2021)
    recompute_stale()
    assert outcome(students, 2021) == (None, 0, False)  # of one point there is no line


def test_it_makes_its_own_indicator_stale_alone(students: Target) -> None:
    other = factories.IndicatorFactory(code="other")
    recompute_stale()
    broken(students, 2020)
    marked = StaleMark.objects.values_list("indicator", flat=True)
    assert set(marked) == {students.indicator_id} != {other.pk}


@pytest.mark.django_db(transaction=True)
def test_at_an_earlier_moment_it_was_not_known(students: Target) -> None:
    before, moment = outcome(students, 2021), timezone.now()
    broken(students, 2020)
    recompute_stale()
    with past.at(moment):
        assert outcome(students, 2021) == before
    with past.at(timezone.now()):
        assert outcome(students, 2021)[1] == 2


def test_the_explanation_names_the_points_that_are_left(students: Target, diane: User) -> None:
    broken(students, 2020)
    recompute_stale()
    reader = ExplanationReader(diane, students.indicator, View.VALIDATED, 2021)
    [explanation] = reader.progress([students])
    assert [point.year for point in explanation.points] == [2020, 2021]
    assert explanation.agreement.holds


def test_the_schools_lines_still_make_the_institutes_forecast(
    students: Target, albi: School
) -> None:
    broken(students, 2020)
    recompute_stale()
    [series] = all_series(type(students.indicator).objects.filter(pk=students.indicator_id))
    those = bearers(
        series, View.VALIDATED, baseline_year=2017, year=2021, target_year=2022, schools=[albi]
    )
    [school] = those.schools
    assert sorted(school.points) == [2020, 2021]
    assert school.then is not None, "the baseline is still what it was"
