"""An indicator's value explained: what counted, what was carried, what was left out and why."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from indicators.explaining import Formula, InputUse, NotCountedReason, StepResult
from indicators.models import Figure, InstituteValue
from tests import factories
from tests.indicators.explaining.calculating import calculated

Both = tuple[School, School]
Explain = Callable[..., Any]
Recompute = Callable[[], Any]


def figure(indicator: Any, school: School | None, value: Any = 100, **fields: Any) -> Figure:
    return factories.FigureFactory(indicator=indicator, school=school, value=value, **fields)


@pytest.fixture
def indicator(both: Both) -> Any:
    return factories.TargetFactory(indicator__code="students").indicator


def outcomes(explanation: Any) -> dict[StepResult, tuple[Formula, Decimal]]:
    return {step.result: (step.formula, step.outcome.value) for step in explanation.steps}


@pytest.mark.parametrize(
    ("aggregation", "formula", "whole"),
    [("sum", Formula.SUM, 300), ("mean", Formula.MEAN, 150)],
)
def test_how_the_schools_add_up(
    indicator: Any,
    both: Both,
    value_of: Explain,
    recomputed: Recompute,
    aggregation: str,
    formula: Formula,
    whole: int,
) -> None:
    indicator.aggregation = aggregation
    indicator.save()
    for school, value in zip(both, (100, 200), strict=True):
        figure(indicator, school, value)
    recomputed()
    explained = value_of(indicator)
    assert outcomes(explained)[StepResult.VALUE] == (formula, whole)
    assert calculated(explained.steps[-1].with_numbers) == whole
    assert explained.agreement.holds


def test_a_ratio_is_the_sums_divided_and_scaled(
    both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    share = factories.IndicatorFactory(ratio=True)
    factories.TargetFactory(indicator=share)
    for school, parts in zip(both, ((10, 100), (50, 200)), strict=True):
        figure(share, school, None, numerator=parts[0], denominator=parts[1])
    recomputed()
    explained = value_of(share)
    [step] = [step for step in explained.steps if step.result is StepResult.VALUE]
    assert step.with_numbers == "(10 + 50) / (100 + 200) × 100"
    assert step.outcome.value == calculated(step.with_numbers) == 20


def test_the_institutes_own_figure_is_told_as_it_was_entered(
    value_of: Explain, recomputed: Recompute
) -> None:
    own = factories.IndicatorFactory(aggregation="none")
    factories.TargetFactory(indicator=own)
    figure(own, factories.InstituteFactory(), 41, source="budget.gouv.fr")
    recomputed()
    explained = value_of(own)
    assert outcomes(explained)[StepResult.VALUE] == (Formula.AS_ENTERED, 41)
    [row] = explained.inputs.rows
    assert (row.code, row.name, row.use) == ("imt", "IMT", InputUse.COUNTED)


def test_a_missing_school_is_named_with_what_stands_in_for_it(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    albi, ales = both
    figure(indicator, albi, 1000)
    figure(indicator, ales, 700, year=2018)
    recomputed()
    explained = value_of(indicator)
    assert outcomes(explained)[StepResult.ESTIMATE] == (Formula.SUM, 1700)
    assert outcomes(explained)[StepResult.COVERAGE] == (Formula.PART_OF_WHOLE, Decimal("0.5"))
    found = {
        row.code: (row.use, row.why, row.stand_in and row.stand_in.year)
        for row in explained.inputs.rows
    }
    assert found == {
        albi.code: (InputUse.COUNTED, None, None),
        ales.code: (InputUse.CARRIED, NotCountedReason.NOT_ENTERED, 2018),
    }


def test_where_nobody_reported_nothing_stands_in(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    for school in both:
        figure(indicator, school, year=2019)
    recomputed()
    explained = value_of(indicator)
    assert [row.use for row in explained.inputs.rows] == [InputUse.LEFT_OUT, InputUse.LEFT_OUT]
    assert explained.shown is None


@pytest.mark.parametrize(
    ("fields", "why", "shown"),
    [
        ({"status": "draft"}, NotCountedReason.BEING_ENTERED, None),
        ({"status": "submitted"}, NotCountedReason.NOT_VALIDATED, 100),
        (
            {"state": "not_available", "value": None, "reason": "Panne"},
            NotCountedReason.NOT_AVAILABLE,
            None,
        ),
        ({"state": "not_entered", "value": None}, NotCountedReason.NOT_ENTERED, None),
    ],
)
def test_why_a_figure_was_left_out(
    indicator: Any,
    both: Both,
    value_of: Explain,
    recomputed: Recompute,
    fields: dict[str, Any],
    why: NotCountedReason,
    shown: int | None,
) -> None:
    albi, ales = both
    figure(indicator, albi)
    factories.FigureFactory(indicator=indicator, school=ales, **({"value": 100} | fields))
    recomputed()
    row = value_of(indicator).inputs.rows[1]
    assert (row.use, row.why, row.number) == (InputUse.LEFT_OUT, why, shown)


def test_who_said_not_applicable_is_not_expected(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    albi, ales = both
    figure(indicator, albi, 1000)
    figure(indicator, ales, None, state="not_applicable")
    recomputed()
    explained = value_of(indicator)
    assert [row.use for row in explained.inputs.rows] == [InputUse.COUNTED, InputUse.NOT_EXPECTED]
    assert explained.shown == 1000


def test_a_running_sum_is_made_of_every_year(
    both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    raised = factories.IndicatorFactory(accumulation="cumulative")
    factories.TargetFactory(indicator=raised, baseline_year=2018)
    for school in both:
        for year in (2018, 2019, 2020):
            figure(raised, school, 10, year=year)
    recomputed()
    explained = value_of(raised)
    assert outcomes(explained)[StepResult.VALUE] == (Formula.SUM, 60)
    assert len(explained.inputs.rows) == 6
    assert {row.year for row in explained.inputs.rows} == {2018, 2019, 2020}


@pytest.mark.parametrize("aggregation", ["sum", "none"])
def test_a_running_sum_of_one_alone_is_made_of_every_year_too(
    both: Both, value_of: Explain, progress_of: Explain, recomputed: Recompute, aggregation: str
) -> None:
    """Of the institute's own figures, and of a school that was no member at first."""
    albi, _ales = both
    School.objects.filter(pk=albi.pk).update(first_year=2020)
    own = factories.IndicatorFactory(accumulation="cumulative", aggregation=aggregation)
    school = albi if aggregation == "sum" else None
    target = factories.TargetFactory(
        indicator=own, school=school, is_reference=False, baseline_year=2018
    )
    for year in (2018, 2019, 2020):
        figure(own, school or factories.InstituteFactory(), 10, year=year)
    recomputed()
    explained = progress_of(target)
    assert explained.row.value == 30
    assert [row.year for row in explained.value.inputs.rows] == [2018, 2019, 2020]
    assert explained.agreement.holds


