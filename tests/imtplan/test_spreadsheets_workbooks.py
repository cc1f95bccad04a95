"""Workbooks out: what is written is what is read, by us and by another reader."""

import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import CellType, SheetCell
from imtplan.spreadsheets.workbooks import MAX_TEXT, CellOut, CellRule, SheetOut

LOOKS = {"open": {"locked": False}, "bold": {"bold": True}}
BOOKS = pytest.mark.parametrize("book", list(BookFormat))


def written(*cells: CellOut, book: BookFormat = BookFormat.XLSX, **options: object) -> bytes:
    return book.write([SheetOut("Feuille", [list(cells)], **options)], LOOKS)


def found(book: BookFormat, *values: object) -> list[SheetCell]:
    rows = read_tables(written(*(CellOut(value) for value in values), book=book))[0].rows
    return [rows[0][column] for column in range(len(values))] if rows else []


def part(data: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


@BOOKS
@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "{=1}", "+33 1", "-", "@SUM(A1)", "\ttab", "007", "http://x.fr", "mailto:x@y.fr"),
        *("😀", "\u200fעברית", "a\nb", "<&>\"'", "_x0041_", "  spaces  ", "#REF!", "TRUE"),
    ],
)
def test_a_text_stays_the_text_that_it_is(book: BookFormat, text: str) -> None:
    data = written(CellOut(text), book=book)
    assert read_tables(data)[0].rows[0][0] == SheetCell(CellType.TEXT, text)
    if book is BookFormat.XLSX:
        assert "<f>" not in part(data)
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    # The other reader passes over a tab in OpenDocument.
    assert theirs == [[text if book is BookFormat.XLSX else text.replace("\t", "")]]


@BOOKS
def test_control_marks_are_taken_out_and_line_ends_are_line_feeds(book: BookFormat) -> None:
    assert found(book, "a\x00b\x0bc\x85d\r\ne")[0].text == "abcd\ne"


@BOOKS
def test_a_text_longer_than_a_cell_is_cut_with_a_sign(book: BookFormat) -> None:
    text = found(book, "é" * 40_000)[0].text
    assert len(text) == MAX_TEXT
    assert text.endswith("é…")


@BOOKS
@given(
    number=st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15
    )
)
@settings(max_examples=60)
def test_a_number_comes_back_with_all_its_digits(book: BookFormat, number: Decimal) -> None:
    assert Decimal(found(book, number)[0].text) == number


@BOOKS
def test_a_number_is_a_number_and_one_too_long_a_text(book: BookFormat) -> None:
    cells = found(book, Decimal("0.1"), 13400, Decimal("123456789012345.6"))
    assert not any(cell.shown or cell.is_hidden for cell in cells)
    kinds = [cell.kind for cell in cells]
    assert kinds == [CellType.NUMBER, CellType.NUMBER, CellType.TEXT]


@BOOKS
def test_what_is_missing_is_blank_and_never_zero(book: BookFormat) -> None:
    assert found(book, None, "", Decimal(0)) == [
        SheetCell(CellType.TEXT, ""),
        SheetCell(CellType.TEXT, ""),
        SheetCell(CellType.NUMBER, "0"),
    ]


def test_everything_is_locked_but_what_is_open() -> None:
    data = written(CellOut(1, "open"), CellOut(1, "bold"))
    assert 'sheet="1"' in part(data)
    assert part(data, "xl/styles.xml").count('locked="0"') == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (CellRule(choices=["oui", "non"]), '<formula1>"oui,non"</formula1>'),
        (
            CellRule(lowest=Decimal(0)),
            'operator="greaterThanOrEqual"',
        ),
        (CellRule(highest=Decimal(9)), 'operator="lessThanOrEqual"'),
        (CellRule(lowest=Decimal(0), highest=Decimal(9), whole=True), 'type="whole"'),
        (CellRule(whole=True), 'type="whole"'),
        (CellRule(hint_title="x" * 50, hint="y" * 300), f'promptTitle="{"x" * 32}"'),
    ],
)
def test_a_rule_warns_and_never_forbids(rule: CellRule, said: str) -> None:
    sheet = part(written(CellOut(None, "open", rule)))
    assert said in sheet
    assert 'errorStyle="warning"' in sheet or 'type="' not in sheet.partition("<dataValidation ")[2]


def test_it_prints_on_wide_pages_that_all_begin_with_the_headings() -> None:
    data = written(
        CellOut("Titre"), headings=0, fixed_columns=1, widths=[10, 5], hidden_columns=[1]
    )
    sheet = part(data)
    assert 'paperSize="9" fitToHeight="0" orientation="landscape"' in sheet
    assert 'topLeftCell="B2"' in sheet
    assert 'hidden="1"' in sheet
    assert "Feuille!$1:$1" in part(data, "xl/workbook.xml")


def test_a_comment_explains_and_a_hidden_sheet_is_hidden() -> None:
    sheets = [
        SheetOut("A", [[CellOut("x", comment="Défi\x00nition")]]),
        SheetOut("B", [[CellOut("y")]]),
    ]
    sheets[1].is_hidden = True
    data = BookFormat.XLSX.write(sheets, {}, {"title": "Titre"})
    assert "Définition" in part(data, "xl/comments1.xml")
    assert [table.is_hidden for table in read_tables(data)] == [False, True]
    assert "<dc:title>Titre</dc:title>" in part(data, "docProps/core.xml")
