"""What a file costs is bounded by what it yields: each of these took minutes, or broke the page."""

import io
import random
import zipfile

import pytest
from django.utils import translation

from imtplan.spreadsheets import csv_in
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import Found, Unreadable

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


def workbook(rows: str, *, sheets: int = 1, more: str = "", **parts: str) -> bytes:
    """A small workbook: one part with these rows, named by as many sheets."""
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, sheets + 1))
    written = {
        "xl/workbook.xml": f'<workbook xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        '<Relationship Id="r1" Target="worksheets/s1.xml"/></Relationships>',
        "xl/worksheets/s1.xml": f"<worksheet><sheetData>{rows}</sheetData>{more}</worksheet>",
    }
    named = {"styles": "xl/styles.xml", "texts": "xl/sharedStrings.xml"}
    written |= {named[name]: xml for name, xml in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, xml in written.items():
            made.writestr(name, xml)
        # What does not pack hides how well the rest does.
        made.writestr("xl/media/i.bin", random.Random(1).randbytes(700_000))  # noqa: S311
    return file.getvalue()


def formatted(code: str) -> str:
    return (
        f'<styleSheet><numFmts><numFmt numFmtId="170" formatCode="{code}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )


@pytest.mark.parametrize("code", ["[", "&quot;", "\\", "_", "*", ";", "0,", "[h", "[&gt;=1]0;"])
def test_a_number_format_is_read_once_from_end_to_end(code: str) -> None:
    data = workbook('<row><c s="1"><v>12</v></c></row>', styles=formatted(code * 200_000))
    assert read_tables(data)[0].rows[0][0].text == "12"


def test_a_long_text_named_by_many_cells_counts_as_often() -> None:
    cells = '<row><c t="s"><v>0</v></c></row>' * 2_000
    texts = f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>"
    with pytest.raises(Unreadable, match="too many"):
        read_tables(workbook(cells, texts=texts))


def test_one_part_named_by_many_sheets_counts_as_often() -> None:
    blanks = " " * 20_000_000
    with pytest.raises(Unreadable, match="abnormally large"):
        read_tables(workbook(blanks, sheets=150))


@pytest.mark.parametrize(("long", "raised"), [("1", "a"), ("m", "2")])
def test_a_long_text_with_many_raised_letters_is_read_once(long: str, raised: str) -> None:
    run = f"<r><rPr><vertAlign val='superscript'/></rPr><t>{raised}</t></r>"
    texts = f"<sst><si><r><t>{long * 1_500_000}</t></r>{run * 60_000}</si></sst>"
    data = workbook('<row><c t="s"><v>0</v></c></row>', texts=texts)
    assert read_tables(data)[0].rows[0][0].text.startswith(long)


def test_a_workbook_has_no_more_sheets_than_parts() -> None:
    with pytest.raises(Unreadable, match="too many"):
        read_tables(workbook("", sheets=1_000))


@pytest.mark.parametrize(
    "cell",
    [
        "<c><v>1e9999999</v></c>",
        "<c><v>-1e9999999</v></c>",
        "<c><v>1e-9999999</v></c>",
        f"<c><v>{'9' * 1_000_000}</v></c>",
        f'<c s="{"9" * 5_000}"><v>1</v></c>',
        '<c s="-7"><v>1</v></c>',
        '<c t="s"><v>-7</v></c>',
        '<c t="s"><v>1e3</v></c>',
        '</row><row r="-7"><c><v>1</v></c>',
        '</row><row r="99999999999999999999"><c/><c><v>1</v></c>',
    ],
)
def test_numbers_that_no_program_writes_are_a_sentence(cell: str) -> None:
    with pytest.raises(Unreadable):
        read_tables(workbook(f"<row>{cell}</row>", styles=formatted("0")))


@pytest.mark.parametrize("number", ["1e9999999", "1e300", "-1e18", "1e-300", "-800000"])
def test_a_day_beyond_the_calendar_is_no_fault_of_ours(number: str) -> None:
    data = workbook(f'<row><c s="1"><v>{number}</v></c></row>', styles=formatted("dd/mm/yyyy"))
    try:
        assert read_tables(data)[0].rows[0][0].kind is Found.DATE
    except Unreadable:
        assert number == "1e9999999"


# --- CSV ----------------------------------------------------------------------------------------


def test_letters_that_are_no_mistake_are_not_tried_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(csv_in, "_undone", lambda piece: tried.append(piece) or "")
    csv_in.decoded(("é" * 100_000 + "œuvre ж" * 1_000).encode())
    assert len(tried) < 10


def test_a_line_of_far_too_many_cells_is_refused_before_they_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(csv_in, "_as_meant", lambda text: kept.append(text) or text)
    with pytest.raises(Unreadable, match="columns"):
        read_tables(b"a;,\tb" * 100_000)
    assert len(kept) < 1_000
