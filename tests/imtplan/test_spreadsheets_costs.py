"""What a file costs is bounded by what it yields: each of these took minutes, or broke the page."""

import io
import random
import zipfile

import pytest
from django.utils import translation

from imtplan.spreadsheets.csv import reading as csv_reading
from imtplan.spreadsheets.csv.reading import DELIMITERS
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import MAX_CELLS, CellType, Unreadable

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
    data = workbook('<row><c s="1"><v>12</v></c></row>', styles=formatted(code * 20_000))
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
    with pytest.raises(Unreadable, match="more than 200 sheets"):
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
        "<c><v>NaN</v></c>",
        "<c><v>Infinity</v></c>",
        "<c><v>1_000</v></c>",
        "<c><v>١٢٣</v></c>",
        "<c><v>１２</v></c>",
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
        assert read_tables(data)[0].rows[0][0].kind is CellType.DATE
    except Unreadable:
        assert number == "1e9999999"


def nested(name: str, depth: int) -> str:
    return f"<{name}>" * depth + f"</{name}>" * depth


@pytest.mark.parametrize(
    "more",
    [
        nested("x", 1_000),
        f'<x y="{"z" * 3_000_000}"/>',
        f"<{'x' * 3_000_000}/>",
        f"<!--{'x' * 3_000_000}-->",
        "<x " + " ".join(f'y{n}="1"' for n in range(10_000)) + "/>",
        "".join(f"<x{n}/>" for n in range(10_000)),
        "".join(f'<x xmlns:y{n}="z"/>' for n in range(10_000)),
    ],
    ids=["deep", "long text", "long element", "long comment", "attributes", "elements", "spaces"],
)
def test_xml_that_no_program_writes_is_not_read_to_its_end(more: str) -> None:
    """Deep styles took a minute, a long comment six seconds, and names filled the memory."""
    styles = formatted("0").replace("<numFmts>", f"{more}<numFmts>")
    for data in (workbook("", more=more), workbook("", styles=styles)):
        with pytest.raises(Unreadable, match="not built like a workbook"):
            read_tables(data)


def test_what_programs_write_is_within_the_bounds_of_xml() -> None:
    """A drawing's groups, each with its namespaces; and a text as long as a chapter."""
    drawing = f'<x xmlns:a="b" xmlns:c="d">{nested("y", 100)}</x>' * 200
    rows = f'<row><c t="inlineStr"><is><t>{"x" * 1_500_000}</t></is></c></row>'
    assert len(read_tables(workbook(rows, more=drawing))[0].rows[0][0].text) == 1_500_000


@pytest.mark.parametrize(
    "styles",
    [
        "<cellXfs>" + "<xf/>" * 70_000 + "</cellXfs>",
        "<numFmts>" + "".join(f'<numFmt numFmtId="{n}"/>' for n in range(6_000)) + "</numFmts>",
        "<numFmts>" + f'<numFmt formatCode="{"0" * 250}"/>' * 1_000 + "</numFmts>",
    ],
    ids=["looks", "formats", "codes"],
)
def test_more_styles_than_excel_keeps_are_not_kept(styles: str) -> None:
    data = workbook("<row><c><v>1</v></c></row>", styles=f"<styleSheet>{styles}</styleSheet>")
    with pytest.raises(Unreadable, match="not built like a workbook"):
        read_tables(data)


def test_no_more_blocks_are_merged_than_cells_are_read() -> None:
    blocks = "<mergeCells>" + '<mergeCell ref="A1:B1"/>' * 60_000 + "</mergeCells>"
    with pytest.raises(Unreadable, match="too many cells"):
        read_tables(workbook("", more=blocks))


def test_columns_that_lie_over_each_other_are_not_laid_out_without_end() -> None:
    columns = '<cols><col min="1" max="16384" hidden="1"/></cols>'
    assert read_tables(workbook("", more=columns))
    with pytest.raises(Unreadable, match="too many"):
        read_tables(workbook("", more=columns * 1_000))


# --- CSV ----------------------------------------------------------------------------------------


def test_letters_that_are_no_mistake_are_not_tried_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(csv_reading, "_undone", lambda piece: tried.append(piece) or "")
    csv_reading.decoded(("é" * 100_000 + "œuvre ж" * 1_000).encode())
    assert len(tried) < 10


def test_a_line_of_far_too_many_cells_is_refused_before_they_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(csv_reading, "_as_meant", lambda text: kept.append(text) or text)
    with pytest.raises(Unreadable, match="columns"):
        read_tables(b"a;,\tb" * 100_000)
    assert len(kept) < 1_000


def test_more_cells_than_are_read_are_refused_before_they_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(csv_reading, "_as_meant", lambda text: kept.append(text) or text)
    with pytest.raises(Unreadable, match="too many cells"):
        read_tables(b"1;" * 99 + b"1\n" + (b"1;" * 99 + b"1\n") * 4_000)
    assert len(kept) <= MAX_CELLS


@pytest.mark.parametrize("mark", DELIMITERS)
def test_a_line_wider_than_any_sheet_is_not_cut_into_its_cells(
    mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[str] = []
    monkeypatch.setattr(csv_reading, "_records", lambda text, _mark: cut.append(text) or iter(()))
    with pytest.raises(Unreadable, match="columns"):
        read_tables(f"a{mark}b\n{'ab' + mark}".encode() * 2 + f"ab{mark}".encode() * 600_000)
    assert not cut


def test_a_line_of_a_whole_sheet_s_empty_columns_is_read() -> None:
    assert len(read_tables(b"a;b" + b";" * 16_000)[0].rows[0].cells) == 2
