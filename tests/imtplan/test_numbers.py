"""imtplan/numbers.py: what people type is read exactly, or refused with a reason."""

import csv
import itertools
import re
from collections.abc import Iterator
from copy import copy
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imtplan.numbers import (
    MAX_CHARACTERS,
    MAX_DECIMALS,
    MAX_WHOLE_DIGITS,
    NumberError,
    NumberProblem,
    format_number,
    format_percent,
    parse_number,
    plain,
)

LANGUAGES = ("fr", "en")
SPACES = (" ", "\u00a0", "\u202f", "\u2009")
SPELLINGS = Path(__file__).with_name("number_spellings.csv")


def attempt(text: str, language: str) -> Decimal | NumberError:
    try:
        return parse_number(text, language=language)
    except NumberError as error:
        return error


def outcome(text: str, language: str) -> str:
    """What the table of spellings says of a text: the plain number, or error:<code>."""
    result = attempt(text, language)
    if isinstance(result, Decimal):
        return plain(result)
    assert result.text == text
    return f"error:{result.problem.value}"


def spellings() -> Iterator[tuple[str, str, str]]:
    with SPELLINGS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            text = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), row["text"])
            yield text, row["language"], row["expected"]


# --- the table of real spellings -----------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_spelling_of_the_table(language):
    wrong = [
        (text, expected, outcome(text, language))
        for text, row_language, expected in spellings()
        if row_language == language and outcome(text, language) != expected
    ]

    assert wrong == []


def test_the_table_is_large_and_names_every_problem():
    rows = list(spellings())

    assert len(rows) >= 300
    assert len(rows) == len({row[:2] for row in rows})
    assert {row[1] for row in rows} == set(LANGUAGES)
    refused = {row[2].removeprefix("error:") for row in rows if row[2].startswith("error:")}
    assert refused == set(NumberProblem) - {NumberProblem.NOT_PLAIN}


# --- an independent, slow reading ----------------------------------------------------------------


def grouped(text: str, marks: str) -> bool:
    """Groups by one of `marks`: one to three digits without a zero in front, then threes."""
    for mark in marks:
        text = text.replace(mark, "|")
    first, *rest = text.split("|")
    return (
        bool(rest)
        and 1 <= len(first) <= 3
        and first[0] != "0"
        and all(part.isdigit() for part in (first, *rest))
        and all(len(part) == 3 for part in rest)
    )


def whole_reading(text: str) -> str | None:
    """The digits of a text without a decimal mark; None when nobody writes it so."""
    if text.isdigit():
        return text
    if any(grouped(text, marks) for marks in (" \u00a0\u202f\u2009", "'\u2019", ".", ",")):
        return "".join(filter(str.isdigit, text))
    return None


def possible_readings(text: str) -> dict[str, Decimal]:
    """Every number the text could mean, by its decimal mark ("" when it has none)."""
    readings = {}
    whole = whole_reading(text)
    if whole is not None:
        readings[""] = Decimal(whole)
    for mark in ",.":
        before, found, after = text.rpartition(mark)
        whole = whole_reading(before) if before else "0"
        if found and after.isdigit() and whole is not None and mark not in before:
            readings[mark] = Decimal(f"{whole}.{after}")
    return readings


def right_reading(text: str, language: str) -> Decimal | None:
    """The only reading; among several the language's standard; None when it has none."""
    readings = possible_readings(text)
    if len(readings) == 1:
        return next(iter(readings.values()))
    # Here the text has one mark, which groups or is decimal: "1,234" or "1.234".
    if language == "en":
        return readings.get(".", readings.get(""))
    return readings.get(",")


# Refusals that are a choice, of texts which the slow reading understands.
CHOSEN = {
    NumberProblem.LEADING_ZERO,
    NumberProblem.TOO_LONG,
    NumberProblem.TOO_PRECISE,
    NumberProblem.AMBIGUOUS,
}


def assert_never_changed(text: str, language: str) -> None:
    """Accepted: the slow reading's number. Refused: by choice, or it has no reading at all."""
    result = attempt(text, language)
    if isinstance(result, NumberError):
        assert result.problem in CHOSEN or not possible_readings(text.strip()), result
    else:
        assert result == right_reading(text.strip(), language), text
        assert attempt(format_number(result, language=language), language) == result


def test_every_short_text_of_digits_and_marks():
    """Exhaustive: all 19,530 texts of up to six of these characters, in both languages; of longer
    ones `benchmarks/fuzz_numbers.py` reads a million."""
    for length in range(1, 7):
        for characters in itertools.product("01,. ", repeat=length):
            text = "".join(characters)
            for language in LANGUAGES:
                assert_never_changed(text, language)


@settings(max_examples=2000)
@given(st.text(alphabet="0123456789123456789,.  '\u00a0\u202f\u2009\u2019", max_size=24))
def test_longer_texts_of_digits_and_marks(text):
    for language in LANGUAGES:
        assert_never_changed(text, language)


