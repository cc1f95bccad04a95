"""How low and how high the institute may stand, beside an estimate."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from indicators.formulas.adding_up import institute_value
from indicators.formulas.coverage_range import (
    LastFigure,
    RangeAssumption,
    StandIn,
    assumption_of,
    by_last_figure,
    by_own_target,
    coverage_range,
    last_figures,
)
from indicators.formulas.mergers import Carrying
from indicators.formulas.progress import Accumulation, Aggregation
from indicators.formulas.readings import Reading
from indicators.formulas.steps import Formula
from tests.indicators.test_adding_up import MEAN, RATIO, SCHOOLS, SUM, in_2023, number, ratio

Readings = Mapping[str, Mapping[int, Reading]]


def bounds(
    readings: Readings, stand_ins: Mapping[str, StandIn], **how: Any
) -> tuple[Decimal, Decimal] | None:
    question: dict[str, Any] = {
        "year": 2023,
        "members": SCHOOLS,
        "aggregation": SUM,
        "accumulation": Accumulation.LEVEL,
    }
    question |= how
    ends = {name: question[name] for name in ("aggregation", "scale") if name in question}
    found = coverage_range(institute_value(readings, **question), stand_ins, **ends)
    return found and (found[0].value, found[1].value)


def promised(baseline: int, path: int) -> StandIn:
    return by_own_target(Decimal(baseline), Decimal(path)) or pytest.fail("no stand-in")


TWO = in_2023(number(10), number(20))  # Albi and Alès; Douai is missing


# --- A target of its own


def test_the_range_puts_missing_schools_at_their_baseline_and_at_their_trajectory() -> None:
    # What a school that reported would have been is of no interest.
    stand_ins = {"douai": promised(1, 5), "albi": promised(500, 600)}
    assert bounds(TWO, stand_ins) == (31, 35)


@pytest.mark.parametrize(
    ("baseline", "path", "first"),
    [(1, 5, Formula.AT_BASELINE), (5, 1, Formula.AT_TRAJECTORY)],
)
def test_the_lower_end_of_the_range_comes_first_where_less_is_better(
    baseline: int, path: int, first: Formula
) -> None:
    total = institute_value(
        TWO, year=2023, members=SCHOOLS, aggregation=SUM, accumulation=Accumulation.LEVEL
    )
    found = coverage_range(total, {"douai": promised(baseline, path)}, aggregation=SUM)
    assert found is not None
    assert (found[0].formula, found[0].value, found[1].value) == (first, 31, 35)


@pytest.mark.parametrize(("baseline", "path"), [(None, Decimal(5)), (Decimal(5), None)])
def test_a_target_of_which_one_end_is_unknown_stands_in_for_nobody(
    baseline: Decimal | None, path: Decimal | None
) -> None:
    assert by_own_target(baseline, path) is None


# --- The last figure


def by_figures(readings: Readings, aggregation: Aggregation = SUM) -> dict[str, StandIn | None]:
    """What stands in for Douai in 2023, of which Albi and Alès reported."""
    carried = Carrying(readings, aggregation).in_place_of("douai", 2023)
    figures = last_figures(
        readings,
        year=2023,
        carried={"douai": carried} if carried else {},
        reported=["albi", "ales"],
        aggregation=aggregation,
    )
    return {code: by_last_figure(last, aggregation) for code, last in figures.items()}


def of_douai(readings: Readings, aggregation: Aggregation = SUM) -> StandIn:
    return by_figures(readings, aggregation)["douai"] or pytest.fail("no stand-in")


# In 2021 the two had 40 and 60 and now 44 and 66: a tenth more. Douai had 50 then.
GROWN: dict[str, dict[int, Reading]] = {
    "albi": {2021: number(40), 2022: number(900), 2023: number(44)},
    "ales": {2021: number(60), 2023: number(66)},
    "douai": {2019: number(7), 2021: number(50), 2024: number(1)},
}


def test_the_last_figure_moves_as_the_schools_that_reported_in_both_years() -> None:
    last = LastFigure(2021, number(50), then=number(100), now=number(110))
    assert by_figures(GROWN) == {
        "douai": StandIn(RangeAssumption.LAST_FIGURE, number(50), number(55), last)
    }
    assert bounds(GROWN, {"douai": of_douai(GROWN)}) == (160, 165)


def test_a_school_that_reported_in_one_of_the_two_years_alone_moves_nobody() -> None:
    only_albi = {**GROWN, "ales": {2023: number(66)}}
    stand_in = of_douai(only_albi)
    assert stand_in.last == LastFigure(2021, number(50), then=number(40), now=number(44))
    assert stand_in.expectation == number(55)


def test_the_mean_of_schools_moves_by_their_sums() -> None:
    """(44 + 66 + 50) / 3, and with 55 in the place of 50."""
    stand_in = of_douai(GROWN, MEAN)
    low, high = bounds(GROWN, {"douai": stand_in}, aggregation=MEAN) or pytest.fail("no range")
    assert (round(low, 4), round(high, 4)) == (Decimal("53.3333"), 55)


def test_each_part_of_a_ratio_moves_as_that_part() -> None:
    """Numerators 20 → 30, denominators 100 → 120: Douai's 8 of 50 becomes 12 of 60."""
    readings = {
        "albi": {2021: ratio(10, 40), 2023: ratio(10, 50)},
        "ales": {2021: ratio(10, 60), 2023: ratio(20, 70)},
        "douai": {2021: ratio(8, 50)},
    }
    stand_in = of_douai(readings, RATIO)
    assert (stand_in.floor, stand_in.expectation) == (ratio(8, 50), ratio(12, 60))
    scale = Decimal(100)
    found = bounds(readings, {"douai": stand_in}, aggregation=RATIO, scale=scale) or ()
    # (30 + 8) / (120 + 50), and (30 + 12) / (120 + 60)
    assert [round(end, 4) for end in found] == [Decimal("22.3529"), Decimal("23.3333")]


