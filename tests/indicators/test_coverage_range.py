"""How low and how high the institute may stand, beside an estimate."""

from decimal import Decimal
from typing import Any

import pytest

from indicators.formulas.adding_up import coverage_range, institute_value
from indicators.formulas.progress import Accumulation
from indicators.formulas.readings import Reading
from indicators.formulas.steps import Formula
from tests.indicators.test_adding_up import RATIO, SCHOOLS, SUM, in_2023, number, ratio


def bounds(
    readings: dict[str, dict[int, Reading]],
    at_baseline: dict[str, Reading],
    at_trajectory: dict[str, Reading],
    **how: Any,
) -> tuple[Decimal, Decimal] | None:
    question: dict[str, Any] = {
        "year": 2023,
        "members": SCHOOLS,
        "aggregation": SUM,
        "accumulation": Accumulation.LEVEL,
    }
    question |= how
    ends = {name: question[name] for name in ("aggregation", "scale") if name in question}
    found = coverage_range(
        institute_value(readings, **question),
        at_baseline=at_baseline,
        at_trajectory=at_trajectory,
        **ends,
    )
    return found and (found[0].value, found[1].value)


TWO = in_2023(number(10), number(20))


def test_the_range_puts_missing_schools_at_their_baseline_and_at_their_trajectory() -> None:
    # What a school that reported would have been is of no interest.
    at_baseline = {"douai": number(1), "albi": number(500)}
    assert bounds(TWO, at_baseline, {"douai": number(5)}) == (31, 35)


def test_the_lower_end_of_the_range_comes_first_where_less_is_better() -> None:
    assert bounds(TWO, {"douai": number(5)}, {"douai": number(1)}) == (31, 35)


def test_each_end_of_the_range_says_where_the_missing_schools_stand() -> None:
    for baseline, path, first in ((1, 5, Formula.AT_BASELINE), (5, 1, Formula.AT_TRAJECTORY)):
        low, _high = coverage_range(
            institute_value(
                TWO,
                year=2023,
                members=SCHOOLS,
                aggregation=SUM,
                accumulation=Accumulation.LEVEL,
            ),
            aggregation=SUM,
            at_baseline={"douai": number(baseline)},
            at_trajectory={"douai": number(path)},
        ) or pytest.fail("no range")
        assert (low.formula, low.value) == (first, 31)


def test_the_range_of_a_ratio_weighs_the_missing_school() -> None:
    readings = in_2023(ratio(1, 10), ratio(2, 20))
    found = bounds(
        readings,
        {"douai": ratio(0, 30)},
        {"douai": ratio(12, 30)},
        aggregation=RATIO,
        scale=Decimal(100),
    )
    assert found == (5, 25)
    third = ratio(0, 30)
    assert bounds(readings, {"douai": third}, {"douai": third}, aggregation=RATIO) == (
        Decimal("0.05"),
        Decimal("0.05"),
    )


@pytest.mark.parametrize(
    ("at_baseline", "at_trajectory"),
    [
        ({}, {"douai": number(5)}),
        ({"douai": number(5)}, {}),
        ({"douai": Reading()}, {"douai": number(5)}),
    ],
)
def test_there_is_no_range_when_either_end_is_unknown_for_a_school(
    at_baseline: dict[str, Reading], at_trajectory: dict[str, Reading]
) -> None:
    assert bounds(TWO, at_baseline, at_trajectory) is None


def test_there_is_no_range_when_nothing_is_missing() -> None:
    readings = in_2023(number(10), number(20), number(30))
    assert bounds(readings, {"douai": number(1)}, {"douai": number(5)}) is None
    assert bounds({}, {}, {}, members=()) is None


def test_the_range_of_a_running_sum_takes_the_sum_as_it_would_stand() -> None:
    readings = {"albi": {2022: number(1), 2023: number(2)}, "ales": {2023: number(50)}}
    found = bounds(
        readings,
        {"ales": number(10)},
        {"ales": number(40)},
        members={"albi", "ales"},
        accumulation=Accumulation.CUMULATIVE,
        baseline_year=2022,
    )
    assert found == (13, 43)
