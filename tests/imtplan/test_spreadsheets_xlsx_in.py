"""Workbooks as programs write them, and as nobody should: each cell says what it holds."""

import io
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from imtplan.spreadsheets.package import MAX_ENTRIES
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import MAX_BYTES, CellType, SheetCell, Unreadable
from tests.imtplan.sheet_reading import read_table

BASE = Path(__file__).resolve().parents[2]
SHEET = "xl/worksheets/sheet1.xml"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


def book(write: Callable[[Any, Any], None], **options: object) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as made:
        write(made, made.add_worksheet())
    return file.getvalue()


def one(value: object = 1) -> bytes:
    return book(lambda made, sheet: sheet.write("A1", value))


def changed(data: bytes, changes: dict[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The same zip with parts changed or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for name in [*old.namelist(), *(set(changes) - set(old.namelist()))]:
            change = changes.get(name)
            if change is None:
                new.writestr(name, old.read(name))
            else:
                new.writestr(name, change if isinstance(change, bytes) else change(old.read(name)))
    return file.getvalue()


def with_rows(xml: str, **parts: bytes) -> bytes:
    """A workbook whose sheet has these rows, as they would stand in the file."""

    def replaced(sheet: bytes) -> bytes:
        before = sheet.partition(b"<sheetData>")[0]
        return before + b"<sheetData>" + xml.encode() + b"</sheetData></worksheet>"

    return changed(one(), {SHEET: replaced, **parts})


DATED = book(
    lambda made, sheet: sheet.write_datetime(
        "A1", date(2022, 5, 12), made.add_format({"num_format": 14})
    )
)


def first(data: bytes) -> SheetCell:
    return read_table(data).rows[0][0]


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_tables(data)
    return str(refused.value.message)


# --- Cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("0.30000000000000004", "0.3"),
        ("13400", "13400"),
        ("13400.000000000002", "13400"),
        ("1.34E4", "13400"),
        ("1E-7", "0.0000001"),
        ("-0.5", "-0.5"),
        ("-0", "0"),
        ("1234567.8900000001", "1234567.89"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_a_number_has_the_digits_that_excel_keeps(written: str, text: str) -> None:
    cell = first(with_rows(f'<row r="1"><c r="A1"><v>{written}</v></c></row>'))
    assert cell == SheetCell(CellType.NUMBER, text)


@pytest.mark.parametrize(
    ("format_", "kind", "text"),
    [
        ("0%", CellType.PERCENT, "12"),
        ("0.00\\ %", CellType.PERCENT, "12"),
        ('0.00" %"', CellType.NUMBER, "0.12"),
        ('#,##0.00 "M€ d\'hiver"', CellType.NUMBER, "0.12"),
        ("[Red]0.00;[Blue]-0.00", CellType.NUMBER, "0.12"),
        ("General", CellType.NUMBER, "0.12"),
        ("dd/mm/yyyy", CellType.DATE, "1899-12-30"),
        ("[h]:mm", CellType.DATE, "1899-12-30"),
    ],
)
def test_what_a_number_means_is_said_by_its_format(format_: str, kind: CellType, text: str) -> None:
    """0.12 shown as 12 % is 12 %: nobody may lose a factor of 100 on the way."""
    data = book(
        lambda made, sheet: sheet.write("A1", 0.12, made.add_format({"num_format": format_}))
    )
    assert first(data) == SheetCell(kind, text)


@pytest.mark.parametrize("first_day", [{}, {"date_1904": True}])
def test_a_date_is_a_date(first_day: dict[str, bool]) -> None:
    """12.5 typed in a French Excel is a date, and must not come as 44693."""

    def write(made: Any, sheet: Any) -> None:
        sheet.write_datetime("A1", date(2022, 5, 12), made.add_format({"num_format": 14}))

    assert first(book(write, **first_day)) == SheetCell(CellType.DATE, "2022-05-12")


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        ('<c r="A1" t="b"><v>1</v></c>', SheetCell(CellType.BOOLEAN, "1")),
        ('<c r="A1" t="e"><v>#REF!</v></c>', SheetCell(CellType.ERROR, "#REF!")),
        ('<c r="A1" t="d"><v>2022-05-12</v></c>', SheetCell(CellType.DATE, "2022-05-12")),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', SheetCell(CellType.NUMBER, "2")),
        ('<c r="A1" t="str"><f>A2</f><v>x</v></c>', SheetCell(CellType.TEXT, "x")),
        ('<c r="A1"><f>1+1</f></c>', SheetCell(CellType.NOT_COMPUTED, "")),
        ('<c r="A1" t="str"><f>A2</f><v></v></c><c><v>1</v></c>', SheetCell(CellType.TEXT, "")),
        ('<c r="A1"><f>1+1</f><v></v></c>', SheetCell(CellType.NOT_COMPUTED, "")),
        ('<c r="A1" t="inlineStr"><is><t>é</t></is></c>', SheetCell(CellType.TEXT, "é")),
        (
            '<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r></is></c>',
            SheetCell(CellType.TEXT, "a b"),
        ),
        (
            '<c r="A1" t="inlineStr"><is><t>a_x000D_&#10;b_x005F_</t></is></c>',
            SheetCell(CellType.TEXT, "a\nb_"),
        ),
        ("<c><v>5</v></c>", SheetCell(CellType.NUMBER, "5")),
    ],
)
def test_every_sort_of_cell(xml: str, cell: SheetCell) -> None:
    assert first(with_rows(f'<row r="1">{xml}</row>', **COMPUTED)) == cell


def _computed(book_xml: bytes) -> bytes:
    return book_xml.replace(b' fullCalcOnLoad="1"', b"")


COMPUTED: dict[str, Any] = {"xl/workbook.xml": _computed}


def test_a_program_that_computes_nothing_writes_zero_where_it_knows_nothing() -> None:
    """It asks Excel to compute on opening; until then its zero is no figure."""
    data = book(lambda made, sheet: sheet.write_formula("A1", "=B1*2"))
    assert first(data).kind is CellType.NOT_COMPUTED
    assert first(changed(data, COMPUTED)) == SheetCell(CellType.NUMBER, "0")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "007", "😀", "\u200fעברית\u200e", "x" * 32_767]
)
def test_a_text_is_a_text(text: str) -> None:
    data = book(lambda made, sheet: sheet.write_string("A1", text))
    assert first(data) == SheetCell(CellType.TEXT, text)


