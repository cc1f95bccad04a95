"""Tables of a school's own: whose line, sheet or column it is, and of when, is understood."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from imtplan.accounts.models import School
from imtplan.campaigns.files.tables.table_reader import content_of_file
from imtplan.campaigns.files.tables.typed_cells import TableContent
from imtplan.campaigns.models import Campaign
from imtplan.spreadsheets.tables import Unreadable
from tests import factories

Read = Callable[..., TableContent]


@pytest.fixture
def campaign(albi: School, ales: School) -> Campaign:
    students = factories.IndicatorFactory(
        code="students", name_fr="Étudiants", name_en="Students", year_kind="academic", rank=1
    )
    phd = factories.IndicatorFactory(code="phd", name_fr="Doctorants", name_en="PhD", rank=2)
    funds = factories.IndicatorFactory(
        code="funds", name_fr="Ressources propres", unit_fr="M€", unit_en="M€", decimals=1, rank=3
    )
    share = factories.IndicatorFactory(code="share", name_fr="Part", ratio=True, rank=4)
    return factories.CampaignFactory(indicators=[students, phd, funds, share])


@pytest.fixture
def read(campaign: Campaign, albi: School) -> Read:
    """What a CSV text says, or a workbook of sheets with their rows."""

    def of(given: str | dict[str, list[list[Any]]]) -> TableContent:
        data = given.encode() if isinstance(given, str) else _book(given)
        return content_of_file(data, campaign, albi)

    return of


def _book(sheets: dict[str, list[list[Any]]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    return file.getvalue()


def values(content: TableContent) -> dict[str, str]:
    return {cell.indicator.code: cell.typed.get("value", "") for cell in content.cells}


# --- Columns that say whose line it is, and of when ---------------------------------------------


@pytest.mark.parametrize(
    "heading", ["École", "Établissement", "School", "ECOLES", "Nom de l'école"]
)
@pytest.mark.parametrize("own", ["IMT Mines Albi", "imt-mines-albi", "Mines Albi", "Albi"])
def test_only_the_own_schools_lines_are_read(read: Read, heading: str, own: str) -> None:
    table = f"{heading};Indicateur;2022\nIMT Mines Alès;Étudiants;7\n{own};Étudiants;8"
    content = read(table)
    assert values(content) == {"students": "8"}
    assert [stray.text for stray in content.strays] == ["IMT Mines Alès"]


@pytest.mark.parametrize(
    "own", ["Albi (IMT)", "IMT Albi", "IMT - Albi", "Institut Mines-Télécom – Albi"]
)
def test_the_institutes_name_beside_the_schools_is_no_other_school(read: Read, own: str) -> None:
    content = read(f"École;Indicateur;2022\nIMT Mines Alès;Étudiants;7\n{own};Étudiants;8")
    assert values(content) == {"students": "8"}


@pytest.mark.parametrize(
    "title",
    ["IMT", "IMT – campagne 2022", "Données IMT", "Institut Mines-Télécom – campagne 2022"],
)
def test_the_institutes_name_in_a_title_names_no_school(
    read: Read, campaign: Campaign, ales: School, title: str
) -> None:
    rows = [[title], ["Indicateur", "2022"], ["Étudiants", 8]]
    for table in ({title[:31]: rows}, f"{title}\n\nIndicateur;2022\nÉtudiants;8"):
        content = read(table)
        assert (values(content), content.strays) == ({"students": "8"}, [])


def test_the_institutes_total_is_not_the_schools(read: Read) -> None:
    content = read("Zone;Indicateur;2022\nIMT;Étudiants;13950\nIMT Mines Albi;Étudiants;8")
    assert values(content) == {"students": "8"}
    assert "IMT" in {stray.text for stray in content.strays}


@pytest.mark.parametrize("title", ["IMT – 2022", "Institut Mines-Télécom – 2022", "Chiffres"])
def test_the_institute_reads_its_own_tables_and_no_schools(campaign: Campaign, title: str) -> None:
    institute = School.objects.get(code=School.THE_INSTITUTE)
    campaign.indicators.add(factories.IndicatorFactory(code="rank", aggregation="none"))
    table = f"{title}\n\nÉcole;code;2022\nIMT Albi;rank;7\nIMT;rank;8".encode()
    content = content_of_file(table, campaign, institute)
    assert [cell.typed["value"] for cell in content.cells] == ["8"]
    assert [stray.text for stray in content.strays] == ["IMT Albi"]


def test_a_line_of_no_school_between_those_of_others_is_left_out(read: Read) -> None:
    """A merged cell saved as CSV: the empty line below may be the other's."""
    content = read("École;Indicateur;2022\nIMT Mines Alès;Étudiants;7\n;Doctorants;8")
    assert (content.cells, len(content.strays)) == ([], 2)


