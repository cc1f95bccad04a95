"""Each figure that the dashboard shows, whatever it is, in PDF, XLSX, CSV and API.

The figures are gathered from the rendered page: every number there leads to how it is computed, and
that address says of what it is the number. A new one on the page is looked up without being named
here. Every other number of the page (counts, sentences) has to stand on the printed sheet.
"""

import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from imtplan.accounts.models import School, User
from imtplan.dashboard.indicator.tables import YEARS
from imtplan.dashboard.overview.tables import ELEMENTS
from imtplan.rest import rounded
from indicators.models import Figure
from tests import factories
from tests.imtplan.exports.conftest import Made, board, made, needs_press, text_of
from tests.test_same_digits import number

__all__ = ["board", "made"]  # fixtures

PAGE = "/tableau-de-bord/"
KINDS = {"plans": "plan", "objectifs": "objective", "leviers": "lever"}
# The words of an address for a column of the tables and a field of the API.
OF_ELEMENTS = {"expected_progress": "expected"}
TABLES = {"indicateurs": YEARS, "campagne": YEARS, "objectifs-et-leviers": ELEMENTS}
languages = pytest.mark.parametrize("language", ["fr", "en"])


class Shown(NamedTuple):
    """A figure of the page: of what it is, its name, and the text."""

    kind: str  # "target", "indicator", or an element
    code: str
    year: int
    view: str
    name: str
    text: str


@pytest.fixture
def page(
    board: Any,
    albi: School,
    diane: User,
    signed_in: Callable[[User], Client],
    recomputed: Callable[[], Any],
) -> Client:
    """Three years with figures, two objectives, a project, and a campaign under way."""
    for year, value in ((2018, 13911), (2019, 14487)):
        factories.FigureFactory(indicator=board.indicator, school=albi, year=year, value=value)
    figure = {"indicator": board.indicator, "school": albi, "year": 2021, "value": 15777}
    factories.FigureFactory(status=Figure.Status.SUBMITTED, **figure)
    factories.CampaignFactory(plan=board.plan, year=2021, indicators=[board.indicator])
    recomputed()
    return signed_in(diane)


def main_of(client: Client, reader: User, language: str) -> str:
    reader.language = language
    reader.save()
    text = client.get(PAGE, {"year": 2020}).content.decode()
    return text[text.index("<main") : text.index("</main>")]


def shown(main: str) -> Iterator[Shown]:
    """Every number that leads to how it is computed."""
    links = re.findall(r'<a class="why" href="([^"]+)"[^>]*>(.*?)</a>', main, re.DOTALL)
    for address, inside in links:
        parts = urlsplit(html.unescape(address))
        asked = parse_qs(parts.query)
        _, _, kind, code, *_ = parts.path.split("/")
        text = html.unescape(re.sub(r"<[^>]+>", "", inside)).strip()
        code = code or asked["plan"][0]
        kind = KINDS.get(kind, {"cibles": "target", "indicateurs": "indicator"}.get(kind, kind))
        view = asked.get("view", ["validated"])[0]
        of = Shown(kind, code, int(asked["year"][0]), view, parts.fragment, text)
        if parts.fragment == "coverage" and kind in ("target", "indicator"):
            reported, expected = re.findall(r"\d+", text)
            yield of._replace(name="reported", text=reported)
            yield of._replace(name="expected", text=expected)
        elif re.search(r"\d", text):
            yield of


def is_same(one: Shown, exact: Any, language: str) -> bool:
    """Rounded to as many decimals as the page shows, the exact number is the page's."""
    value = number(one.text, language)
    decimals = max(0, -int(value.normalize().as_tuple().exponent))
    return exact not in (None, "") and rounded(Decimal(str(exact)), decimals) == value


# --- The tables -----------------------------------------------------------------------------------


def in_xlsx(client: Client, name: str) -> list[list[Any]]:
    answer = client.get(f"/fichiers/tableau-de-bord/{name}.xlsx", {"year": 2020})
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return book.get_sheet_by_index(0).to_python()[1:]


def in_csv(client: Client, name: str) -> list[list[Any]]:
    answer = client.get(f"/fichiers/tableau-de-bord/{name}.csv", {"year": 2020})
    table = answer.content.decode("utf-8-sig").split("\r\n\r\n", 1)[1]
    is_french = table.splitlines()[0].count(";") > 3
    rows = list(csv.reader(io.StringIO(table), delimiter=";" if is_french else ","))[1:]
    return [[cell.replace(",", ".") if is_french else cell for cell in row] for row in rows]


