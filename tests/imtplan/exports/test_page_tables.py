"""The tables and sheets of objectives, levers, the matrix, projects and campaigns."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.exports.models import Export
from imtplan.spreadsheets.reading import read_tables
from indicators.models import Target
from tests import factories
from tests.imtplan.exports.conftest import Made, needs_press, text_of

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("board")
ELEMENT = "/fichiers/elements/objective/O1/effets.csv?year=2020"
MATRIX = "/fichiers/pages/matrice"
TABLES = [
    ELEMENT,
    "/fichiers/elements/objective/O1/annees.csv?year=2020",
    "/fichiers/elements/lever/L1/annees.csv?year=2020",
    f"{MATRIX}/ecoles.csv?year=2020",
    f"{MATRIX}/valeurs.csv?year=2020",
    "/fichiers/pages/projets/projets.csv?year=2020",
    "/fichiers/pages/projets/jalons.csv?year=2020",
    "/fichiers/pages/saisies/ecoles.csv?year=2020",
    "/fichiers/pages/saisies/jours.csv?year=2020",
]


@pytest.fixture
def ales(ales: School) -> School:
    """Two schools: Albi has 15,000 students, Alès has said nothing."""
    return ales


@pytest.fixture
def campaign(board: Target) -> Any:
    return factories.CampaignFactory(plan=board.plan, year=2020, indicators=[board.indicator])


def lines(answer: HttpResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer
    table = answer.content.decode("utf-8-sig").split("\r\n\r\n", 1)[1]
    return list(csv.DictReader(io.StringIO(table), delimiter=";"))


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("address", TABLES)
def test_they_are_for_the_institutes_people(
    address: str, alice: User, diane: User, signed_in: SignIn
) -> None:
    assert signed_in(alice).get(address).status_code == 403
    client = signed_in(diane)
    assert client.get(address).status_code == 200
    books = [client.get(address.replace(".csv", kind)).content for kind in (".xlsx", ".ods")]
    as_xlsx, as_ods = map(read_tables, books)
    assert as_xlsx == as_ods


@pytest.mark.parametrize(
    "address",
    [
        "/fichiers/elements/objective/O9/effets.csv",
        "/fichiers/elements/objective/O1/notes.csv",
        "/fichiers/elements/project/P1/effets.csv",
        f"{MATRIX}/secrets.csv",
        f"{MATRIX}/ecoles.csv?year=2020&school=nowhere",
        f"{MATRIX}/ecoles.csv?year=2020&by=colour",
        "/fichiers/pages/projets/secrets.csv",
        "/fichiers/pages/projets/projets.csv?status=green",
        "/fichiers/pages/saisies/ecoles.csv?year=1999",
        "/fichiers/pages/audit/ecoles.csv",
    ],
)
def test_what_no_page_shows_is_404(address: str, diane: User, signed_in: SignIn) -> None:
    assert signed_in(diane).get(address).status_code == 404


def test_what_holds_an_objective_back_has_its_digits(diane: User, signed_in: SignIn) -> None:
    (line,) = lines(signed_in(diane).get(ELEMENT))
    assert (line["Indicateur ou projet"], line["Valeur"]) == ("Étudiants", "15000")
    assert line["Avancement"] == "0,2424242424"
    assert line["Avancement attendu"] == "0,6"


def test_an_objective_has_a_line_for_each_year(diane: User, signed_in: SignIn) -> None:
    found = lines(signed_in(diane).get(ELEMENT.replace("effets", "annees")))
    progress = {line["Année"]: line["Avancement"] for line in found}
    assert progress["2020"] == "0,2424242424"
    assert progress["2021"] == ""


@pytest.mark.usefixtures("ales")
def test_the_matrix_has_a_column_for_each_school(diane: User, signed_in: SignIn) -> None:
    (line,) = lines(signed_in(diane).get(f"{MATRIX}/ecoles.csv?year=2020"))
    assert (line["IMT Mines Albi"], line["IMT Mines Alès"]) == ("15000", "")


@pytest.mark.usefixtures("ales")
@pytest.mark.parametrize(
    ("narrowed", "schools"),
    [
        ("", {"IMT Mines Albi", "IMT Mines Alès"}),
        ("&school=imt-mines-albi", {"IMT Mines Albi"}),
        ("&only=missing", {"IMT Mines Alès"}),
        ("&group=O1", {"IMT Mines Albi", "IMT Mines Alès"}),
    ],
)
def test_the_matrix_is_narrowed_as_its_page(
    narrowed: str, schools: set[str], diane: User, signed_in: SignIn
) -> None:
    client = signed_in(diane)
    found = lines(client.get(f"{MATRIX}/valeurs.csv?year=2020{narrowed}"))
    assert {line["École"] for line in found} == schools
    page = client.get(f"/matrice/?year=2020{narrowed}").content.decode()
    assert f"{MATRIX}/valeurs.csv?plan=2018-2022&amp;year=2020{narrowed.replace('&', '&amp;')}" in (
        page
    )


def test_the_projects_are_narrowed_and_ordered_as_their_page(
    diane: User, signed_in: SignIn
) -> None:
    client = signed_in(diane)
    everything = lines(client.get("/fichiers/pages/projets/projets.csv?year=2020&sort=code"))
    assert [line["Code"] for line in everything] == ["P1", "P2"]
    late = lines(client.get("/fichiers/pages/projets/projets.csv?year=2020&only=late"))
    assert [line["Code"] for line in late] == ["P1"]
    (milestone,) = lines(client.get("/fichiers/pages/projets/jalons.csv?year=2020&only=late"))
    assert "P1" in milestone.values()
    page = client.get("/projets/?year=2020&only=late").content.decode()
    for kind in ("xlsx", "ods"):
        assert f"jalons.{kind}?plan=2018-2022&amp;year=2020&amp;only=late" in page


@pytest.mark.usefixtures("campaign")
def test_a_campaign_has_its_schools_in_the_state_of_the_page(
    diane: User, signed_in: SignIn
) -> None:
    client = signed_in(diane)
    address = "/fichiers/pages/saisies/ecoles.csv?year=2020"
    assert "IMT Mines Albi" in lines(client.get(address))[0].values()
    assert lines(client.get(f"{address}&state=validated")) == []
    page = client.get("/saisies/?year=2020").content.decode()
    assert "/fichiers/pages/saisies/jours.csv?campaign=2020" in page


def ask(client: Client, kind: str, **fields: str) -> HttpResponse:
    plan = {"plan": "2018-2022", "year": "2020", "view": "validated"}
    return client.post("/fichiers/demander/", plan | {"kind": kind} | fields)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("/objectifs/O1/", "objective-pdf"),
        ("/leviers/L1/", "lever-pdf"),
        ("/matrice/", "matrix-pdf"),
    ],
)
def test_the_page_offers_its_sheet(page: str, kind: str, diane: User, signed_in: SignIn) -> None:
    html = signed_in(diane).get(f"{page}?year=2020").content.decode()
    assert f'name="kind" value="{kind}"' in html


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("objective-pdf", {"subject": "O9"}),
        ("objective-pdf", {"subject": "L1"}),
        ("lever-pdf", {"subject": "O1"}),
        ("matrix-pdf", {"subject": "O1"}),
        ("matrix-pdf", {"group": "O9"}),
        ("matrix-pdf", {"by": "colour"}),
    ],
)
def test_a_sheet_of_nothing_cannot_be_asked(
    kind: str, fields: dict[str, str], diane: User, signed_in: SignIn
) -> None:
    assert ask(signed_in(diane), kind, **fields).status_code == 404
    assert not Export.objects.exists()


def test_the_choice_of_the_matrix_is_kept_with_its_file(diane: User, signed_in: SignIn) -> None:
    assert ask(signed_in(diane), "matrix-pdf", group="O1", only="missing").status_code == 302
    asked = Export.objects.get().asked
    assert (asked["group"], asked["only"]) == ("O1", "missing")


@needs_press
def test_an_objective_is_printed_as_its_page_says_it(made: Made, tmp_path: Path) -> None:
    text = text_of(bytes(made("objective-pdf", "O1").content), tmp_path)
    assert "O1 Croître" in text
    assert re.search(r"Étudiants.*15\s?000", text)
    assert "année 2020, valeurs validées" in text


@needs_press
def test_the_matrix_has_every_school_on_paper(
    made: Made, ales: School, recomputed: Any, tmp_path: Path
) -> None:
    """More schools than stand side by side: those that remain follow on another page."""
    for number in range(17):
        factories.SchoolFactory(code=f"ecole-{number}", name=f"École {number:02}")
    text = text_of(bytes(made("matrix-pdf").content), tmp_path)
    assert all(f"École {number:02}" in text for number in range(17))
    assert text.count("Étudiants") >= 3
    narrowed = text_of(bytes(made("matrix-pdf", school="imt-mines-albi").content), tmp_path)
    assert "IMT Mines Albi" in narrowed
    assert "École 00" not in narrowed