@settings(max_examples=2000)
@given(st.text(max_size=12), st.sampled_from(LANGUAGES))
def test_any_text_is_a_number_of_its_own_digits_or_a_number_error(text, language):
    number = attempt(text, language)
    if isinstance(number, NumberError):
        return
    typed = "".join(character for character in text if character in "0123456789")
    assert typed.lstrip("0") == f"{number:f}".strip("-").replace(".", "").lstrip("0")


# --- there and back, at scale --------------------------------------------------------------------


def spelled(number: Decimal, group: str, decimal: str, minus: str) -> str:
    """How someone writes the number: by hand, without the product's formatter."""
    whole, _, decimals = f"{number.copy_abs():f}".partition(".")
    head = len(whole) % 3 or 3
    groups = [whole[:head]] + [whole[start : start + 3] for start in range(head, len(whole), 3)]
    sign = minus if number < 0 else ""
    return sign + group.join(groups) + (decimal + decimals if decimals else "")


def ways_to_write(number: Decimal, language: str) -> Iterator[str]:
    """Spellings that have this one meaning in the language."""
    own, other = (",", ".") if language == "fr" else (".", ",")
    for group in ("", "'", "\u2019", *SPACES):
        for minus in "-\u2212":
            yield spelled(number, group, own, minus)
    if number % 1 and abs(number) >= 1000:  # both marks: foreign, and clear
        yield spelled(number, own, other, "- ")
        yield spelled(number, other, own, "+" if number > 0 else "-")
    yield f" \u00a0{spelled(number, '', own, '-')}\u202f\n"
    yield format_number(number, language=language)
    yield format_number(number, language=language, sign=True)
    yield format_number(number, language=language, decimals=MAX_DECIMALS)


EXACT_NUMBERS = st.builds(
    lambda digits, decimals: Decimal(digits).scaleb(-decimals),
    st.one_of(
        st.integers(-(10**MAX_WHOLE_DIGITS) + 1, 10**MAX_WHOLE_DIGITS - 1),
        st.integers(-99_999, 99_999),
    ),
    st.integers(0, MAX_DECIMALS),
)


def test_there_and_back_over_thirty_thousand_spellings():
    tried = 0

    @settings(max_examples=1000)
    @given(EXACT_NUMBERS)
    def there_and_back(number):
        nonlocal tried
        for language in LANGUAGES:
            for text in ways_to_write(number, language):
                tried += 1
                assert parse_number(text, language=language) == number, text

    there_and_back()
    assert tried >= 30_000


@pytest.mark.parametrize("space", SPACES)
@settings(max_examples=300)
@given(EXACT_NUMBERS)
def test_each_space_groups_in_both_languages(space, number):
    for language, group in (("fr", "\u202f"), ("en", ",")):
        shown = format_number(number, language=language)
        assert parse_number(shown, language=language) == number
        assert parse_number(shown.replace(group, space), language=language) == number


@settings(max_examples=500)
@given(st.integers(1000, 10**MAX_WHOLE_DIGITS - 1), st.data())
def test_a_digit_lost_or_doubled_inside_the_groups_is_refused(number, data):
    text = format_number(number, language="fr")
    place = data.draw(st.integers(text.index("\u202f") + 1, len(text) - 1))

    assert outcome(text[:place] + text[place + 1 :], "fr").startswith("error:")
    assert outcome(text[:place] + "7" + text[place:], "fr").startswith("error:")


# --- refusals ------------------------------------------------------------------------------------


def test_an_error_keeps_the_text_as_typed_also_in_a_copy():
    with pytest.raises(NumberError) as caught:
        parse_number("  12,5,3\n", language="fr")

    for error in (caught.value, copy(caught.value)):  # Celery and pytest-xdist copy errors so
        assert error.problem is NumberProblem.TWO_DECIMAL_MARKS
        assert error.text == "  12,5,3\n"
        assert str(error) == "two_decimal_marks: '  12,5,3\\n'"
    assert isinstance(caught.value, ValueError)


def test_the_limits_of_the_column():
    assert outcome("9" * 15 + "," + "9" * 6, "fr") == "999999999999999.999999"
    assert outcome("9" * 16, "fr") == "error:too_long"
    assert outcome("0," + "9" * 7, "fr") == "error:too_precise"


@pytest.mark.parametrize("text", ["-0", "\u22120,00", "+0"])
def test_zero_has_no_sign(text):
    assert not parse_number(text, language="fr").is_signed()


def test_a_novel_is_too_long_whatever_it_says():
    assert outcome("a" * MAX_CHARACTERS, "fr") == "error:not_a_number"
    assert outcome("a" * (MAX_CHARACTERS + 1), "fr") == "error:too_long"
    assert outcome("1" * 1_000_000, "fr") == "error:too_long"
    assert outcome(" " * 1_000_000 + "7", "fr") == "7"


@pytest.mark.parametrize("language", ["de", "fr-fr", "FR", ""])
def test_an_unknown_language_is_a_mistake_of_the_caller(language):
    for call in (
        lambda: parse_number("1", language=language),
        lambda: format_number(None, language=language),
        lambda: format_percent(None, language=language),
    ):
        with pytest.raises(ValueError, match="language must be one of fr, en") as caught:
            call()
        assert not isinstance(caught.value, NumberError)
