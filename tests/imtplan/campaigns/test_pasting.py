"""A block from a spreadsheet laid over the grid: what falls on which cell, and what falls off."""

import pytest

from imtplan.campaigns.pasting import Unplaceable, cells_of_paste
from imtplan.campaigns.proposals import Stray, TypedCell
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


def laid(
    text: str, grid: list[Indicator], start: str = "students", column: str = "value"
) -> tuple[dict[str, dict[str, str]], list[str]]:
    cells, strays = cells_of_paste(text, indicators=grid, start=start, column=column, year=2022)
    return {cell.indicator.code: cell.typed for cell in cells}, [stray.text for stray in strays]


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
            "foreign": {"numerator": "40", "denominator": "200", "word": ""},
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
    assert laid("1\t\t\t\tsix", grid)[1] == ["six"]


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


def test_a_number_like_a_year_alone_is_a_number(grid: list[Indicator]) -> None:
    assert laid("2022\n1999", grid, start="funds")[0] == {
        "funds": {"value": "2022"},
        "staff": {"value": "1999"},
    }


def test_blank_cells_and_rows_change_nothing(grid: list[Indicator]) -> None:
    assert laid("1\n\n3", grid)[0] == {"students": {"value": "1"}, "funds": {"value": "3"}}
    assert laid("\t\n", grid) == ({}, [])


def test_excel_quotes_cells_that_hold_line_ends(grid: list[Indicator]) -> None:
    block = '1\tNC\t"deux\nlignes ""entre"" guillemets"\n'
    assert laid(block, grid)[0]["students"]["reason"] == 'deux\nlignes "entre" guillemets'


def test_where_a_cell_stood_is_said_in_rows_and_columns(grid: list[Indicator]) -> None:
    cells, strays = cells_of_paste(
        "1\n2\t\t\t\t\t9", indicators=grid, start="funds", column="value", year=2022
    )
    assert [cell.where for cell in cells] == [
        "ligne\u202f1, colonne\u202f1 du bloc",
        "ligne\u202f2, colonne\u202f1 du bloc",
    ]
    assert [stray.where for stray in strays] == ["ligne\u202f2, colonne\u202f6 du bloc"]
    assert isinstance(cells[0], TypedCell)
    assert isinstance(strays[0], Stray)


def test_a_book_is_not_a_block(grid: list[Indicator]) -> None:
    with pytest.raises(Unplaceable):
        laid("x" * 200_001, grid)


def test_an_empty_clipboard_is_no_error(grid: list[Indicator]) -> None:
    assert laid("", grid) == ({}, [])
