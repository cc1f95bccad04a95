"""The blank form: each question with its definition and an empty box, and nothing typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan import paper
from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator
from tests import factories

FORM = "/saisie/2022/imt-mines-albi/formulaire/"
PDF = "/saisie/2022/imt-mines-albi/formulaire.pdf"


@pytest.fixture
def asked(campaign: Campaign, albi: School) -> Indicator:
    students = factories.IndicatorFactory(code="heads", name_fr="Étudiants", defined=True)
    share = factories.IndicatorFactory(code="share", name_fr="Part", ratio=True)
    campaign.indicators.set([students, share])
    for year, value in ((2021, 1142), (2022, 987654)):
        factories.FigureFactory(indicator=students, school=albi, year=year, value=value)
    factories.FigureFactory(
        indicator=share, school=albi, year=2021, value=None, numerator=3, denominator=8
    )
    return students


@pytest.fixture
def alices(asked: Indicator, alice: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(alice)


def test_it_asks_with_definitions_units_and_last_year(alices: Client) -> None:
    page = alices.get(FORM).content.decode().replace("\u202f", " ")
    for text in (
        "IMT Mines Albi",
        "Étudiants",
        "Inscrits à titre principal.",
        "Au 15 janvier.",
        "Auditeurs libres.",
        "La scolarité.",
        "1 142",
        "37,5",
        "http://testserver/saisie/2022/imt-mines-albi/",
    ):
        assert text in page
    assert page.count('class="blank-box"') == 3


def test_nothing_of_this_year_stands_on_it(alices: Client) -> None:
    assert "987" not in alices.get(FORM).content.decode().replace("\u202f", "")


def test_the_pdf_or_back_to_the_page(alices: Client) -> None:
    answer = alices.get(PDF)
    if paper.is_available():
        assert answer.content.startswith(b"%PDF-")
        assert answer["Content-Type"] == "application/pdf"
    else:
        assert answer.url == FORM


def test_without_the_press_the_page_prints(alices: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(paper, "is_available", lambda: False)
    assert alices.get(PDF).url == FORM
    assert "Ctrl+P" in alices.get(FORM).content.decode()


def test_another_schools_form_does_not_exist(
    asked: Indicator, charlie: User, signed_in: Any
) -> None:
    for url in (FORM, PDF):
        assert signed_in(charlie).get(url).status_code == 404