def test_the_ends_come_in_order_where_the_others_fell() -> None:
    fallen = {**GROWN, "albi": {2021: number(40), 2023: number(20)}}
    fallen["ales"] = {2021: number(60), 2023: number(30)}
    assert bounds(fallen, {"douai": of_douai(fallen)}) == (75, 100)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({}, id="nobody reported in both years"),
        pytest.param({2021: number(0), 2023: number(9)}, id="from nothing"),
        pytest.param({2021: number(-5), 2023: number(9)}, id="from below nothing"),
        pytest.param({2021: number(5), 2023: number(-9)}, id="to below nothing"),
    ],
)
def test_without_a_movement_nothing_stands_in(others: dict[int, Reading]) -> None:
    assert by_figures({"albi": others, "douai": {2021: number(50)}}) == {"douai": None}


def test_a_school_without_any_figure_is_not_taken_for_zero() -> None:
    assert by_figures({**GROWN, "douai": {2024: number(1), 2020: Reading(applicable=False)}}) == {}
    assert bounds(GROWN, {}) is None


def test_those_that_fell_to_nothing_take_the_missing_school_there() -> None:
    gone = {"albi": {2021: number(5), 2023: number(0)}, "douai": {2021: number(50)}}
    assert of_douai(gone).expectation == number(0)


# --- Both, and none


def test_a_range_says_by_which_assumption_its_schools_stand() -> None:
    by_figure = of_douai(GROWN)
    one = in_2023(number(10))
    assert assumption_of({"ales": promised(1, 5)}) is RangeAssumption.OWN_TARGET
    assert assumption_of({"douai": by_figure}) is RangeAssumption.LAST_FIGURE
    both = {"ales": promised(1, 5), "douai": by_figure}
    assert assumption_of(both) is RangeAssumption.BOTH
    assert bounds(one, both) == (61, 70)


def test_there_is_no_range_when_nothing_is_missing() -> None:
    assert bounds(in_2023(number(10), number(20), number(30)), {"douai": promised(1, 5)}) is None
    assert bounds({}, {}, members=()) is None


def test_there_is_no_range_of_a_ratio_over_nothing() -> None:
    nothing = StandIn(RangeAssumption.LAST_FIGURE, ratio(0, 0), ratio(0, 0))
    readings = in_2023(ratio(0, 0), ratio(0, 0))
    assert bounds(readings, {"douai": nothing}, aggregation=RATIO) is None
