"""Slides for the board: native charts of the page's numbers, and nothing left out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imtplan import paper
from imtplan.accounts.models import User
from imtplan.exports import deck
from indicators.models import Target
from indicators.services_plan import store_target
from tests import factories
from tests.imtplan.exports.conftest import Made, slides_of, text_of
from tests.libreoffice import converted

pytestmark = pytest.mark.usefixtures("board")


def slides(made: Made, **options: Any) -> list[dict[str, Any]]:
    export = made("dashboard-slides", **options)
    assert export.state == "made", export.reason
    return slides_of(bytes(export.content))


def test_the_first_slide_says_the_state_of_the_plan(made: Made) -> None:
    first = slides(made)[0]
    assert first["title"] == "Plan stratégique 2018-2022"
    assert any("cible phare" in text for text in first["texts"])
    assert any("année 2020, valeurs validées" in text for text in first["texts"])


def test_the_notes_say_what_an_estimate_rests_on(
    made: Made, board: Target, ales: Any, recomputed: Callable[[], Any]
) -> None:
    factories.FigureFactory(indicator=board.indicator, school=ales, year=2019, value=700)
    factories.SchoolFactory(code="new", name="IMT Nouvelle", first_year=2020)
    recomputed()
    notes = slides(made)[1]["notes"]
    assert "IMT Mines Alès (2019)" in notes
    assert "Sans IMT Nouvelle, qui commence en 2020." in notes


def test_a_headline_is_a_chart_that_can_be_edited(made: Made) -> None:
    slide = slides(made)[1]
    assert slide["title"] == "Étudiants\u202f: 15\u202f000 étudiants en 2020, hors trajectoire"
    assert slide["categories"] == ["2017", "2018", "2019", "2020", "2021", "2022"]
    assert slide["series"]["Valeur"] == [13400, None, None, 15000, None, None]
    assert slide["series"]["Cible 2022\u202f: 20\u202f000"] == [20000] * 6
    assert slide["series"]["Trajectoire vers la cible"][3] == 17360
    assert slide["charts"][0].part.chart_workbook.xlsx_part is not None


def test_the_speaker_finds_source_perimeter_and_moment(made: Made) -> None:
    for slide in slides(made):
        assert "Périmètre\u202f: 1 école sur 1" in slide["notes"]
        assert "Calculé le" in slide["notes"]
    assert "Source de la cible\u202f: Communiqué de presse" in slides(made)[1]["notes"]


@pytest.mark.django_db(transaction=True)
def test_a_revised_target_says_so_and_the_notes_say_what_it_was(
    made: Made, board: Target, paul: User, recomputed: Callable[[], Any]
) -> None:
    store_target(target=board, by=paul, reason="Décision du conseil.", value=19500)
    recomputed()
    slide = slides(made)[1]
    assert ["Cible 2022, révisée", "19\u202f500"] in slide["cells"]
    assert "cible 20\u202f000 jusque-là, 19\u202f500 depuis" in slide["notes"]
    assert "Décision du conseil." in slide["notes"]


def test_they_speak_english_too(made: Made) -> None:
    told = slides(made, language="en")
    assert told[1]["title"] == "Students: 15,000 students in 2020, off track"
    assert told[2]["title"] == "Objectives: 24% of the plan as a whole, 60% expected"
    assert "Value" in told[1]["series"]


def test_a_plan_with_too_little_data_says_so_on_slides_and_paper(
    made: Made, board: Target, recomputed: Callable[[], Any], tmp_path: Path
) -> None:
    factories.ObjectiveFactory(plan=board.plan, code="O2", weight=4)
    recomputed()
    missing = "1 objectif sur 2 sans données suffisantes"
    shares = "(données pour 20\u202f% du poids, le plan demande 50\u202f%)"
    title = "Objectifs\u202f; ensemble du plan\u202f: sans donnée\u202f: "
    assert slides(made)[2]["title"] == f"{title}{missing} {shares}"
    if paper.is_available():
        text = text_of(bytes(made("dashboard-pdf").content), tmp_path)
        assert missing in text.replace("\n", " ")


def test_objectives_and_projects_are_charts_with_their_words_beside(made: Made) -> None:
    told = slides(made)
    objectives, projects = told[2], told[-1]
    assert objectives["categories"] == ["O1 Croître"]
    assert objectives["series"]["Avancement"] == [pytest.approx(0.24242, abs=1e-4)]
    assert objectives["cells"][1] == ["O1", "24\u202f%", "60\u202f%", "Hors trajectoire"]
    assert sum(projects["series"]["Projets"]) == 2
    assert {code for line in projects["cells"][1:] for code in line[2].split(", ")} == {"P1", "P2"}


def test_a_plan_of_which_nothing_is_known_has_its_slides(made: Made, board: Target) -> None:
    """No figure, no objective, no project: words in place of charts."""
    empty = factories.PlanFactory(code="2023-2027", first_year=2023, last_year=2027)
    factories.TargetFactory(plan=empty, indicator=board.indicator, year=2027, baseline_year=2022)
    told = slides(made, plan="2023-2027", year="2023")
    assert told[1]["title"] == "Étudiants\u202f: rien de connu pour 2023"
    assert told[-1]["charts"] == []


def test_what_is_longer_than_a_slide_goes_on_on_the_next(made: Made, board: Target) -> None:
    for number in range(20):
        late = factories.ProjectFactory(code=f"X{number:02}", title_fr="Très long titre " * 10)
        factories.MilestoneFactory(project=late)
    told = [slide for slide in slides(made) if slide["title"].startswith("À décider")]
    assert told[0]["title"].endswith(f"(1 / {len(told)})")
    subjects = [line[1][:3] for slide in told for line in slide["cells"][1:]]
    assert {f"X{number:02}" for number in range(20)} <= set(subjects)
    assert all(len(slide["cells"]) <= 1 + deck.LINES // 4 for slide in told[1:-1])


def test_every_chart_says_in_words_what_it_shows(made: Made) -> None:
    for slide in slides(made):
        assert all(said for said in slide["described"])


def test_impress_opens_them_and_shows_every_slide(made: Made, soffice: str, tmp_path: Path) -> None:
    """Another program than ours: what it prints has each title, and no page more."""
    content = bytes(made("dashboard-slides").content)
    printed = converted(soffice, content, tmp_path, "pdf", name="presentation.pptx")
    text = text_of(printed, tmp_path).replace("\u202f", "").replace(" ", "")
    for slide in slides_of(content):
        assert slide["title"].replace("\u202f", "").replace(" ", "") in text
