"""What figures would change: held against what really becomes of them, and nothing stays."""

import zlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School
from indicators.formulas.readings import Reading
from indicators.formulas.roll_up import ElementMean
from indicators.models import (
    Figure,
    FigureEvent,
    Indicator,
    InstituteValue,
    Progress,
    RollUp,
    StaleMark,
    Target,
)
from indicators.questions.rehearsal import ResultMove, rehearse
from indicators.questions.what_if import Effect, IndicatorMove, effect
from indicators.recomputing.recompute import recompute_stale
from indicators.results.series import reading_of
from objectives.models import Objective, StrategicPlan
from tests import factories

# Stored numbers have ten decimals.
CLOSE = Decimal("0.000000001")
YEAR = 2020


def same(one: Decimal | None, other: Decimal | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < CLOSE


@pytest.fixture
def plan(db: None) -> StrategicPlan:
    return factories.PlanFactory()


@pytest.fixture
def schools(plan: StrategicPlan) -> list[School]:
    return factories.SchoolFactory.create_batch(3)


@pytest.fixture
def linked(plan: StrategicPlan) -> Callable[..., Target]:
    """An indicator with its reference target, in an objective and a lever of its own."""

    def make(weight: int = 1, objective: Objective | None = None, **fields: Any) -> Target:
        target = factories.TargetFactory(plan=plan, **fields)
        objective = objective or factories.ObjectiveFactory(plan=plan)
        for element in ({"objective": objective}, {"lever": factories.LeverFactory(plan=plan)}):
            factories.LinkFactory(indicator=target.indicator, weight=weight, **element)
        return target

    return make


def enter(indicator: Indicator, school: School, year: int, **said: Any) -> Figure:
    if indicator.is_ratio and "state" not in said:
        said = {"value": None, "numerator": said["value"], "denominator": said["value"] * 3}
    return factories.FigureFactory(indicator=indicator, school=school, year=year, **said)


def looked_at(
    plan: StrategicPlan, school: School, figures: list[tuple[Indicator, dict[str, Any]]]
) -> tuple[Effect, list[ResultMove]]:
    """The effect, and what storing the same figures as validated moves for good."""
    unsaved = [
        Figure(indicator=one, school=school, year=YEAR, status="validated", origin="form", **said)
        for one, said in figures
    ]

    def validate() -> None:
        for figure in unsaved:
            Figure.objects.filter(indicator=figure.indicator, school=school, year=YEAR).delete()
            figure.save()

    readings = {figure.indicator_id: reading_of(figure) for figure in unsaved}
    return effect(plan=plan, school=school, year=YEAR, readings=readings), rehearse(validate)


def after(moves: list[ResultMove], model: type, **key: Any) -> dict[str, Any] | None:
    """The stored result of the year and view after the change; None where nothing moved."""
    wanted = {**key, "year": YEAR, "view": "validated"}
    for move in moves:
        row = move.after or {}
        if move.model is model and all(row.get(name) == value for name, value in wanted.items()):
            return row
    return None


def held(found: Effect, moves: list[ResultMove], plan: StrategicPlan) -> None:
    """Every number of the effect is the one stored after the change."""
    for move in found.indicators:
        target = Target.objects.get(indicator=move.indicator, plan=plan, is_reference=True)
        _held_indicator(move, target, moves)
    for element in found.elements:
        name = type(element.element)._meta.model_name
        name = "plan" if name == "strategicplan" else name
        row = after(moves, RollUp, **{f"{name}_id": element.element.pk})
        if row is None:
            assert same(element.before.progress, element.after.progress)
            row = RollUp.objects.values().get(
                **{f"{name}_id": element.element.pk}, year=YEAR, view="validated"
            )
        _same_mean(element.after, row)


def _held_indicator(move: IndicatorMove, target: Target, moves: list[ResultMove]) -> None:
    stored = {"year": YEAR, "view": "validated"}
    value = after(moves, InstituteValue, indicator_id=move.indicator.pk)
    value = value or InstituteValue.objects.values().get(indicator=move.indicator, **stored)
    row = after(moves, Progress, target_id=target.pk)
    row = row or Progress.objects.values().get(target=target, **stored)
    total = move.after.total
    assert same(total.value, value["value"])
    assert same(total.estimate, value["estimate"])
    assert (total.reported, total.expected) == (value["reported"], value["expected"])
    assert same(move.after.share, row["progress"])
    assert move.after.progress is not None
    assert move.after.progress.status == row["status"]


def _same_mean(mean: ElementMean, row: dict[str, Any]) -> None:
    assert same(mean.progress, row["progress"])
    assert same(mean.coverage, row["coverage"])
    assert mean.status == row["status"]


def test_the_worked_example_moves_as_told(
    plan: StrategicPlan, linked: Callable[..., Target]
) -> None:
    albi, ales = factories.SchoolFactory.create_batch(2)
    target = linked()
    for school, value in ((albi, 6700), (ales, 6700)):
        enter(target.indicator, school, 2019, value=Decimal(value))
    enter(target.indicator, ales, YEAR, value=Decimal(8000))
    recompute_stale()
    figures = [(target.indicator, {"state": "number", "value": Decimal(7000)})]
    found, moves = looked_at(plan, albi, figures)
    held(found, moves, plan)
    (move,) = found.indicators
    assert (move.before.value, move.before.is_estimate) == (14700, True)
    assert (move.after.value, move.after.is_estimate) == (15000, False)
    assert round(move.after.share or 0, 4) == Decimal("0.2424")
    assert move.change == Decimal(300) / 6600 or same(move.change, Decimal(300) / 6600)
    assert [type(one.element).__name__ for one in found.elements] == [
        "Objective",
        "Lever",
        "StrategicPlan",
    ]


AGGREGATIONS = ["sum", "ratio", "mean"]
SAID: list[dict[str, Any]] = [
    {"state": "number", "value": Decimal(9000)},
    {"state": "not_applicable", "value": None},
    {"state": "not_available", "value": None, "reason": "Bilan en mars"},
]


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("accumulation", ["level", "cumulative"])
@pytest.mark.parametrize("said", SAID, ids=["number", "not applicable", "not available"])
def test_an_effect_is_what_is_stored_afterwards(
    plan: StrategicPlan,
    schools: list[School],
    linked: Callable[..., Target],
    aggregation: str,
    accumulation: str,
    said: dict[str, Any],
) -> None:
    """With generated figures, another indicator in the same objective, gaps and a former figure."""
    seed = zlib.crc32(f"{aggregation} {accumulation} {said['state']}".encode())
    objective = factories.ObjectiveFactory(plan=plan)
    fields = {"ratio": True} if aggregation == "ratio" else {"aggregation": aggregation}
    indicator = factories.IndicatorFactory(accumulation=accumulation, **fields)
    linked(weight=3, objective=objective, indicator=indicator)
    other = linked(objective=objective)
    for one in (indicator, other.indicator):
        for school in schools:
            for year in range(2017, YEAR + 1):
                seed = zlib.crc32(str(seed).encode())
                if seed % 5:
                    enter(one, school, year, value=Decimal(3000 + seed % 5000))
    recompute_stale()
    if indicator.is_ratio and said["state"] == "number":
        said = {"state": "number", "numerator": Decimal(400), "denominator": Decimal(900)}
    found, moves = looked_at(plan, schools[0], [(indicator, said)])
    held(found, moves, plan)
    assert found.indicators[0].indicator == indicator


@pytest.mark.parametrize("accumulation", ["level", "cumulative"])
def test_a_baseline_that_nobody_published_is_what_its_year_adds_up_to(
    plan: StrategicPlan, schools: list[School], linked: Callable[..., Target], accumulation: str
) -> None:
    target = linked(baseline_value=None, indicator__accumulation=accumulation)
    for school in schools:
        for year in range(2017, YEAR):
            enter(target.indicator, school, year, value=Decimal(4000))
    for school in schools[1:]:
        enter(target.indicator, school, YEAR, value=Decimal(5000))
    recompute_stale()
    figures = [(target.indicator, {"state": "number", "value": Decimal(5000)})]
    found, moves = looked_at(plan, schools[0], figures)
    held(found, moves, plan)
    (move,) = found.indicators
    assert move.after.progress is not None
    assert move.after.progress.baseline == 12000
    assert move.change is not None


def test_a_running_sum_asks_of_earlier_years_only_their_members(
    plan: StrategicPlan, schools: list[School], linked: Callable[..., Target]
) -> None:
    target = linked(indicator__accumulation="cumulative")
    late = schools[2]
    School.objects.filter(pk=late.pk).update(first_year=2019)
    for year in range(2017, YEAR + 1):
        for school in schools:
            is_asked = school != late or year >= 2019
            if is_asked and (school, year) != (schools[0], YEAR):
                enter(target.indicator, school, year, value=Decimal(1000))
    recompute_stale()
    figures = [(target.indicator, {"state": "number", "value": Decimal(1500)})]
    found, moves = looked_at(plan, schools[0], figures)
    held(found, moves, plan)
    assert found.indicators[0].after.total.value == 10500


def test_each_plan_is_previewed_with_its_own_reference_target(
    plan: StrategicPlan, schools: list[School], linked: Callable[..., Target]
) -> None:
    first = linked()
    second, bare = (factories.PlanFactory(code=code) for code in ("second", "bare"))
    other = factories.TargetFactory(plan=second, indicator=first.indicator)
    for one in (plan, second, bare):
        factories.TargetFactory(plan=one, indicator=first.indicator, is_reference=False)

    def aim(of: StrategicPlan) -> Target | None:
        readings = {first.indicator.pk: Reading(Decimal(1))}
        [move] = effect(plan=of, school=schools[0], year=YEAR, readings=readings).indicators
        return move.after.progress and move.after.progress.target

    assert (aim(plan), aim(second), aim(bare)) == (first, other, None)


def test_several_figures_move_together(
    plan: StrategicPlan, schools: list[School], linked: Callable[..., Target]
) -> None:
    objective = factories.ObjectiveFactory(plan=plan)
    targets = [linked(objective=objective) for _ in range(3)]
    for target in targets:
        for school in schools:
            enter(target.indicator, school, 2019, value=Decimal(5000))
    recompute_stale()
    said = {"state": "number", "value": Decimal(5600)}
    found, moves = looked_at(plan, schools[0], [(one.indicator, said) for one in targets])
    held(found, moves, plan)
    assert len(found.indicators) == 3
    assert [move.before.value for move in found.indicators] == [None] * 3
    assert [move.change for move in found.indicators] == [None] * 3


def test_a_weight_of_zero_moves_nothing_and_is_not_listed(
    plan: StrategicPlan, schools: list[School], linked: Callable[..., Target]
) -> None:
    target = linked(weight=0)
    reading = {target.indicator.pk: Reading(Decimal(1))}
    found = effect(plan=plan, school=schools[0], year=YEAR, readings=reading)
    assert found.elements == []


def test_an_effect_leaves_nothing_behind(
    plan: StrategicPlan, schools: list[School], linked: Callable[..., Target]
) -> None:
    target = linked()
    enter(target.indicator, schools[0], 2019)
    recompute_stale()
    tables = (Figure, FigureEvent, Progress, RollUp, InstituteValue, StaleMark)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    readings = {target.indicator.pk: Reading(Decimal(9))}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        effect(plan=plan, school=schools[0], year=YEAR, readings=readings)
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_the_queries_do_not_grow_with_schools_and_years(
    plan: StrategicPlan, linked: Callable[..., Target]
) -> None:
    target = linked()
    counts = []
    for _ in range(2):
        for school in factories.SchoolFactory.create_batch(4):
            for year in (2018, 2019):
                enter(target.indicator, school, year)
        with CaptureQueriesContext(connection) as queries:
            readings = {target.indicator.pk: Reading(Decimal(9))}
            effect(plan=plan, school=school, year=YEAR, readings=readings)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 18
