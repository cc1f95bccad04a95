"""What a school may be told: true, and the same whatever the other schools entered."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School
from indicators.formulas.readings import Reading
from indicators.models import Figure, Indicator, Progress, Target
from indicators.questions.contribution import ContributionDirection, OwnMove, Share, own_moves
from indicators.questions.rehearsal import rehearse
from indicators.questions.what_if import effect
from indicators.recomputing.recompute import recompute_stale
from objectives.models import StrategicPlan
from tests import factories

YEAR = 2020
Make = Callable[..., Target]


@pytest.fixture
def plan(db: None) -> StrategicPlan:
    return factories.PlanFactory()


@pytest.fixture
def target(plan: StrategicPlan) -> Make:
    """The institute's reference target of an indicator that counts in one objective, O1."""

    def make(indicator: dict[str, Any] | None = None, **fields: Any) -> Target:
        made = factories.TargetFactory(
            plan=plan, indicator=factories.IndicatorFactory(**indicator or {}), **fields
        )
        objective = factories.ObjectiveFactory(plan=plan, code="O1")
        factories.LinkFactory(indicator=made.indicator, objective=objective)
        return made

    return make


def enter(target: Target, school: School, year: int, *parts: int, **said: Any) -> Figure:
    names = ["numerator", "denominator"] if len(parts) == 2 else ["value"]
    numbers = {"value": None} | dict(zip(names, map(Decimal, parts), strict=False))
    return factories.FigureFactory(
        indicator=target.indicator, school=school, year=year, **numbers | said
    )


def looked_at(target: Target, school: School, *parts: int, applicable: bool = True) -> OwnMove:
    numbers = [Decimal(part) for part in parts]
    value = numbers[0] if len(numbers) == 1 else None
    both = numbers if len(numbers) == 2 else [None, None]
    reading = Reading(value, *both, applicable=applicable)
    (move,) = own_moves(
        plan=target.plan, school=school, year=YEAR, readings={target.indicator_id: reading}
    )
    return move


def test_the_points_of_a_sum_are_those_that_are_stored(
    target: Make, albi: School, ales: School
) -> None:
    """7,300 in place of last year's 7,000: 300 of the 6,600 that the plan wants more."""
    made = target()
    enter(made, albi, 2019, 7000)
    enter(made, ales, 2019, 6500)
    enter(made, ales, YEAR, 6600)
    recompute_stale()
    before = Progress.objects.get(target=made, year=YEAR, view="validated")
    share = looked_at(made, albi, 7300).share
    assert share == Share(ContributionDirection.UP, Decimal(300) / 6600)
    moves = rehearse(lambda: enter(made, albi, YEAR, 7300))
    (after,) = [
        move.after["progress"]
        for move in moves
        if move.model is Progress and move.after and move.key == (made.pk, YEAR, "validated")
    ]
    assert round(after - before.progress, 8) == round(Decimal(300) / 6600, 8)


@pytest.mark.parametrize(
    ("indicator", "fields", "figures"),
    [
        ({}, {}, [(500,), (560,)]),
        ({}, {"baseline_value": None}, [(500,), (560,)]),
        ({"aggregation": "mean"}, {}, [(500,), (560,)]),
        ({"accumulation": "cumulative"}, {}, [(500,), (560,)]),
        ({"ratio": True}, {"value": 45, "baseline_value": 30}, [(50, 200), (60, 190)]),
        ({"direction": "keep", "band_low": 100, "tolerance": 10}, {}, [(50,), (60,)]),
        ({"direction": "decrease"}, {"value": 10, "baseline_value": 900}, [(50,), (60,)]),
    ],
)
def test_no_figure_of_another_school_goes_in(
    target: Make,
    albi: School,
    ales: School,
    indicator: dict[str, Any],
    fields: dict[str, Any],
    figures: list[tuple[int, ...]],
) -> None:
    """Two schools, where anything about the total would be the other's figure."""
    made = target(indicator, **fields)
    enter(made, albi, 2019, *figures[0])
    without = looked_at(made, albi, *figures[1])
    for year, factor in ((2017, 7), (2019, 3), (YEAR, 11)):
        enter(made, ales, year, *(part * factor for part in figures[0]))
    recompute_stale()
    with CaptureQueriesContext(connection) as queries:
        beside = looked_at(made, albi, *figures[1])
    assert (beside.share, beside.change, beside.since) == (
        without.share,
        without.change,
        without.since,
    )
    asked = [query["sql"] for query in queries if 'FROM "indicators_countedfigure"' in query["sql"]]
    assert len(asked) == 1
    assert f'"school_id" IN ({albi.pk})' in asked[0]
    read = [query["sql"] for query in queries]
    assert not any("institutevalue" in sql or "rollup" in sql for sql in read)
    assert not any('FROM "indicators_progress"' in sql for sql in read)


