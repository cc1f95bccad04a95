"""Small drawings: they say what the numbers beside them say, and nothing where nothing is known."""

import re
from decimal import Decimal

import pytest

from imtplan.dashboard.templatetags.drawing import spark


def lines(*values: int | None) -> list[list[tuple[float, float]]]:
    drawn = spark([None if value is None else Decimal(value) for value in values])
    return [
        [tuple(map(float, point.split(","))) for point in points.split()]
        for points in re.findall(r'points="([^"]+)"', drawn)
    ]


def test_more_is_higher_and_years_are_evenly_apart():
    ((first, second, third),) = lines(10, 30, 20)

    assert first[1] > third[1] > second[1]
    assert second[0] - first[0] == third[0] - second[0]


def test_a_missing_year_is_a_gap_and_no_zero():
    left, right = lines(10, 20, None, 15, 30)

    assert len(left) == len(right) == 2
    assert right[0][0] - left[1][0] == pytest.approx(2 * (left[1][0] - left[0][0]), abs=0.2)


def test_without_a_last_value_there_is_no_dot():
    assert "<circle" in spark([Decimal(1), Decimal(2)])
    assert "<circle" not in spark([Decimal(1), Decimal(2), None])


@pytest.mark.parametrize("values", [[], [None, None], [Decimal(7)], [None, Decimal(7)]])
def test_one_year_is_no_line(values):
    assert spark(values) == ""


def test_what_stays_the_same_is_level():
    (points,) = lines(5, 5, 5)

    assert len({y for _x, y in points}) == 1


def test_numbers_of_any_size_stay_inside():
    for values in ((10**18, -(10**18), 0), (0, 0, 1)):
        for x, y in lines(*values)[0]:
            assert 0 <= x <= 100
            assert 0 <= y <= 24
