"""imtplan/numbers.py: what programs send is of one notation, exact, or refused."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imtplan.numbers import (
    MAX_DECIMALS,
    MAX_WHOLE_DIGITS,
    NumberError,
    NumberProblem,
    parse_plain,
    parse_rounded,
    plain,
)

EXACT_NUMBERS = st.builds(
    lambda digits, decimals: Decimal(digits).scaleb(-decimals),
    st.integers(-(10**MAX_WHOLE_DIGITS) + 1, 10**MAX_WHOLE_DIGITS - 1),
    st.integers(0, MAX_DECIMALS),
)


@pytest.mark.parametrize(
    "sent",
    [
        *("21,800", "1,234", "1,5", " 7 ", "7\n", "+5", "1 142", "1\u202f142", "1e5", "1_000"),
        *(
            "\uff11\uff12",
            "\u0661",
            "\u22125",
            "007",
            "00.5",
            ".5",
            "5.",
            "-",
            "",
            "NaN",
            "Infinity",
        ),
        *("0x1F", "1.2.3", "--5", "5 M€", "12%", "1.5\x00"),
    ],
)
def test_a_programs_text_is_plain_or_refused(sent):
    with pytest.raises(NumberError) as caught:
        parse_plain(sent)

    assert (caught.value.problem, caught.value.text) == (NumberProblem.NOT_PLAIN, sent)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        *(("1142", "1142"), ("21.8", "21.8"), ("-0.5", "-0.5"), ("0", "0"), ("-0", "0")),
        *((1142, "1142"), (Decimal("21.80"), "21.8"), (Decimal("1E+5"), "100000")),
        *((Decimal("1e-05"), "0.00001"), (Decimal("0e99999"), "0")),
    ],
)
def test_a_programs_number_keeps_its_value(sent, expected):
    assert plain(parse_plain(sent)) == expected


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ("1" * 16, NumberProblem.TOO_LONG),
        ("1" * 101, NumberProblem.TOO_LONG),
        (10**15, NumberProblem.TOO_LONG),
        (Decimal("1e9999999"), NumberProblem.TOO_LONG),
        ("1.1234567", NumberProblem.TOO_PRECISE),
        (Decimal("0.30000000000000004"), NumberProblem.TOO_PRECISE),
        (Decimal("1e-9999999"), NumberProblem.TOO_PRECISE),
    ],
)
def test_a_programs_number_is_never_rounded(sent, problem):
    with pytest.raises(NumberError) as caught:
        parse_plain(sent)

    assert caught.value.problem is problem


@settings(max_examples=500)
@given(EXACT_NUMBERS)
def test_what_we_write_for_programs_is_read_back(number):
    assert parse_plain(plain(number)) == number


# --- a formula's result, rounded to be proposed --------------------------------------------------


@pytest.mark.parametrize(
    ("text", "decimals", "proposed"),
    [
        ("21,8333333333", 1, "21.8"),
        ("21,8333333333", 6, "21.833333"),
        ("1 141,9999999999998", 6, "1142"),
        ("-0,00000005", 2, "0"),
        ("21,8500000001", 1, "21.9"),
        ("21,833333", 1, "21.833333"),  # six decimals are kept as they are
        ("1 142", 1, "1142"),
    ],
)
def test_more_decimals_than_are_kept_are_rounded(text: str, decimals: int, proposed: str) -> None:
    assert plain(parse_rounded(text, language="fr", decimals=decimals)) == proposed


@pytest.mark.parametrize("text", ["21,8 33", "NC", "1.234", "21,8333333333 M€"])
def test_what_is_no_number_is_not_rounded(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse_rounded(text, language="fr", decimals=1)
    assert caught.value.text == text
