"""A file given back: who may, what is read of it, and what is left out with its line and column."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.campaigns.files.preview import CellOutcome, preview
from imtplan.campaigns.files.tables.table_reader import MAX_STRAYS, content_of_file
from imtplan.campaigns.files.tables.typed_cells import StrayText, TypedCell
from imtplan.campaigns.files.workbook import workbook_of
from imtplan.campaigns.models import Campaign, Proposal
from imtplan.spreadsheets import Flavour, csv_lines
from imtplan.spreadsheets.cell_words import where
from imtplan.spreadsheets.tables import MAX_BYTES, Unreadable
from indicators.api.figures_csv import figure_columns
from indicators.models import Figure, Indicator
from tests import factories

SignIn = Callable[[User], Client]
PLACE = "/saisie/2022/imt-mines-albi/"
WORKBOOK, IMPORT = f"{PLACE}classeur.xlsx", f"{PLACE}importer/"


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants", name_en="Students")


@pytest.fixture
def foreign(db: None) -> Indicator:
    return factories.IndicatorFactory(ratio=True, code="foreign", name_fr="Part d’étrangers")


@pytest.fixture
def share(db: None) -> Indicator:
    return factories.IndicatorFactory(code="share", unit_fr="%", unit_en="%", decimals=1)


@pytest.fixture
def campaign(students: Indicator, foreign: Indicator, share: Indicator) -> Campaign:
    return factories.CampaignFactory(indicators=[students, foreign, share])


@pytest.fixture
def read(
    campaign: Campaign, albi: School
) -> Callable[..., tuple[list[TypedCell], list[StrayText]]]:
    def of(data: bytes | str) -> tuple[list[TypedCell], list[StrayText]]:
        raw = data.encode() if isinstance(data, str) else data
        content = content_of_file(raw, campaign, albi)
        return content.cells, content.strays

    return of


Read = Callable[..., tuple[list[TypedCell], list[StrayText]]]


def book(rows: list[list[Any]], **looks: str) -> bytes:
    """A workbook of somebody's own; a pair is a value with its number format."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet()
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                look = made.add_format({"num_format": value[1]}) if type(value) is tuple else None
                sheet.write(line, column, value[0] if look else value, look)
    return file.getvalue()


def typed(cells: list[TypedCell]) -> dict[str, dict[str, str]]:
    return {cell.indicator.code: cell.typed for cell in cells}


# --- Tables of their own ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        "code;valeur\nstudents;1200",
        "Indicateur;2022\nÉtudiants;1200",
        "INDICATEUR ;Valeur 2022\n étudiants ;1200",
        "Indicator;Value\nStudents;1200",
        "Indicator\tUnit\tFigure 2021\t2022\nStudents\tstudents\t1100\t1200",
        "sep=;\nNom;Année;Valeur\nETUDIANTS;2022;1200",
        "Chiffres d’Albi\n\nLibellé;Chiffre\nFormation;\nÉtudiants;1200",
    ],
)
def test_a_table_names_its_indicators_by_code_or_name(read: Read, table: str) -> None:
    cells, strays = read(table)
    assert typed(cells) == {"students": {"value": "1200"}}
    assert (cells[0].version, strays) == (None, [])


def test_a_cell_says_where_it_was_found(read: Read) -> None:
    cells, _strays = read("note;;\ncode;unité;valeur\n\nstudents;élèves;1200")
    assert cells[0].where == where(4, 2)
    with translation.override("en"):
        assert where(7, 3) == "line 7, column D"


def test_a_ratio_has_its_two_parts(read: Read) -> None:
    table = "Indicateur;Numérateur;Dénominateur;Motif\nPart d'étrangers;300;1200,5;\n"
    assert typed(read(table)[0]) == {"foreign": {"numerator": "300", "denominator": "1200,5"}}


@pytest.mark.parametrize(
    ("said", "found"),
    [("sans objet", "not_applicable"), ("Not available", "not_available"), ("NC", "NC")],
)
def test_a_word_stands_instead_of_a_number(read: Read, said: str, found: str) -> None:
    cells, _strays = read(f"code;état;motif\nstudents;{said};fermé")
    assert typed(cells) == {"students": {"word": found, "reason": "fermé"}}


def test_blank_lines_and_subtitles_say_nothing(read: Read) -> None:
    table = "code;valeur;explication\nFormation;;\nstudents;;\n;;\nfoo;;"
    assert read(table) == ([], [])


def test_numbers_of_a_workbook_come_without_a_doubt(read: Read) -> None:
    """1234.567 in a cell is a number; its text alone could be read in two ways."""
    rows = [["code", "valeur"], ["students", 1234.567], ["share", (0.125, "0.0%")]]
    assert typed(read(book(rows))[0]) == {
        "students": {"value": "1234,567"},
        "share": {"value": "12,5 %"},
    }
    with translation.override("en"):
        assert typed(read(book(rows))[0])["students"] == {"value": "1234.567"}


