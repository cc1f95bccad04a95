"""The small files and pastes that once failed, each with what is right (`cases/README.md`)."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.files.preview import CellOutcome, ProposalPreview, preview
from imtplan.campaigns.models import Campaign, Proposal
from indicators.models import Figure, Indicator
from tests import factories

CASES = Path(__file__).parent / "cases"
PLACE = "/saisie/2022/imt-mines-albi/"
NAMES = {
    "students": "Étudiants, tous cycles",
    "own-funds": "Ressources propres",
    "professor-researchers": "Enseignants-chercheurs",
    "phd-students": "Doctorants",
    "research-turnover": "Chiffre d’affaires de recherche et d’innovation",
}
LAST_YEAR = {"students": 1142, "own-funds": Decimal("20.2"), "professor-researchers": 79}


@pytest.fixture
def campaign(albi: School, ales: School) -> Campaign:
    """Albi's campaign of the demonstration, in small, with last year's figures."""
    factories.SchoolFactory(code="imt-atlantique", name="IMT Atlantique")
    indicators = [_indicator(code, name, rank) for rank, (code, name) in enumerate(NAMES.items())]
    for indicator in indicators:
        if indicator.code in LAST_YEAR:
            last = LAST_YEAR[indicator.code]
            factories.FigureFactory(indicator=indicator, school=albi, year=2021, value=last)
    return factories.CampaignFactory(indicators=indicators)


def _indicator(code: str, name: str, rank: int) -> Indicator:
    kind = "academic" if code == "students" else "civil"
    is_money = code in ("own-funds", "research-turnover")
    unit = {"unit_fr": "M€", "unit_en": "M€", "decimals": 1} if is_money else {}
    return factories.IndicatorFactory(
        code=code, name_fr=name, name_en=code, rank=rank, year_kind=kind, **unit
    )


@pytest.fixture
def client(campaign: Campaign, alice: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(alice)


@pytest.fixture
def given(client: Client) -> Callable[[str], ProposalPreview]:
    """The preview of one of the files, given back on the page."""

    def give(name: str) -> ProposalPreview:
        file = SimpleUploadedFile(name, (CASES / name).read_bytes())
        answer = client.post(f"{PLACE}importer/", {"file": file})
        assert answer.status_code == 302, answer.context["form"].errors
        shown = client.get(answer["Location"])
        assert shown.status_code == 200
        return preview(Proposal.objects.get())

    return give


@pytest.fixture
def pasted(client: Client) -> Callable[[str], ProposalPreview]:
    """The preview of a block pasted into the first cell of the grid."""

    def paste(text: str) -> ProposalPreview:
        data = {"text": text, "start": "students", "column": "value"}
        assert client.post(f"{PLACE}coller/", data).status_code == 200
        return preview(Proposal.objects.get())

    return paste


def values(shown: ProposalPreview) -> dict[str, Any]:
    return {row.indicator.code: row.cell.value for row in shown.rows if row.cell}


Given = Callable[[str], ProposalPreview]


# --- Files --------------------------------------------------------------------------------------


def test_another_schools_line_is_never_proposed(given: Given) -> None:
    shown = given("school_names.xlsx")
    assert values(shown) == {"students": 1150}
    assert [stray.text for stray in shown.strays] == ["IMT Atlantique", "IMT Mines Alès"]


def test_of_one_sheet_for_each_school_the_own_is_read(given: Given) -> None:
    shown = given("sheet_per_school.xlsx")
    assert values(shown) == {"students": 1150}
    assert "IMT Mines Albi" in shown.rows[0].where
    assert [stray.text for stray in shown.strays] == ["IMT Atlantique"]


def test_a_raised_note_is_no_digit_of_the_number(given: Given) -> None:
    shown = given("superscript_note.xlsx")
    assert values(shown) == {"students": 1142}
    assert any("«\u202f1\u202f»" in remark for remark in shown.rows[0].typed.remarks)


def test_a_number_shown_in_millions_is_asked(given: Given, client: Client) -> None:
    [row] = given("scaled_format.xlsx").rows
    assert (row.outcome, row.cell) == (CellOutcome.UNDECIDED, None)
    assert [claim.after_text for claim in row.claims] == ["20,6", "20600000"]
    url = preview(Proposal.objects.get()).url
    client.post(url, {"apply": "1"})
    assert not Figure.objects.filter(year=2022).exists()


def test_the_number_shown_can_be_chosen(given: Given, client: Client) -> None:
    client.post(given("scaled_format.xlsx").url, {"apply": "1", "choose-own-funds": "0"})
    assert Figure.objects.get(year=2022).value == Decimal("20.6")


def test_a_year_with_an_en_dash_is_the_campaigns(given: Given) -> None:
    assert values(given("heading_endash.xlsx")) == {"students": 1142}


def test_a_name_with_another_hyphen_is_recognised(given: Given) -> None:
    shown = given("nbhyphen.xlsx")
    assert values(shown) == {"professor-researchers": 80, "students": 1142}
    assert shown.strays == []


def test_a_hidden_row_that_brings_a_value_is_said(given: Given) -> None:
    shown = given("hidden_row.xlsx")
    remarks = {row.indicator.code: row.typed.remarks for row in shown.rows}
    assert [code for code, said in remarks.items() if said] == ["phd-students"]
    assert "masquée" in remarks["phd-students"][0]


def test_parts_named_with_a_backslash_are_read(given: Given) -> None:
    assert given("backslash.xlsx").rows


# --- Pastes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["2022", "Valeur 2022", "2022–2023"])
def test_a_heading_is_seen_shown_and_left_out(pasted: Given, heading: str) -> None:
    shown = pasted(f"{heading}\n1150\n22")
    assert values(shown) == {"students": 1150, "own-funds": 22}
    assert heading in shown.remarks[0]


def test_a_straight_apostrophe_is_the_name_all_the_same(pasted: Given) -> None:
    shown = pasted("Chiffre d'affaires de recherche et d'innovation\t5,1")
    assert values(shown) == {"research-turnover": Decimal("5.1")}


def test_a_note_beside_the_value_is_offered_as_explanation(pasted: Given) -> None:
    [row] = pasted("1 150\tSource : SISE").rows
    assert (row.outcome, row.cell.value) == (CellOutcome.NEW, 1150)
    assert row.cell.explanation == "Source : SISE"
    assert row.takes_explanation
