"""One number and one verdict for each figure and year, wherever it is read.

Two of eight schools are validated in the last year of the plan, a third has handed in, five said
nothing: what stands there is an estimate. The dashboard, the indicator, the matrix, a school, their
PDFs, the slides, CSV, XLSX and the API are read as people read them, and compared.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from lxml import html as markup
from python_calamine import CalamineWorkbook

from imtplan.accounts.models import School, User
from imtplan.dashboard.indicator.tables import YEARS
from imtplan.rest import rounded
from indicators.models import ProgressStatus, Target, VerdictInWords
from tests import factories
from tests.imtplan.exports.conftest import (
    Made,
    lines_of,
    made,
    needs_press,
    slides_of,
    text_of,
)
from tests.test_every_figure import shown
from tests.test_same_digits import number

__all__ = ["made"]  # a fixture

YEAR = 2022
ASKED = {"year": str(YEAR)}
KEYS = [column.key for column in YEARS]
# A table of years, on the page and on paper, in the order of its columns.
COLUMNS = ("value", "expected_value", "gap", "progress", "pace", "reported", "expected")
# What a page calls a share, a program calls by its number: the same once it is rounded.
TOLD = ("value", "expected_value", "gap", "progress", "expected_progress", "pace", "forecast")
PAGES = ("/tableau-de-bord/", "/indicateurs/students/", "/matrice/", "/explication/cibles/all/")
TABLES = (
    "/fichiers/tableau-de-bord/indicateurs",
    "/fichiers/tableau-de-bord/campagne",
    "/fichiers/indicateurs/students/annees",
)
SLIDE = {
    "Expected in %(year)s": "expected_value",
    "Gap to the path": "gap",
    "Progress": "progress",
    "Expected progress": "expected_progress",
    "Pace": "pace",
    "Forecast %(year)s, at this pace": "forecast",
}


class Key(NamedTuple):
    year: int
    view: str
    name: str


# Where it was read, and how it is written there.
Texts = dict[Key, dict[str, str]]


@pytest.fixture
def whole(albi: School, ales: School) -> Target:
    """13,400 students in 2017, 20,000 wanted in 2022, eight schools of about the same size."""
    schools = [albi, ales]
    schools += [factories.SchoolFactory(code=f"s{n}", name=f"École {n}") for n in range(6)]
    indicator = factories.IndicatorFactory(
        code="students", name_fr="Étudiants", name_en="Students", is_headline=True, defined=True
    )
    target = factories.TargetFactory(indicator=indicator, code="all", baseline_value=None)
    objective = factories.ObjectiveFactory(plan=target.plan, code="O1")
    factories.LinkFactory(indicator=indicator, objective=objective)
    for place, school in enumerate(schools):
        of = {"indicator": indicator, "school": school}
        for year in range(2017, YEAR):
            factories.FigureFactory(value=1675 + (year - 2017) * (60 + place * 7), year=year, **of)
        if place < 3:
            status = "validated" if place < 2 else "submitted"
            factories.FigureFactory(value=2011 + place, year=YEAR, status=status, **of)
    factories.CampaignFactory(plan=target.plan, year=YEAR, indicators=[indicator])
    return target


@pytest.fixture
def client(
    whole: Target, diane: User, signed_in: Callable[[User], Client], recomputed: Callable[[], Any]
) -> Client:
    diane.language = "fr"
    diane.save()
    recomputed()
    return signed_in(diane)


# --- What each says -------------------------------------------------------------------------------


def main_of(client: Client, path: str) -> str:
    answer = client.get(path, ASKED)
    assert answer.status_code == 200, path
    page = answer.content.decode()
    return page[page.index("<main") : page.index("</main>")]


def of_pages(client: Client) -> Iterator[tuple[str, Key, str]]:
    for path in PAGES:
        for one in shown(main_of(client, path)):
            is_ours = one.code in ("all", "students") and one.kind in ("target", "indicator")
            if is_ours and one.name != "probability":  # which is told in words
                yield path, Key(one.year, one.view, one.name), one.text


def of_api(client: Client) -> Iterator[tuple[str, Key, str]]:
    for row in client.get("/api/v1/values/", {"page_size": 100}).json()["results"]:
        key = row["year"], row["view"]
        yield "values", Key(*key, "value"), row["value"] or row["estimate"] or ""
        yield "values", Key(*key, "reported"), str(row["reported"])
        yield "values", Key(*key, "expected"), str(row["expected"])
    for row in client.get("/api/v1/progress/", {"page_size": 100}).json()["results"]:
        for name in TOLD:
            yield "progress", Key(row["year"], row["view"], name), row[name] or ""


def tables(client: Client) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each row of the files of the dashboard and the indicator, with the view it is of."""
    for name in TABLES:
        view = "provisional" if name.endswith("campagne") else "validated"
        text = client.get(f"{name}.csv", ASKED).content.decode("utf-8-sig").split("\r\n\r\n", 1)[1]
        for row in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]:
            yield f"{name}.csv", view, dict(zip(KEYS, row, strict=True))
        file = io.BytesIO(client.get(f"{name}.xlsx", ASKED).content)
        for row in CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()[1:]:
            yield f"{name}.xlsx", view, dict(zip(KEYS, row, strict=True))