def test_a_school_in_a_column_that_is_not_known_counts_too(read: Read) -> None:
    content = read("Zone;Indicateur;2022\nIMT Mines Alès;Étudiants;7\nIMT Mines Albi;Étudiants;8")
    assert values(content) == {"students": "8"}


@pytest.mark.parametrize("heading", ["Année", "Période", "Year", "Exercice", "Année universitaire"])
@pytest.mark.parametrize("own", ["2022", "2022-2023", "2022–2023", "2022/2023", "Année 2022/23"])
def test_only_the_campaigns_year_is_read(read: Read, heading: str, own: str) -> None:
    table = f"{heading};Indicateur;Valeur\n2021-2022;Étudiants;7\n{own};Étudiants;8"
    content = read(table)
    assert values(content) == {"students": "8"}
    assert [stray.text for stray in content.strays] == ["2021-2022"]


@pytest.mark.parametrize(
    "table",
    [
        "Semestre;Indicateur;Valeur\nS1;Étudiants;7\nS2;Étudiants;8",
        "Indicateur;Trimestre;2022\nÉtudiants;T1;7\nÉtudiants;T4;8",
        "Période;Indicateur;Valeur\nS1 2022;Étudiants;7\n2e semestre 2022;Étudiants;8",
        "Année;Mois;Indicateur;Valeur\n2022;janvier;Étudiants;7\n2022;février;Étudiants;8",
    ],
)
def test_a_part_of_the_year_is_left_out_with_the_reason(read: Read, table: str) -> None:
    content = read(table)
    assert content.cells == []
    assert len(content.strays) == 2
    assert all("année entière" in stray.message for stray in content.strays)


# --- Sheets -------------------------------------------------------------------------------------

HEADINGS = ["Indicateur", "Valeur"]


@pytest.mark.parametrize("name", ["IMT Mines Albi", "Albi", "Mines Albi 2022"])
def test_one_sheet_for_each_school(read: Read, name: str) -> None:
    sheets = {"Alès": [HEADINGS, ["Étudiants", 7]], name: [HEADINGS, ["Étudiants", 8]]}
    content = read(sheets)
    assert values(content) == {"students": "8"}
    assert f"«\u202f{name}\u202f»" in content.cells[0].where
    assert [stray.text for stray in content.strays] == ["Alès"]


@pytest.mark.parametrize("name", ["2022", "2022-2023", "Année 2022"])
def test_one_sheet_for_each_year(read: Read, name: str) -> None:
    sheets = {"2021": [HEADINGS, ["Étudiants", 7]], name: [HEADINGS, ["Étudiants", 8]]}
    content = read(sheets)
    assert values(content) == {"students": "8"}
    assert [stray.text for stray in content.strays] == ["2021"]


def test_sheets_of_others_alone_are_refused_by_name(read: Read) -> None:
    with pytest.raises(Unreadable) as refusal:
        read({"Alès": [HEADINGS, ["Étudiants", 7]], "2021": [HEADINGS, ["Étudiants", 8]]})
    assert "Alès" in str(refusal.value.message)
    assert "2021" in str(refusal.value.message)


def test_every_sheet_is_read_and_two_that_differ_are_asked(read: Read) -> None:
    sheets = {
        "Formation": [HEADINGS, ["Étudiants", 7], ["Doctorants", 9]],
        "Recherche": [HEADINGS, ["Étudiants", 8], ["Ressources propres", 5]],
    }
    content = read(sheets)
    assert values(content) == {"students": "", "phd": "9", "funds": "5"}
    assert [claim.typed["value"] for claim in content.cells[0].claims] == ["7", "8"]
    assert "Recherche" in content.cells[0].claims[1].where


# --- Indicators across, schools or years down ---------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        "École;Étudiants;Doctorants\nIMT Mines Alès;7;70\nIMT Mines Albi;8;80",
        ";Étudiants;Doctorants\nIMT Mines Alès;7;70\nIMT Mines Albi;8;80",
        "Année;Étudiants;Doctorants\n2021;7;70\n2022;8;80",
        ";Étudiants;Doctorants\n2021;7;70\n2022;8;80",
        "Étudiants;Doctorants\n8;80",
    ],
)
def test_a_table_that_lies_down_is_understood(read: Read, table: str) -> None:
    assert values(read(table)) == {"students": "8", "phd": "80"}


def test_a_table_that_lies_down_asks_where_it_says_two_things(read: Read) -> None:
    content = read("Étudiants;Doctorants\n7;70\n8;80")
    assert values(content) == {"students": "", "phd": ""}


