"""From the figures to the plan: what is stored is what the formulas say."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School
from indicators.database import ask
from indicators.models import (
    Figure,
    InstituteValue,
    Progress,
    RecomputeRun,
    RollUp,
    StaleMark,
    Target,
    View,
)
from objectives.models import PlanState, StrategicPlan
from tests import factories

VALIDATED = View.VALIDATED


def progress_in(year: int, view: View = VALIDATED) -> Progress:
    return Progress.objects.get(year=year, view=view)


def test_the_worked_example_to_the_last_digit(albi: School, recomputed: Any) -> None:
    factories.students_of_the_plan(albi)
    recomputed()
    row = progress_in(2020)
    assert (row.baseline, row.target_value, row.value) == (13400, 20000, 15000)
    assert row.expected_value == 17360
    assert row.progress == Decimal("0.2424242424")
    assert row.expected_progress == Decimal("0.6")
    assert row.pace == Decimal("0.4040404040")
    assert row.gap == -2360
    assert row.status == "off_track"
    assert row.needed_per_year == 2500
    assert row.needed_rate == Decimal("0.1547005384")
    assert row.achieved_per_year == Decimal("533.3333333333")
    assert round(row.achieved_rate or 0, 4) == Decimal("0.0383")


def test_a_year_without_figures_has_no_data_and_no_zero(albi: School, recomputed: Any) -> None:
    factories.students_of_the_plan(albi)
    Figure.objects.filter(year=2017).delete()
    recomputed()
    row = progress_in(2018)
    assert (row.value, row.progress, row.pace, row.gap) == (None, None, None, None)
    assert row.status == "no_data"


def test_a_missing_school_makes_an_estimate_and_says_whom_it_carried(
    albi: School, ales: School, recomputed: Any
) -> None:
    indicator = factories.IndicatorFactory()
    for school, year, value in ((albi, 2019, 10), (ales, 2019, 20), (albi, 2020, 15)):
        factories.FigureFactory(indicator=indicator, school=school, year=year, value=value)
    recomputed()
    total = InstituteValue.objects.get(year=2020, view=VALIDATED)
    assert (total.value, total.estimate) == (None, 35)
    assert (total.reported, total.expected, total.missing) == (1, 2, ["imt-mines-ales"])
    assert total.carried == {"imt-mines-ales": 2019}
    assert total.is_estimate
    assert total.shown == 35


def test_a_school_is_expected_from_its_first_year_to_its_last(
    albi: School, ales: School, recomputed: Any
) -> None:
    School.objects.filter(pk=ales.pk).update(first_year=2019, last_year=2020)
    indicator = factories.IndicatorFactory()
    for year in (2018, 2021):
        factories.FigureFactory(indicator=indicator, school=albi, year=year)
    recomputed()
    rows = InstituteValue.objects.filter(view=VALIDATED)
    assert dict(rows.values_list("year", "expected")) == {2018: 1, 2019: 2, 2020: 2, 2021: 1}


@pytest.mark.parametrize(
    ("status", "validated", "provisional"),
    [("draft", None, None), ("submitted", None, 7), ("validated", 7, 7)],
)
def test_a_figure_counts_in_the_view_of_its_status(
    albi: School, recomputed: Any, status: str, validated: int | None, provisional: int | None
) -> None:
    factories.PlanFactory()
    factories.FigureFactory(school=albi, value=7, status=status)
    recomputed()
    values = {one.view: one.value for one in InstituteValue.objects.filter(year=2020)}
    assert values == {"validated": validated, "provisional": provisional}


def test_a_ratio_is_the_sum_of_parts_over_the_sum_of_wholes(
    albi: School, ales: School, recomputed: Any
) -> None:
    indicator = factories.IndicatorFactory(ratio=True)
    for school, part, whole in ((albi, 10, 100), (ales, 90, 300)):
        factories.FigureFactory(
            indicator=indicator, school=school, value=None, numerator=part, denominator=whole
        )
    recomputed()
    assert InstituteValue.objects.get(year=2020, view=VALIDATED).value == 25


def test_a_running_sum_begins_with_the_first_baseline_in_use(albi: School, recomputed: Any) -> None:
    raised = factories.IndicatorFactory(accumulation="cumulative")
    first = factories.TargetFactory(indicator=raised, is_reference=False, baseline_year=2017)
    factories.TargetFactory(indicator=raised, baseline_year=2018)
    for year in (2017, 2018, 2019):
        factories.FigureFactory(indicator=raised, school=albi, year=year, value=10)
    for archived_at, whole in ((None, 30), ("2020-01-01T00:00Z", 20)):
        Target.objects.filter(pk=first.pk).update(archived_at=archived_at)
        recomputed()
        assert InstituteValue.objects.get(year=2019, view=VALIDATED).value == whole


def test_a_school_to_which_an_indicator_does_not_apply_is_not_expected(
    albi: School, ales: School, recomputed: Any
) -> None:
    indicator = factories.IndicatorFactory()
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=15)
    factories.FigureFactory(
        indicator=indicator, school=ales, year=2020, value=None, state="not_applicable"
    )
    recomputed()
    total = InstituteValue.objects.get(year=2020, view=VALIDATED)
    assert (total.value, total.reported, total.expected, total.missing) == (15, 1, 1, [])


def test_who_left_keeps_its_part_of_a_running_sum_and_is_asked_for_no_more(
    albi: School, ales: School, recomputed: Any
) -> None:
    School.objects.filter(pk=ales.pk).update(last_year=2018)
    raised = factories.TargetFactory(indicator__accumulation="cumulative").indicator
    for school, year in ((albi, 2017), (albi, 2018), (albi, 2019), (ales, 2017), (ales, 2018)):
        factories.FigureFactory(indicator=raised, school=school, year=year, value=10)
    recomputed()
    total = InstituteValue.objects.get(year=2019, view=VALIDATED)
    assert (total.value, total.reported, total.expected) == (50, 2, 2)


def test_the_institutes_own_indicator_needs_no_school(recomputed: Any, albi: School) -> None:
    indicator = factories.IndicatorFactory(aggregation="none")
    factories.FigureFactory(
        indicator=indicator, school=factories.InstituteFactory(), value=Decimal("40.6")
    )
    recomputed()
    total = InstituteValue.objects.get(year=2020, view=VALIDATED)
    assert (total.value, total.expected, total.reported) == (Decimal("40.6"), 1, 1)


def test_a_growth_target_stands_on_the_baseline_of_the_figures(
    albi: School, recomputed: Any
) -> None:
    target = factories.TargetFactory(
        value=None, growth_percent=25, baseline_value=None, indicator__code="researchers"
    )
    for year, value in ((2017, 1000), (2018, 1100)):
        factories.FigureFactory(indicator=target.indicator, school=albi, year=year, value=value)
    recomputed()
    row = progress_in(2018)
    assert (row.baseline, row.target_value, row.progress) == (1000, 1250, Decimal("0.4"))


def test_a_missing_baseline_is_said_and_is_no_zero(recomputed: Any, albi: School) -> None:
    target = factories.TargetFactory(value=None, growth_percent=25, baseline_value=None)
    factories.FigureFactory(indicator=target.indicator, school=albi, year=2018)
    recomputed()
    row = progress_in(2018)
    assert (row.status, row.reason) == ("not_computable", "baseline_missing")
    assert (row.progress, row.target_value) == (None, None)


@pytest.mark.parametrize("baseline", [0, -10])
def test_a_growth_over_figures_of_nothing_or_less_is_not_computable(
    albi: School, recomputed: Any, baseline: int
) -> None:
    growth = {"value": None, "growth_percent": 50, "baseline_value": None}
    indicator = factories.TargetFactory(**growth).indicator
    factories.TargetFactory(indicator=indicator, school=albi, is_reference=False, **growth)
    for year, value in ((2017, baseline), (2022, 5)):
        factories.FigureFactory(indicator=indicator, school=albi, year=year, value=value)
    recomputed()
    rows = Progress.objects.filter(year=2022, view=VALIDATED)
    assert {(row.status, row.reason) for row in rows} == {
        ("not_computable", "growth_needs_positive")
    }
    assert {(row.progress, row.target_value, row.expected_value) for row in rows} == {
        (None, None, None)
    }


def test_a_school_is_held_against_its_own_target(
    albi: School, ales: School, recomputed: Any
) -> None:
    target = factories.TargetFactory(
        school=albi, is_reference=False, value=1400, baseline_value=1200
    )
    for school, value in ((albi, 1300), (ales, 9999)):
        factories.FigureFactory(indicator=target.indicator, school=school, value=value)
    recomputed()
    assert progress_in(2020).progress == Decimal("0.5")


@pytest.mark.parametrize(("year", "last"), [(2020, 2022), (2024, 2024)])
def test_a_target_is_judged_until_its_own_year_and_until_the_plans(
    albi: School, recomputed: Any, year: int, last: int
) -> None:
    target = factories.TargetFactory(year=year)
    factories.FigureFactory(indicator=target.indicator, school=albi, year=2026)
    recomputed()
    rows = Progress.objects.filter(target=target, view=VALIDATED).order_by("year")
    assert list(rows.values_list("year", flat=True)) == list(range(2017, last + 1))


def test_an_objective_is_the_weighted_mean_of_what_has_data(albi: School, recomputed: Any) -> None:
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective, weight=3)
    factories.LinkFactory(objective=objective, weight=1)
    recomputed()
    row = RollUp.objects.get(objective=objective, year=2020, view=VALIDATED)
    assert row.progress == Decimal("0.2424242424")
    assert row.coverage == Decimal("0.75")
    assert row.status == "off_track"
    plan = RollUp.objects.get(plan=target.plan, year=2020, view=VALIDATED)
    assert plan.progress == row.progress


@pytest.mark.parametrize("weight", [0, 1])
def test_an_estimate_that_weighs_nothing_makes_none_of_the_mean(
    albi: School, ales: School, recomputed: Any, weight: int
) -> None:
    objective = factories.ObjectiveFactory()
    counted, estimated = (
        factories.TargetFactory(plan=objective.plan, baseline_value=0, value=100) for _ in range(2)
    )
    for target, share in ((counted, 1), (estimated, weight)):
        factories.LinkFactory(indicator=target.indicator, objective=objective, weight=share)
        factories.FigureFactory(indicator=target.indicator, school=albi, year=2020, value=10)
    factories.FigureFactory(indicator=counted.indicator, school=ales, year=2020, value=10)
    factories.FigureFactory(indicator=estimated.indicator, school=ales, year=2019, value=10)
    recomputed()
    rows = RollUp.objects.filter(year=2020, view=VALIDATED)
    assert {row.is_estimate for row in rows} == {bool(weight)}


def test_a_project_counts_its_milestones(recomputed: Any) -> None:
    project = factories.ProjectFactory()
    factories.MilestoneFactory(project=project, due_on="2019-06-30", done_on="2019-06-01")
    factories.MilestoneFactory(project=project, due_on="2020-06-30", weight=3)
    recomputed()
    row = RollUp.objects.get(project=project, year=2020, view=VALIDATED)
    assert (row.progress, row.expected_progress) == (Decimal("0.25"), 1)


def test_nothing_stale_is_no_run(recomputed: Any) -> None:
    recomputed()
    assert recomputed() is None


def test_the_second_run_changes_nothing(albi: School, recomputed: Any) -> None:
    factories.students_of_the_plan(albi)
    recomputed()
    before = list(Progress.objects.order_by("pk").values())
    StaleMark.objects.create(reason="again", marked_at="2022-01-01T00:00Z")
    run = recomputed()
    assert (run.marks, run.rows_changed) == (1, 0)
    assert list(Progress.objects.order_by("pk").values()) == before


def test_a_number_cleared_is_a_change_too(albi: School, recomputed: Any) -> None:
    factories.students_of_the_plan(albi)
    recomputed()
    Figure.objects.filter(year=2020).update(state="not_entered", value=None)
    recomputed()
    row = progress_in(2020)
    assert (row.value, row.progress, row.status) == (None, None, "no_data")


def test_a_run_that_fails_leaves_its_marks(
    albi: School, recomputed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.students_of_the_plan(albi)
    waiting = StaleMark.objects.count()

    def broken(*args: object, **options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("indicators.recomputing.recompute._store_roll_ups", broken)
    with pytest.raises(RuntimeError):
        recomputed()
    assert StaleMark.objects.count() == waiting > 0
    assert not RecomputeRun.objects.exists()


def test_statements_do_not_grow_with_the_schools(
    albi: School, recomputed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = factories.students_of_the_plan(albi)
    asked = []

    def counted(statement: str, *args: Any, **options: Any) -> Any:
        asked.append(statement)
        return ask(statement, *args, **options)

    monkeypatch.setattr("indicators.recomputing.recompute.ask", counted)
    recomputed()
    few = len(asked)
    for _number in range(30):
        factories.FigureFactory(indicator=target.indicator, year=2020)
    asked.clear()
    recomputed()
    assert len(asked) <= few


def test_an_indicator_before_any_plan_or_figure_is_nothing_to_compute(recomputed: Any) -> None:
    factories.IndicatorFactory()
    assert recomputed() is not None
    assert not InstituteValue.objects.exists()


def test_when_plan_and_figures_are_gone_nothing_is_left(albi: School, recomputed: Any) -> None:
    target = factories.students_of_the_plan(albi)
    recomputed()
    Figure.objects.all().delete()
    StrategicPlan.objects.update(state=PlanState.DRAFT)
    target.plan.delete()
    recomputed()
    assert not InstituteValue.objects.exists()
    assert not Progress.objects.exists()
    assert not RollUp.objects.exists()
