"""OpenDocument files as programs write them, and as nobody should: read like XLSX."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import CellType, SheetCell, TableRow
from tests.imtplan.odsfiles import content, number, ods, row, text, zipped
from tests.imtplan.sheet_reading import read_table
from tests.imtplan.test_spreadsheets_xlsx_in import book
from tests.libreoffice import converted

FOOTNOTE = "<text:note-body><text:p>Source : SISE</text:p></text:note-body>"
READ_ALOUD = "<text:ruby-text>to</text:ruby-text>"
RAISED = (
    '<style:style style:name="T1" style:family="text">'
    '<style:text-properties style:text-position="super 58%"/></style:style>'
    '<style:style style:name="T2" style:family="text" style:parent-style-name="T1"/>'
    '<style:style style:name="T3" style:family="text">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="T4" style:family="text">'
    '<style:text-properties style:text-position="0% 100%"/></style:style>'
    '<style:style style:name="loop" style:family="text" style:parent-style-name="loop"/>'
)


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


def first(cell: str, styles: str = "") -> SheetCell:
    return read_table(ods(row(cell), styles=styles)).rows[0][0]


def cell_(kind: str, more: str, displayed: str) -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" {more}>'
        f"<text:p>{displayed}</text:p></table:table-cell>"
    )


# --- Cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        (number("1142.5", "1142,5"), SheetCell(CellType.NUMBER, "1142.5")),
        (number("0.30000000000000004"), SheetCell(CellType.NUMBER, "0.3")),
        (number("0.125", "12,5 %", kind="percentage"), SheetCell(CellType.PERCENT, "12.5")),
        (number("1E-7"), SheetCell(CellType.NUMBER, "0.0000001")),
        (
            cell_("date", 'office:date-value="2022-05-12"', "12/05/22"),
            SheetCell(CellType.DATE, "2022-05-12"),
        ),
        (
            cell_("date", 'office:date-value="2022-05-12T10:00:00"', "12/05/22"),
            SheetCell(CellType.DATE, "2022-05-12"),
        ),
        (
            cell_("time", 'office:time-value="PT12H30M00S"', "12:30"),
            SheetCell(CellType.DATE, "12:30"),
        ),
        (cell_("boolean", 'office:boolean-value="true"', "VRAI"), SheetCell(CellType.BOOLEAN, "1")),
        (
            cell_("string", 'table:formula="of:=1/0" calcext:value-type="error"', "#DIV/0!"),
            SheetCell(CellType.ERROR, "#DIV/0!"),
        ),
        (cell_("string", 'table:formula="of:=[.B1]"', "#REF!"), SheetCell(CellType.ERROR, "#REF!")),
        (number("2", "2", 'table:formula="of:=1+1"'), SheetCell(CellType.NUMBER, "2")),
        ('<table:table-cell table:formula="of:=1+1"/>', SheetCell(CellType.NOT_COMPUTED, "")),
        (
            '<table:table-cell table:formula="of:=1+1" office:value-type="float"/>',
            SheetCell(CellType.NOT_COMPUTED, ""),
        ),
        (text("#hashtag"), SheetCell(CellType.TEXT, "#hashtag")),
        (text("1 142"), SheetCell(CellType.TEXT, "1 142")),
        (
            '<table:table-cell office:value-type="string" office:string-value="é"/>',
            SheetCell(CellType.TEXT, "é"),
        ),
        (
            "<table:table-cell><text:p>nu</text:p></table:table-cell>",
            SheetCell(CellType.TEXT, "nu"),
        ),
    ],
)
def test_every_sort_of_cell(xml: str, cell: SheetCell) -> None:
    assert first(xml) == cell


LOOKS = (
    '<style:style style:name="struck" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="child" style:family="table-cell"'
    ' style:parent-style-name="struck"/>'
    '<style:style style:name="white" style:family="table-cell">'
    '<style:text-properties fo:color="#ffffff"/></style:style>'
    '<style:style style:name="lit" style:family="table-cell" style:parent-style-name="white">'
    '<style:table-cell-properties fo:background-color="#16233a"/></style:style>'
    '<style:style style:name="paper" style:family="table-cell" style:parent-style-name="white">'
    '<style:table-cell-properties fo:background-color="transparent"/></style:style>'
)


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        ("struck", (True, False)),
        ("child", (True, False)),
        ("white", (False, True)),
        ("paper", (False, True)),
        ("lit", (False, False)),
        ("nothing", (False, False)),
    ],
)
def test_what_a_style_crosses_out_or_makes_white(style: str, seen: tuple[bool, bool]) -> None:
    cell = first(number("1142", "1142", f'table:style-name="{style}"'), LOOKS)
    assert (cell.text, cell.is_struck, cell.is_white) == ("1142", *seen)


def test_a_formula_is_known_as_such() -> None:
    assert first(number("2", "2", 'table:formula="of:=1+1"')).is_formula


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ("a\n    b", "a b"),
        ('a<text:s text:c="3"/>b', "a   b"),
        ("a <text:s/>b", "a  b"),
        ("a<text:tab/>b<text:line-break/>c", "a\tb\nc"),
        ("a</text:p><text:p>b</text:p><text:p>", "a\nb\n"),
        ("<text:a>lien</text:a> et <text:span>suite</text:span>", "lien et suite"),
        (f"<text:ruby><text:ruby-base>東</text:ruby-base>{READ_ALOUD}</text:ruby>", "東"),
        ("a</text:p><office:annotation><text:p>un avis</text:p></office:annotation><text:p>b",
         "a\nb"),
        ("a<draw:frame><draw:text-box><text:p>cadre</text:p></draw:text-box></draw:frame>", "a"),
    ],
)  # fmt: skip
def test_a_text_is_what_people_see_in_the_cell(inside: str, read: str) -> None:
    assert first(text(inside)).text == read


def test_a_comment_alone_is_no_content() -> None:
    note = "<office:annotation><text:p>à vérifier</text:p></office:annotation>"
    assert not read_tables(ods(row(f"<table:table-cell>{note}</table:table-cell>")))[0].rows


@pytest.mark.parametrize(
    ("inside", "read", "notes"),
    [
        ('1142<text:span text:style-name="T1">1</text:span>', "1142", "1"),
        ('1142<text:span text:style-name="T2">1</text:span>', "1142", "1"),
        ('1142<text:span text:style-name="T1"><text:span>1</text:span></text:span>', "1142", "1"),
        ('<text:span text:style-name="T3">1100</text:span>1142', "1142", "1100"),
        ('11<text:span text:style-name="T4">42</text:span>', "1142", ""),
        ('11<text:span text:style-name="loop">42</text:span>', "1142", ""),
        ('Albi<text:span text:style-name="T1">2</text:span>', "Albi", "2"),
        (
            f"1142<text:note><text:note-citation>1</text:note-citation>{FOOTNOTE}</text:note>",
            "1142",
            "1",
        ),
    ],
)  # fmt: skip
def test_a_raised_note_is_no_digit_of_the_number(inside: str, read: str, notes: str) -> None:
    cell = first(text(inside), RAISED)
    assert (cell.text, cell.notes) == (read, notes)


def test_the_styles_of_the_whole_file_count_too() -> None:
    styles = content("", RAISED)
    inside = text('1142<text:span text:style-name="T2">1</text:span>')
    data = ods(row(inside), **{"styles.xml": styles})
    assert read_table(data).rows[0][0].text == "1142"


@pytest.mark.parametrize(
    ("value", "displayed", "shown"),
    [
        ("20600000", "20,6", "20,6"),
        ("20600000", "20 600 000", ""),
        ("20600000", "20 600 000,00", ""),
        ("20600000", "20,600,000.0", ""),
        ("20600000", "20 600 000,00 €", "20 600 000,00 €"),
        ("20600000", "2,06E+07", ""),
        ("170", "170 k€", "170 k€"),
        ("0.5", "1/2", ""),
        ("0.12", "12 %", "12 %"),
        ("21.8333333333", "21,83", ""),
        ("21.8333333333", "22", ""),
        ("1.234", "1,234", ""),
        ("1234", "1,234", ""),
        ("1234", "1,235", "1,235"),
        ("-5", "(5)", ""),
        ("-5", "\u22125", ""),
        ("0", "-", ""),
        ("0", "NC", "NC"),
        ("12", "120", "120"),
    ],
)
def test_what_is_displayed_is_kept_where_it_says_something_else(
    value: str, displayed: str, shown: str
) -> None:
    cell = first(number(value, displayed))
    assert (cell.kind, cell.shown, cell.is_hidden) == (CellType.NUMBER, shown, False)


def test_a_number_that_shows_nothing_is_hidden() -> None:
    assert first(number("7", "")).is_hidden
    assert not first(number("7")).is_hidden  # no word of what is displayed


# --- Sheets -------------------------------------------------------------------------------------

STYLES = (
    '<style:style style:name="ta2" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="flat" style:family="table-row">'
    '<style:table-row-properties style:row-height="0.00cm"/></style:style>'
    '<style:style style:name="narrow" style:family="table-column">'
    '<style:table-column-properties style:column-width="0in"/></style:style>'
)
CELL = number("1", "1")
COLUMN = "<table:table-column/>"
FOLDED_ROWS = '<table:table-row-group table:display="false">'
ROWS_END = "</table:table-row-group>"
FOLDED_COLUMNS = '<table:table-column-group table:display="false">'


@pytest.mark.parametrize(
    "rows",
    [
        f'<table:table-row table:visibility="collapse">{CELL}</table:table-row>',
        f'<table:table-row table:visibility="filter">{CELL}</table:table-row>',
        f'<table:table-row table:style-name="flat">{CELL}</table:table-row>',
        f"{FOLDED_ROWS}<table:table-row-group>{row(CELL)}{ROWS_END}{ROWS_END}",
        f'<table:table-column table:visibility="collapse"/>{row(CELL)}',
        f'<table:table-column table:style-name="narrow"/>{row(CELL)}',
        f"{FOLDED_COLUMNS}{COLUMN}</table:table-column-group>{row(CELL)}",
    ],
)
def test_every_way_to_hide_a_cell(rows: str) -> None:
    table = read_table(ods(f"{rows}{row('<table:table-cell/>', CELL)}", styles=STYLES))
    assert [cell.is_hidden for line in table.rows for _column, cell in line] == [True, False]


def test_sheets_have_their_names_and_some_are_hidden() -> None:
    sheets = (
        f'<table:table table:name="Vue">{row(CELL)}</table:table>'
        f'<table:table table:name="Cachée" table:style-name="ta2">{row(CELL)}</table:table>'
    )
    tables = read_tables(zipped({"content.xml": content(sheets, STYLES)}))
    assert [(table.name, table.is_hidden) for table in tables] == [
        ("Vue", False),
        ("Cachée", True),
    ]


def test_lines_and_cells_are_repeated_as_often_as_they_say() -> None:
    data = ods(
        row('<table:table-cell table:number-columns-repeated="2"/>', CELL)
        + '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        + '<table:table-row table:number-rows-repeated="2">'
        + number("2", "2", 'table:number-columns-repeated="2"')
        + "</table:table-row>"
    )
    assert [
        (line.line, [(column, cell.text) for column, cell in line])
        for line in read_table(data).rows
    ] == [(1, [(2, "1")]), (5, [(0, "2"), (1, "2")]), (6, [(0, "2"), (1, "2")])]


def test_a_merged_name_is_known_on_each_of_its_lines() -> None:
    name = text("Albi", 'table:number-rows-spanned="2" table:number-columns-spanned="1"')
    under = "<table:covered-table-cell><text:p>dessous</text:p></table:covered-table-cell>"
    rows = read_table(ods(row(name, CELL) + row(under, CELL))).rows
    assert [line.spread(1).text for line in rows] == ["1", "1"]
    assert rows[1].covered[0].text == "Albi"
    assert rows[1][0].is_hidden


# --- LibreOffice --------------------------------------------------------------------------------


def written(made: Any, sheet: Any) -> None:
    sheet.write_row("A1", ["École", "Valeur", "Taux", "Jour"])
    sheet.write_row("A2", ["Albi", 1142.5])
    sheet.write("C2", 0.125, made.add_format({"num_format": "0.0%"}))
    sheet.write("B3", 20_600_000, made.add_format({"num_format": "0.0,,"}))
    sheet.write_datetime("D2", date(2022, 5, 12), made.add_format({"num_format": "dd/mm/yyyy"}))
    raised = made.add_format({"font_script": 1})
    sheet.write_rich_string("B4", "1142", raised, "1", " ")
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.merge_range("A7:A8", "Alès")
    sheet.write_column("B7", [-3, 1e-7])


def test_what_libreoffice_writes_is_read_as_by_another_reader(soffice: str, tmp_path: Path) -> None:
    """python-calamine reads the same numbers and texts; the rest it does not tell."""
    data = converted(soffice, book(written), tmp_path, "ods")
    rows = read_table(data).rows
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    theirs = [line for line in workbook.get_sheet_by_index(0).to_python() if any(line)]
    assert [_plainly(line, width=4) for line in rows] == theirs
    scaled, noted = rows[2][1], rows[3][1]
    assert (scaled.shown, scaled.is_hidden, noted.text.strip(), noted.notes) == (
        *("20.6", True),
        *("1142", "1"),
    )
    assert rows[5].spread(0).text == "Alès"


def _plainly(line: TableRow, width: int) -> list[object]:
    """As calamine gives a cell: notes are digits there, and a percentage is its number."""
    return [_value(line[column]) for column in range(width)]


def _value(cell: SheetCell) -> object:
    match cell.kind:
        case CellType.NUMBER:
            return float(cell.text)
        case CellType.PERCENT:
            return float(cell.text) / 100
        case CellType.DATE:
            return date.fromisoformat(cell.text)
    return f"{cell.text.strip()}{cell.notes} " if cell.notes else cell.text
