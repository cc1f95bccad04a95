"""Workbooks out as OpenDocument: what XLSX has of looks, locks and lists, and how it is read."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.site_looks import OPEN
from imtplan.spreadsheets.workbooks import CellOut, CellRule, SheetOut
from tests.libreoffice import converted, frozen_panes

LOOKS = {
    "open 2": OPEN | {"num_format": "#,##0.00", "text_wrap": True, "valign": "top"},
    "day": OPEN | {"num_format": "dd/mm/yyyy"},
    "text": {"num_format": "@", "bold": True, "bottom": 2},
}


def written(*sheets: SheetOut) -> bytes:
    return BookFormat.ODS.write(list(sheets), LOOKS, {"title": "Titre <1>", "author": "IMT Plan"})


def part(data: bytes, name: str = "content.xml") -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def sheet(*cells: CellOut, name: str = "Saisie", **options: object) -> SheetOut:
    return SheetOut(name, [list(cells)], **options)


def test_its_type_stands_first_and_every_part_is_xml() -> None:
    data = written(sheet(CellOut("a & b", "text", comment="<Définition>\x00")))
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        first = parts.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert parts.read("mimetype").decode() == BookFormat.ODS.content_type
        for name in parts.namelist()[1:]:
            ElementTree.fromstring(parts.read(name))  # noqa: S314 - our own
    assert "&lt;Définition&gt;" in part(data)
    assert "<dc:title>Titre &lt;1&gt;</dc:title>" in part(data, "meta.xml")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (CellRule(choices=["oui", 'dit "non"']), "(&quot;oui&quot;;&quot;dit &quot;&quot;non"),
        (CellRule(choices_at="'Mes listes'!$A$2:$A$9"), "[$'Mes listes'.$A$2:.$A$9]"),
        (CellRule(lowest=Decimal(0)), "decimal-number() and cell-content()&gt;=0"),
        (CellRule(highest=Decimal("9.5")), "cell-content()&lt;=9.5"),
        (CellRule(lowest=Decimal(0), highest=Decimal(9), whole=True), "is-between(0,9)"),
        (CellRule(whole=True), "whole-number() and cell-content-is-between(-1000000000000000,"),
        (CellRule(hint_title="M€", hint="Laissez vide"), 'table:title="M€"'),
        (CellRule(warning="Vérifiez"), "<text:p>Vérifiez</text:p>"),
    ],
)
def test_a_rule_warns_and_never_forbids(rule: CellRule, said: str) -> None:
    xml = part(written(sheet(CellOut(None, "open 2", rule), CellOut(1, "open 2", rule))))
    assert said in xml
    assert xml.count("<table:content-validation ") == 1
    assert 'table:message-type="warning"' in xml


def test_an_unknown_format_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=r"0\.0,,"):
        BookFormat.ODS.write([sheet()], {"x": {"num_format": "0.0,,"}})


@pytest.fixture
def full() -> bytes:
    rule = CellRule(choices=["oui", "non"], warning="Choisissez")
    return written(
        sheet(
            CellOut("École\nd’ingénieurs  :  oui", "text", comment="Où ?"),
            CellOut(Decimal("20.6"), "open 2"),
            CellOut(None, "open 2", rule),
            CellOut("v", "text"),
            widths=[30, 12, 12, 8],
            hidden_columns=[3],
            heights={0: 40},
            headings=0,
            fixed_columns=1,
        ),
        sheet(CellOut("marque"), CellOut("1"), name="imtplan", is_hidden=True),
        sheet(CellOut("ouverte"), name="L'aide", is_locked=False),
    )


def test_what_is_hidden_and_merged_is_read_back(full: bytes) -> None:
    tables = read_tables(full)
    assert [(table.name, table.is_hidden) for table in tables] == [
        ("Saisie", False),
        ("imtplan", True),
        ("L'aide", False),
    ]
    cells = tables[0].rows[0]
    assert (cells[0].text, cells[1].text) == ("École\nd’ingénieurs  :  oui", "20.6")
    assert [cell.is_hidden for _column, cell in cells] == [False, False, True]


@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_libreoffice_keeps_all_of_it(full: bytes, soffice: str, tmp_path: Path, kind: str) -> None:
    """Opened and saved again: texts, numbers, locks, the list, the hidden sheet and column."""
    saved = converted(soffice, full, tmp_path, kind, "classeur.ods")
    ours, theirs = read_tables(full), read_tables(saved)
    for before, after in zip(ours, theirs, strict=True):
        assert (before.name, before.is_hidden) == (after.name, after.is_hidden)
        assert [row.cells for row in before.rows] == [row.cells for row in after.rows]
    assert [cell.is_hidden for _column, cell in theirs[0].rows[0]] == [False, False, True]
    content = part(saved, "content.xml" if kind == "ods" else "xl/worksheets/sheet1.xml")
    kept = {
        "ods": ['table:protected="true"', 'cell-protect="none"', "is-in-list(", "Choisissez"],
        "xlsx": ["<sheetProtection", 'type="list"', 'errorStyle="warning"', "landscape"],
    }
    for mark in kept[kind]:
        assert mark in content


@pytest.mark.parametrize("columns", [0, 2])
def test_what_stays_in_sight_does_so_in_libreoffice(
    soffice: str, tmp_path: Path, columns: int
) -> None:
    rows = [[CellOut(f"{line}.{column}") for column in range(4)] for line in range(6)]
    made = written(SheetOut("Saisie", rows, headings=2, fixed_columns=columns))
    assert frozen_panes(soffice, made, tmp_path) == (True, columns, 3)
