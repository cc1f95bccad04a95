"""Cells that stay what they are in every program that reads them."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from imtplan.spreadsheets import (
    ROWS_AT_A_TIME,
    Column,
    ColumnType,
    Flavour,
    csv_lines,
    csv_response,
    safe_text,
)

MACHINE, EXCEL = Flavour.MACHINE, Flavour.EXCEL_FR


def cell(value: Any, kind: ColumnType = ColumnType.TEXT, flavour: Flavour = MACHINE) -> str:
    return Column("key", "Label", lambda row: row, kind).cell(value, flavour)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+33 1",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\x00=1",
        "＝1+1",
        "\u00a0=1",
    ],
)
def test_a_text_that_could_be_a_formula_is_kept_as_text(text: str) -> None:
    assert safe_text(text).startswith("'")


@pytest.mark.parametrize("text", ["", "IMT Mines Alès", "a=1", "1-2", "« = »", "O'Brien", "’"])
def test_a_text_that_could_not_is_left_alone(text: str) -> None:
    assert safe_text(text) == text


def test_control_characters_do_no_harm() -> None:
    assert safe_text("a\x00b\x07c\x1b[31m\x85d") == "abc[31md"
    assert safe_text("two\r\nlines\rthree\tcells") == "two\nlines\nthree\tcells"


@given(st.text())
def test_no_text_at_all_begins_a_formula_or_carries_a_control(text: str) -> None:
    safe = safe_text(text)
    assert not safe.lstrip()[:1] or safe.lstrip()[0] not in "=+-@＝＋－＠"
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in safe)
    assert safe_text(safe) == safe


@pytest.mark.parametrize(
    ("number", "machine", "excel"),
    [
        (Decimal("13400.000000"), "13400", "13400"),
        (Decimal("-1234.50"), "-1234.5", "-1234,5"),
        (Decimal("1E+5"), "100000", "100000"),
        (Decimal("0.000"), "0", "0"),
        (Decimal("0.2424242424"), "0.2424242424", "0,2424242424"),
        (2020, "2020", "2020"),
    ],
)
def test_numbers_have_their_digits_and_no_apostrophe(
    number: Decimal, machine: str, excel: str
) -> None:
    assert cell(number, ColumnType.NUMBER) == machine
    assert cell(number, ColumnType.NUMBER, EXCEL) == excel


@pytest.mark.parametrize("kind", ColumnType)
@pytest.mark.parametrize("flavour", Flavour)
def test_what_is_missing_is_an_empty_cell_and_never_zero(
    kind: ColumnType, flavour: Flavour
) -> None:
    assert cell(None, kind, flavour) == ""


def test_programs_get_utc_and_excel_the_clock_of_paris() -> None:
    summer = datetime(2022, 7, 1, 22, 30, tzinfo=UTC)
    assert cell(summer, ColumnType.TIME) == "2022-07-01T22:30:00Z"
    assert cell(summer, ColumnType.TIME, EXCEL) == "2022-07-02 00:30:00"
    assert cell(date(2022, 7, 1), ColumnType.TIME, EXCEL) == "2022-07-01"


COLUMNS = [
    Column("name", _("name"), lambda row: row[0]),
    Column("value", _("value"), lambda row: row[1], ColumnType.NUMBER),
]
HARD = ('say "hi"; a, b\nline', Decimal("-0.5"))


@pytest.mark.parametrize("flavour", Flavour)
def test_a_file_comes_back_as_it_went(flavour: Flavour) -> None:
    text = "".join(csv_lines(COLUMNS, [HARD], flavour)).removeprefix("\ufeff")
    _heading, row = csv.reader(io.StringIO(text, newline=""), delimiter=flavour.delimiter)
    assert row == [HARD[0], "-0,5" if flavour is EXCEL else "-0.5"]


def test_programs_get_keys_and_people_get_labels_in_their_language() -> None:
    assert "".join(csv_lines(COLUMNS, [], MACHINE)) == "name,value\r\n"
    with translation.override("en"):
        assert "".join(csv_lines(COLUMNS, [], EXCEL)) == "\ufeffname;value\r\n"


def test_the_language_is_that_of_the_call_however_late_the_rows_are_read() -> None:
    column = Column("language", "x", lambda row: translation.get_language())
    with translation.override("en"):
        lines = csv_lines([column], range(ROWS_AT_A_TIME + 1), MACHINE)
    with translation.override("fr"):
        next(lines)
        assert translation.get_language() == "fr"  # nothing leaks between two pieces
        assert "fr" not in "".join(lines)


def test_a_long_file_never_stands_whole_in_memory() -> None:
    read = 0

    def rows() -> Iterator[tuple[str, int]]:
        nonlocal read
        for number in range(10 * ROWS_AT_A_TIME):
            read += 1
            yield ("row", number)

    lines = csv_lines(COLUMNS, rows(), MACHINE)
    next(lines)
    assert read == ROWS_AT_A_TIME
    assert "".join(lines).count("\r\n") == 9 * ROWS_AT_A_TIME


def test_the_response_is_a_file_that_nobody_keeps() -> None:
    response = csv_response(COLUMNS, [HARD], flavour=MACHINE, name="figures-2022")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="figures-2022.csv"'
    assert response["Cache-Control"] == "private, no-store"
