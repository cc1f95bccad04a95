"""A session that ends while somebody types: they sign in on the page and lose nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from imtplan.accounts.demo_logins import DEMO_PASSWORD

pytestmark = [pytest.mark.browser]


def signed_out(grid: Callable[..., Any]) -> Any:
    entry = grid()
    Session.objects.all().delete()
    entry.type("students", "1151")
    entry.page.locator("#signin[open]").wait_for()
    return entry


def sign_in(entry: Any, email: str, password: str = DEMO_PASSWORD) -> None:
    entry.page.fill("#signin [name=login]", email)
    entry.page.fill("#signin [name=password]", password)
    entry.page.click("#signin .btn-primary")


def test_signing_in_again_sends_what_waited(grid: Callable[..., Any]) -> None:
    entry = signed_out(grid)
    assert entry.page.input_value("#signin [name=login]") == entry.DIRECTOR
    sign_in(entry, entry.DIRECTOR, "wrong")
    entry.page.locator("#signin [data-error]").wait_for()
    assert entry.numbers("students") == [Decimal(1142)]
    sign_in(entry, entry.DIRECTOR)
    entry.wait("students")
    entry.type("own-funds", "22")
    entry.wait("own-funds")
    assert entry.numbers("students", "own-funds") == [Decimal(1151), Decimal(22)]


def test_what_one_person_typed_is_never_stored_as_anothers(grid: Callable[..., Any]) -> None:
    entry = signed_out(grid)
    sign_in(entry, entry.CONTRIBUTOR)
    entry.wait("students", "not-saved")
    assert entry.field("students").input_value() == "1151"
    assert entry.numbers("students") == [Decimal(1142)]


def test_later_keeps_the_value_and_a_button_asks_again(grid: Callable[..., Any]) -> None:
    entry = signed_out(grid)
    entry.page.keyboard.press("Escape")
    entry.wait("students", "signed-out")
    entry.page.click("[data-sign-in-again]")
    entry.page.locator("#signin[open]").wait_for()
    sign_in(entry, entry.DIRECTOR)
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1151)]


def test_cookies_that_went_are_no_dead_end(grid: Callable[..., Any]) -> None:
    """No session and no CSRF cookie: the page fetches a fresh one, and asks who is there."""
    entry = grid()
    entry.person.context.clear_cookies()
    entry.type("students", "1151")
    entry.page.locator("#signin[open]").wait_for()
    sign_in(entry, entry.DIRECTOR)
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1151)]