def of_tables(client: Client) -> Iterator[tuple[str, Key, str]]:
    for name, view, row in tables(client):
        for told in (*TOLD, "reported", "expected"):
            text = str(row[told]).replace(",", ".")
            yield name, Key(int(row["year"]), view, told), "" if text == "None" else text


def years_of_page(client: Client, path: str) -> Iterator[tuple[int, list[str]]]:
    page = markup.fromstring(main_of(client, path))
    for row in page.xpath("//table[@data-years]/tbody/tr"):
        year = int(row.xpath("string(th)").split()[0])
        yield year, [" ".join(cell.text_content().split()) for cell in row.xpath("td")]


def years_of_paper(pdf: bytes, folder: Path) -> Iterator[tuple[int, list[str], str]]:
    """Of each line that begins with a year: its numbers, and the words behind them."""
    for line in lines_of(pdf, folder, "-layout").splitlines():
        if found := re.match(r"\s*(20\d\d)\s+(?:≈\s*)?([+−\d].*)", line):
            *cells, words = re.split(r"\s{2,}", found[2].strip())
            yield int(found[1]), cells, words


def of_years(cells: list[str]) -> Iterator[tuple[str, str]]:
    """The cells of a row of years by their names; the schools are two numbers, "2 / 8"."""
    *numbers, schools = cells[:6]
    reported, _, expected = schools.partition("/")
    for name, text in zip(COLUMNS, (*numbers, reported, expected), strict=True):
        found = re.search(r"[+−]?\d[\d\s.,]*%?", text)
        yield name, found[0].strip() if found else ""


def of_slides(content: bytes) -> Iterator[tuple[str, Key, str]]:
    slide = slides_of(content)[1]
    with override("fr"):
        names = {gettext(label) % {"year": YEAR}: name for label, name in SLIDE.items()}
    for label, text in slide["cells"]:
        if label in names:
            yield "slides", Key(YEAR, "validated", names[label]), text.replace("—", "")
        elif label.startswith(f"{YEAR}, "):
            yield "slides", Key(YEAR, "validated", "value"), text


# --- Compared -------------------------------------------------------------------------------------


def exact(text: str) -> Decimal:
    """A program's number has a point, a person's a comma."""
    is_plain = re.fullmatch(r"-?\d+(\.\d+)?", text)
    return Decimal(text) if is_plain else number(text, "fr")


def differing(texts: dict[str, str]) -> bool:
    """Whether they are not one number, rounded as the coarsest writes it."""
    numbers = [exact(text) for text in texts.values() if text]
    places = [max(0, -int(one.normalize().as_tuple().exponent)) for one in numbers]
    return len({rounded(one, min(places)) for one in numbers}) > 1


def gathered(readings: Iterator[tuple[str, Key, str]]) -> Texts:
    found: Texts = defaultdict(dict)
    for where, key, text in readings:
        if text:
            found[key][where] = text
    return found