def test_the_range_puts_each_missing_school_at_its_baseline_and_on_its_path(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    albi, ales = both
    figure(indicator, albi, 1000)
    figure(indicator, ales, 700, year=2018)
    factories.TargetFactory(
        indicator=indicator, school=ales, is_reference=False, baseline_value=500, value=1000
    )
    recomputed()
    explained = value_of(indicator)
    stored = InstituteValue.objects.get(year=2020, view="validated")
    assert (stored.low, stored.high) == (1500, 1800)
    assert outcomes(explained)[StepResult.LOW] == (Formula.AT_BASELINE, stored.low)
    assert outcomes(explained)[StepResult.HIGH] == (Formula.AT_TRAJECTORY, stored.high)
    [school] = explained.missing_schools
    assert (school.code, school.floor, school.expectation) == (ales.code, 500, 800)
    assert (school.assumption, explained.range_by) == ("own_target", "own_target")
    for step in explained.steps:
        assert calculated(step.with_numbers) == step.outcome.value


def test_the_lower_end_of_the_range_comes_first_also_where_it_is_the_path(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    albi, ales = both
    figure(indicator, albi, 1000)
    figure(indicator, ales, 700, year=2018)
    factories.TargetFactory(
        indicator=indicator, school=ales, is_reference=False, baseline_value=1000, value=500
    )
    recomputed()
    explained = value_of(indicator)
    assert outcomes(explained)[StepResult.LOW] == (Formula.AT_TRAJECTORY, 1700)
    assert outcomes(explained)[StepResult.HIGH] == (Formula.AT_BASELINE, 2000)
    assert explained.agreement.holds


@pytest.mark.parametrize("is_ratio", [False, True], ids=["sum", "ratio"])
def test_the_range_names_the_figure_that_it_moves(
    both: Both, value_of: Explain, recomputed: Recompute, *, is_ratio: bool
) -> None:
    """Albi: 100, then 110 (of twice as many, in a ratio). Alès had 50 in 2018."""
    albi, ales = both
    indicator = factories.IndicatorFactory(ratio=is_ratio)
    for school, year, number in ((albi, 2018, 100), (albi, 2020, 110), (ales, 2018, 50)):
        parts: dict[str, Any] = {"value": number}
        if is_ratio:
            parts = {"value": None, "numerator": number, "denominator": number * 2}
        factories.FigureFactory(indicator=indicator, school=school, year=year, **parts)
    recomputed()
    explained = value_of(indicator)
    assert outcomes(explained)[StepResult.LOW][0] is Formula.AT_LAST_FIGURE
    assert outcomes(explained)[StepResult.HIGH][0] is Formula.AT_MOVED_FIGURE
    [school] = explained.missing_schools
    assert (school.assumption, school.since) == ("last_figure", 2018)
    if not is_ratio:
        assert (school.floor, school.expectation) == (50, 55)
        assert (school.then, school.now) == (100, 110)
    for step in explained.steps:
        assert calculated(step.with_numbers) == step.outcome.value
    assert explained.agreement.holds


def test_without_anything_to_stand_in_there_is_no_range_and_the_school_is_named(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    albi, ales = both
    figure(indicator, albi, 1000)
    recomputed()
    explained = value_of(indicator)
    assert (explained.low, explained.range_by) == (None, None)
    assert [(row.code, row.assumption) for row in explained.missing_schools] == [(ales.code, None)]


def test_a_stored_number_that_differs_is_found(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    for school in both:
        figure(indicator, school)
    recomputed()
    InstituteValue.objects.filter(year=2020).update(value=999)
    [difference] = value_of(indicator).agreement.differences
    assert (difference.name, difference.stored, difference.fresh) == ("value", 999, 200)


def test_a_number_that_is_not_stored_is_no_agreement(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    for school in both:
        figure(indicator, school)
    agreement = value_of(indicator).agreement
    assert (agreement.stored, agreement.holds) == (None, False)
    recomputed()
    assert value_of(indicator).agreement.holds


def test_a_person_is_told_what_they_may_see(
    indicator: Any, both: Both, progress_of: Explain, recomputed: Recompute, diane: User
) -> None:
    """A school's own target rests on its own figures alone."""
    albi, _ales = both
    own = factories.TargetFactory(indicator=indicator, school=albi, is_reference=False)
    for school in both:
        figure(indicator, school)
    recomputed()
    assert [row.code for row in progress_of(own).value.inputs.rows] == [albi.code]


def test_questions_do_not_grow_with_schools_or_years(
    indicator: Any, both: Both, value_of: Explain, recomputed: Recompute
) -> None:
    for school in both:
        figure(indicator, school)
    with CaptureQueriesContext(connection) as few:
        value_of(indicator)
    for _ in range(5):
        school = factories.SchoolFactory()
        for year in range(2017, 2023):
            figure(indicator, school, year=year)
    with CaptureQueriesContext(connection) as many:
        assert len(value_of(indicator).inputs.rows) == 7
    assert len(many) <= len(few)
