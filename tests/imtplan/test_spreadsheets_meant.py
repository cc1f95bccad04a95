"""What a workbook shows and does not say in its numbers: notes, units, what is hidden or merged."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import CellType, SheetCell
from tests.imtplan.sheet_reading import read_table
from tests.imtplan.test_spreadsheets_xlsx_in import book, changed, first, one, with_rows

CASES = Path(__file__).parent / "campaigns" / "cases"


@pytest.fixture(autouse=True)
def _french() -> None:
    translation.activate("fr")


def case(name: str) -> list[list[SheetCell]]:
    table = read_table((CASES / f"{name}.xlsx").read_bytes())
    return [[cell for _column, cell in row] for row in table.rows]


def test_a_number_with_a_raised_note() -> None:
    """Read as 11421 it would be ten times the students."""
    noted = [cell for line in case("superscript_note") for cell in line if cell.notes]
    assert [(cell.text, cell.notes) for cell in noted] == [("1142", "1")]


@pytest.mark.parametrize(
    ("inside", "text", "notes"),
    [
        (
            "<r><t>1142</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>1</t></r>",
            "1142",
            "1",
        ),
        ("<r><rPr><strike/></rPr><t>1100</t></r><r><t> 1142</t></r>", " 1142", "1100"),
        ("<r><rPr><strike val='0'/></rPr><t>11</t></r><r><t>42</t></r>", "1142", ""),
        ("<t>1142</t><rPh sb='0' eb='1'><t>1</t></rPh>", "1142", ""),
    ],
)
def test_a_text_that_stands_in_its_cell_has_runs_too(inside: str, text: str, notes: str) -> None:
    cell = first(with_rows(f'<row><c t="inlineStr"><is>{inside}</is></c></row>'))
    assert (cell.text, cell.notes) == (text, notes)


def test_a_number_shown_in_millions_is_shown_both_ways() -> None:
    scaled = [cell for line in case("scaled_format") for cell in line if cell.shown]
    assert [(cell.kind, cell.text, cell.shown) for cell in scaled] == [
        (CellType.NUMBER, "20600000", "20,6")
    ]


def test_a_unit_in_the_format_is_handed_on() -> None:
    def write(made: Any, sheet: Any) -> None:
        sheet.write("A1", 170, made.add_format({"num_format": '0 "k€"'}))

    assert first(book(write)).shown == "170 k€"


def test_a_hidden_row_is_known_as_such() -> None:
    hidden = [any(cell.is_hidden for cell in line) for line in case("hidden_row")]
    assert hidden.count(True) == 1


def hidden_column(made: Any, sheet: Any) -> None:
    sheet.set_column("A:A", None, None, {"hidden": True})


def narrow_column(made: Any, sheet: Any) -> None:
    sheet.set_column("A:C", 0)


def folded_column(made: Any, sheet: Any) -> None:
    sheet.set_column("A:A", None, None, {"level": 1, "hidden": True})


def hidden_row(made: Any, sheet: Any) -> None:
    sheet.set_row(0, None, None, {"hidden": True})


def flat_row(made: Any, sheet: Any) -> None:
    sheet.set_row(0, 0)


def filtered(made: Any, sheet: Any) -> None:
    sheet.autofilter("A1:A2")
    sheet.filter_column("A", "x == 2")
    sheet.set_row(0, options={"hidden": True})


@pytest.mark.parametrize(
    "hide", [hidden_column, narrow_column, folded_column, hidden_row, flat_row, filtered]
)
def test_every_way_to_hide_a_cell(hide: Any) -> None:
    def write(made: Any, sheet: Any) -> None:
        sheet.write("A1", 1)
        sheet.write("D2", 2)
        hide(made, sheet)

    table = read_table(book(write))
    assert [cell.is_hidden for row in table.rows for _column, cell in row] == [True, False]


@pytest.mark.parametrize(
    ("look", "seen"),
    [
        ({"font_strikeout": True}, (True, False)),
        ({"font_color": "#FFFFFF"}, (False, True)),
        ({"font_color": "white", "bg_color": "#FFFFFF"}, (False, True)),
        ({"font_color": "white", "bg_color": "#16233A"}, (False, False)),
        ({"font_color": "#16233A", "font_strikeout": False}, (False, False)),
        ({}, (False, False)),
    ],
)
def test_what_a_style_crosses_out_or_makes_white(
    look: dict[str, Any], seen: tuple[bool, bool]
) -> None:
    def write(made: Any, sheet: Any) -> None:
        sheet.write("A1", 1142, made.add_format(look))

    cell = first(book(write))
    assert (cell.text, cell.is_struck, cell.is_white) == ("1142", *seen)


@pytest.mark.parametrize(
    ("font", "is_white"),
    [
        ('<color theme="0"/>', True),
        ('<color theme="0" tint="-0.5"/>', False),
        ('<color theme="1"/>', False),
        ('<color rgb="ffffffff"/>', True),
        ('<color indexed="9"/>', True),
    ],
)
def test_white_as_excel_writes_it(font: str, is_white: bool) -> None:
    def write(made: Any, sheet: Any) -> None:
        sheet.write("A1", 1142, made.add_format({"font_color": "#123456"}))

    old = b'<color rgb="FF123456"/>'
    data = changed(book(write), {"xl/styles.xml": lambda part: part.replace(old, font.encode())})
    assert first(data).is_white is is_white


def test_a_format_that_shows_nothing_hides_the_cell() -> None:
    def write(made: Any, sheet: Any) -> None:
        sheet.write("A1", 7, made.add_format({"num_format": ";;;"}))

    assert first(book(write)).is_hidden


def test_a_merged_name_is_known_on_each_of_its_lines() -> None:
    def write(made: Any, sheet: Any) -> None:
        sheet.merge_range("A1:A3", "IMT Mines Albi")
        sheet.write_column("B1", [1, 2, 3])
        sheet.merge_range("C5:D5", "alone")

    rows = read_table(book(write)).rows
    assert [row.spread(0).text for row in rows[:3]] == ["IMT Mines Albi"] * 3
    assert [row[0].text for row in rows[:3]] == ["IMT Mines Albi", "", ""]
    assert rows[3].spread(3).text == "alone"


def test_parts_named_with_backslashes_are_read() -> None:
    assert read_tables((CASES / "backslash.xlsx").read_bytes())[0].rows


def test_parts_have_the_names_that_the_workbook_says() -> None:
    """Other capitals, and another name for the workbook itself: both are in use."""
    data = one("ici")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        book_xml = parts.read("xl/workbook.xml")
        relations = parts.read("xl/_rels/workbook.xml.rels")
    changes = {
        "_rels/.rels": lambda xml: xml.replace(b"workbook.xml", b"Book2.xml"),
        "xl/book2.xml": book_xml,
        "xl/_rels/Book2.xml.rels": relations.replace(b"sharedStrings", b"sharedstrings"),
        "xl/workbook.xml": b"",
    }
    assert first(changed(data, changes)).text == "ici"


def test_another_reader_does_not_tell_these() -> None:
    """Why ours is not python-calamine: a note is a digit there, an error or a formula nothing."""
    data = with_rows('<row><c t="e"><v>#REF!</v></c><c><f>A2+1</f></c></row>')
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert not any(any(line) for line in theirs.to_python())
    kinds = [cell.kind for _column, cell in read_table(data).rows[0]]
    assert kinds == [CellType.ERROR, CellType.NOT_COMPUTED]
    noted = CalamineWorkbook.from_path(CASES / "superscript_note.xlsx").get_sheet_by_index(0)
    assert "11421" in [str(cell).strip() for line in noted.to_python() for cell in line]