def test_a_ratio_that_lies_down_is_refused_with_the_reason(read: Read) -> None:
    content = read("École;Étudiants;Part\nAlbi;8;25")
    assert values(content) == {"students": "8"}
    assert [stray.text for stray in content.strays] == ["25"]


def test_a_comment_beside_several_indicators_is_told(read: Read) -> None:
    content = read("École;Étudiants;Doctorants;Commentaire\nAlbi;8;80;SISE")
    assert values(content) == {"students": "8", "phd": "80"}
    assert [stray.text for stray in content.strays] == ["Commentaire"]


def test_numbers_above_the_headings_are_told_and_titles_are_not(read: Read) -> None:
    content = read("Chiffres de l’école en 2022\nÉtudiants;9\nIndicateur;2022\nÉtudiants;8")
    assert values(content) == {"students": "8"}
    assert [stray.text for stray in content.strays] == ["9"]


def test_one_indicators_own_sheet_of_schools_and_years(read: Read) -> None:
    sheets = {"Étudiants": [["École", 2021, 2022], ["Alès", 6, 7], ["Albi", 8, 9]]}
    assert values(read(sheets)) == {"students": "9"}


# --- Units, decimals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "name", "read_as"),
    [
        ("2022 (M€)", "Ressources propres", "21,5 M€"),
        ("Valeur en k€", "Ressources propres", "21,5 k€"),
        ("2022", "Ressources propres (k€)", "21,5 k€"),
        ("2022", "Ressources propres (1)", "21,5"),
        ("2022", "ressources\u00a0propres *", "21,5"),
    ],
)
def test_a_unit_in_a_heading_or_a_name_is_the_numbers(
    read: Read, heading: str, name: str, read_as: str
) -> None:
    assert values(read(f"Indicateur;{heading}\n{name};21,5")) == {"funds": read_as}


def test_a_formulas_many_decimals_are_proposed_rounded_and_both_are_said(read: Read) -> None:
    [cell] = read({"F": [HEADINGS, ["Ressources propres", 21.8333333333]]}).cells
    assert cell.typed == {"value": "21,8"}
    assert "21,8333333333" in cell.remarks[0]


# --- Misspelt names, and the unit of a whole table ----------------------------------------------


@pytest.mark.parametrize("name", ["Etudiant", "Étudiantss", "Etudaints", "studens"])
def test_a_misspelt_name_is_told_the_nearest_and_laid_nowhere(read: Read, name: str) -> None:
    content = read(f"Indicateur;2022\n{name};7\nDoctorants;8")
    assert values(content) == {"phd": "8"}
    [stray] = content.strays
    assert (stray.text, "Étudiants" in stray.message) == (name, True)


def test_a_name_that_is_near_to_none_is_told_none(read: Read) -> None:
    [stray] = read("Indicateur;2022\nBâtiments;7\nDoctorants;8").strays
    assert "?" not in stray.message


def test_a_misspelt_heading_of_a_table_that_lies_down_is_told_too(read: Read) -> None:
    content = read("École;Doctorants;Etudiant\nIMT Mines Albi;8;7")
    assert values(content) == {"phd": "8"}
    assert any("Étudiants" in stray.message for stray in content.strays)


@pytest.mark.parametrize(
    "table",
    [
        "Montants en k€;\nIndicateur;2022\nRessources propres;20600",
        "Synthèse (en milliers d’euros);\nIndicateur;2022\nRessources propres;20600",
        "Unité : k€;\nIndicateur;2022\nRessources propres;20600",
        "k€;\nIndicateur;2022\nRessources propres;20600",
        "Montants en k€ au 31/12/2022;\nIndicateur;2022\nRessources propres;20600",
        "Indicateurs (k€);2022\nRessources propres;20600",
        "Montants en k€;\nRessources propres;20600",
    ],
)
def test_a_unit_in_a_title_stands_beside_each_number_that_it_can_be_of(
    read: Read, table: str
) -> None:
    content = read(f"{table}\nÉtudiants;1142")
    found = values(content)
    assert found["funds"] in ("20600 k€", "20600 milliers d’euros")
    assert found["students"] == "1142"


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Montants en M€", "20,6 M€"),
        ("Montants en k€ ou en M€", "20,6"),  # two: none is taken
        ("Bilan en 2022", "20,6"),
        ("Population en milliers", "20,6 milliers"),
        ("Évolution en points", "20,6"),
    ],
)
def test_what_other_titles_say(read: Read, title: str, typed: str) -> None:
    content = read(f"{title};\nIndicateur;2022\nRessources propres;20,6")
    assert values(content)["funds"] == typed


def test_a_unit_of_ones_own_goes_before_that_of_the_title(read: Read) -> None:
    content = read("Montants en k€;\nIndicateur;2022 (M€)\nRessources propres;20,6")
    assert values(content)["funds"] == "20,6 M€"