@pytest.mark.parametrize(
    ("indicator", "fields", "held", "typed", "share"),
    [
        ({}, {}, (70,), (70,), Share(ContributionDirection.SAME, Decimal(0))),
        ({}, {}, (70,), (60,), Share(ContributionDirection.DOWN, Decimal(-10) / 6600)),
        (
            {},
            {"value": None, "growth_percent": 50},
            (7,),
            (9,),
            Share(ContributionDirection.UP, Decimal(2) / 6700),
        ),
        # T − b would say what the figures of the baseline year add up to.
        ({}, {"baseline_value": None}, (70,), (90,), Share(ContributionDirection.UP)),
        # The baseline meets the target already: progress is a step, not a slope.
        ({}, {"value": 12000}, (70,), (90,), Share(ContributionDirection.UP)),
        # The number of schools that the mean is over is the others' affair.
        ({"aggregation": "mean"}, {}, (70,), (90,), Share(ContributionDirection.UP)),
        (
            {"direction": "decrease"},
            {"value": 100, "baseline_value": 200},
            (70,),
            (60,),
            Share(ContributionDirection.UP, Decimal("0.1")),
        ),
        (
            {"direction": "keep", "band_low": 1, "tolerance": 1},
            {},
            (7,),
            (9,),
            Share(ContributionDirection.OPEN),
        ),
        ({"ratio": True}, {}, (10, 100), (12, 100), Share(ContributionDirection.UP)),
        ({"ratio": True}, {}, (10, 100), (10, 120), Share(ContributionDirection.DOWN)),
        ({"ratio": True}, {}, (10, 100), (12, 90), Share(ContributionDirection.UP)),
        ({"ratio": True}, {}, (10, 100), (20, 110), Share(ContributionDirection.OPEN)),
        ({"ratio": True}, {}, (10, 100), (10, 100), Share(ContributionDirection.SAME, Decimal(0))),
        # A flow adds to the running sum, also when it is smaller than last year's.
        (
            {"accumulation": "cumulative"},
            {},
            (70,),
            (66,),
            Share(ContributionDirection.UP, Decimal("0.01")),
        ),
    ],
)
def test_which_way_and_how_much(
    target: Make,
    albi: School,
    indicator: dict[str, Any],
    fields: dict[str, Any],
    held: tuple[int, ...],
    typed: tuple[int, ...],
    share: Share,
) -> None:
    made = target(indicator, **fields)
    enter(made, albi, 2019, *held)
    move = looked_at(made, albi, *typed)
    assert move.share == share
    assert (move.since, [one.code for one in move.objectives]) == (2019, ["O1"])


@pytest.mark.parametrize(("typed", "way"), [(7, "down"), (8, "same"), (9, "up")])
def test_a_successor_is_compared_with_all_that_stands_in_for_it(
    target: Make, albi: School, ales: School, typed: int, way: str
) -> None:
    """Alès's 3 and Albi's 5 stand in until Albi reports for both: 7 is 1 less, as what is stored
    will be."""
    made = target(baseline_value=0, value=100)
    merge(ales, albi)
    other = factories.SchoolFactory()
    for school, year, number in ((ales, 2019, 3), (albi, 2019, 5), (other, YEAR, 11)):
        enter(made, school, year, number)
    recompute_stale()
    move = looked_at(made, albi, typed)
    (stored,) = effect(
        plan=made.plan,
        school=albi,
        year=YEAR,
        readings={made.indicator_id: Reading(Decimal(typed))},
    ).indicators
    assert move.share == Share(ContributionDirection(way), stored.change)
    assert move.merged == [(albi.name, 2019), (ales.name, 2019)]


def test_a_successor_that_has_reported_is_compared_with_itself(
    target: Make, albi: School, ales: School
) -> None:
    made = target(baseline_value=0, value=100)
    merge(ales, albi, last_year=2018)
    for school, year, number in ((ales, 2018, 3), (albi, 2018, 5), (albi, 2019, 9)):
        enter(made, school, year, number)
    move = looked_at(made, albi, 8)
    assert move.share == Share(ContributionDirection.DOWN, Decimal("-0.01"))
    assert (move.merged, move.since) == ([], 2019)