def test_a_control_mark_is_refused_with_its_cell() -> None:
    xml = '<row r="7"><c r="D7" t="inlineStr"><is><t>a_x0000_b</t></is></c></row>'
    assert "D7" in refusal(with_rows(xml))


def test_cells_stand_where_they_say_and_empty_ones_are_nothing() -> None:
    xml = (
        '<row r="3"><c r="B3"><v>1</v></c><c><v>2</v></c><c r="F3" s="1"/></row>'
        '<row><c t="inlineStr"><is><t> </t></is></c></row>'
        "<row><c><v>3</v></c></row>"
    )
    rows = read_table(with_rows(xml)).rows
    assert [(row.line, [(column, cell.text) for column, cell in row]) for row in rows] == [
        (3, [(1, "1"), (2, "2")]),
        (5, [(0, "3")]),
    ]


def test_hidden_sheets_are_known_as_such() -> None:
    def write(made: Any, sheet: Any) -> None:
        made.add_worksheet("Caché").very_hidden()
        made.add_worksheet("Vu").write("B2", "ici")

    tables = read_tables(book(write))
    assert [(table.name, table.is_hidden) for table in tables] == [
        ("Sheet1", False),
        ("Caché", True),
        ("Vu", False),
    ]
    assert read_table(book(write)).rows[0][1].text == "ici"


# --- Files that nobody should send --------------------------------------------------------------


def bomb(size: int = 200 * 1024**2) -> bytes:
    """A sheet of nothing but blanks, packed a thousandfold."""
    return changed(one(), {SHEET: b" " * size})


def lying_bomb() -> bytes:
    """The same, but the zip says that the sheet is small."""
    data, size = bomb(), (200 * 1024**2).to_bytes(4, "little")
    assert data.count(size) == 2  # in the sheet's own header, and in the directory at the end
    return data.replace(size, (5000).to_bytes(4, "little"))


