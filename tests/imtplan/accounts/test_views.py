"""The language of the screens: the person's choice, and where one goes after it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from imtplan.accounts.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def page() -> str:
    return reverse("set_language_preference")


def test_the_choice_is_kept_on_the_account_and_in_the_cookie(
    page: str, alice: User, signed_in: SignIn
) -> None:
    browser = signed_in(alice)
    response = browser.post(page, {"language": "en", "next": "/compte/jetons/?a=1"})
    assert response["Location"] == "/compte/jetons/?a=1"
    alice.refresh_from_db()
    assert alice.language == "en"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert browser.get("/api/v1/plans/")["Content-Language"] == "en"


def test_before_signing_in_the_cookie_alone_remembers(page: str, db: None) -> None:
    browser = Client(headers={"accept-language": "fr"})
    assert browser.get("/api/v1/plans/")["Content-Language"] == "fr"
    browser.post(page, {"language": "en", "next": "/"})
    assert browser.get("/api/v1/plans/")["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["", "de", "fr-FR", "\x00", "../en"])
def test_a_language_there_is_not_changes_nothing(
    page: str, alice: User, signed_in: SignIn, language: str
) -> None:
    response = signed_in(alice).post(page, {"language": language})
    assert response.status_code == 302
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
    alice.refresh_from_db()
    assert alice.language == ""


@pytest.mark.parametrize(
    "foreign",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http://testserver.evil.example/",
        "evil.example",
        "\x00/",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(page: str, db: None, foreign: str) -> None:
    response = Client().post(page, {"language": "en", "next": foreign})
    assert response["Location"] == "/"


def test_an_address_with_a_line_feed_makes_no_header(page: str, db: None) -> None:
    response = Client().post(page, {"language": "en", "next": "/x\r\nSet-Cookie: a=b"})
    assert "\n" not in response["Location"]
    assert "a" not in response.cookies


def test_choosing_is_not_a_link(page: str, db: None) -> None:
    assert Client().get(page).status_code == 405


def test_choosing_demands_the_form_of_this_site(page: str, alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.post(page, {"language": "en"}).status_code == 403


@pytest.mark.parametrize("address", ["email", "confirm-email", "confirm-email/abc:def-1"])
def test_the_framework_s_pages_of_addresses_do_not_exist(address: str, db: None) -> None:
    """No mail ever asks to confirm an address: the page that says so is no page of ours."""
    assert Client().get(f"/compte/{address}/").status_code == 404


def test_nobody_changes_their_own_address(alice: User, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(alice)
    assert browser.get("/compte/email/").status_code == 404
    assert browser.post("/compte/email/", {"action_add": "", "email": "x@y.fr"}).status_code == 404


# --- The language of mails ----------------------------------------------------------------------


def test_who_has_chosen_none_is_written_to_in_the_language_of_the_pages_last_read(
    alice: User,
) -> None:
    assert alice.reading_language == "fr"
    browser = Client()
    browser.force_login(alice)
    browser.get("/compte/jetons/", headers={"accept-language": "en-GB,en;q=0.8"})
    alice.refresh_from_db()
    assert (alice.language, alice.reading_language) == ("", "en")


def test_a_choice_goes_before_what_was_last_read(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="fr")
    browser = Client()
    browser.force_login(alice)
    browser.get("/compte/jetons/", headers={"accept-language": "en"})
    alice.refresh_from_db()
    assert (alice.last_language, alice.reading_language) == ("fr", "fr")


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("fr", "9 septembre 2026", "9 septembre 2026, 07:05"),
        ("en", "9 Sep 2026", "9 Sep 2026, 07:05"),
    ],
)
def test_a_day_has_one_form_in_each_language(language: str, day: str, moment: str) -> None:
    at = datetime(2026, 9, 9, 7, 5, tzinfo=UTC)
    with translation.override(language):
        assert date_format(at, "DATE_FORMAT") == day
        assert date_format(at, "DATETIME_FORMAT") == moment
        assert "09/" not in date_format(at, "SHORT_DATE_FORMAT")
