"""What is counted, at which date, in which unit, what is left out, whom to ask: at the cell, in the
workbook, for programs; and said as proposed where nobody published it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from imtplan.spreadsheets.reading import read_tables
from indicators.models import Indicator
from indicators.models.definition_sheet import TEXTS as SHEET
from tests import factories

PAGE = "/saisie/2022/imt-mines-albi/"
TEXTS = {
    "definition_fr": "Inscrits à titre principal.",
    "definition_en": "Main enrolments.",
    "counted_on_fr": "Au 15 janvier.",
    "counted_on_en": "On 15 January.",
    "left_out_fr": "Auditeurs libres.",
    "left_out_en": "Unregistered listeners.",
    "contact_fr": "La scolarité.",
    "contact_en": "The registrar.",
}
FRENCH = [text for name, text in TEXTS.items() if name.endswith("_fr")]


@pytest.fixture
def defined(students: Indicator) -> Indicator:
    for name, text in TEXTS.items():
        setattr(students, name, text)
    students.save()
    return students


@pytest.fixture
def alices(
    campaign: Campaign, defined: Indicator, alice: User, signed_in: Callable[[User], Client]
) -> Client:
    return signed_in(alice)


def test_the_cell_says_all_of_it(alices: Client, defined: Indicator) -> None:
    panel = alices.get(PAGE).content.decode().partition("entry-about-text")[2]
    panel = panel.partition("Toutes les versions")[0]
    for text in (*FRENCH, defined.unit_fr, "proposée"):
        assert text in panel


def test_a_published_definition_is_not_called_proposed(alices: Client, defined: Indicator) -> None:
    Indicator.objects.update(is_proposed=False)
    panel = alices.get(PAGE).content.decode().partition("entry-about-text")[2]
    assert "proposée" not in panel.partition("Toutes les versions")[0]


def test_the_cell_says_what_nobody_defined(alices: Client) -> None:
    Indicator.objects.update(left_out_fr="", left_out_en="", contact_fr="", contact_en="")
    page = alices.get(PAGE).content.decode()
    assert "Pas encore précisé" in page


def test_the_cell_says_what_counts_in_the_year_of_the_campaign(
    alices: Client, defined: Indicator
) -> None:
    rows = Indicator.objects.filter(pk=defined.pk)
    rows.update(definition_fr="Présents.", defined_from_year=2023, owner_fr="Scolarité")
    panel = alices.get(PAGE).content.decode().partition("entry-about-text")[2]
    assert TEXTS["definition_fr"] in panel
    assert "Présents." not in panel
    assert "Scolarité" in panel
    assert "Périodicité" not in panel, "nothing is said of it"
    said = sheet(alices, "Définitions")
    assert {TEXTS["definition_fr"], "Scolarité"} <= set(said)
    rows.update(defined_from_year=2022)
    panel = alices.get(PAGE).content.decode().partition("entry-about-text")[2]
    assert "Présents." in panel
    assert "Définition en vigueur à partir de 2022." in panel


def sheet(client: Client, name: str) -> list[str]:
    tables = read_tables(client.get(f"{PAGE}classeur.xlsx").content)
    table = next(one for one in tables if one.name == name)
    return [cell.text for row in table.rows for _place, cell in row]


def test_the_workbook_has_a_sheet_of_definitions(alices: Client, defined: Indicator) -> None:
    said = sheet(alices, "Définitions")
    for text in (*FRENCH, defined.unit_fr):
        assert text in said
    assert any("proposée" in text for text in said)


def test_the_sheet_of_definitions_is_never_read_as_figures(
    alices: Client, albi: School, defined: Indicator
) -> None:
    factories.FigureFactory(indicator=defined, school=albi, year=2022, value=120, status="draft")
    book = ContentFile(alices.get(f"{PAGE}classeur.xlsx").content, name="classeur.xlsx")
    answer = alices.post(f"{PAGE}importer/", {"file": book}, follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Inscrits à titre principal" not in page
    assert "Laissé de côté" not in page


def test_programs_read_it(
    campaign: Campaign, defined: Indicator, diane: User, signed_in: Any
) -> None:
    found = signed_in(diane).get("/api/v1/indicators/students/").json()
    assert {name: found[name] for name in TEXTS} == TEXTS
    assert found["is_proposed"] is True


@pytest.mark.django_db
def test_every_indicator_of_the_plan_is_defined_in_both_languages() -> None:
    call_command("load_plan", verbosity=0)
    for indicator in Indicator.objects.all():
        for name in (f"{part}_{language}" for part in SHEET for language in ("fr", "en")):
            assert getattr(indicator, name).strip(), f"{indicator.code}: {name}"
        assert indicator.is_proposed or indicator.source