@pytest.mark.parametrize(
    ("table", "place", "text"),
    [
        pytest.param("code;valeur\nunknown;5", (2, 0), "unknown", id="unknown"),
        pytest.param("code;valeur\n;5", (2, 0), "", id="no indicator named"),
        pytest.param("code;valeur;humeur\nstudents;;", (1, 2), "humeur", id="unknown column"),
        pytest.param("code;valeur\nstudents;12;5", (2, 2), "5", id="a comma has cut the number"),
        pytest.param("code;année;valeur\nstudents;2021;5", (2, 1), "2021", id="another year"),
        pytest.param("code;school_code;valeur\nstudents;x;5", (2, 1), "x", id="another school"),
        pytest.param("code;valeur\nforeign;25", (2, 1), "25", id="a ratio's quotient"),
        pytest.param("code;numérateur\nstudents;25", (2, 1), "25", id="a numerator too many"),
        pytest.param("code;explication;valeur\nstudents;oui;", (2, 1), "oui", id="no figure"),
        pytest.param("code;nom;valeur\nstudents;Part d’étrangers;5", (2, 0), "students", id="two"),
    ],
)
def test_what_belongs_to_no_cell_is_told(
    read: Read, table: str, place: tuple[int, int], text: str
) -> None:
    cells, strays = read(table)
    assert cells == []
    assert [(stray.where, stray.text) for stray in strays] == [(where(*place), text)]
    assert strays[0].message


def test_the_other_lines_are_read_all_the_same(read: Read) -> None:
    cells, strays = read("code;valeur\nunknown;5\nstudents;1200\nshare;13")
    assert typed(cells) == {"students": {"value": "1200"}, "share": {"value": "13"}}
    assert [stray.where for stray in strays] == [where(2, 0)]


def test_two_lines_for_one_cell_are_asked_and_neither_is_taken(read: Read) -> None:
    [cell], strays = read("code;valeur\nstudents;1200\nstudents;1300")
    assert (cell.typed, strays) == ({}, [])
    assert [claim.typed for claim in cell.claims] == [{"value": "1200"}, {"value": "1300"}]
    assert [claim.where for claim in cell.claims] == [where(2, 1), where(3, 1)]


def test_the_same_line_twice_is_one(read: Read) -> None:
    assert typed(read("code;valeur\nstudents;1200\nstudents;1200")[0]) == {
        "students": {"value": "1200"}
    }


def test_an_indicator_that_the_campaign_does_not_ask_for_is_told(read: Read) -> None:
    other = factories.IndicatorFactory(code="patents")
    assert [stray.text for stray in read("code;valeur\npatents;5")[1]] == [other.code]


def test_a_name_that_two_indicators_share_is_not_guessed(read: Read, campaign: Campaign) -> None:
    campaign.indicators.add(factories.IndicatorFactory(code="other", name_fr="Étudiants"))
    cells, strays = read("nom;valeur\nÉtudiants;5")
    assert (cells, len(strays)) == ([], 1)
    assert typed(read("code;nom;valeur\nother;Étudiants;5")[0]) == {"other": {"value": "5"}}


@pytest.mark.parametrize(
    "value",
    ["#REF!", "date", "bool", "formula"],
)
def test_what_nobody_can_have_typed_as_a_figure_is_told(read: Read, value: str) -> None:
    cell: Any = {"date": (44693, "dd/mm/yyyy"), "bool": True, "formula": "=1+1"}.get(value, value)
    if value == "#REF!":
        cell = "=#REF!"
    cells, strays = read(book([["code", "valeur"], ["students", cell]]))
    assert cells == []
    assert [stray.where for stray in strays] == [where(2, 1)]


def test_a_file_of_something_else_does_not_fill_the_page(read: Read) -> None:
    lines = "".join(f"x{number};1\n" for number in range(MAX_STRAYS * 3))
    strays = read(f"code;valeur\n{lines}")[1]
    assert len(strays) == MAX_STRAYS + 1
    assert str(MAX_STRAYS * 2) in strays[-1].message


@pytest.mark.parametrize(
    "table", ["a;b\n1;2", "code;unité\nstudents;x", "valeur\n5", "code;valeur;2022\nstudents;1;2"]
)
def test_without_headings_that_are_sure_nothing_is_read(read: Read, table: str) -> None:
    with pytest.raises(Unreadable):
        read(table)


@pytest.mark.parametrize("flavour", list(Flavour))
def test_our_own_csv_can_be_given_back(
    read: Read, students: Indicator, foreign: Indicator, albi: School, flavour: Flavour
) -> None:
    """A ratio's quotient beside its two parts does no harm; a point is a decimal mark there."""
    number = Decimal("1234.567")
    figures = [
        factories.FigureFactory(indicator=students, school=albi, year=2022, value=number),
        factories.FigureFactory(
            indicator=foreign,
            school=albi,
            year=2022,
            value=None,
            numerator=Decimal("0.5"),
            denominator=Decimal(8),
        ),
    ]
    cells, strays = read("".join(csv_lines(figure_columns(flavour), figures, flavour)))
    assert typed(cells) == {
        "students": {"value": "1234,567", "word": ""},
        "foreign": {"numerator": "0,5", "denominator": "8", "word": ""},
    }
    assert strays == []


