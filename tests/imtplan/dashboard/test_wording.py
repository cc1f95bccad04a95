"""Numbers in calculations: exact enough to follow, never more digits than they have."""

from decimal import Decimal

import pytest
from django.utils import translation

from imtplan.dashboard.wording import Wording

HEADS = Wording("en", "students", 0)
MILLIONS = Wording("en", "M€", 1)


@pytest.mark.parametrize(
    ("words", "value", "text"),
    [
        (HEADS, "15000.0000000000", "15,000"),
        (HEADS, "533.3333333333", "533.33"),
        (HEADS, "37.5", "37.5"),
        (HEADS, "0", "0"),
        (MILLIONS, "272", "272.0"),
        (MILLIONS, "-8", "−8.0"),
        (MILLIONS, "16.44", "16.44"),
        (MILLIONS, "16.449", "16.45"),
        (MILLIONS, "16.496", "16.5"),
    ],
)
def test_digits(words, value, text):
    assert words.number(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "fixed", "exact"),
    [("99.97", "99.9", "99.97"), ("99.999", "99.9", "99.99"), ("100", "100.0", "100.0")],
)
def test_a_percentage_below_the_whole_is_not_written_as_the_whole(value, fixed, exact):
    percent = Wording("en", "%", 1)
    assert (percent.fixed(Decimal(value)), percent.number(Decimal(value))) == (fixed, exact)


def test_percentages_are_apart_by_points():
    percent = Wording("en", "%", 1)
    with translation.override("en"):
        assert percent.difference(Decimal("-5.9")) == "−5.9 points"
        assert percent.with_unit(Decimal(1), sign=True) == "+1 point"
        assert percent.distance(Decimal("-1.25")) == "1.25 points"
        assert percent.with_unit(Decimal("21.3")) == "21.3 %"
        assert percent.growth(Decimal("0.05")) == ""
    assert (HEADS.difference(Decimal(2500)), HEADS.growth(Decimal("0.05"))) == ("+2,500", "+5%")
    assert HEADS.distance(Decimal(-3)) == "3 students"


def test_a_sign_is_added_on_demand():
    assert HEADS.number(Decimal(2500), sign=True) == "+2,500"


def test_unknown_is_an_empty_text():
    assert HEADS.number(None) == HEADS.fixed(None) == HEADS.percent(None) == ""
    assert HEADS.with_unit(None) == ""


def test_a_column_has_the_decimals_of_its_indicator():
    assert MILLIONS.fixed(Decimal("243.64")) == "243.6"


def test_in_french():
    french = Wording("fr", "M€", 1)

    assert french.with_unit(Decimal("1243.5")) == "1\u202f243,5 M€"
    assert french.percent(Decimal("0.2424")) == "24,24\u202f%"