def far_corner() -> bytes:
    return with_rows(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def huge_dimension() -> bytes:
    return changed(one(), {SHEET: lambda xml: xml.replace(b'ref="A1"', b'ref="A1:XFD1048576"')})


# What does not pack hides how well the rest does.
RANDOM = {"xl/media/image1.bin": random.Random(1).randbytes(1_500_000)}  # noqa: S311


def many_cells() -> bytes:
    return with_rows(f"<row>{'<c><v>1</v></c>' * 90}</row>" * 3000, **RANDOM)


def many_sheets() -> bytes:
    """Each with fewer cells than the limit; the parts are put in, as writing them takes long."""

    def write(made: Any, sheet: Any) -> None:
        for _number in range(20):
            made.add_worksheet()

    rows = f"<row>{'<c><v>1</v></c>' * 90}</row>" * 400
    filled = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()
    parts = {f"xl/worksheets/sheet{number}.xml": filled for number in range(2, 22)}
    return changed(book(write), {**parts, **RANDOM})


def many_empty_cells() -> bytes:
    return with_rows(f"<row>{'<c/>' * 90}</row>" * 60_000, **RANDOM)


def long_text() -> bytes:
    text = f"<c t='inlineStr'><is><t>{'x' * 25_000_000}</t></is></c>"
    return with_rows(f"<row>{text}</row>", **RANDOM)


def entities() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    xml = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><worksheet>&l8;</worksheet>'
    return changed(one(), {SHEET: xml.encode()})


BOMBS: dict[str, Callable[[], bytes]] = {
    "a bomb": bomb,
    "a bomb that lies about its size": lying_bomb,
    "more cells than anybody types": many_cells,
    "many sheets of many cells": many_sheets,
    "many cells that hold nothing": many_empty_cells,
    "a text as long as a library": long_text,
    "entities in entities": entities,
    "a small file that unpacks a hundredfold": lambda: with_rows(
        "<row><c><v>1</v></c></row>" + " " * 3_000_000
    ),
    "too many parts": lambda: changed(one(), {f"x/{n}.xml": b"x" for n in range(MAX_ENTRIES)}),
    "a zip in the zip": lambda: changed(one(), {"xl/media/image1.png": one()}),
    "a path that leads out": lambda: changed(one(), {"../../etc/passwd": b"x"}),
    "an absolute path": lambda: changed(one(), {"/etc/passwd": b"x"}),
    "a cut file": lambda: one()[:-200],
    "a zip of something else": lambda: changed(b"PK\x05\x06" + bytes(18), {"a.txt": b"x"}),
    "a sheet that is no XML": lambda: changed(one(), {SHEET: b"<worksheet><row>"}),
    "a sheet that is not there": lambda: changed(
        one(), {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"sheet1", b"sheet9")}
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_an_abnormal_file_is_refused_at_once(name: str) -> None:
    data = BOMBS[name]()
    assert len(data) <= MAX_BYTES
    began = time.process_time()  # another process on the same machine costs it little
    assert refusal(data)
    assert time.process_time() - began < 10  # read to its end, each takes minutes or all memory


LARGE = {name: BOMBS[name] for name in list(BOMBS)[:7]} | {"two ends of a sheet": far_corner}
MEASURE = r"""
import pathlib, re, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import Unreadable
data = pathlib.Path(sys.argv[1]).read_bytes()
# Not `ru_maxrss`: a child inherits the peak of the process that started it.
peak = lambda: int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
before = peak()
try:
    read_tables(data)
except Unreadable:
    pass
print(peak() - before)
"""


@pytest.mark.parametrize("name", LARGE)
def test_refusing_it_takes_little_memory(name: str, tmp_path: Path) -> None:
    """Measured in a process of its own: what it grows by, in kilobytes, stays below 30 MB."""
    file = tmp_path / "abnormal.xlsx"
    file.write_bytes(LARGE[name]())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, file], cwd=BASE, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 30 * 1024


def test_a_cell_far_away_is_counted_and_the_rest_is_read() -> None:
    """A stray cell on a sheet of notes must not refuse the sheet of figures beside it."""
    table = read_table(far_corner())
    assert [row.line for row in table.rows] == [1]
    assert table.left_out == 1
    with pytest.raises(Unreadable, match="line 5000 and column CV"):
        table.demand_whole()


def test_the_size_that_a_sheet_says_it_has_counts_for_nothing() -> None:
    assert first(huge_dimension()) == SheetCell(CellType.NUMBER, "1")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook", "old .xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (b"%PDF-1.7", "neither a workbook"),
        (b"<?xml version='1.0'?><office:document office:mimetype='" + ODS + b"'>", "flat"),
        (changed(one(), {"xl/workbook.bin": b""}), "binary format .xlsb"),
        (changed(one(), {"Index/Document.iwa": b""}), "Numbers"),
        (changed(one(), {"word/document.xml": b""}), "Word"),
    ],
    ids=["xls", "password", "pdf", "fods", "xlsb", "numbers", "docx"],
)
def test_other_workbooks_are_refused_with_what_to_do(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(one())
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    assert "password" in refusal(bytes(data))


@given(st.data())
@settings(max_examples=300)
def test_whatever_is_damaged_the_answer_is_a_sentence(data: st.DataObject) -> None:
    """Any byte of the file may be any other."""
    damaged = bytearray(DATED)
    for _change in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        read_tables(bytes(damaged))
