"""Whatever changes a number marks it stale, in its own transaction, by whichever way it comes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import School
from indicators.models import Figure, Indicator, StaleMark, TrajectoryPoint
from objectives.models import StrategicPlan
from tests import factories


@pytest.fixture
def marks(db: None) -> Callable[[], list[int | None]]:
    """The indicators marked since the last call."""

    def take() -> list[int | None]:
        found = sorted(StaleMark.objects.values_list("indicator_id", flat=True), key=str)
        StaleMark.objects.all().delete()
        return found

    return take


def test_a_figure_marks_its_indicator(marks: Any) -> None:
    figure = factories.FigureFactory()
    assert figure.indicator_id in marks()
    figure.value = Decimal(2)
    figure.save()
    assert marks() == [figure.indicator_id]
    Figure.objects.update(value=3)
    assert marks() == [figure.indicator_id]
    figure.delete()
    assert marks() == [figure.indicator_id]


def test_a_draft_makes_nothing_stale_until_it_is_handed_in(marks: Any) -> None:
    figure = factories.FigureFactory(status="draft")
    marks()
    Figure.objects.update(value=3)
    assert marks() == []
    Figure.objects.update(status="submitted")
    assert marks() == [figure.indicator_id]
    Figure.objects.update(status="draft", value=4)
    assert marks() == []  # what was handed in goes on counting
    figure.delete()
    assert marks() == [figure.indicator_id]


def test_many_rows_in_one_statement_leave_one_mark_for_each_indicator(
    marks: Any, albi: School
) -> None:
    one, other = factories.IndicatorFactory(), factories.IndicatorFactory()
    marks()
    Figure.objects.bulk_create(
        factories.FigureFactory.build(indicator=indicator, school=albi, year=year)
        for indicator in (one, other)
        for year in range(2000, 2020)
    )
    assert marks() == sorted([one.pk, other.pk], key=str)


def test_a_figure_moved_to_another_indicator_marks_both(marks: Any) -> None:
    figure, other = factories.FigureFactory(), factories.IndicatorFactory()
    before = figure.indicator_id
    marks()
    Figure.objects.update(indicator=other)
    assert marks() == sorted([before, other.pk], key=str)


def test_plain_sql_marks_too(marks: Any) -> None:
    figure = factories.FigureFactory()
    marks()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_figure SET value = 7")
    assert marks() == [figure.indicator_id]


def test_a_write_rolled_back_leaves_no_mark(marks: Any) -> None:
    indicator = factories.IndicatorFactory()
    marks()
    with pytest.raises(RuntimeError), transaction.atomic():
        factories.FigureFactory(indicator=indicator)
        raise RuntimeError
    assert marks() == []


@pytest.mark.parametrize(
    "make",
    [factories.TargetFactory, factories.IndicatorFactory],
    ids=["target", "indicator"],
)
def test_what_belongs_to_an_indicator_marks_it(marks: Any, make: Any) -> None:
    row = make()
    assert getattr(row, "indicator_id", row.pk) in marks()
    type(row).objects.filter(pk=row.pk).update(code="another")
    assert marks() == [getattr(row, "indicator_id", row.pk)]


@pytest.mark.parametrize(
    "make",
    [
        partial(factories.PlanFactory, state="draft"),  # a plan that was published stays
        factories.ObjectiveFactory,
        factories.LeverFactory,
        factories.ProjectFactory,
        factories.MilestoneFactory,
        factories.SchoolFactory,
    ],
)
def test_what_stands_above_the_indicators_marks_no_single_one(marks: Any, make: Any) -> None:
    row = make()
    assert None in marks()
    row.delete()
    assert None in marks()


@pytest.mark.parametrize(
    ("make", "only_roll_ups"),
    [
        (factories.SchoolFactory, False),
        (factories.ObjectiveFactory, True),
        (factories.ProjectFactory, True),
        (factories.MilestoneFactory, True),
    ],
)
def test_a_mean_of_items_leaves_the_indicators_alone(
    marks: Any, make: Any, only_roll_ups: bool
) -> None:
    row = make()
    marks()
    row.save()
    mark = StaleMark.objects.get()
    assert (mark.indicator_id, mark.only_roll_ups) == (None, only_roll_ups)


def test_the_terms_of_a_plan_mark_everything_and_so_does_its_publishing(marks: Any) -> None:
    for code in ("2018-2022", "2023-2027"):
        factories.PlanFactory(code=code, state="draft")
    marks()
    StrategicPlan.objects.update(state="published", published_at=timezone.now())
    assert marks() == [None]
    StrategicPlan.objects.update(state="closed", closed_at=timezone.now(), name_fr="Le plan")
    assert marks() == []
    StrategicPlan.objects.filter(code="2018-2022").update(last_year=2023)
    assert marks() == [None]
    StrategicPlan.objects.update(on_track_from="0.8")
    assert marks() == [None]


def test_a_link_marks_the_means_only(marks: Any) -> None:
    link = factories.LinkFactory(objective=factories.ObjectiveFactory())
    marks()
    link.delete()
    assert StaleMark.objects.get().only_roll_ups


@pytest.mark.parametrize(
    ("schools", "years", "marked"),
    [
        (["b"], [2020], ("b", 2020)),
        (["b", "c"], [2020], (None, 2020)),
        (["b"], [2019, 2020], (None, None)),
        ([None], [2020], (None, 2020)),
        ([None, "b"], [2020], (None, 2020)),
    ],
    ids=["one", "two schools", "two years", "the institute", "the institute and a school"],
)
def test_a_mark_says_as_much_as_it_can_of_the_figures_of_one_statement(
    marks: Any, schools: list[str | None], years: list[int], marked: tuple[str | None, int | None]
) -> None:
    indicator = factories.IndicatorFactory()
    those = {code: factories.SchoolFactory(code=code) for code in "bc"} | {
        None: factories.InstituteFactory()
    }
    marks()
    Figure.objects.bulk_create(
        factories.FigureFactory.build(indicator=indicator, school=those[code], year=year)
        for code in schools
        for year in years
    )
    mark = StaleMark.objects.get()
    code = next((code for code, one in those.items() if one and one.pk == mark.school_id), None)
    assert (code, mark.year) == marked


def test_a_stated_value_of_a_trajectory_marks_the_targets_indicator(marks: Any) -> None:
    target = factories.TargetFactory()
    marks()
    TrajectoryPoint.objects.create(target=target, year=2019, value=1)
    assert marks() == [target.indicator_id]


def test_a_deleted_indicator_leaves_marks_that_hurt_nobody(recomputed: Any) -> None:
    indicator = factories.IndicatorFactory()
    factories.TargetFactory(indicator=indicator)
    indicator.delete()
    recomputed()
    assert not StaleMark.objects.exists()
    assert not Indicator.objects.exists()


def test_a_milestone_done_is_seen(marks: Any) -> None:
    milestone = factories.MilestoneFactory()
    marks()
    milestone.done_on = date(2020, 6, 1)
    milestone.save()
    assert marks() == [None]
