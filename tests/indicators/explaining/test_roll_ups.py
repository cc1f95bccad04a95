"""A roll-up explained: the items of a mean, what each brings, what is left out."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from indicators.explaining import (
    LeftOutReason,
    RollUpExplanation,
    StatusRule,
    StepResult,
    explain_roll_up,
)
from indicators.models import RollUp, Target, View
from objectives.models import Objective
from tests import factories
from tests.indicators.explaining.calculating import calculated

Recompute = Callable[[], Any]


@pytest.fixture
def objective(db: None) -> Objective:
    return factories.ObjectiveFactory(code="O1")


@pytest.fixture
def explain(diane: User, recomputed: Recompute) -> Callable[..., RollUpExplanation]:
    def explained(element: Any, year: int = 2020) -> RollUpExplanation:
        recomputed()
        plan = getattr(element, "plan", element)
        return explain_roll_up(diane, element, plan, View.VALIDATED, year)

    return explained


def linked(objective: Objective, albi: School, value: int | None, weight: int = 1) -> Target:
    """An indicator of the objective, on the way from 100 to 200."""
    target = factories.TargetFactory(plan=objective.plan, baseline_value=100, value=200)
    factories.LinkFactory(indicator=target.indicator, objective=objective, weight=weight)
    if value is not None:
        factories.FigureFactory(indicator=target.indicator, school=albi, value=value)
    return target


def outcomes(explanation: RollUpExplanation) -> dict[StepResult, Decimal]:
    return {step.result: step.outcome.value for step in explanation.steps}


def test_each_item_brings_its_part_of_the_mean(
    objective: Objective, albi: School, explain: Any
) -> None:
    linked(objective, albi, 150, weight=3)
    linked(objective, albi, 110)
    explained = explain(objective)
    assert [item.contribution for item in explained.items] == [Decimal("0.375"), Decimal("0.025")]
    assert explained.row.progress == sum(item.contribution for item in explained.items)
    assert outcomes(explained)[StepResult.PROGRESS] == Decimal("0.4")
    assert explained.agreement.holds


def test_every_step_comes_to_its_outcome(objective: Objective, albi: School, explain: Any) -> None:
    linked(objective, albi, 150, weight=3)
    linked(objective, albi, 110)
    linked(objective, albi, None)
    explained = explain(objective)
    assert set(outcomes(explained)) == {
        StepResult.COVERAGE,
        StepResult.PROGRESS,
        StepResult.EXPECTED_PROGRESS,
        StepResult.PACE,
    }
    for step in explained.steps:
        assert calculated(step.with_numbers) == pytest.approx(
            step.outcome.value, abs=Decimal("1e-9")
        )


def test_progress_beyond_either_end_is_taken_to_the_end(
    objective: Objective, albi: School, explain: Any
) -> None:
    linked(objective, albi, 300)
    linked(objective, albi, 50)
    first, second = explain(objective).items
    assert (first.progress, first.clamped) == (2, 1)
    assert (second.progress, second.clamped) == (Decimal("-0.5"), 0)


def test_what_has_no_data_is_left_out_and_counts_in_the_coverage(
    objective: Objective, albi: School, explain: Any
) -> None:
    linked(objective, albi, 150)
    linked(objective, albi, None, weight=3)
    explained = explain(objective)
    counted, left_out = explained.items
    assert (counted.why, left_out.why) == (None, LeftOutReason.NO_DATA)
    assert left_out.contribution is None
    assert outcomes(explained)[StepResult.COVERAGE] == Decimal("0.25")
    assert explained.rule is StatusRule.LITTLE_COVERED


def test_projects_and_objectives_are_items_too(
    objective: Objective, albi: School, explain: Any
) -> None:
    linked(objective, albi, 150)
    project = factories.ProjectFactory(code="P01", plan=objective.plan)
    factories.MilestoneFactory(project=project, done_on="2020-05-01")
    objective.served_by.create(project=project, weight=2, inferred=True)
    factories.ObjectiveFactory(code="O2", plan=objective.plan)
    indicator, served_by = explain(objective).items
    assert (indicator.kind, served_by.kind, served_by.code) == ("indicator", "project", "P01")
    assert (served_by.progress, served_by.weight, served_by.part.inferred) == (1, 2, True)
    of_the_plan = explain(objective.plan)
    assert [(item.kind, item.code, item.counts) for item in of_the_plan.items] == [
        ("objective", "O1", True),
        ("objective", "O2", False),
    ]
    assert of_the_plan.agreement.holds


def test_a_project_is_made_of_milestones_on_the_day(db: None, explain: Any) -> None:
    project = factories.ProjectFactory()
    for due, done, weight in (
        ("2019-06-30", "2019-07-15", 2),
        ("2020-06-30", None, 1),
        ("2021-06-30", "2020-10-01", 1),
        ("2022-06-30", None, 4),
    ):
        factories.MilestoneFactory(project=project, due_on=due, done_on=done, weight=weight)
    explained = explain(project)
    assert explained.day == date(2020, 12, 31)
    assert [(one.is_done, one.is_due) for one in explained.milestones] == [
        (True, True),
        (False, True),
        (True, False),
        (False, False),
    ]
    numbers = [step.with_numbers for step in explained.steps]
    assert numbers[:2] == ["(2 + 1) / (2 + 1 + 1 + 4)", "(2 + 1) / (2 + 1 + 1 + 4)"]
    assert explained.items == []
    assert explained.agreement.holds


def test_a_project_put_aside_serves_no_longer(
    objective: Objective, albi: School, explain: Any
) -> None:
    linked(objective, albi, 150)
    project = factories.ProjectFactory(plan=objective.plan, archived_at="2020-01-01T00:00Z")
    objective.served_by.create(project=project)
    assert [item.kind for item in explain(objective).items] == ["indicator"]


def test_nothing_linked_is_nothing_known(objective: Objective, explain: Any) -> None:
    explained = explain(objective)
    assert (explained.items, explained.steps, explained.rule) == ([], [], StatusRule.NO_VALUE)


def test_a_year_that_expects_nothing_is_judged_without_a_pace(
    objective: Objective, albi: School, explain: Any
) -> None:
    target = linked(objective, albi, 150)
    factories.FigureFactory(indicator=target.indicator, school=albi, year=2017, value=150)
    first, later = explain(objective, 2017), explain(objective, 2020)
    assert (first.row.status, first.rule) == ("on_track", StatusRule.NOTHING_EXPECTED)
    assert StepResult.PACE not in outcomes(first)
    assert (later.row.status, later.rule) == ("at_risk", StatusRule.BY_PACE)


def test_a_target_that_an_estimate_reaches_is_judged_by_that_and_not_by_the_pace(
    objective: Objective, albi: School, ales: School, explain: Any, progress_of: Any
) -> None:
    target = linked(objective, albi, 150)
    factories.FigureFactory(indicator=target.indicator, school=ales, year=2019, value=100)
    for explained in (explain(objective), progress_of(target)):
        assert explained.row.pace > 1
        assert (explained.row.status, explained.rule) == (
            "on_track",
            StatusRule.REACHED_ON_ESTIMATE,
        )


def test_a_stored_mean_that_differs_is_found(
    objective: Objective, albi: School, explain: Any, diane: User
) -> None:
    linked(objective, albi, 150)
    explain(objective)
    RollUp.objects.filter(objective=objective).update(progress=Decimal("0.9"))
    again = explain_roll_up(diane, objective, objective.plan, View.VALIDATED, 2020)
    assert [one.name for one in again.agreement.differences] == ["progress"]


def test_questions_do_not_grow_with_the_items(
    objective: Objective, albi: School, explain: Any
) -> None:
    linked(objective, albi, 150)
    explain(objective)
    with CaptureQueriesContext(connection) as few:
        explain(objective)
    for _ in range(5):
        linked(objective, albi, 150)
        project = factories.ProjectFactory(plan=objective.plan)
        factories.MilestoneFactory(project=project)
        objective.served_by.create(project=project)
    explain(objective)
    with CaptureQueriesContext(connection) as many:
        assert len(explain(objective).items) == 11
    assert len(many) <= len(few)
