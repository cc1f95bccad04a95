"""Texts in several looks, and number formats: what is meant, what is a note, what is shown."""

from decimal import Decimal

import pytest
from django.utils import translation

from imtplan.spreadsheets.merged_blocks import MergedBlock, cover
from imtplan.spreadsheets.tables import CellType, SheetCell, TableRow, Unreadable
from imtplan.spreadsheets.text_runs import Place, RichText, Run, without_notes
from imtplan.spreadsheets.xlsx.number_formats import NumberFormat


def raised(text: str) -> Run:
    return Run(text, Place.RAISED)


def lowered(text: str) -> Run:
    return Run(text, Place.LOWERED)


def struck(text: str) -> Run:
    return Run(text, is_struck=True)


@pytest.mark.parametrize(
    ("runs", "text", "notes"),
    [
        ([Run("1142"), raised("1")], "1142", "1"),
        ([Run("1 142 "), raised("(a)")], "1 142 ", "(a)"),
        ([raised("e"), Run("1142")], "1142", "e"),
        ([Run("12,5 %"), raised("2")], "12,5 %", "2"),
        ([Run("20,6 M€"), raised("1"), raised(", 2")], "20,6 M€", "1 , 2"),
        ([Run("1142"), lowered("1")], "1142", "1"),
        ([struck("1100"), Run("1142")], "1142", "1100"),
        ([Run("1142"), raised(" ")], "1142 ", ""),
        ([Run("10"), raised("6")], "10", "6"),
        ([Run("Télécom Paris"), raised("1")], "Télécom Paris", "1"),
        ([Run("Étudiants"), raised("(2)"), Run(" en master")], "Étudiants en master", "(2)"),
        ([Run("2022"), raised("1")], "2022", "1"),
        ([Run("Surface en m"), raised("2")], "Surface en m2", ""),
        ([Run("k€/m"), raised("2"), raised("1")], "k€/m2", "1"),
        ([Run("Émissions (t CO"), lowered("2"), Run(")")], "Émissions (t CO2)", ""),
        ([Run("1"), raised("er"), Run(" cycle")], "1er cycle", ""),
        ([Run("1142"), raised("a"), Run(" ETP")], "1142a ETP", ""),
        ([Run("M"), raised("me"), Run(" Martin")], "Mme Martin", ""),
        ([raised("1142")], "1142", ""),
        ([struck("1142")], "1142", ""),
        ([], "", ""),
    ],
)
def test_a_raised_note_is_no_digit_of_the_number(runs: list[Run], text: str, notes: str) -> None:
    assert without_notes(runs) == RichText(text, notes)


# --- Number formats -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("0.0,,", "20600000", "20,6"),
        ("# ##0,0,,", "20600000", "21"),
        ("#,##0.0,", "20600000", "20 600,0"),
        ("0,.00", "20600000", "20600,00"),
        ('0.0,," M€"', "20600000", "20,6 M€"),
        ('0 "k€"', "170", "170 k€"),
        ('#,##0.0\\ "M€"', "1142.5", "1 142,5 M€"),
        ("[$€-40C] 0.00", "5", "€ 5,00"),
        ('_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "-5", "-5,00 €"),
        ('0.00" %"', "0.12", "0,12 %"),
        ('0"0"', "12", "120"),
        ('General" k€"', "0.125", "0,125 k€"),
        ('0;-0;"NC"', "0", "NC"),
        ('[>=1000000]0.0,,"M";[>=1000]0.0,"k";0', "20600000", "20,6M"),
        ('[>=1000000]0.0,,"M";[>=1000]0.0,"k";0', "20600", "20,6k"),
        ('[>=1000000]0.0,,"M";[>=1000]0.0,"k";0', "206", ""),
        ("0.0,%", "5", "0,5%"),
        ("0", "21.8333", ""),
        ("0.00%", "0.12", ""),
        ("#,##0;[Red]-#,##0", "-1142", ""),
        ('#,##0_);(#,##0);"-"', "0", ""),
        ("0.00E+00", "12", ""),
        ("# ?/?", "0.5", ""),
        ("General", "12", ""),
        ("Standard", "12", ""),
        ("", "12", ""),
    ],
)
def test_what_is_displayed_is_kept_where_it_says_something_else(
    code: str, number: str, shown: str
) -> None:
    with translation.override("fr"):
        text = NumberFormat.of(code).shown(Decimal(number))
    grouped = shown.replace("20600,", "20 600,")
    assert text.replace("\u202f", " ").replace("\u2212", "-") == grouped


@pytest.mark.parametrize(
    ("code", "number", "is_hidden"),
    [(";;;", "5", True), ("0;-0;;@", "0", True), ("0;-0;;@", "5", False), ("0;;", "-5", True)],
)
def test_a_format_that_shows_nothing_hides(code: str, number: str, is_hidden: bool) -> None:
    assert NumberFormat.of(code).hides(Decimal(number)) is is_hidden


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("[$-40C]d mmm yyyy", CellType.DATE),
        ("[h]:mm", CellType.DATE),
        ("[Red]0", CellType.NUMBER),
        ('"days"0', CellType.NUMBER),
        ("Standard", CellType.NUMBER),
        ("0%", CellType.PERCENT),
        ('0" %"', CellType.NUMBER),
    ],
)
def test_the_kind_of_a_format(code: str, kind: CellType) -> None:
    assert NumberFormat.of(code).kind is kind


# --- Merged blocks ------------------------------------------------------------------------------


def rows(*lines: dict[int, str]) -> list[TableRow]:
    return [
        TableRow(line, {column: SheetCell(CellType.TEXT, text) for column, text in cells.items()})
        for line, cells in enumerate(lines, start=1)
    ]


def test_a_block_is_known_on_every_line_it_covers() -> None:
    table = rows({0: "Albi", 1: "Students"}, {1: "Staff"}, {0: "Alès", 1: "Students"})
    cover(table, [MergedBlock(1, 0, 2, 0)])
    assert [row.spread(0).text for row in table] == ["Albi", "Albi", "Alès"]
    assert table[1][0].text == ""  # nothing counts twice


def test_what_lies_under_a_block_is_hidden() -> None:
    table = rows({0: "a", 1: "b"})
    cover(table, [MergedBlock(1, 0, 1, 1)])
    assert not table[0][0].is_hidden
    assert table[0][1].is_hidden


def test_blocks_that_overlap_without_end_are_refused() -> None:
    table = rows(*[{0: "a"}] * 3000)
    with pytest.raises(Unreadable):
        cover(table, [MergedBlock(1, 0, 1_048_576, 16_383)] * 100_000)
    cover(table, [MergedBlock(1, 200, 3000, 300)] * 100_000)  # beyond what is read