@pytest.mark.parametrize(
    ("indicator", "figures", "way"),
    [
        # Nothing is known of Alès: there is no estimate to compare with.
        ({}, {"albi": (5,)}, "open"),
        # The mean divides by two schools less one.
        ({"aggregation": "mean"}, {"albi": (5,), "ales": (3,)}, "open"),
        # 12 of 200 against 5 of 100 and 3 of 100 together; more of a larger whole is open.
        ({"ratio": True}, {"albi": (5, 100), "ales": (3, 100)}, "up"),
        ({"ratio": True}, {"albi": (5, 50), "ales": (3, 100)}, "open"),
    ],
)
def test_what_a_merger_leaves_open(
    target: Make,
    albi: School,
    ales: School,
    indicator: dict[str, Any],
    figures: dict[str, tuple[int, ...]],
    way: str,
) -> None:
    made = target(indicator)
    merge(ales, albi)
    for name, school in (("albi", albi), ("ales", ales)):
        if name in figures:
            enter(made, school, 2019, *figures[name])
    typed = (12, 200) if made.indicator.is_ratio else (12,)
    assert looked_at(made, albi, *typed).share == Share(ContributionDirection(way))


def merge(school: School, into: School, last_year: int = 2019) -> None:
    school.last_year, school.merged_into = last_year, into
    school.save()


def test_the_direction_of_a_ratio_holds_for_every_total(target: Make, albi: School) -> None:
    made = target({"ratio": True})
    enter(made, albi, 2019, 10, 100)
    for others, whole in ((0, 1), (900, 1000), (5, 100000)):
        for typed in ((12, 90), (10, 90), (12, 100), (8, 110)):
            way = looked_at(made, albi, *typed).share
            now = Decimal(others + typed[0]) / (whole + typed[1])
            then = Decimal(others + 10) / (whole + 100)
            assert way == Share(
                ContributionDirection.UP if now > then else ContributionDirection.DOWN
            )


def test_words_and_first_figures_have_no_size(target: Make, albi: School) -> None:
    made = target()
    assert looked_at(made, albi, 70).share == Share(ContributionDirection.FIRST)
    enter(made, albi, 2018, 60, status="submitted")
    assert looked_at(made, albi, 70).since is None
    assert looked_at(made, albi).share == Share(ContributionDirection.MISSING)
    assert looked_at(made, albi, applicable=False).share == Share(ContributionDirection.OUTSIDE)


@pytest.mark.parametrize("school", [{"kind": "associated"}, {"last_year": 2019}])
def test_a_school_that_is_not_expected_has_no_share(target: Make, school: dict[str, Any]) -> None:
    made = target()
    other = factories.SchoolFactory(**school)
    enter(made, other, 2019, 60)
    assert looked_at(made, other, 70).share is None


def test_the_school_sees_its_own_way(target: Make, albi: School, ales: School) -> None:
    """Albi: from 1,000 to 2,000; last year 1,400, now 1,620."""
    made = target()
    for school, last in ((albi, 2000), (ales, 9000)):
        factories.TargetFactory(
            plan=made.plan,
            indicator=made.indicator,
            school=school,
            is_reference=False,
            baseline_value=1000,
            value=last,
        )
    enter(made, albi, 2019, 1400)
    enter(made, ales, 2019, 8000)
    move = looked_at(made, albi, 1620)
    assert move.progress is not None
    assert move.progress.progress == Decimal("0.62")
    assert move.change == Decimal("0.22")


def test_only_the_objectives_of_the_plan_in_which_it_has_a_weight(
    target: Make, albi: School
) -> None:
    made = target()
    for plan, fields in ((made.plan, {"weight": 0}), (factories.PlanFactory(code="next"), {})):
        objective = factories.ObjectiveFactory(plan=plan)
        factories.LinkFactory(indicator=made.indicator, objective=objective, **fields)
    enter(made, albi, 2019, 60)
    assert [one.code for one in looked_at(made, albi, 70).objectives] == ["O1"]


def test_no_target_no_share(plan: StrategicPlan, albi: School) -> None:
    indicator: Indicator = factories.IndicatorFactory()
    readings = {indicator.pk: Reading(Decimal(4))}
    (move,) = own_moves(plan=plan, school=albi, year=YEAR, readings=readings)
    assert (move.share, move.progress, move.objectives) == (None, None, [])
