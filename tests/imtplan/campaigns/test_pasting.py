"""A block from a spreadsheet laid over the grid: what falls on which cell, and what falls off."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School
from imtplan.campaigns.files.tables.table_names import Destination
from imtplan.campaigns.files.tables.table_reader import MAX_STRAYS, content_of_paste
from imtplan.campaigns.files.tables.typed_cells import StrayText, TableContent, TypedCell
from imtplan.spreadsheets.tables import Unreadable
from indicators.models import Indicator
from tests import factories


@pytest.fixture
def grid() -> list[Indicator]:
    """Students, a ratio, own funds, researchers: in the order of the page."""
    return [
        factories.IndicatorFactory.build(code="students", name_fr="Étudiants", name_en="Students"),
        factories.IndicatorFactory.build(code="foreign", name_fr="Part d’étrangers", ratio=True),
        factories.IndicatorFactory.build(code="funds", name_fr="Ressources propres"),
        factories.IndicatorFactory.build(code="staff", name_fr="Enseignants-chercheurs"),
    ]


def read(
    text: str, grid: list[Indicator], start: str = "students", column: str = "value", **more: Any
) -> TableContent:
    albi, ales = School(code="albi", name="IMT Mines Albi"), School(code="ales", name="Mines Alès")
    place = Destination(
        year=2022,
        school=albi,
        schools=[albi, ales],
        indicators=grid,
        start=start,
        column=column,
        **more,
    )
    return content_of_paste(text, place)


def typed(content: TableContent) -> dict[str, dict[str, str]]:
    return {cell.indicator.code: cell.typed for cell in content.cells}


def laid(
    text: str, grid: list[Indicator], start: str = "students", column: str = "value"
) -> tuple[dict[str, dict[str, str]], list[str]]:
    content = read(text, grid, start, column)
    return typed(content), [stray.text for stray in content.strays]


def test_a_column_goes_down_from_where_it_was_pasted(grid: list[Indicator]) -> None:
    assert laid("12\n34\n", grid, start="funds") == (
        {"funds": {"value": "12"}, "staff": {"value": "34"}},
        [],
    )


def test_a_ratio_takes_two_columns_and_the_others_read_on(grid: list[Indicator]) -> None:
    block = "1 234\tNC\tpas de registre\n40\t200\t"
    assert laid(block, grid) == (
        {
            "students": {"value": "1 234", "word": "NC", "reason": "pas de registre"},
            "foreign": {"numerator": "40", "denominator": "200"},
        },
        [],
    )


def test_pasting_into_the_denominator_begins_there(grid: list[Indicator]) -> None:
    typed, _strays = laid("200\tNC", grid, start="foreign", column="denominator")
    assert typed == {"foreign": {"denominator": "200", "word": "NC"}}


def test_what_falls_off_the_grid_is_said(grid: list[Indicator]) -> None:
    typed, strays = laid("1\n2", grid, start="staff")
    assert typed == {"staff": {"value": "1"}}
    assert strays == ["2"]


def test_names_place_the_rows_whatever_their_order(grid: list[Indicator]) -> None:
    block = "Ressources  propres\t12\nÉTUDIANTS\t34\nInconnu\t56"
    assert laid(block, grid, start="staff") == (
        {"funds": {"value": "12"}, "students": {"value": "34"}},
        ["Inconnu"],
    )


def test_a_row_of_years_keeps_the_campaigns_own(grid: list[Indicator]) -> None:
    block = "2020\t2021\t2022\t2023\n10\t11\t12\t13\n20\t21\t22\t23"
    typed, strays = laid(block, grid, start="funds")
    assert typed == {"funds": {"value": "12"}, "staff": {"value": "22"}}
    assert sorted(strays) == ["10", "11", "13", "20", "21", "23"]


def test_names_and_years_together(grid: list[Indicator]) -> None:
    block = "\t2021\t2022\nStudents\t11\t12\nfunds\t21\t22"
    assert laid(block, grid)[0] == {"students": {"value": "12"}, "funds": {"value": "22"}}


def test_a_name_that_stands_twice_is_asked(grid: list[Indicator]) -> None:
    [cell] = read("Étudiants\t12\nStudents\t13\nStudents\t13", grid).cells
    assert cell.typed == {}
    assert [claim.typed["value"] for claim in cell.claims] == ["12", "13"]
    assert laid("Étudiants\t12\nStudents\t12", grid)[0] == {"students": {"value": "12"}}


# --- Headings ---------------------------------------------------------------------------------

BEFORE = {"students": Decimal(1142), "funds": Decimal("20.2"), "staff": Decimal(80)}


@pytest.mark.parametrize(
    "heading",
    [
        *("Valeur 2022", "2022-2023", "2022–2023", "Réalisé 2022", "Valeur", "Étudiants"),
        *("IMT Mines Albi", "2022 *", "Campagne 2022", "étudiants"),
    ],
)
def test_a_heading_shifts_nothing(grid: list[Indicator], heading: str) -> None:
    content = read(f"{heading}\n12\n40\t200\n22", grid)
    assert typed(content) == {
        "students": {"value": "12"},
        "foreign": {"numerator": "40", "denominator": "200"},
        "funds": {"value": "22"},
    }
    assert content.question is None
    assert heading in content.remarks[0]


def test_a_year_that_fits_as_a_heading_alone_is_one_and_can_be_turned(
    grid: list[Indicator],
) -> None:
    """1 150 is like last year's 1 142; 2 022 is not, nor is 1 150 like 20,2 M€."""
    content = read("2022\n1150\n\n22", grid, before=BEFORE)
    assert typed(content) == {"students": {"value": "1150"}, "funds": {"value": "22"}}
    assert "2022" in content.remarks[0]
    assert content.question is not None
    assert content.question.answer == 0
    _label, as_value = content.question.choices[1]
    assert typed(as_value) == {
        "students": {"value": "2022"},
        "foreign": {"numerator": "1150"},
        "staff": {"value": "22"},
    }


