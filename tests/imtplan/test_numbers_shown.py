"""imtplan/numbers.py: what is shown of a number is exact, and never more than it is."""

from decimal import ROUND_DOWN, Decimal, localcontext

import pytest

from imtplan.numbers import format_number, format_percent, parse_number, plain


@pytest.mark.parametrize(
    ("value", "options", "french", "english"),
    [
        (None, {}, "", ""),
        (None, {"decimals": 2, "sign": True}, "", ""),
        (0, {}, "0", "0"),
        (999, {}, "999", "999"),
        (1234, {}, "1\u202f234", "1,234"),
        (13400, {"decimals": 0}, "13\u202f400", "13,400"),
        (Decimal("1234567.50"), {}, "1\u202f234\u202f567,5", "1,234,567.5"),
        (Decimal("1E+3"), {}, "1\u202f000", "1,000"),
        (Decimal("1E-6"), {}, "0,000001", "0.000001"),
        (Decimal("0E+3"), {}, "0", "0"),
        (Decimal(100), {}, "100", "100"),
        (Decimal("-1234.5"), {}, "\u22121\u202f234,5", "\u22121,234.5"),
        (Decimal(12), {"decimals": 2}, "12,00", "12.00"),
        (Decimal("0.125"), {"decimals": 2}, "0,13", "0.13"),
        (Decimal("0.135"), {"decimals": 2}, "0,14", "0.14"),
        (Decimal("2.5"), {"decimals": 0}, "3", "3"),
        (Decimal("-2.5"), {"decimals": 0}, "\u22123", "\u22123"),
        (Decimal("999.995"), {"decimals": 2}, "1\u202f000,00", "1,000.00"),
        (Decimal("-0.004"), {"decimals": 2}, "0,00", "0.00"),
        (Decimal("-0"), {}, "0", "0"),
        (5, {"sign": True}, "+5", "+5"),
        (-5, {"sign": True}, "\u22125", "\u22125"),
        (0, {"sign": True}, "0", "0"),
        (Decimal("0.004"), {"sign": True, "decimals": 2}, "0,00", "0.00"),
        (Decimal("1234.5"), {"sign": True, "decimals": 1}, "+1\u202f234,5", "+1,234.5"),
    ],
)
def test_format_number(value, options, french, english):
    assert format_number(value, language="fr", **options) == french
    assert format_number(value, language="en", **options) == english


@pytest.mark.parametrize(
    ("ratio", "options", "french", "english"),
    [
        (None, {}, "", ""),
        (Decimal("0.2424"), {}, "24,24\u202f%", "24.24%"),
        (Decimal("0.6"), {}, "60\u202f%", "60%"),
        (Decimal(1), {}, "100\u202f%", "100%"),
        (Decimal("12.345"), {}, "1\u202f234,5\u202f%", "1,234.5%"),
        (Decimal("0.24245"), {}, "24,25\u202f%", "24.25%"),
        (Decimal("0.24245"), {"decimals": 0}, "24\u202f%", "24%"),
        (Decimal("0.005"), {"decimals": 0}, "1\u202f%", "1%"),
        (Decimal("-0.1"), {}, "\u221210\u202f%", "\u221210%"),
        (Decimal("0.1"), {"sign": True}, "+10\u202f%", "+10%"),
        (Decimal(0), {"sign": True}, "0\u202f%", "0%"),
        (Decimal("-0.00001"), {}, "0\u202f%", "0%"),
    ],
)
def test_format_percent(ratio, options, french, english):
    assert format_percent(ratio, language="fr", **options) == french
    assert format_percent(ratio, language="en", **options) == english


ALMOST = Decimal(399_999) / 400_000


@pytest.mark.parametrize(
    ("ratio", "decimals", "text"),
    [
        (ALMOST, 0, "99.9%"),
        (ALMOST, 1, "99.9%"),
        (ALMOST, 2, "99.99%"),
        (Decimal("0.996"), 0, "99.6%"),
        (Decimal("0.994"), 0, "99%"),
        (Decimal("0.999"), 1, "99.9%"),
        (Decimal(1), 0, "100%"),
        (1 / ALMOST, 0, "100.1%"),
        (1 / ALMOST, 2, "100.01%"),
        (Decimal("1.006"), 0, "101%"),
        (-ALMOST, 0, "\u221299.9%"),
    ],
)
def test_what_is_not_the_whole_is_never_rounded_to_it(
    ratio: Decimal, decimals: int, text: str
) -> None:
    assert format_percent(ratio, language="en", decimals=decimals) == text


def test_a_number_in_percent_is_never_rounded_to_the_whole() -> None:
    almost, options = Decimal("99.97"), {"language": "en", "in_percent": True}
    assert format_number(almost, decimals=1, **options) == "99.9"
    assert format_number(almost, decimals=0, **options) == "99.9"
    assert format_number(Decimal(100), decimals=1, **options) == "100.0"
    assert format_number(Decimal("80.04"), decimals=1, **options) == "80.0"
    assert format_number(almost, decimals=1, language="en") == "100.0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.50", "1234.5"),
        ("0", "0"),
        ("-0.00", "0"),
        ("-0.50", "-0.5"),
        ("1E+3", "1000"),
        ("1E-6", "0.000001"),
        ("100", "100"),
    ],
)
def test_plain_is_for_machines(value, text):
    assert plain(Decimal(value)) == text


def test_the_thread_s_decimal_context_changes_nothing():
    number = Decimal("123456789012345.678905")

    with localcontext() as context:
        context.prec = 3
        context.rounding = ROUND_DOWN
        assert plain(number) == "123456789012345.678905"
        assert plain(parse_number("-123456789012345,678905", language="fr")) == f"-{number}"
        assert format_number(number, language="en", decimals=5) == "123,456,789,012,345.67891"
        assert format_percent(Decimal("0.123456"), language="en", decimals=3) == "12.346%"


def test_what_is_not_exact_or_not_finite_is_never_shown():
    for value in (0.1, 1.0, "1", float("nan")):
        with pytest.raises(TypeError, match="a Decimal or an int"):
            format_number(value, language="fr")
    for value in ("NaN", "sNaN", "Infinity", "-Infinity"):
        for show in (plain, lambda number: format_number(number, language="fr")):
            with pytest.raises(ValueError, match="is not a number to show"):
                show(Decimal(value))