@needs_press
def test_each_figure_is_one_number_wherever_it_is_read(
    client: Client, made: Made, tmp_path: Path
) -> None:
    readings = [*of_pages(client), *of_api(client), *of_tables(client)]
    for path in PAGES[:2]:
        for year, cells in years_of_page(client, path):
            for name, text in of_years(cells):
                readings.append((f"{path} years", Key(year, "validated", name), text))
    for kind, subject in (("dashboard-pdf", ""), ("indicator-pdf", "students")):
        pdf = bytes(made(kind, subject, **ASKED).content)
        rows = list(years_of_paper(pdf, tmp_path))
        assert YEAR in {year for year, _cells, _words in rows}
        for year, cells, _words in rows:
            if len(cells) == 6:
                for name, text in of_years(cells):
                    readings.append((kind, Key(year, "validated", name), text))
    readings += of_slides(bytes(made("dashboard-slides", **ASKED).content))

    texts = gathered(iter(readings))
    assert {key: found for key, found in texts.items() if differing(found)} == {}
    now = texts[Key(YEAR, "validated", "value")]
    assert {"dashboard-pdf", "indicator-pdf", "slides", "values"} <= set(now)
    assert len(now) >= 10
    provisional = texts[Key(YEAR, "provisional", "value")]["/tableau-de-bord/"]
    assert exact(provisional) != exact(now["values"])


def verdicts(client: Client) -> Iterator[tuple[int, str]]:
    """Of validated figures, year by year: as the pages, the tables and the API say it."""
    for path in PAGES[:2]:
        for year, cells in years_of_page(client, path):
            yield year, cells[-1]
    for _name, view, row in tables(client):
        if view == "validated":
            yield int(row["year"]), row["status"]
    asked = {"view": "validated", "page_size": 100}
    for row in client.get("/api/v1/progress/", asked).json()["results"]:
        with override("fr"):
            pace = row["pace"] and Decimal(row["pace"])
            words = VerdictInWords(ProgressStatus(row["status"]), pace=pace).label
        yield row["year"], words


@needs_press
def test_each_year_has_one_verdict_in_one_wording(
    client: Client, made: Made, tmp_path: Path
) -> None:
    same: dict[int, set[str]] = defaultdict(set)
    for year, words in verdicts(client):
        same[year].add(re.split("\u202f:| serait", words.casefold())[0].strip())
    assert {year: found for year, found in same.items() if len(found) > 1} == {}
    [now] = same[YEAR]
    for path in ("/tableau-de-bord/", "/indicateurs/students/", "/explication/cibles/all/"):
        chips = markup.fromstring(main_of(client, path)).xpath("//*[contains(@class, 'chip-')]")
        assert now in {" ".join(chip.text_content().split()).casefold() for chip in chips}, path
    for kind, subject in (("dashboard-pdf", ""), ("indicator-pdf", "students")):
        text = text_of(bytes(made(kind, subject, **ASKED).content), tmp_path)
        assert now in text.casefold()
    slides = slides_of(bytes(made("dashboard-slides", **ASKED).content))
    assert f", {now}" in slides[1]["title"].casefold()


@needs_press
def test_a_schools_figure_is_one_number_wherever_it_is_read(
    client: Client, whole: Target, albi: School, made: Made, tmp_path: Path
) -> None:
    wanted = "2\u202f011"
    for path in ("/matrice/", f"/ecoles/{albi.code}/", "/explication/indicateurs/students/"):
        assert wanted in main_of(client, path), path
    for kind, subject in (("matrix-pdf", ""), ("school-pdf", albi.code)):
        pdf = bytes(made(kind, subject, **ASKED).content)
        assert re.search(r"\b2\s011\b", text_of(pdf, tmp_path)), kind
    asked = {"year": YEAR, "school": albi.code}
    [figure] = client.get("/api/v1/figures/", asked).json()["results"]
    assert figure["value"] == "2011"
    table = client.get("/fichiers/pages/matrice/valeurs.csv", ASKED).content.decode("utf-8-sig")
    rows = csv.reader(io.StringIO(table.split("\r\n\r\n", 1)[1]), delimiter=";")
    assert [row[7] for row in rows if row[4] == albi.code] == ["2011"]
