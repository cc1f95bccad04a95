"""Sheets of paper: what they say of themselves, page after page."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string

from imtplan import paper
from imtplan.accounts.models import School, User
from indicators.models import Indicator, PublishedValue, SeriesBreak, Target
from indicators.services import take_snapshot
from objectives.models import Objective, StrategicPlan
from tests import factories
from tests.imtplan.exports.conftest import Made, needs_press, text_of
from tests.imtplan.test_paper import unpacked

pytestmark = [needs_press, pytest.mark.usefixtures("board")]


def pages_of(pdf: bytes, folder: Path) -> list[str]:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("poppler-utils is not installed: .ci/run has it")
    (folder / "it.pdf").write_bytes(pdf)
    done = subprocess.run([program, folder / "it.pdf", "-"], capture_output=True, check=True)
    pages = done.stdout.decode().removesuffix("\f").split("\f")
    return [re.sub(r"[ \n]+", " ", page) for page in pages]


def made_pdf(made: Made, kind: str, subject: str = "", **options: Any) -> bytes:
    export = made(kind, subject, **options)
    assert export.state == "made", export.reason
    return bytes(export.content)


def test_each_page_says_plan_perimeter_date_and_its_number(made: Made, tmp_path: Path) -> None:
    pages = pages_of(made_pdf(made, "dashboard-pdf"), tmp_path)
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert "Plan stratégique 2018-2022 · année 2020, valeurs validées · données du" in page
        assert re.search(rf"{number} ?/ ?{len(pages)}", page)


def test_the_dashboard_is_landscape_tagged_and_in_its_language(made: Made) -> None:
    pdf = unpacked(made_pdf(made, "dashboard-pdf", language="en"))
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)}
    assert {round(width - left) > round(top - low) for left, low, width, top in boxes} == {True}
    assert b"/Lang (en)" in pdf
    assert b"pdfuaid" in pdf


def test_a_long_list_repeats_its_heads_and_leaves_nothing_out(
    made: Made, board: Target, recomputed: Any, tmp_path: Path
) -> None:
    for number in range(90):
        factories.ProjectFactory(code=f"X{number:02}", title_fr=f"Projet numéro {number}")
    recomputed()
    pages = pages_of(made_pdf(made, "dashboard-pdf"), tmp_path)
    lists = [page for page in pages if "Projet numéro" in page]
    assert len(lists) > 1
    assert all("Déclaré par le porteur" in page for page in lists)
    assert set(re.findall(r"X\d\d", " ".join(lists))) == {f"X{n:02}" for n in range(90)}


def test_it_says_what_the_plan_and_its_elements_are_for(made: Made, tmp_path: Path) -> None:
    StrategicPlan.objects.update(ambition_fr="Devenir la référence.")
    Objective.objects.update(description_fr="Accueillir davantage.")
    assert "Devenir la référence." in text_of(made_pdf(made, "dashboard-pdf"), tmp_path)
    assert "Accueillir davantage." in text_of(made_pdf(made, "objective-pdf", "O1"), tmp_path)


def test_an_indicator_has_its_chart_its_years_and_its_schools(made: Made, tmp_path: Path) -> None:
    note = "Note https://exemple.test/note"
    students = Indicator.objects.get(code="students")
    PublishedValue.objects.create(indicator=students, year=2020, value=15001, source="Bilan social")
    Indicator.objects.update(formula_fr="Somme des écoles.", documents=note)
    pdf = made_pdf(made, "indicator-pdf", "students")
    text = text_of(pdf, tmp_path)
    assert "IMT Mines Albi" in text
    assert all(words in text for words in ("Fiche de définition", "Somme des écoles.", "/note)"))
    assert "Bilan social" in text, "what a document says stands beside"
    assert "Système source" not in text, "nothing is said of it"
    assert "Le calcul de 2020" in text
    assert "(valeur − valeur de référence)" in text
    said_of_the_chart = "Étudiants, année par année".encode("utf-16-be").hex()
    assert said_of_the_chart.encode() in unpacked(pdf).lower()


def test_papers_say_where_a_series_breaks(
    made: Made, board: Target, recomputed: Any, tmp_path: Path
) -> None:
    sentence = "Les doubles inscriptions sont ôtées."
    SeriesBreak.objects.create(
        indicator=board.indicator, year=2020, sentence=sentence, recounted=980
    )
    recomputed()
    broken = (
        rf"La série est rompue entre 2019 et 2020\s?: {sentence} "
        r"Comptée de la nouvelle façon, la valeur de 2019 est de 980"
    )
    assert re.search(broken, " ".join(pages_of(made_pdf(made, "dashboard-pdf"), tmp_path)))
    sheet = " ".join(pages_of(made_pdf(made, "indicator-pdf", "students"), tmp_path))
    assert re.search(broken, sheet)
    assert "cet avancement franchit la rupture de 2020" in sheet


def test_an_indicator_without_a_target_is_printed_too(made: Made, tmp_path: Path) -> None:
    factories.IndicatorFactory(code="alone", name_fr="Seul")
    text = text_of(made_pdf(made, "indicator-pdf", "alone"), tmp_path)
    assert "Aucune cible dans ce plan" in text


def test_a_snapshot_is_printed_from_its_own_text(
    made: Made, board: Target, diane: User, tmp_path: Path
) -> None:
    taken = take_snapshot(
        plan=board.plan, year=2020, view="validated", title="Conseil", comment="Vu.", by=diane
    )
    board.indicator.name_fr = "Autre nom"
    board.indicator.save()
    text = text_of(made_pdf(made, "snapshot-pdf", str(taken.pk)), tmp_path)
    assert "Étudiants" in text
    assert "Autre nom" not in text
    assert taken.sha256[:20] in text


def test_a_demonstration_says_that_it_is_one(made: Made, board: Target, tmp_path: Path) -> None:
    words = "Données de démonstration, chiffres fictifs"
    assert words not in text_of(made_pdf(made, "dashboard-pdf"), tmp_path)
    factories.CampaignFactory(plan=board.plan, year=2021, is_demo=True)
    assert words in text_of(made_pdf(made, "dashboard-pdf"), tmp_path)


def test_a_school_has_its_figures(made: Made, alice: User, tmp_path: Path) -> None:
    text = text_of(made_pdf(made, "school-pdf", "imt-mines-albi", by=alice), tmp_path)
    assert "IMT Mines Albi" in text
    assert re.search(r"15\s?000", text)
    assert re.search(r"\+1\s?600", text)


def test_a_school_has_its_projects_and_how_it_moved(
    made: Made, board: Target, albi: School, alice: User, tmp_path: Path
) -> None:
    factories.ProjectFactory(plan=board.plan, code="P07", title_fr="Le bois", lead_school=albi)
    factories.ProjectFactory(plan=board.plan, code="P08", title_fr="Le feu")
    text = text_of(made_pdf(made, "school-pdf", albi.code, by=alice), tmp_path)

    assert "P07 Le bois" in text
    assert "Le feu" not in text
    assert "Depuis 2017" in text
    assert "+11,9" in text


def spaced_tables(spaces: range) -> str:
    """Real tables of years, each on a page of its own below so many millimetres of nothing."""
    years = "".join(f"<tr><th scope='row'>{year}</th></tr>" for year in range(2017, 2023))
    pages = []
    for space in spaces:
        here = {"indicator": {"name": f"Mesure {space}", "unit": "u"}, "rows": [], "scope": None}
        table = render_to_string("exports/paper/parts/years.html", here)
        table = table.replace("<tbody>", f"<tbody>{years}")
        pages.append(f"<h2 class='begins-a-page'>.</h2><div style='height:{space}mm'></div>{table}")
    return "".join(pages)


def test_a_table_of_years_keeps_its_name(tmp_path: Path) -> None:
    """On a board's sheet the name of the third table stood alone at the foot of a page."""
    spaces = range(90, 170, 5)
    head = "<meta charset='utf-8'><title>.</title><link rel='stylesheet' href='css/sheets.css'>"
    html = f"<!doctype html><html lang='fr'><head>{head}</head><body class='is-landscape'>"
    pages = pages_of(paper.pdf_of(f"{html}{spaced_tables(spaces)}</body></html>"), tmp_path)
    assert len(pages) > len(spaces)  # some tables did not fit below
    named = [page for page in pages if "Mesure" in page]
    assert len(named) == len(spaces)
    assert [page for page in named if "2022" not in page] == []
