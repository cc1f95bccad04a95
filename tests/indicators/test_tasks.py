"""The jobs, and the poke that never waits."""

from datetime import UTC, datetime
from typing import Any

import pytest

from imtplan import clock
from imtplan.accounts.models import School
from imtplan.integrity.results_check import differences
from indicators import tasks
from indicators.models import Figure, InstituteValue, RecomputeRun, StaleMark
from objectives.models import PlanState, StrategicPlan
from tests import factories


@pytest.mark.parametrize("job", [tasks.recompute, tasks.sweep])
def test_a_job_leaves_nothing_stale(albi: School, job: Any) -> None:
    factories.FigureFactory(school=albi, year=2020, value=7)
    job()
    assert not StaleMark.objects.exists()
    assert InstituteValue.objects.get(year=2020, view="validated").value == 7


def test_a_job_with_nothing_to_do_keeps_no_run(db: None) -> None:
    tasks.recompute()
    before = RecomputeRun.objects.count()
    tasks.recompute()
    assert RecomputeRun.objects.count() == before


def test_each_day_everything_is_looked_at_once(albi: School) -> None:
    """By the first sweep of the day, however late it comes: no timer has to strike at midnight."""
    factories.FigureFactory(school=albi)
    runs = []
    for day in (1, 1, 3):
        with clock.standing_at(datetime(2021, 4, day, 7, tzinfo=UTC)):
            tasks.sweep()
        runs.append(RecomputeRun.objects.count())
    assert runs[1] == runs[0]
    assert runs[2] == runs[1] + 1
    assert RecomputeRun.objects.first().indicators == 1


def test_a_large_recomputation_is_done_in_turns(
    albi: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them whole, also when the years of which anything is said become fewer."""
    monkeypatch.setattr(tasks, "AT_MOST", 2)
    targets = [factories.TargetFactory() for _ in range(5)]
    objective = factories.ObjectiveFactory(plan=targets[0].plan)
    for target in targets:
        factories.LinkFactory(indicator=target.indicator, objective=objective)
        factories.FigureFactory(indicator=target.indicator, school=albi, year=2021)
    far = factories.FigureFactory(indicator=targets[4].indicator, school=albi, year=2029)
    for _again in range(2):
        before = RecomputeRun.objects.count()
        tasks.recompute()
        runs = RecomputeRun.objects.all()[: RecomputeRun.objects.count() - before]
        assert sorted(run.indicators for run in runs) == [1, 2, 2]
        assert differences() == []
        assert not StaleMark.objects.exists()
        Figure.objects.filter(pk=far.pk).delete()


def test_where_plan_and_figures_are_gone_no_value_stays(albi: School) -> None:
    plan = factories.students_of_the_plan(albi).plan
    tasks.recompute()
    assert InstituteValue.objects.exists()
    Figure.objects.all().delete()
    StrategicPlan.objects.update(state=PlanState.DRAFT)
    plan.delete()
    tasks.recompute()
    assert not InstituteValue.objects.exists()
    assert not StaleMark.objects.exists()