Read = Callable[[Client, str], list[list[Any]]]


def lines(client: Client, read: Read) -> list[dict[str, Any]]:
    found = []
    for name, columns in TABLES.items():
        keys = [column.key for column in columns]
        view = "provisional" if name == "campagne" else "validated"
        rows = [dict(zip(keys, row, strict=True)) for row in read(client, name)]
        found += [{"table": name, "view": view} | row for row in rows]
    return found


def cells(one: Shown, rows: list[dict[str, Any]]) -> list[Any]:
    """Where the tables have this figure."""
    if one.kind in KINDS.values():
        kinds = {"plan": "Plan", "objective": "Objecti", "lever": "Le"}
        name = OF_ELEMENTS.get(one.name, one.name)
        mine = [row for row in rows if row.get("code") == one.code]
        mine = [row for row in mine if str(row["kind"]).startswith(kinds[one.kind])]
        return [row[name] for row in mine]
    of = "target" if one.kind == "target" else "indicator"
    mine = [row for row in rows if row.get(of) == one.code and row["view"] == one.view]
    mine = [row for row in mine if int(row["year"]) == one.year]
    name = "target_value" if one.name == "promise" else one.name
    return [row[name] for row in mine]


@languages
@pytest.mark.parametrize("read", [in_xlsx, in_csv])
def test_the_tables_have_every_figure_of_the_page(
    page: Client, diane: User, read: Read, language: str
) -> None:
    figures = list(shown(main_of(page, diane, language)))
    rows = lines(page, read)
    assert len({one.name for one in figures}) > 10
    assert [
        one for one in figures if not any(is_same(one, cell, language) for cell in cells(one, rows))
    ] == []


# --- The API --------------------------------------------------------------------------------------


def everything(client: Client, name: str, **asked: Any) -> list[dict[str, Any]]:
    return client.get(f"/api/v1/{name}/", asked).json()["results"]


def of_the_api(client: Client, one: Shown) -> list[Any]:
    asked = {"year": one.year, "view": one.view}
    if one.kind == "indicator":
        rows = everything(client, "values", **asked)
        return [row.get(one.name) for row in rows if row["indicator"] == one.code]
    if one.kind == "target" and one.name == "promise":
        return [row["value"] for row in everything(client, "targets") if row["code"] == one.code]
    if one.kind == "target":
        rows = everything(client, "progress", **asked)
        return [row[one.name] for row in rows if row["target"] == one.code]
    rows = [row for row in everything(client, "roll-ups", **asked) if row["kind"] == one.kind]
    return [row[one.name] for row in rows if row[one.kind] == one.code]


@languages
def test_the_api_has_every_figure_of_the_page(page: Client, diane: User, language: str) -> None:
    figures = list(shown(main_of(page, diane, language)))
    assert [
        one
        for one in figures
        if not any(is_same(one, cell, language) for cell in of_the_api(page, one))
    ] == []


# --- Paper ----------------------------------------------------------------------------------------


def numbers_of(text: str) -> set[str]:
    """With their marks and their percent sign, without the spaces that a PDF's reader moves."""
    whole = re.sub(r"[\u202f\u00a0]", "", html.unescape(text))
    return set(re.findall(r"[+\u2212]?\d[\d.,]*\d%?|\d%?", whole))


def seen(main: str) -> str:
    """What is read on the page: no control, no menu, no drawing, no time."""
    for name in ("details", "svg", "script", "nav", "form", "time", "template"):
        main = re.sub(rf"<{name}[ >].*?</{name}>", " ", main, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", main)


@needs_press
@languages
def test_the_sheet_of_paper_has_every_number_of_the_page(
    page: Client, diane: User, made: Made, language: str, tmp_path: Path
) -> None:
    main = main_of(page, diane, language)
    pdf = bytes(made("dashboard-pdf", language=language, year="2020").content)
    printed = numbers_of(text_of(pdf, tmp_path, "-raw"))
    assert {one for figure in shown(main) for one in numbers_of(figure.text)} - printed == set()
    assert numbers_of(seen(main)) - printed == set()
