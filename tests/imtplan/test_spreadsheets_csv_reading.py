"""CSV files as programs write them: read right, or refused with the reason. Never other letters."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from imtplan.spreadsheets import Column, Flavour, csv_lines
from imtplan.spreadsheets.csv.reading import DELIMITERS, decoded
from imtplan.spreadsheets.tables import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Unreadable, letters
from tests.imtplan.sheet_reading import read_table

TEXT = "Indicateur;Valeur\nÉtudiants « œuvre » à l’été, 5 €;13,5\n"
ROWS = [["Indicateur", "Valeur"], ["Étudiants « œuvre » à l’été, 5 €", "13,5"]]


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


def cells(data: bytes) -> list[list[str]]:
    return [[cell.text for _column, cell in row] for row in read_table(data).rows]


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_table(data)
    return str(refused.value.message)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_encoding_of_french_offices_is_read(encoding: str) -> None:
    assert cells(TEXT.encode(encoding)) == ROWS


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_says_by_its_mark_which_byte_is_first(mark: bytes) -> None:
    encoding = "utf-16-le" if mark[0] == 0xFF else "utf-16-be"
    assert cells(mark + TEXT.encode(encoding)) == ROWS


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param("Étudiants;1\n".encode("cp850"), "certainty", id="MS-DOS"),
        pytest.param("Élèves;1\n".encode("mac-roman"), "certainty", id="old Macintosh"),
        pytest.param("Привет;1\n".encode("cp1251"), "certainty", id="Cyrillic"),
        pytest.param(b"a\x81b;1\n", "certainty", id="undefined in Windows-1252"),
        pytest.param("é;1".encode("utf-32"), "certainty", id="UTF-32"),
        pytest.param(b"\xff\xfea;\x00\x00\xd8", "certainty", id="UTF-16 cut short"),
        pytest.param("Ã‰tudiants;1\n".encode(), "É", id="encoded twice"),
        pytest.param("l’Ã©tÃ©;1\n".encode(), "é", id="encoded twice beside a mark"),
        pytest.param("lâ€™Ã©tÃ©;1\n".encode(), "’", id="a mark encoded twice"),
        pytest.param("Étudiants;1\n".encode() + b"\xe9;2\n", "É", id="two encodings in one"),
        pytest.param("�tudiants;1\n".encode(), "lost", id="lost before"),
        pytest.param(b"a;1\n\x00\x00\n", "not text", id="NUL"),
        pytest.param(b"a;1\nb\x0bc;2\n", "line 2", id="a control mark"),
        pytest.param("a;1\nb\x85c;2\n".encode(), "line 2", id="a control mark beyond ASCII"),
    ],
)
def test_what_is_not_certain_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(data)


@pytest.mark.parametrize("text", ["« voilà\u00a0»", "MARCHÉ»", "Ångström", "Œuvre à\u202f: ½ °"])
def test_french_beside_its_marks_is_not_taken_for_encoded_twice(text: str) -> None:
    assert decoded(text.encode()) == text


@given(st.text("aéèàçùœÉ’«»€— \u00a0\u202f;,\n1", min_size=1))
def test_utf_8_is_read_as_it_is(text: str) -> None:
    assert decoded(text.encode()) == text


@pytest.mark.parametrize("delimiter", list(DELIMITERS))
def test_every_separator_is_recognised(delimiter: str) -> None:
    line = delimiter.join
    text = "\n".join([line(["Indicateur", "Valeur"]), line(["Étudiants", '"1,5"'])])
    assert cells(text.encode()) == [["Indicateur", "Valeur"], ["Étudiants", "1,5"]]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("sep=;\ncode;valeur\na;1,5", ["a", "1,5"]),
        ("sep=,\r\ncode,value\r\na,1;5", ["a", "1;5"]),
        ("code;valeur\na;1,5\nb;2,5", ["a", "1,5"]),
        ("code\tvaleur\na\t1,5;0", ["a", "1,5;0"]),
        ('code;"nom; long"\na;"deux\nlignes"', ["a", "deux\nlignes"]),
        ('code;texte\na;"il dit ""oui"""', ["a", 'il dit "oui"']),
        ("code;nom, unité\na;b", ["a", "b"]),
        ("code\ra", ["a"]),
    ],
)
def test_what_separates_cells(text: str, second: list[str]) -> None:
    assert cells(text.encode())[1] == second


def test_when_two_separators_are_as_likely_it_is_asked() -> None:
    assert "sep=;" in refusal(b"code;name,unit\na;b;c;d,e,f\n")


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    text = 'sep=;\n\ncode;texte\na;"deux\nlignes"\nb;fin\n'
    assert [row.line for row in read_table(text.encode()).rows] == [3, 4, 6]


def test_a_quotation_mark_that_is_never_closed_is_named() -> None:
    assert "Line 2" in refusal(b'code;texte\na;"fin\nb;c\n')


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"a;b\n" * (MAX_ROWS + 1), "lines"),
        (b"1;" * MAX_COLUMNS + b"1", "columns"),
        (b"1;2;3;4;5;6;7;8;9;10;11;12\n" * (MAX_ROWS - 1), "cells"),
        (b"a" * (MAX_BYTES + 1), "2 MB"),
        (b"%PDF-1.7", "neither"),
        (b"<html><table>", "neither"),
        (b"\x89PNG\r\n\x1a\n", "neither"),
    ],
    ids=["empty", "blank", "lines", "columns", "cells", "size", "pdf", "html", "png"],
)
def test_what_is_no_table_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(data)


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 1", "-", "@x", "\ttab", "'quoted'", "’", "😀 \u200fש"]
)
@pytest.mark.parametrize("flavour", list(Flavour))
def test_our_own_csv_comes_back_as_it_was(text: str, flavour: Flavour) -> None:
    """Its apostrophe before what would begin a formula is ours, and is taken back."""
    columns = [Column("code", "Code", lambda row: "a"), Column("text", "Text", lambda row: row)]
    data = "".join(csv_lines(columns, [text], flavour)).encode()
    assert cells(data)[1] == ["a", text]


def test_columns_have_their_letters() -> None:
    assert [letters(column) for column in (0, 25, 26, 701, 702, 16383)] == [
        *("A", "Z", "AA", "ZZ", "AAA", "XFD"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [("9" * 200_000, "Line 2 holds far too long a text"), ('"' + "9\n" * 90_000, "quotation mark")],
)
def test_a_cell_without_end_is_refused_by_its_cause(text: str, why: str) -> None:
    assert why in refusal(f"Code;Valeur\n1.1.1;{text}".encode())
