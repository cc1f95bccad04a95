"""Signs that would show a text otherwise than it was typed."""

import pytest
from django.http import HttpRequest, HttpResponse

from imtplan.accounts.middleware import StraightMiddleware
from imtplan.accounts.models import User
from imtplan.direction_signs import straight
from imtplan.outbox.services import queue_mail
from imtplan.spreadsheets import safe_text

TURNED = "facture\u202egnp.exe"
STRAIGHT = "facture\ufffdgnp.exe"


def shown(response: HttpResponse) -> str:
    return StraightMiddleware(lambda request: response)(HttpRequest()).content.decode()


@pytest.mark.parametrize("sign", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_turns_the_writing_is_shown_as_a_sign(sign: str) -> None:
    assert straight(f"a{sign}b") == "a\ufffdb"


@pytest.mark.parametrize("text", ["Étudiants", "مدرسة", "\u200eab\u200f", "東京", "", "é\u0301"])
def test_other_writing_stays_as_it_is(text: str) -> None:
    assert straight(text) == text


def test_a_page_shows_no_turned_text() -> None:
    assert shown(HttpResponse(f"<p>{TURNED}</p>")) == f"<p>{STRAIGHT}</p>"


def test_nor_do_its_drawings() -> None:
    body = '<script type="application/json">{"name": "a\\u202Eb"}</script>'
    assert "202" not in shown(HttpResponse(body))


def test_what_stands_in_a_field_stays_as_it_was_typed() -> None:
    fields = f'<textarea name="a">{TURNED}</textarea><input value="{TURNED}">'
    assert shown(HttpResponse(fields)) == fields


@pytest.mark.parametrize("kind", ["application/json", "text/csv", "application/pdf"])
def test_what_is_no_page_is_left_alone(kind: str) -> None:
    assert shown(HttpResponse(TURNED, content_type=kind)) == TURNED


def test_a_cell_of_a_file_is_straight() -> None:
    assert safe_text(TURNED) == STRAIGHT


@pytest.mark.django_db
def test_a_mail_is_straight(diane: User) -> None:
    made = queue_mail(
        key="k", kind="test", user=diane, address=diane.email, subject=TURNED, body=TURNED
    )
    assert made is not None
    assert (made.subject, made.body) == (STRAIGHT, STRAIGHT)
