"""Signing in while others try: nobody's errors close the door to anybody else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from imtplan.accounts.attempts import Attempt, account_digest
from imtplan.accounts.models import User

PASSWORD = "une-bonne-phrase-22"
SCHOOL, HOME = "192.0.2.7", "198.51.100.23"


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1


@pytest.fixture(autouse=True)
def _passwords(alice: User, bob: User) -> None:
    for person in (alice, bob):
        person.set_password(PASSWORD)
        person.save()


def send(browser: Client, email: str, password: str, address: str) -> HttpResponse:
    form = {"login": email, "password": password}
    return browser.post("/compte/login/", form, headers={"x-forwarded-for": address})


def comes_in(email: str, address: str, browser: Client | None = None) -> bool:
    """Whether the right password opens, in a new browser or in this one."""
    return send(browser or Client(), email, PASSWORD, address).status_code == 302


def errs(times: int, email: str, address: str, browser: Client | None = None) -> None:
    for _time in range(times):
        send(browser or Client(), email, "wrong", address)


def were_wrong(times: int, email: str, address: str, act: str = Attempt.Act.PASSWORD) -> None:
    """As `errs`, in one statement: so many were counted before."""
    account = account_digest(email)
    Attempt.objects.bulk_create(
        Attempt(act=act, account=account, address=address) for _time in range(times)
    )


@pytest.fixture
def known(alice: User) -> Iterator[Client]:
    """Alice's own browser, in which she has signed in once and is signed out."""
    browser = Client()
    assert comes_in(alice.email, SCHOOL, browser)
    browser.post("/compte/logout/")
    assert browser.get("/").status_code == 302
    return browser


def test_a_typing_error_locks_nobody_out(alice: User) -> None:
    errs(9, alice.email, SCHOOL)
    assert comes_in(alice.email, SCHOOL)


def test_ten_errors_close_the_account_at_this_address_for_a_quarter_of_an_hour(
    alice: User,
) -> None:
    errs(10, alice.email, SCHOOL)
    assert not comes_in(alice.email, SCHOOL)
    assert comes_in(alice.email, HOME)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert comes_in(alice.email, SCHOOL)


def test_twelve_errors_in_a_school_lock_nobody_else_of_it(alice: User, bob: User) -> None:
    errs(12, bob.email, SCHOOL)
    assert comes_in(alice.email, SCHOOL)


def test_two_hundred_errors_for_two_hundred_names_lock_nobody(alice: User) -> None:
    for number in range(200):  # or two thousand: nothing is counted by the address alone
        were_wrong(1, f"nobody-{number}@example.org", SCHOOL)
    assert comes_in(alice.email, SCHOOL)


def test_a_known_device_is_never_closed_by_strangers(alice: User, known: Client) -> None:
    for number in range(11):
        were_wrong(9, alice.email, f"203.0.113.{number}")
    errs(12, alice.email, SCHOOL)
    assert not comes_in(alice.email, HOME)  # a hundred errors in an hour, from anywhere
    assert comes_in(alice.email, SCHOOL, known)


def test_a_known_device_bears_its_own_persons_errors(alice: User, known: Client) -> None:
    errs(15, alice.email, SCHOOL, known)
    assert comes_in(alice.email, SCHOOL, known)


def test_a_known_device_tries_no_dictionary(alice: User, known: Client) -> None:
    were_wrong(100, alice.email, SCHOOL, Attempt.Act.PASSWORD_KNOWN_DEVICE)
    assert not comes_in(alice.email, SCHOOL, known)


def test_a_device_is_known_for_who_signed_in_there_alone(
    alice: User, bob: User, known: Client
) -> None:
    errs(10, bob.email, SCHOOL)
    assert not comes_in(bob.email, SCHOOL, known)


def test_a_cookie_of_ones_own_making_makes_no_device_known(alice: User) -> None:
    errs(10, alice.email, SCHOOL)
    browser = Client()
    browser.cookies["imtplan_device"] = "WyJhIl0:1abcde:AAAA"
    assert not comes_in(alice.email, SCHOOL, browser)


def test_a_device_remembers_each_of_its_people(alice: User, bob: User, known: Client) -> None:
    assert comes_in(bob.email, SCHOOL, known)
    known.post("/compte/logout/")
    errs(10, alice.email, SCHOOL)
    errs(10, bob.email, SCHOOL)
    assert comes_in(alice.email, SCHOOL, known)


def test_the_cookie_is_written_where_the_entry_page_signs_in(alice: User) -> None:
    form = {"login": alice.email, "password": PASSWORD}
    answer = Client().post("/compte/login/", form, headers={"x-requested-with": "XMLHttpRequest"})
    cookie = answer.cookies["imtplan_device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert alice.email not in cookie.value


def test_what_the_visitor_writes_before_the_proxy_is_not_believed(alice: User) -> None:
    for number in range(10):
        errs(1, alice.email, f"203.0.113.{number}, {SCHOOL}")
    assert not comes_in(alice.email, f"198.51.100.1, {SCHOOL}")


def test_a_visitor_has_the_whole_half_of_an_address_of_the_new_kind(alice: User) -> None:
    for number in range(10):
        errs(1, alice.email, f"2001:db8:1:2::{number:x}")
    assert not comes_in(alice.email, "2001:db8:1:2:ffff::1")
    assert comes_in(alice.email, "2001:db8:1:3::1")


def test_what_is_refused_is_not_counted(alice: User) -> None:
    errs(13, alice.email, SCHOOL)
    assert Attempt.objects.count() == 10


def test_the_refusal_says_what_to_do(alice: User) -> None:
    errs(10, alice.email, SCHOOL)
    page = send(Client(), alice.email, "wrong", SCHOOL).content.decode()
    assert "15\xa0minutes" in page
    assert "/compte/password/reset/" in page


def test_a_name_that_nobody_has_is_answered_alike(alice: User) -> None:
    errs(10, alice.email, SCHOOL)
    errs(10, "nobody@example.org", SCHOOL)
    for email in (alice.email, "nobody@example.org"):
        assert "15\xa0minutes" in send(Client(), email, "x", SCHOOL).content.decode()


def test_no_address_at_all_still_signs_in(alice: User, settings: Any) -> None:
    """gunicorn on a unix socket, and a proxy that says nothing."""
    browser = Client(REMOTE_ADDR="")
    form = {"login": alice.email, "password": PASSWORD}
    assert browser.post("/compte/login/", form).status_code == 302


def test_old_attempts_are_forgotten(alice: User) -> None:
    errs(3, alice.email, SCHOOL)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        errs(1, alice.email, SCHOOL)
    assert Attempt.objects.count() == 1
