"""Every page that a link leads to, walked by each role: it opens, and each word is translated.

The translation is replaced by one that puts each text that goes through it between brackets. What
is left outside of brackets is either data, which the database knows, or nobody translated it.
"""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import trans_real

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.entry.checking.checks import EnteredCell
from imtplan.campaigns.entry.reading import cell_of
from imtplan.campaigns.entry.reading import read as read_figures
from imtplan.campaigns.entry.saving import save_figures
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.submission_services import (
    look_at,
    return_to_school,
    submit,
    take_back,
)
from imtplan.campaigns.terms.people_services import end_delegation
from indicators.models import Figure, Indicator
from tests.walk import pages, read

# Who, in which language, and how many pages they can open at least.
WALKS = [
    ("directrice.albi@demo.example", "fr", 10),
    ("direction.generale@demo.example", "en", 40),
    ("bureau.plan@demo.example", "fr", 60),
]

ALBI = "imt-mines-albi"

# Names, formats and codes, which are the same in every language.
NO_WORDS = {
    "IMT Plan", "IMT", "API", "CSV", "XLSX", "ODS", "ods", "JSON", "PDF", "PPTX", "PNG", "JSON-LD",
    "OpenAPI", "Excel", "LibreOffice",
    "Institut Mines-Télécom", "Français", "English", "https", "http", "Bearer", "curl", "pandas",
    "SHA-256", "formulaire.defenseurdesdroits.fr", "Linux", "macOS",
    "Windows (PowerShell)",
}  # fmt: skip


# --- The translation that leaves a trace ----------------------------------------------------------


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text between brackets. Formats of dates and numbers stay what they are."""
    single, plural = trans_real.gettext, trans_real.ngettext

    def between(text: str) -> str:
        return f"⟦{text}⟧" if re.search(r"[^\W\d_]", text) else text

    def gettext(message: str) -> str:
        return between(single(message))

    def ngettext(one: str, many: str, number: int) -> str:
        return between(plural(one, many, number))

    real = translation._trans  # type: ignore[attr-defined]
    monkeypatch.setattr(real, "gettext", gettext, raising=False)
    monkeypatch.setattr(real, "ngettext", ngettext, raising=False)
    for name in ("pgettext", "npgettext"):
        made = getattr(trans_real, name)
        monkeypatch.setattr(
            real, name, lambda *args, made=made: between(made(*args)), raising=False
        )


@pytest.fixture
def known() -> list[str]:
    return texts_in_the_database()


def texts_in_the_database() -> list[str]:
    """The longest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')"
        )
        texts: set[str] = set()
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT DISTINCT "{column}" FROM "{table}"')  # noqa: S608
            texts |= {text for (text,) in cursor.fetchall() if text and len(text) > 1}
    texts |= {row.name for school in School.objects.all() for row in school.former_names}
    documents = (Indicator(documents=text).linked_documents for text in texts if "://" in text)
    texts |= {document.title for listed in documents for document in listed}
    return sorted(texts | NO_WORDS, key=len, reverse=True)


def not_translated(text: str, known: list[str]) -> str:
    """What is left of a text without the data and the numbers."""
    left = text
    for one in known:
        if not re.search(r"[^\W\d_]{2}", left):
            return ""
        if one in left:
            left = left.replace(one, " ")
    return " ".join(left.split()) if re.search(r"[^\W\d_]{2}", left) else ""


# --- The walk -------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_demonstration", "bracketed")
@pytest.mark.parametrize(("email", "language", "at_least"), WALKS)
def test_every_word_of_every_page_is_translated(
    email: str, language: str, at_least: int, known: list[str]
) -> None:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=email))
    found: dict[str, str] = {}
    walked = 0
    for path, body in pages(client, "/"):
        walked += 1
        for text in read(body).texts:
            if left := not_translated(text, known):
                found.setdefault(left, path)
    assert walked >= at_least
    assert found == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_demonstration", "bracketed")
def test_every_word_around_handing_in_is_translated() -> None:
    """No link of the demonstration leads there: nothing in it is complete, returned or ended."""
    place = {"campaign": Campaign.objects.get(year=2022), "school": School.objects.get(code=ALBI)}
    director = User.objects.get(email="directrice.albi@demo.example")
    decider = User.objects.get(email="direction.generale@demo.example")
    helper = Membership.objects.get(role=Role.CONTRIBUTOR, school=place["school"])
    client = Client(headers={"accept-language": "fr"})
    client.force_login(director)
    left: dict[str, str] = {}

    def look(*paths: str) -> None:
        known = texts_in_the_database()
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            for text in read(answer.content.decode()).texts:
                if found := not_translated(text, known):
                    left.setdefault(found, path)

    fill_in(**place, by=director)
    look(f"/saisie/2022/{ALBI}/soumettre/")
    submit(**place, by=director)
    look(f"/saisie/2022/{ALBI}/relire/", f"/saisie/2022/{ALBI}/reprendre/")
    take_back(**place, by=director)
    look(f"/recu/2022-{ALBI}-1/")
    submit(**place, by=director)
    look_at(**place, by=decider)
    look(f"/saisie/2022/{ALBI}/relire/")
    asked = {"students": "Q1", "own-funds": "Q2"}
    return_to_school(**place, by=decider, comment="Q0", remarks=asked)
    look(f"/saisie/2022/{ALBI}/", f"/saisie/2022/{ALBI}/soumettre/")
    look(f"/ecole/{ALBI}/personnes/{helper.pk}/terminer/")
    end_delegation(helper, by=director)
    look(f"/ecole/{ALBI}/personnes/")
    assert left == {}


def fill_in(campaign: Campaign, school: School, by: User) -> None:
    """Each figure that is missing is not available, and each that surprises is confirmed."""
    reading = read_figures(campaign, school)
    missing = [
        EnteredCell(indicator=one, state=Figure.State.NOT_AVAILABLE, reason="Bilan en mars.")
        for one in reading.missing
    ]
    confirmed = [replace(cell_of(reading.figure(one)), confirm=True) for one in reading.to_explain]
    cells = missing + confirmed
    save_figures(campaign=campaign, school=school, cells=cells, by=by, origin=Figure.Origin.FORM)


def test_an_address_that_is_nowhere_is_found() -> None:
    with pytest.raises(Resolver404):
        resolve("/nowhere/")


def test_a_text_that_nobody_translated_is_found() -> None:
    known = ["IMT Mines Albi", "students"]
    body = "<p title='⟦Figures⟧'>⟦Figures <b>of ⟦2021⟧</b> and⟧ IMT Mines Albi, 12 % or</p>"

    assert [not_translated(text, known) for text in read(body).texts if text.strip()] == [
        ", 12 % or"
    ]
