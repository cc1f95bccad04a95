"""The same digits in the files: PDF, slides, XLSX and CSV say what the page and the API say."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from imtplan.accounts.models import User
from imtplan.dashboard.indicator.tables import YEARS
from tests.imtplan.exports.conftest import Made, made, needs_press, slides_of, text_of
from tests.test_same_digits import CASES, YEAR, Walk, as_shown, number, walked

__all__ = ["made", "walked"]  # fixtures

COLUMNS = [column.key for column in YEARS]
# What a card of the page says beside its table of years.
BESIDE = ("needed_per_year", "needed_rate", "achieved_per_year", "achieved_rate", "forecast")
IN_YEARS = ("value", "expected_value", "gap", "progress", "pace")
# The lines of a slide's table, from its first.
ON_A_SLIDE = {
    "value": 0,
    "expected_value": 1,
    "gap": 2,
    "progress": 5,
    "expected_progress": 6,
    "pace": 7,
    "forecast": 8,
}
languages = pytest.mark.parametrize("language", ["fr", "en"])


@needs_press
@languages
def test_the_pdf_says_what_the_page_says(
    walked: Walk, made: Made, language: str, tmp_path: Path
) -> None:
    shown = walked.shown("/tableau-de-bord/", language)
    pdf = bytes(made("dashboard-pdf", language=language, year=str(YEAR)).content)
    text = without_thin_spaces(text_of(pdf, tmp_path, "-raw"))
    for case in CASES:
        # Its name stands above the schools' parts too, before the table of its years.
        years = text.rpartition(f"{case.code} (")[2].partition("2021")[0].partition(f" {YEAR} ")[2]
        for name in IN_YEARS:
            assert all(one in years for one in said(shown, case.code, name)), (
                case,
                name,
                years,
            )
        for name in BESIDE:
            assert all(one in text for one in said(shown, case.code, name)), (case, name)


def said(shown: dict[tuple[str, str], set[str]], code: str, name: str) -> list[str]:
    return [without_thin_spaces(text) for text in shown.get((code, name), ())]


def without_thin_spaces(text: str) -> str:
    """They are in the PDF; its reader takes them for the space between two letters."""
    return text.replace("\u202f", "")


@languages
def test_the_slides_say_what_the_api_says(walked: Walk, made: Made, language: str) -> None:
    slides = slides_of(bytes(made("dashboard-slides", language=language, year=str(YEAR)).content))
    for code, row in walked.api.items():
        title = (f"{code}:", f"{code}\u202f:")
        slide = next(one for one in slides if one["title"].startswith(title))
        for name, line in ON_A_SLIDE.items():
            text = slide["cells"][line][1]
            found = set() if text == "—" else {number(text, language)}
            assert found == as_shown(row, name) or (name == "expected_progress" and not found)
        if row["value"] is not None:
            drawn = next(iter(slide["series"].values()))
            at = slide["categories"].index(str(YEAR))
            assert drawn[at] == float(row["value"])


def in_xlsx(walked: Walk) -> dict[str, dict[str, Any]]:
    file = io.BytesIO(walked.read("/fichiers/tableau-de-bord/indicateurs.xlsx", year=YEAR))
    book = CalamineWorkbook.from_filelike(file)
    assert len(book.sheet_names) == 2
    return of_the_year(book.get_sheet_by_index(0).to_python())


def in_csv(walked: Walk) -> dict[str, dict[str, Any]]:
    text = walked.read("/fichiers/tableau-de-bord/indicateurs.csv", year=YEAR).decode("utf-8-sig")
    _preface, table = text.split("\r\n\r\n", 1)
    french = table.count(";") > table.count(",")
    rows = list(csv.reader(io.StringIO(table), delimiter=";" if french else ","))
    return of_the_year(
        [[cell.replace(",", ".") if french else cell for cell in row] for row in rows]
    )


def of_the_year(rows: list[list[Any]]) -> dict[str, dict[str, Any]]:
    """The lines of the year, by indicator, each cell by its column."""
    lines = [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]
    return {line["indicator"]: line for line in lines if int(line["year"]) == YEAR}


@pytest.mark.parametrize("read", [in_xlsx, in_csv])
@languages
def test_the_tables_have_every_digit_of_the_api(
    walked: Walk, read: Callable[[Walk], Any], language: str, diane: User
) -> None:
    walked.page("/tableau-de-bord/", language)
    found = read(walked)
    assert set(found) == {case.code for case in CASES}
    for code, row in walked.api.items():
        for name in (*IN_YEARS, *BESIDE, "expected_progress"):
            cell = str(found[code][name])
            assert (cell == "") == (row[name] is None), (code, name)
            assert cell == "" or Decimal(cell) == Decimal(row[name]), (code, name)
