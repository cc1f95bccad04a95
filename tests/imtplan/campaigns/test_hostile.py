"""Texts that break spreadsheets, pages and databases, by every way in and out."""

import csv
import html
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import User
from imtplan.campaigns.models import Campaign, KeptInput
from imtplan.campaigns.review.submission_services import submit
from imtplan.spreadsheets import safe_text
from indicators.models import Figure

ALBI = "/saisie/2022/imt-mines-albi/"

TEXTS = [
    "=1+1 selon le registre",
    "+33 5 63 49 30 00, la scolarité",
    "-12 selon le rectorat",
    "@SUM(A1:A9)",
    "\ttabulation",
    "saut\x0bvertical",
    "emoji 👩🏽‍🔬 et drapeau 🏳️‍🌈",
    "\u202eécrit à l'envers\u202c \u200fعربي",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "\"guillemets\"; 'apostrophes', virgule",
    "première ligne\r\ndeuxième",
    "{{ settings.SECRET_KEY }}",
]


def posted(reason: str) -> dict[str, str]:
    return {"students-word": "not_available", "students-reason": reason}


def stored(text: str) -> str:
    """Blanks around a text go, and line ends are the spreadsheets' own."""
    return text.replace("\r\n", "\n").strip()


@pytest.fixture
def alices(campaign: Campaign, alice: User, signed_in: Any) -> Client:
    return signed_in(alice)


@pytest.mark.parametrize("text", TEXTS)
def test_a_reason_is_stored_and_shown_as_typed(alices: Client, text: str) -> None:
    assert alices.post(f"{ALBI}valeur/students/", posted(text)).status_code == 200
    assert Figure.objects.get().reason == stored(text)
    page = alices.get(ALBI).content.decode()
    assert html.escape(stored(text)) in html.unescape(page) or stored(text) in html.unescape(page)
    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_a_nul_is_refused_with_a_sentence_and_kept(alices: Client) -> None:
    answer = alices.post(f"{ALBI}valeur/students/", posted("a\x00b"))
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert KeptInput.objects.get().typed["reason"] == "a␀b"
    assert alices.get(ALBI).status_code == 200


@pytest.mark.parametrize("text", TEXTS)
def test_the_csv_holds_the_text_and_no_formula(
    alices: Client, alice: User, place: dict[str, Any], text: str
) -> None:
    alices.post(f"{ALBI}valeur/students/", posted(text))
    submit(**place, by=alice)
    for flavour in ("machine", "excel-fr"):
        answer = alices.get("/api/v1/figures.csv", {"flavour": flavour, "view": "provisional"})
        body = b"".join(answer.streaming_content).decode("utf-8-sig")
        delimiter = ";" if flavour == "excel-fr" else ","
        rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter))
        assert len({len(row) for row in rows}) == 1
        [cell] = [cell for row in rows for cell in row if cell == safe_text(stored(text))]
        assert cell[0] not in "=+-@\t"


@pytest.mark.parametrize("text", TEXTS)
def test_the_workbook_holds_the_text_and_no_formula(alices: Client, text: str) -> None:
    alices.post(f"{ALBI}valeur/students/", posted(text))
    data = alices.get(f"{ALBI}classeur.xlsx").content
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheets = {name: book.read(name).decode() for name in book.namelist() if "xml" in name}
    first = sheets["xl/worksheets/sheet1.xml"]
    assert not re.search(r"<f[ >]", first)
    assert not any("<script>alert" in text for text in sheets.values())
    answer = alices.post(f"{ALBI}importer/", {"file": io.BytesIO(data)}, follow=True)
    assert answer.status_code == 200
    figure = Figure.objects.get()
    assert (figure.version, figure.reason) == (1, stored(text))


@pytest.mark.parametrize("text", [text for text in TEXTS if "onerror" in text or "=" in text])
def test_a_number_field_keeps_it_as_typed(alices: Client, text: str) -> None:
    answer = alices.post(f"{ALBI}valeur/students/", {"students-value": text})
    assert answer.status_code == 422
    page = alices.get(ALBI).content.decode()
    assert f'value="{html.escape(text)}"' in page.replace("&#39;", "&#x27;")
