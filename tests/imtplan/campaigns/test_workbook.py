"""The school's workbook: what it shows, and that reading it back says the same."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from imtplan.accounts.models import School
from imtplan.campaigns.files.tables.table_reader import content_of_file
from imtplan.campaigns.files.tables.typed_cells import TypedCell
from imtplan.campaigns.files.workbook import FIELDS, file_name, workbook_of
from imtplan.campaigns.models import Campaign
from imtplan.numbers import parse_number
from imtplan.spreadsheets.cell_words import where
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import CellType, SheetCell, Table, Unreadable
from indicators.models import Figure, Indicator, Progress
from tests import factories

COLUMN = {field.name: place for place, field in enumerate(FIELDS)}


@pytest.fixture
def indicators(db: None) -> dict[str, Indicator]:
    students = factories.IndicatorFactory(
        code="students", name_fr="Étudiants", name_en="Students", definition_fr="Au 15 janvier."
    )
    foreign = factories.IndicatorFactory(ratio=True, code="foreign", theme="international")
    income = factories.IndicatorFactory(
        code="income", unit_fr="M€", unit_en="M€", decimals=2, theme="economy", year_kind="academic"
    )
    share = factories.IndicatorFactory(code="share", unit_fr="%", unit_en="%", decimals=1)
    return {one.code: one for one in (students, foreign, income, share)}


@pytest.fixture
def campaign(indicators: dict[str, Indicator]) -> Campaign:
    return factories.CampaignFactory(indicators=list(indicators.values()))


def store(school: School, indicator: Indicator, year: int = 2022, **said: object) -> Figure:
    return factories.FigureFactory(
        indicator=indicator, school=school, year=year, status=Figure.Status.DRAFT, **said
    )


def entry_sheet(data: bytes) -> Table:
    return read_tables(data)[0]


def line(data: bytes, code: str) -> dict[str, SheetCell]:
    row = next(row for row in entry_sheet(data).rows if row[0].text == code)
    return {name: row[column] for name, column in COLUMN.items()}


def read_back(data: bytes, campaign: Campaign, school: School) -> dict[str, TypedCell]:
    content = content_of_file(data, campaign, school)
    assert content.strays == []
    return {cell.indicator.code: cell for cell in content.cells}


def test_each_indicator_has_a_line_under_its_theme(campaign: Campaign, albi: School) -> None:
    firsts = [row[0].text for row in entry_sheet(workbook_of(campaign, albi, "fr")).rows[3:]]
    assert firsts == [
        *("International", "foreign"),
        *("Développement économique", "income"),
        *("Formation", "share", "students"),
    ]


def test_a_line_says_what_it_asks_and_what_was_said_before(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    store(albi, indicators["students"], year=2021, value=Decimal(1150))
    shown = {
        name: cell.text
        for name, cell in line(workbook_of(campaign, albi, "fr"), "students").items()
    }
    assert shown["name"] == "Étudiants"
    assert (shown["unit"], shown["year"], shown["before"]) == ("étudiants", "2022", "1150")
    assert line(workbook_of(campaign, albi, "fr"), "income")["year"].text == "2022-2023"
    assert line(workbook_of(campaign, albi, "en"), "students")["name"].text == "Students"


def test_what_the_path_to_the_schools_target_expects_stands_beside(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    target = factories.TargetFactory(
        plan=campaign.plan, indicator=indicators["students"], school=albi, is_reference=False
    )
    Progress.objects.create(
        target=target,
        year=2022,
        view="validated",
        expected_value="1333.333333333",
        status="no_data",
        computed_at=timezone.now(),
    )
    data = workbook_of(campaign, albi, "fr")
    assert line(data, "students")["expected"].text == "1333.333333"
    assert line(data, "share")["expected"].text == ""


def test_last_years_word_stands_where_there_was_no_number(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    store(albi, indicators["students"], year=2021, state="not_applicable", value=None)
    assert line(workbook_of(campaign, albi, "fr"), "students")["before"].text == "sans objet"


def test_what_is_missing_is_blank_and_never_zero(campaign: Campaign, albi: School) -> None:
    data = workbook_of(campaign, albi, "fr")
    for code in ("students", "foreign"):
        shown = line(data, code)
        assert {shown[name].text for name in ("before", "value", "numerator", "version")} == {""}
    assert read_back(data, campaign, albi) == {}


def test_what_is_stored_comes_back_as_it_is(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    store(albi, indicators["students"], value=Decimal(1200), explanation="Ligne 1\nLigne 2")
    store(
        albi,
        indicators["foreign"],
        value=None,
        numerator=Decimal(300),
        denominator=Decimal("1200.5"),
    )
    store(albi, indicators["income"], state="not_available", value=None, reason="=1+1", version=3)
    cells = read_back(workbook_of(campaign, albi, "fr"), campaign, albi)
    assert cells["students"].typed == {
        "value": "1200",
        "word": "",
        "reason": "",
        "explanation": "Ligne 1\nLigne 2",
    }
    assert cells["foreign"].typed["denominator"] == "1200,5"
    assert cells["income"].typed | {"explanation": ""} == {
        "value": "",
        "word": "not_available",
        "reason": "=1+1",
        "explanation": "",
    }
    assert [cells[code].version for code in ("students", "income")] == [1, 3]
    assert cells["students"].where == where(11, COLUMN["value"])


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_not_rounded(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    store(albi, indicators["income"], value=Decimal("123456789012345.123456"))
    cells = read_back(workbook_of(campaign, albi, "fr"), campaign, albi)
    text = cells["income"].typed["value"]
    assert parse_number(text, language="fr") == Decimal("123456789012345.123456")


def test_an_english_workbook_is_read_as_english_whatever_the_page(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    store(albi, indicators["income"], value=Decimal("1234.567"))
    cells = read_back(workbook_of(campaign, albi, "en"), campaign, albi)
    assert (cells["income"].typed["value"], cells["income"].language) == ("1234.567", "en")


def test_only_what_is_asked_is_open(campaign: Campaign, albi: School) -> None:
    """Locked without a password: a protection against slips, not against people."""
    with zipfile.ZipFile(io.BytesIO(workbook_of(campaign, albi, "fr"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "<sheetProtection sheet=" in sheet
    assert "password" not in sheet
    assert 'protection locked="0"' in styles
    assert 'orientation="landscape"' in sheet
    assert (
        "Print_Titles"
        in zipfile.ZipFile(io.BytesIO(workbook_of(campaign, albi, "fr")))
        .read("xl/workbook.xml")
        .decode()
    )


def test_the_bounds_warn_and_the_words_are_listed(campaign: Campaign, albi: School) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_of(campaign, albi, "fr"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'errorStyle="warning"' in sheet
    assert 'errorStyle="stop"' not in sheet
    assert "non disponible,sans objet" in sheet


def test_another_reader_finds_the_same(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    store(albi, indicators["students"], value=Decimal(1200))
    data = workbook_of(campaign, albi, "fr")
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    for row in entry_sheet(data).rows:
        for column, cell in row:
            other = theirs[row.line - 1][column]
            assert cell.text == (f"{other:g}" if cell.kind is CellType.NUMBER else other)


def test_its_name_says_whose_it_is(campaign: Campaign, albi: School) -> None:
    assert file_name(campaign, albi) == "imt-plan-2022-imt-mines-albi"


def test_another_schools_workbook_is_refused(
    campaign: Campaign, albi: School, ales: School
) -> None:
    with pytest.raises(Unreadable, match=r"IMT Mines Alès.*IMT Mines Albi"):
        content_of_file(workbook_of(campaign, ales, "fr"), campaign, albi)


def test_another_years_workbook_is_refused(
    campaign: Campaign, albi: School, indicators: dict[str, Indicator]
) -> None:
    before = factories.CampaignFactory(year=2021, indicators=list(indicators.values()))
    with pytest.raises(Unreadable, match="2021"):
        content_of_file(workbook_of(before, albi, "fr"), campaign, albi)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_languages_have_their_headings(
    campaign: Campaign, albi: School, language: str
) -> None:
    with translation.override(language):
        headings = [str(field.heading) for field in FIELDS]
    written = entry_sheet(workbook_of(campaign, albi, language)).rows[2]
    assert [cell.text for _column, cell in written] == headings
