"""Each kind of rule, worked by hand; what is missing breaks none, and zero is a number."""

from decimal import Decimal

import pytest

from indicators.formulas.figure_rules import KINDS, miss
from indicators.models import RuleKind


def missed(kind: str, **numbers: str | None) -> Decimal:
    given = {"tolerance": "0"} | numbers
    return miss(kind, {name: Decimal(text) if text else None for name, text in given.items()})


@pytest.mark.parametrize(
    ("kind", "numbers", "by"),
    [
        ("lowest", {"number": "9.5", "limit": "10"}, "0.5"),
        ("lowest", {"number": "10", "limit": "10"}, "0"),
        ("lowest", {"number": "0", "limit": "1"}, "1"),
        ("highest", {"number": "101", "limit": "100"}, "1"),
        ("highest", {"number": "100", "limit": "100"}, "0"),
        ("highest", {"number": "0", "limit": "-1"}, "1"),
        # From 80 to 100 is 25 %; from −80 to −100 too, downwards; from 0 no percentage at all.
        ("change_percent", {"number": "100", "last": "80", "limit": "20"}, "5"),
        ("change_percent", {"number": "100", "last": "80", "limit": "25"}, "0"),
        ("change_percent", {"number": "-100", "last": "-80", "limit": "20"}, "5"),
        ("change_percent", {"number": "0", "last": "80", "limit": "99"}, "1"),
        ("change_percent", {"number": "5", "last": "0", "limit": "20"}, "0"),
        ("change_amount", {"number": "70", "last": "80", "limit": "9"}, "1"),
        ("change_amount", {"number": "90", "last": "80", "limit": "10"}, "0"),
        ("change_amount", {"number": "5", "last": "0", "limit": "4"}, "1"),
        # 20 where 25 is expected is 20 % below; where nothing is expected, no percentage.
        ("path_percent", {"number": "20", "path": "25", "limit": "15"}, "5"),
        ("path_percent", {"number": "30", "path": "25", "limit": "20"}, "0"),
        ("path_percent", {"number": "5", "path": "0", "limit": "20"}, "0"),
        ("path_amount", {"number": "20", "path": "25", "limit": "4"}, "1"),
        ("path_amount", {"number": "29", "path": "25", "limit": "4"}, "0"),
        ("decimals", {"number": "2.125", "limit": "2"}, "1"),
        ("decimals", {"number": "2.500000", "limit": "1"}, "0"),
        ("decimals", {"number": "1200", "limit": "0"}, "0"),
        ("decimals", {"number": "0.000000", "limit": "0"}, "0"),
        ("at_most", {"number": "12", "other": "10"}, "2"),
        ("at_most", {"number": "12", "other": "10", "tolerance": "2"}, "0"),
        ("at_most", {"number": "10", "other": "10"}, "0"),
        ("at_most", {"number": "1", "other": "0"}, "1"),
        ("sum", {"number": "10", "other": "7", "third": "2"}, "1"),
        ("sum", {"number": "8", "other": "7", "third": "2", "tolerance": "0.5"}, "0.5"),
        ("sum", {"number": "9", "other": "7", "third": "2"}, "0"),
        ("sum", {"number": "0", "other": "0", "third": "0"}, "0"),
        ("product", {"number": "50", "other": "200", "third": "0.227"}, "4.6"),
        ("product", {"number": "45", "other": "200", "third": "0.227", "tolerance": "0.5"}, "0"),
        ("product", {"number": "3", "other": "0", "third": "7"}, "3"),
    ],
)
def test_by_how_much_a_rule_is_missed(kind: str, numbers: dict[str, str], by: str) -> None:
    assert missed(kind, **numbers) == Decimal(by)


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        # 99 is 693 × 100 / 700; from 3/7 to 33/70 is 10 %.
        ("product", {"number": (99, 1), "other": (693, 1), "third": (100, 700)}),
        ("product", {"number": (1, 1), "other": (3, 1), "third": (1, 3)}),
        ("sum", {"number": (1, 1), "other": (1, 3), "third": (2, 3)}),
        ("sum", {"number": (6, 7), "other": (2, 7), "third": (4, 7)}),
        ("at_most", {"number": (200, 300), "other": (2, 3)}),
        ("change_percent", {"number": (33, 70), "last": (3, 7), "limit": (10, 1)}),
        ("change_amount", {"number": (5, 7), "last": (2, 7), "limit": (3, 7)}),
    ],
)
def test_the_last_digits_of_a_division_break_no_rule(
    kind: str, numbers: dict[str, tuple[int, int]]
) -> None:
    given = {name: Decimal(part) / whole for name, (part, whole) in numbers.items()}
    assert miss(kind, given | {"tolerance": Decimal(0)}) == 0
    off = given | {"tolerance": Decimal(0), "number": given["number"] + Decimal("0.000001")}
    assert miss(kind, off) > 0, "what can be typed too much is seen"


def test_a_miss_of_the_largest_numbers_is_told_too() -> None:
    most = "999999999999999999.999999"
    assert missed("product", number="1", other=most, third=most) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_number_breaks_no_rule(kind: str) -> None:
    """Far off with every number there is; kept as soon as one of them is missing."""
    far = {"number": "1000.5", "limit": "0"}
    far |= dict.fromkeys(("last", "path", "other", "third"), "1")
    if kind == "lowest":
        far["limit"] = "5000"
    assert missed(kind, **far) > 0
    for name in set(KINDS[kind].takes) - {"tolerance"}:
        assert missed(kind, **far | {name: None}) == 0, name


def test_the_kinds_are_those_that_the_model_names() -> None:
    assert list(KINDS) == RuleKind.values
