"""Each number says what it is, in the same words on the page, on paper, on slides, in tables."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imtplan.accounts.models import School, User
from indicators.models import Figure, Target
from tests import factories
from tests.imtplan.exports.conftest import Made, needs_press, slides_of, text_of

YEAR = {"year": "2021"}
VALIDATED, PROVISIONAL = "estimation sur valeurs validées", "estimation sur valeurs provisoires"
WHY = "Une même année peut porter plusieurs nombres, et chacun dit ce qu’il est."
FORECAST = "Prévision 2022, à ce rythme"


@pytest.fixture(autouse=True)
def half(board: Target, ales: School, albi: School, recomputed: Callable[[], Any]) -> None:
    """2021: Albi is validated, Alès handed in, and a third school said nothing."""
    third = factories.SchoolFactory(code="third", name="Troisième école")
    for year in (2018, 2019, 2020):
        for school in (albi, ales, third):
            of = {"indicator": board.indicator, "school": school, "year": year}
            value = 4000 + year - 2018
            Figure.objects.filter(**of).delete()
            factories.FigureFactory(value=value, source="Bilan social", **of)
    of = {"indicator": board.indicator, "year": 2021}
    factories.FigureFactory(school=albi, value=4400, origin="form", **of)
    factories.FigureFactory(school=ales, value=4500, status="submitted", **of)
    factories.CampaignFactory(plan=board.plan, year=2021, indicators=[board.indicator])
    recomputed()


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html[html.index("<main") :])
    return re.sub(r"[\s\u202f\u00a0]+", " ", text)


def test_the_page_says_what_each_number_is(diane: User, signed_in: Any) -> None:
    for path in ("/tableau-de-bord/", "/indicateurs/students/"):
        page = plain(signed_in(diane).get(path, YEAR).content.decode())
        assert f"≈ {VALIDATED}" in page
        assert WHY in page
    dashboard = plain(signed_in(diane).get("/tableau-de-bord/", YEAR).content.decode())
    assert PROVISIONAL in dashboard
    assert f"{FORECAST} :" in dashboard


@needs_press
@pytest.mark.parametrize(
    ("kind", "subject"), [("dashboard-pdf", ""), ("indicator-pdf", "students")]
)
def test_so_does_the_sheet(made: Made, kind: str, subject: str, tmp_path: Path) -> None:
    pdf = bytes(made(kind, subject, **YEAR).content)
    text = re.sub(r"[\s\u202f\u00a0]+", " ", text_of(pdf, tmp_path))
    assert f"≈ {VALIDATED}" in text
    assert FORECAST in text
    assert WHY in text
    assert "Source des valeurs de 2021 : formulaire" in text
    assert (PROVISIONAL in text) == (kind == "dashboard-pdf")


def test_so_do_the_slides_and_their_notes_name_the_figures_own_source(made: Made) -> None:
    export = made("dashboard-slides", **YEAR)
    assert export.state == "made", export.reason
    slide = slides_of(bytes(export.content))[1]
    assert f"({VALIDATED})" in slide["title"]
    notes = slide["notes"].replace("\u202f", " ")
    assert "Source des valeurs de 2021 : formulaire" in notes
    assert WHY in notes


def test_so_do_the_tables(diane: User, signed_in: Any) -> None:
    answer = signed_in(diane).get("/fichiers/tableau-de-bord/indicateurs.csv", YEAR)
    table = answer.content.decode("utf-8-sig").split("\r\n\r\n", 1)[1]
    rows = {row["Année"]: row for row in csv.DictReader(io.StringIO(table), delimiter=";")}
    assert rows["2021"]["Ce qu’est la valeur"] == VALIDATED
    assert rows["2020"]["Ce qu’est la valeur"] == "valeur validée"


@needs_press
def test_beyond_the_target_is_a_sentence(
    board: Target, albi: School, recomputed: Any, made: Made, tmp_path: Path
) -> None:
    Figure.objects.filter(school=albi, year=2020).update(value=22000)
    recomputed()
    text = text_of(bytes(made("indicator-pdf", "students", year="2020").content), tmp_path)
    text = re.sub(r"[\s\u202f\u00a0]+", " ", text)
    assert re.search(r"[\d,]+ % du chemin, [\d,]+ % attendus \(au-delà de la cible\)", text), text