def test_an_emptied_line_of_our_workbook_says_so(
    campaign: Campaign, students: Indicator, albi: School, alice: User
) -> None:
    """Somebody saw the figure and took it away; an empty line of a table says nothing."""
    figure = factories.FigureFactory(
        indicator=students, school=albi, year=2022, status="draft", version=4
    )
    with_figure = workbook_of(campaign, albi, "fr")
    Figure.objects.filter(pk=figure.pk).update(state="not_entered", value=None)
    cells = content_of_file(workbook_of(campaign, albi, "fr"), campaign, albi).cells
    assert [(cell.version, set(cell.typed.values())) for cell in cells] == [(4, {""})]
    before = content_of_file(with_figure, campaign, albi)
    assert before.cells[0].typed["value"] == "100"


# --- Pages --------------------------------------------------------------------------------------


def upload(client: Client, data: bytes, name: str = "chiffres.csv") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})


def test_the_school_and_the_institute_get_the_workbook_and_nobody_else(
    campaign: Campaign, signed_in: SignIn, alice: User, bob: User, charlie: User, diane: User
) -> None:
    answers = [signed_in(one).get(WORKBOOK).status_code for one in (alice, bob, diane, charlie)]
    assert answers == [200, 200, 200, 404]
    assert Client().get(WORKBOOK).status_code == 302
    assert signed_in(alice).post(WORKBOOK).status_code == 405


def test_the_workbook_is_a_file_of_its_own_that_nobody_keeps(
    campaign: Campaign, signed_in: SignIn, alice: User
) -> None:
    answer = signed_in(alice).get(WORKBOOK)
    assert 'filename="imt-plan-2022-imt-mines-albi.xlsx"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"PK")


def test_who_enters_figures_may_give_a_file_back(
    campaign: Campaign, signed_in: SignIn, alice: User, bob: User, charlie: User, diane: User
) -> None:
    answers = [signed_in(one).get(IMPORT).status_code for one in (alice, bob, diane, charlie)]
    assert answers == [200, 200, 403, 404]
    posted = [upload(signed_in(one), b"code;valeur\n").status_code for one in (diane, charlie)]
    assert posted == [403, 404]


def test_a_file_becomes_a_proposal_and_no_figure_changes(
    campaign: Campaign, signed_in: SignIn, bob: User
) -> None:
    answer = upload(signed_in(bob), b"code;valeur\nstudents;1 200\nunknown;5\n")
    proposal = Proposal.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"{PLACE}proposition/{proposal.pk}/"
    assert (proposal.origin, proposal.by) == (Figure.Origin.IMPORT, bob)
    shown = preview(proposal)
    assert [(row.outcome, row.cell.value) for row in shown.rows if row.cell] == [
        (CellOutcome.NEW, Decimal(1200))
    ]
    assert len(shown.strays) == 1
    assert not Figure.objects.exists()


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_workbook_given_back_unchanged_changes_nothing(
    campaign: Campaign,
    students: Indicator,
    albi: School,
    signed_in: SignIn,
    alice: User,
    kind: str,
) -> None:
    factories.FigureFactory(indicator=students, school=albi, year=2022, status="draft")
    data = signed_in(alice).get(f"{PLACE}classeur.{kind}").content
    upload(signed_in(alice), data, f"classeur.{kind}")
    rows = preview(Proposal.objects.get()).rows
    assert [row.outcome for row in rows] == [CellOutcome.SAME]


def test_what_a_colleague_changed_meanwhile_is_in_conflict(
    campaign: Campaign, students: Indicator, albi: School, signed_in: SignIn, alice: User
) -> None:
    figure = factories.FigureFactory(indicator=students, school=albi, year=2022, status="draft")
    data = signed_in(alice).get(WORKBOOK).content
    Figure.objects.filter(pk=figure.pk).update(value=105, version=2)
    upload(signed_in(alice), data, "classeur.xlsx")
    assert [row.outcome for row in preview(Proposal.objects.get()).rows] == [CellOutcome.CONFLICT]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a;b\n1;2\n",
        b"code;valeur\n",
        b"PK\x03\x04",
        b"a" * (MAX_BYTES + 1),
        "é;\x00".encode(),
    ],
    ids=["empty", "no headings", "no figure", "damaged", "too large", "not text"],
)
def test_a_file_that_cannot_be_read_says_why_at_its_field(
    campaign: Campaign, signed_in: SignIn, alice: User, data: bytes
) -> None:
    answer = upload(signed_in(alice), data)
    assert answer.status_code == 422
    (error,) = answer.context["form"].errors["file"]
    assert error
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Proposal.objects.exists()


def test_no_file_at_all_is_said_too(campaign: Campaign, signed_in: SignIn, alice: User) -> None:
    assert signed_in(alice).post(IMPORT).status_code == 422


def test_a_closed_campaign_says_so_before_anybody_works_for_nothing(
    students: Indicator, signed_in: SignIn, alice: User
) -> None:
    factories.CampaignFactory(indicators=[students], closed=True)
    answer = signed_in(alice).get(IMPORT)
    assert answer.context["read_only"]
    assert "disabled" in answer.content.decode()
