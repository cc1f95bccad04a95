"""What is impossible for a figure, and the sentence that says so."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from imtplan.campaigns.checks import Cell, problems
from indicators.models import Figure
from tests import factories

State = Figure.State


def refused(indicator: Any = None, **cell: Any) -> list[tuple[str, str]]:
    indicator = indicator or factories.IndicatorFactory.build()
    with translation.override("en"):
        return [
            (problem.part, str(problem.message))
            for problem in problems(Cell(indicator=indicator, **cell))
        ]


@pytest.mark.parametrize("value", ["0", "1", "13400", "13400.000"])
def test_a_whole_number_is_possible(value: str) -> None:
    assert refused(value=Decimal(value)) == []


def test_heads_are_counted_whole() -> None:
    assert refused(value=Decimal("12.5")) == [
        ("value", "This is counted whole: write it without decimals.")
    ]


def test_an_impossible_negative_names_the_bound() -> None:
    assert refused(value=Decimal(-3)) == [("value", "This cannot be below 0. Check the sign.")]


def test_a_negative_is_possible_where_there_is_no_bound() -> None:
    balance = factories.IndicatorFactory.build(minimum=None)
    assert refused(balance, value=Decimal(-3)) == []


def test_above_the_bound_points_to_the_unit() -> None:
    share = factories.IndicatorFactory.build(maximum=Decimal(100), decimals=1)
    assert refused(share, value=Decimal("100.1")) == [
        ("value", "This cannot be above 100. Check the unit.")
    ]


def test_no_number_and_no_word_is_not_an_answer() -> None:
    assert [part for part, _message in refused()] == ["value"]


def test_not_available_says_why() -> None:
    assert [part for part, _message in refused(state=State.NOT_AVAILABLE, reason=" ")] == ["reason"]
    assert refused(state=State.NOT_AVAILABLE, reason="Burnt archive.") == []


def test_not_applicable_needs_nothing_more() -> None:
    assert refused(state=State.NOT_APPLICABLE) == []


@pytest.mark.parametrize(
    ("numerator", "denominator", "parts"),
    [
        (10, 100, []),
        (0, 100, []),
        (100, 100, []),
        (None, 100, ["numerator"]),
        (10, None, ["denominator"]),
        (None, None, ["numerator", "denominator"]),
        (-1, 100, ["numerator"]),
        (10, 0, ["denominator"]),
        (101, 100, ["numerator"]),
    ],
)
def test_a_ratio_needs_a_part_of_a_whole(
    numerator: int | None, denominator: int | None, parts: list[str]
) -> None:
    share = factories.IndicatorFactory.build(ratio=True)
    found = refused(
        share,
        numerator=None if numerator is None else Decimal(numerator),
        denominator=None if denominator is None else Decimal(denominator),
    )
    assert [part for part, _message in found] == parts
