"""OpenDocument files that nobody should send: a sentence, at a bounded cost."""

import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import Unreadable
from tests.imtplan.odsfiles import content, number, ods, row, text, zipped
from tests.imtplan.test_spreadsheets_xlsx_in import BASE, MEASURE, refusal


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


REPEATED = 'table:number-columns-repeated="1000000000"'
NOISE = {"Pictures/i.bin": random.Random(1).randbytes(900_000)}  # noqa: S311


def bomb() -> bytes:
    line = f'<table:table-row table:number-rows-repeated="1000000000">{number("1", "1", REPEATED)}'
    return ods(f"{line}</table:table-row>")


def many_bombs() -> bytes:
    line = f'<table:table-row table:number-rows-repeated="5000">{number("1", "1", REPEATED)}'
    sheet = f"<table:table>{line}</table:table-row></table:table>"
    return zipped({"content.xml": content(sheet * 20_000), **NOISE})


def text_bomb() -> bytes:
    cell = text("x" * 1_000_000, 'table:number-columns-repeated="90"')
    line = f'<table:table-row table:number-rows-repeated="400">{cell}</table:table-row>'
    return ods(line, **NOISE)


def space_bomb() -> bytes:
    return ods(row(text('<text:s text:c="999999999"/>' * 50_000)), **NOISE)


def deep_groups() -> bytes:
    groups = "<table:table-row-group>" * 100_000
    rows = "<table:table-row/>" * 100_000
    return ods(f"{groups}{rows}{'</table:table-row-group>' * 100_000}", **NOISE)


def entities() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    xml = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>{content(row(text("&l8;")))}'
    return zipped({"content.xml": xml})


def many_styles() -> str:
    return "".join(f'<style:style style:name="s{n}"/>' for n in range(70_000))


def encrypted() -> bytes:
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>'
    )
    return zipped({"content.xml": b"\x01\x02", "META-INF/manifest.xml": manifest})


@pytest.mark.parametrize("make", [bomb, many_bombs, deep_groups, space_bomb])
def test_repetitions_without_end_cost_nothing(make: object) -> None:
    """Counted, left out, and said by who needs the sheet."""
    with suppress(Unreadable):
        tables = read_tables(make())  # type: ignore[operator]
        assert sum(len(line.cells) for table in tables for line in table.rows) <= 50_000


def test_a_line_repeated_to_the_end_of_the_sheet_is_said() -> None:
    table = read_tables(bomb())[0]
    assert table.left_out
    with pytest.raises(Unreadable, match="too far away"):
        table.demand_whole()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (text_bomb(), "too many cells"),
        (entities(), "not built like"),
        (encrypted(), "password"),
        (zipped({"encrypted-package": b"x"}), "password"),
        (zipped({"content.xml": b" " * 40_000_000}), "abnormally large"),
        (zipped({"content.xml": "<x>"}), "damaged"),
        (
            zipped({"content.xml": content("").replace("spreadsheet", "text")}),
            "no spreadsheet",
        ),
        (ods(row(number("many", "1"))), "damaged"),
        (ods(row(number("1e9999999", "1"))), "damaged"),
        (ods(row(number("١٢٣", "1"))), "damaged"),
        (ods("", styles=many_styles(), **NOISE), "not built like a workbook"),
        (ods('</table:table><table:table table:name="x">' * 1_000), "more than 200 sheets"),
        (ods(row(number("1", "1", 'table:number-columns-repeated="-3"'))), "damaged"),
        (ods(row(number("1", "1", 'table:number-rows-spanned="x"'))), "damaged"),
        (ods(row(text("a\x85b"))), "A1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_abnormal_file_is_refused_with_the_reason(data: bytes, why: str) -> None:
    assert why in refusal(data)


@pytest.mark.parametrize("make", [bomb, many_bombs, text_bomb, space_bomb, deep_groups])
def test_it_takes_little_memory(make: object, tmp_path: Path) -> None:
    """Measured in a process of its own: what it grows by, in kilobytes."""
    file = tmp_path / "abnormal.ods"
    file.write_bytes(make())  # type: ignore[operator]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, file], cwd=BASE, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 40 * 1024


STYLED = '<style:style style:name="T1" style:family="text"/>'
SMALL = ods(row(number("1142", "1 142"), text("é")), styles=STYLED)


@given(st.data())
@settings(max_examples=300)
def test_whatever_is_damaged_the_answer_is_a_sentence(data: st.DataObject) -> None:
    damaged = bytearray(SMALL)
    for _change in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        read_tables(bytes(damaged))
