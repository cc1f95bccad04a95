"""What a run takes up, what it writes and deletes, and what it does with numbers that cannot be."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.integrity.results_check import differences
from indicators.database import ask
from indicators.formulas.progress import FORMULA_VERSION
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
from indicators.recomputing.recompute import recompute_stale, retry
from tests import factories

VALIDATED = View.VALIDATED


# --- What is written, and what is deleted ---------------------------------------------------------


def versions(*models: type[Model]) -> dict[tuple[type[Model], int], str]:
    """The transaction that last wrote each row: another one wherever it was written again."""
    found = {}
    for model in models:
        for pk, version in ask(f"SELECT id, xmin || ' ' || cmin FROM {model._meta.db_table}"):  # noqa: S608
            found[model, pk] = version
    return found


def test_only_rows_that_differ_are_written(albi: School, recomputed: Any) -> None:
    target = factories.students_of_the_plan(albi)
    other = factories.TargetFactory(indicator__code="researchers")
    for year in (2018, 2020, 2021):
        factories.FigureFactory(indicator=other.indicator, school=albi, year=year)
    recomputed()
    before = versions(InstituteValue, Progress)
    Figure.objects.filter(indicator=target.indicator, year=2020).update(value=15001)
    run = recomputed()
    after = versions(InstituteValue, Progress)
    written = {key for key in after if after[key] != before.get(key)}
    assert len(written) == run.rows_changed > 0
    values = InstituteValue.objects.filter(pk__in=[pk for m, pk in written if m is InstituteValue])
    assert {one.indicator for one in values} == {target.indicator}
    assert {one.year for one in values} == {2020, 2021, 2022}
    rows = Progress.objects.filter(pk__in=[pk for m, pk in written if m is Progress])
    assert {(one.target_id, one.year) for one in rows} == {
        (target.pk, year) for year in (2020, 2021, 2022)
    }


def test_other_inputs_with_the_same_result_are_told_by_the_fingerprint(
    albi: School, ales: School, recomputed: Any
) -> None:
    indicator = factories.IndicatorFactory()
    figures = [
        factories.FigureFactory(indicator=indicator, school=school, value=10)
        for school in (albi, ales)
    ]
    recomputed()
    before = InstituteValue.objects.get(year=2020, view=VALIDATED)
    for figure, value in zip(figures, (9, 11), strict=True):
        Figure.objects.filter(pk=figure.pk).update(value=value)
    recomputed()
    after = InstituteValue.objects.get(year=2020, view=VALIDATED)
    assert (after.value, after.formula_version) == (before.value, FORMULA_VERSION)
    assert after.inputs_hash != before.inputs_hash
    assert after.computed_at > before.computed_at


@pytest.mark.parametrize("archive", ["indicator", "target", "objective"])
def test_what_is_archived_keeps_no_result(albi: School, recomputed: Any, archive: str) -> None:
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    recomputed()
    one = {"indicator": target.indicator, "target": target, "objective": objective}[archive]
    type(one).objects.filter(pk=one.pk).update(archived_at=timezone.now())
    recomputed()
    assert differences() == []
    assert Progress.objects.exists() == (archive == "objective")
    assert InstituteValue.objects.exists() == (archive != "indicator")
    assert RollUp.objects.filter(objective=objective).exists() == (archive != "objective")


@pytest.mark.parametrize("year", [2010, 2030])
def test_the_years_of_deleted_figures_are_forgotten(
    albi: School, recomputed: Any, year: int
) -> None:
    target = factories.students_of_the_plan(albi)
    far = factories.FigureFactory(indicator=target.indicator, school=albi, year=year)
    recomputed()
    assert InstituteValue.objects.filter(year=year).exists()
    far.delete()
    recomputed()
    assert set(InstituteValue.objects.values_list("year", flat=True)) == set(range(2017, 2023))
    assert differences() == []


def test_a_shorter_plan_has_fewer_results(albi: School, recomputed: Any) -> None:
    target = factories.students_of_the_plan(albi)
    recomputed()
    type(target).objects.update(year=2020)
    type(target.plan).objects.update(last_year=2020)
    recomputed()
    assert set(RollUp.objects.values_list("year", flat=True)) == set(range(2017, 2021))
    assert set(Progress.objects.values_list("year", flat=True)) == set(range(2017, 2021))


# --- The scope of a change ------------------------------------------------------------------------


def test_many_saves_are_one_run_and_the_last_value_wins(albi: School, recomputed: Any) -> None:
    figure = factories.FigureFactory(school=albi)
    recomputed()
    for value in range(200):
        Figure.objects.filter(pk=figure.pk).update(value=value)
    run = recomputed()
    assert (run.marks, run.indicators) == (200, 1)
    assert InstituteValue.objects.get(year=2020, view=VALIDATED).value == 199
    assert recomputed() is None


def test_a_run_says_what_it_recomputed(albi: School, recomputed: Any) -> None:
    target = factories.students_of_the_plan(albi)
    assert recomputed().scope == "everything"
    Figure.objects.filter(year=2017).update(value=13000)
    assert recomputed().scope == "students 2017–2019"
    type(target).objects.update(source="Another")
    assert recomputed().scope == "students, every roll-up"


def test_a_figure_of_a_running_sum_moves_every_year_after_it(albi: School, recomputed: Any) -> None:
    target = factories.TargetFactory(indicator__accumulation="cumulative")
    for year in range(2017, 2021):
        factories.FigureFactory(indicator=target.indicator, school=albi, year=year, value=10)
    recomputed()
    Figure.objects.filter(year=2018).update(value=15)
    recomputed()
    sums = InstituteValue.objects.filter(view=VALIDATED).exclude(value=None)
    assert dict(sums.values_list("year", "value")) == {2017: 10, 2018: 25, 2019: 35, 2020: 45}
    assert differences() == []


def test_a_baseline_that_moves_moves_every_year(albi: School, recomputed: Any) -> None:
    target = factories.students_of_the_plan(albi)
    type(target).objects.update(baseline_value=None)
    recomputed()
    Figure.objects.filter(year=2017).update(value=10000)
    recomputed()
    assert {row.baseline for row in Progress.objects.all()} == {10000}
    assert differences() == []


def test_a_schools_baseline_moves_the_range_of_every_year_that_it_misses(
    albi: School, ales: School, recomputed: Any
) -> None:
    """Of Alès nothing is known from 2019 on: it may stand at its baseline of 2017 still."""
    indicator = factories.IndicatorFactory()
    factories.TargetFactory(
        indicator=indicator, school=ales, is_reference=False, baseline_value=None, value=1000
    )
    for school, years in ((albi, range(2017, 2023)), (ales, (2017, 2018))):
        for year in years:
            factories.FigureFactory(indicator=indicator, school=school, year=year, value=100)
    recomputed()
    Figure.objects.filter(school=ales, year=2017).update(value=500)
    recomputed()
    rows = InstituteValue.objects.filter(view=VALIDATED, year__gt=2018)
    assert list(rows.values_list("low", flat=True)) == [600] * 4
    assert differences() == []


def test_what_moves_toward_one_plan_moves_no_other_and_no_year_beyond_it(
    albi: School, recomputed: Any
) -> None:
    """The second plan has the indicator too; the first has a target beyond its last year."""
    first = factories.TargetFactory(year=2024, baseline_value=0, value=100)
    later = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )
    second = factories.TargetFactory(
        plan=later,
        indicator=first.indicator,
        baseline_year=2022,
        baseline_value=0,
        year=2027,
        value=1000,
    )
    objectives = [factories.ObjectiveFactory(plan=target.plan) for target in (first, second)]
    for objective in objectives:
        factories.LinkFactory(indicator=first.indicator, objective=objective)
    for year in (2019, 2022, 2023):
        factories.FigureFactory(indicator=first.indicator, school=albi, year=year, value=10)
    recomputed()
    for year in (2019, 2022, 2023):
        Figure.objects.filter(year=year).update(value=20)
        recomputed()
        assert differences() == []
    rows = RollUp.objects.filter(objective__in=objectives, view=VALIDATED)
    reached = {(row.objective_id, row.year): row.progress for row in rows if row.progress}
    own, other = (objective.pk for objective in objectives)
    assert reached == {
        (own, 2019): Decimal("0.2"),
        (own, 2022): Decimal("0.2"),
        (other, 2022): Decimal("0.02"),
        (other, 2023): Decimal("0.02"),
    }


# --- Poison ---------------------------------------------------------------------------------------


@pytest.fixture
def poison(albi: School) -> Target:
    return factories.target_beyond_computing(albi)


def test_an_indicator_that_cannot_be_computed_holds_nobody_up(
    albi: School, recomputed: Any, poison: Target
) -> None:
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=target.plan)
    factories.LinkFactory(indicator=poison.indicator, objective=objective)
    recomputed()
    assert Progress.objects.get(target=target, year=2020, view=VALIDATED).gap == -2360
    failed = RecomputeRun.objects.unresolved().get()
    assert failed.indicator == poison.indicator
    assert "overflow" in failed.error
    rows = Progress.objects.filter(target=poison)
    assert set(rows.values_list("status", "reason", "value", "progress")) == {
        ("not_computable", "computation_failed", None, None)
    }
    assert not InstituteValue.objects.filter(indicator=poison.indicator).exclude(value=None)
    assert RollUp.objects.get(objective=objective, year=2021, view=VALIDATED).coverage == 0
    assert recomputed() is None  # it is not tried again and again


def test_a_single_figure_beyond_computing_leaves_every_year_its_row(
    recomputed: Any, poison: Target
) -> None:
    """Found by reading: only the years that a figure moves were kept, the others vanished."""
    figures = Figure.objects.filter(indicator=poison.indicator)
    small = figures.get().numerator
    figures.update(numerator=Decimal(10) ** 17)
    recomputed()
    years = set(InstituteValue.objects.filter(indicator=poison.indicator).values_list("year"))
    assert len(years) > 1
    figures.update(numerator=small)
    recomputed()
    assert RecomputeRun.objects.unresolved().exists()
    kept = InstituteValue.objects.filter(indicator=poison.indicator)
    assert set(kept.values_list("year")) == years
    assert not kept.exclude(value=None)


def test_poison_is_taken_up_again_by_a_write_or_by_hand(recomputed: Any, poison: Target) -> None:
    recomputed()
    first = RecomputeRun.objects.unresolved().get()
    retry(first)
    recomputed()
    second = RecomputeRun.objects.unresolved().get()
    assert second != first
    Figure.objects.filter(indicator=poison.indicator).update(numerator=Decimal(10) ** 17)
    recomputed()
    assert not RecomputeRun.objects.unresolved().exists()
    assert differences() == []


# --- Two at once ----------------------------------------------------------------------------------


TRIALS = int(os.environ.get("TRIALS", "25"))


def completed_at_once(together: threading.Barrier, value: int, target: Target) -> None:
    together.wait()
    Figure.objects.filter(indicator=target.indicator).update(value=value)
    recompute_stale()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_that_complete_one_objective_at_once_are_both_seen() -> None:
    """Each in a connection of its own: half of the objective, the commit, the recomputation."""
    school = factories.SchoolFactory()
    targets = [factories.TargetFactory(value=200, baseline_value=0) for _ in range(2)]
    objective = factories.ObjectiveFactory(plan=targets[0].plan)
    for target in targets:
        factories.LinkFactory(indicator=target.indicator, objective=objective)
        factories.FigureFactory(indicator=target.indicator, school=school, year=2022, value=0)
    recompute_stale()
    for trial in range(TRIALS):
        value = 100 if trial % 2 else 200
        with ThreadPoolExecutor(2) as pool:
            complete = partial(completed_at_once, threading.Barrier(2), value)
            list(pool.map(complete, targets))
        row = RollUp.objects.get(objective=objective, year=2022, view=VALIDATED)
        assert row.progress == Decimal(value) / 200, trial
        assert not StaleMark.objects.exists()


# --- The years of which anything is said ----------------------------------------------------------


@pytest.mark.parametrize("year", [2012, 2026])
def test_a_draft_beyond_the_plans_years_adds_no_year(
    albi: School, recomputed: Any, year: int
) -> None:
    target = factories.students_of_the_plan(albi)
    recomputed()
    figure = factories.FigureFactory(
        indicator=target.indicator, school=albi, year=year, status=Figure.Status.DRAFT
    )
    assert recomputed() is None
    assert list(differences()) == []
    Figure.objects.filter(pk=figure.pk).update(status=Figure.Status.SUBMITTED)
    recomputed()
    assert InstituteValue.objects.filter(year=year).exists()
    figure.delete()
    recomputed()
    assert list(differences()) == []
    assert not InstituteValue.objects.filter(year=year).exists()


def test_figures_of_several_schools_in_one_statement_move_the_schools_own_targets(
    albi: School, ales: School, recomputed: Any
) -> None:
    own = factories.TargetFactory(school=albi, is_reference=False)
    for school in (albi, ales):
        factories.FigureFactory(indicator=own.indicator, school=school, year=2020, value=1)
    recomputed()
    Figure.objects.filter(indicator=own.indicator, year=2020).update(value=1500)
    recomputed()
    assert Progress.objects.get(target=own, year=2020, view=VALIDATED).value == 1500
    assert differences() == []