@pytest.mark.parametrize("before", [{}, {"students": Decimal(2000)}], ids=["unknown", "likely"])
@pytest.mark.parametrize("year", ["2022", "2021"])
def test_a_year_in_doubt_is_asked_and_nothing_read(
    grid: list[Indicator], before: dict[str, Decimal], year: str
) -> None:
    content = read(f"{year}\n2010", grid, before=before)
    assert content.cells == []
    assert content.question is not None
    assert content.question.answer is None
    as_heading, as_value = (typed(choice) for _label, choice in content.question.choices)
    assert as_heading == ({"students": {"value": "2010"}} if year == "2022" else {})
    assert as_value["students"] == {"value": year}


def test_a_year_alone_is_a_number(grid: list[Indicator]) -> None:
    assert laid("2022\n", grid) == ({"students": {"value": "2022"}}, [])


# --- What stands beside a number ----------------------------------------------------------------


@pytest.mark.parametrize("note", ["Source : SISE", "2 sites fermés", "enquête de rentrée"])
def test_a_note_beside_a_number_is_offered_as_explanation(grid: list[Indicator], note: str) -> None:
    content = read(f"1 150\t{note}", grid)
    assert typed(content) == {"students": {"value": "1 150", "explanation": note}}
    assert note in content.cells[0].remarks[0]


def test_the_unit_beside_a_number_is_no_note(grid: list[Indicator]) -> None:
    assert typed(read("1 150\tétudiants", grid)) == {"students": {"value": "1 150"}}


def test_a_row_of_numbers_asks_which_is_meant(grid: list[Indicator]) -> None:
    content = read("1064\t1110\t1160", grid)
    assert (content.cells, content.strays) == ([], [])
    assert content.question is not None
    assert "2022" in content.question.message
    choices = [typed(choice) for _label, choice in content.question.choices]
    assert [choice["students"] for choice in choices[:3]] == [
        {"value": "1064"},
        {"value": "1110"},
        {"value": "1160"},
    ]
    assert choices[3] == {
        "students": {"value": "1064"},
        "foreign": {"numerator": "1110"},
        "funds": {"value": "1160"},
    }


def test_named_rows_of_several_numbers_ask_too(grid: list[Indicator]) -> None:
    content = read("Étudiants\t1064\t1110\nfunds\t20\t21", grid)
    assert content.cells == []
    assert content.question is not None
    assert [typed(choice) for _label, choice in content.question.choices] == [
        {"students": {"value": "1064"}, "funds": {"value": "20"}},
        {"students": {"value": "1110"}, "funds": {"value": "21"}},
    ]


def test_a_name_that_nobody_knows_is_not_laid_by_position(grid: list[Indicator]) -> None:
    assert laid("Effectif total\t1 150", grid) == ({}, ["Effectif total"])


@pytest.mark.parametrize(
    ("name", "read_as"),
    [("Ressources propres (M€)", "5,1 M€"), ("Ressources propres (en k€)", "5,1 k€")],
)
def test_a_unit_behind_a_name_is_the_numbers(
    grid: list[Indicator], name: str, read_as: str
) -> None:
    assert laid(f"{name}\t5,1\nStudents\t3", grid)[0]["funds"] == {"value": read_as}


def test_blank_cells_and_rows_change_nothing(grid: list[Indicator]) -> None:
    assert laid("1\n\n3", grid)[0] == {"students": {"value": "1"}, "funds": {"value": "3"}}
    assert laid("\t\n", grid) == ({}, [])


def test_excel_quotes_cells_that_hold_line_ends(grid: list[Indicator]) -> None:
    block = '1\tNC\t"deux\nlignes ""entre"" guillemets"\n'
    assert laid(block, grid)[0]["students"]["reason"] == 'deux\nlignes "entre" guillemets'


def test_where_a_cell_stood_is_said_in_rows_and_columns(grid: list[Indicator]) -> None:
    content = read("1\nDivers\t9\n2", grid, start="funds")
    cells, strays = content.cells, content.strays
    assert [cell.where for cell in cells] == [
        "ligne\u202f1, colonne\u202f1 du bloc",
    ]
    assert [stray.where for stray in strays] == [
        "ligne\u202f2, colonne\u202f1 du bloc",
        "ligne\u202f3, colonne\u202f1 du bloc",
    ]
    assert isinstance(cells[0], TypedCell)
    assert isinstance(strays[0], StrayText)


@pytest.mark.parametrize("block", ["x" * 200_001, "1\n" + "9" * 150_000])
def test_a_book_is_not_a_block(grid: list[Indicator], block: str) -> None:
    with pytest.raises(Unreadable, match="trop grand"):
        laid(block, grid)


@pytest.mark.parametrize("block", ["1\n" * 5_001, "\t" * 100 + "1"], ids=["long", "wide"])
def test_a_block_of_many_rows_or_columns_is_refused(grid: list[Indicator], block: str) -> None:
    with pytest.raises(Unreadable):
        laid(block, grid)


@pytest.mark.parametrize("block", ["2022\n" + "1\n" * 4_000, "1\t2\n" * 4_000, "x\t1\n" * 4_000])
def test_what_falls_off_in_thousands_is_counted(grid: list[Indicator], block: str) -> None:
    content = read(block, grid)
    choices = content.question.choices if content.question else []
    for part in (content, *(choice for _label, choice in choices)):
        assert len(part.strays) <= MAX_STRAYS + 1


def test_an_empty_clipboard_is_no_error(grid: list[Indicator]) -> None:
    assert laid("", grid) == ({}, [])
