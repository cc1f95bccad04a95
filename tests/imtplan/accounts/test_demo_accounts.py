"""In production nobody comes in by an account of the demonstration, whose password is public."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from imtplan.accounts.demo_logins import DEMO_PASSWORD
from imtplan.accounts.models import User
from imtplan.accounts.services import make_token
from imtplan.campaigns import demo

SignIn = Callable[[User], Client]


@pytest.fixture
def demo_alice(alice: User) -> User:
    alice.is_demo = True
    alice.set_password(DEMO_PASSWORD)
    alice.save()
    return alice


@pytest.fixture
def production(settings: Any) -> None:
    settings.IN_PRODUCTION = True


def sign_in(user: User) -> tuple[str, Client]:
    """Types the right password; returns where that leads, and the browser."""
    browser = Client()
    answer = browser.post(
        reverse("account_login"), {"login": user.email, "password": DEMO_PASSWORD}
    )
    return answer["Location"], browser


def test_the_password_signs_in_where_it_is_a_demonstration(demo_alice: User) -> None:
    where, browser = sign_in(demo_alice)
    assert where == "/"
    assert browser.get("/api/v1/plans/").status_code == 200


@pytest.mark.usefixtures("production")
class TestInProduction:
    def test_the_password_leads_to_the_page_of_closed_accounts(self, demo_alice: User) -> None:
        where, browser = sign_in(demo_alice)
        assert where == reverse("account_inactive")
        assert browser.get("/api/v1/plans/").status_code == 401

    def test_everybody_else_signs_in(self, alice: User) -> None:
        alice.set_password(DEMO_PASSWORD)
        alice.save()
        assert sign_in(alice)[0] == "/"

    def test_a_session_from_before_is_over(self, demo_alice: User, signed_in: SignIn) -> None:
        assert signed_in(demo_alice).get("/api/v1/plans/").status_code == 401

    def test_a_token_opens_nothing(self, demo_alice: User) -> None:
        _token, key = make_token(by=demo_alice, name="Power BI")
        program = Client(headers={"authorization": f"Bearer {key}"})
        assert program.get("/api/v1/plans/").status_code == 401

    def test_nothing_is_loaded_without_the_word(self, db: None) -> None:
        with pytest.raises(CommandError, match="--yes-this-is-a-demonstration"):
            call_command("load_demo")
        assert not User.objects.exists()
        assert not demo.is_loaded()

    def test_it_is_loaded_with_the_word(self, db: None) -> None:
        call_command("load_plan", verbosity=0)
        call_command("load_demo", "--yes-this-is-a-demonstration", verbosity=0)
        assert demo.is_loaded()
