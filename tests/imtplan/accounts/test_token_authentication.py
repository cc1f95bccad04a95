"""The page of API tokens: a key is shown once, its owner alone revokes it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imtplan.accounts.api_token import ApiToken
from imtplan.accounts.models import User
from imtplan.accounts.services import make_token, revoke_token
from imtplan.day_field import NO_DAY

SignIn = Callable[[User], Client]
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def page() -> str:
    return reverse("tokens")


@pytest.fixture
def browser(alice: User, signed_in: SignIn) -> Client:
    return signed_in(alice)


def key_on(html: str) -> str:
    return html.partition("<code>imtplan_")[2].partition("</code>")[0]


def test_nobody_sees_the_page_without_signing_in(page: str, alice: User) -> None:
    token, _key = make_token(by=alice, name="Power BI")
    for method, address in (
        ("get", page),
        ("post", page),
        ("post", reverse("revoke-token", args=[token.pk])),
    ):
        response = getattr(Client(), method)(address)
        assert response.status_code == 302
        assert reverse("account_login") in response["Location"]
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_new_key_is_shown_once_and_opens_the_api(browser: Client, page: str) -> None:
    response = browser.post(page, {"name": "Power BI"})
    html = response.content.decode()
    key = "imtplan_" + key_on(html)
    assert f"Authorization: Bearer {key}" in html.replace("&quot;", '"')
    assert "pd.read_csv(" in html
    assert "http://testserver/api/v1/figures.csv" in html
    assert "no-store" in response["Cache-Control"]
    program = Client(headers={"authorization": f"Bearer {key}"})
    assert program.get("/api/v1/schools/").status_code == 200
    again = browser.get(page).content.decode()
    assert "Power BI" in again
    assert key not in again
    assert key[:14] in again


def test_the_key_is_stored_nowhere(browser: Client, page: str) -> None:
    key = "imtplan_" + key_on(browser.post(page, {"name": "R"}).content.decode())
    token = ApiToken.objects.get()
    assert token.digest == ApiToken.digest_of(key)
    assert key not in str(vars(token))
    assert key not in str(dict(browser.session))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 81},
        {"name": "a\x00b"},
        {"name": "R", "last_day": "2020-01-01"},
        {"name": "R", "last_day": "demain"},
        {"name": "R", "last_day": "\x00"},
        {"name": "R", "last_day": "99999-01-01"},
    ],
)
def test_what_is_wrong_makes_no_token_and_is_still_there(
    browser: Client, page: str, wrong: dict[str, str]
) -> None:
    response = browser.post(page, wrong)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not ApiToken.objects.exists()
    assert response.context["form"]["name"].value() == wrong["name"]


def test_what_is_wrong_is_said_in_our_words(browser: Client, page: str) -> None:
    response = browser.post(page, {"name": " ", "last_day": "31/02/2040"})
    errors = response.context["form"].errors
    assert errors == {"name": ["Dites à quoi sert le jeton."], "last_day": [NO_DAY]}


def test_on_a_phone_each_cell_says_its_column(browser: Client, page: str) -> None:
    browser.post(page, {"name": "R"})
    html = browser.get(page).content.decode()
    labels = ("Commence par", "Créé le", "Dernier usage", "Valable jusqu’au")
    assert all(f'data-label="{label}"' in html for label in labels)


@pytest.mark.parametrize(
    ("name", "last_day"), [("x" * 80, ""), ("é <b>&", ""), ("R", "9999-12-31")]
)
def test_what_is_odd_but_right_makes_one(
    browser: Client, page: str, name: str, last_day: str
) -> None:
    browser.post(page, {"name": name, "last_day": last_day})
    assert ApiToken.objects.get().name == name
    assert browser.get(page).status_code == 200


def test_the_last_day_is_still_a_good_one_until_midnight_in_paris(
    browser: Client, page: str
) -> None:
    today = timezone.localdate()
    key = "imtplan_" + key_on(
        browser.post(page, {"name": "R", "last_day": today.isoformat()}).content.decode()
    )
    program = Client(headers={"authorization": f"Bearer {key}"})
    midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), tzinfo=PARIS)
    with time_machine.travel(midnight - timedelta(minutes=1), tick=False):
        assert program.get("/api/v1/schools/").status_code == 200
    with time_machine.travel(midnight + timedelta(minutes=1), tick=False):
        assert program.get("/api/v1/schools/").status_code == 401


def test_one_sees_ones_own_tokens_only(
    browser: Client, page: str, alice: User, charlie: User
) -> None:
    make_token(by=alice, name="of Alice")
    make_token(by=charlie, name="of Charlie")
    html = browser.get(page).content.decode()
    assert "of Alice" in html
    assert "of Charlie" not in html


def test_a_revoked_key_is_refused(browser: Client, page: str, alice: User) -> None:
    token, key = make_token(by=alice, name="Power BI")
    response = browser.post(reverse("revoke-token", args=[token.pk]), {"revoke": ""}, follow=True)
    assert response.redirect_chain == [(page, 302)]
    assert "Power BI" in str(next(iter(response.context["messages"])))
    program = Client(headers={"authorization": f"Bearer {key}"})
    assert program.get("/api/v1/schools/").status_code == 401


def test_revoking_twice_keeps_the_first_time(browser: Client, alice: User) -> None:
    token, _key = make_token(by=alice, name="Power BI")
    revoked_at = revoke_token(token, by=alice).revoked_at
    browser.post(reverse("revoke-token", args=[token.pk]), {"revoke": ""})
    token.refresh_from_db()
    assert token.revoked_at == revoked_at


def test_somebody_elses_token_is_404_and_still_good(browser: Client, charlie: User) -> None:
    token, key = make_token(by=charlie, name="of Charlie")
    assert browser.post(reverse("revoke-token", args=[token.pk]), {"revoke": ""}).status_code == 404
    program = Client(headers={"authorization": f"Bearer {key}"})
    assert program.get("/api/v1/schools/").status_code == 200


def test_revoking_is_not_a_link(browser: Client, alice: User) -> None:
    token, _key = make_token(by=alice, name="Power BI")
    assert browser.get(reverse("revoke-token", args=[token.pk])).status_code == 405


def test_the_page_demands_the_form_of_this_site(alice: User, page: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.post(page, {"name": "R"}).status_code == 403


# --- A changed password -------------------------------------------------------------------------


def test_the_tokens_end_with_the_old_password(alice: User, bob: User) -> None:
    alice.set_password("une-bonne-phrase-22")
    alice.save()
    make_token(by=alice, name="Power BI")
    kept, _key = make_token(by=bob, name="R")
    browser = Client(headers={"accept-language": "fr"})
    browser.force_login(alice)
    page = "/compte/password/change/"
    assert "jetons" in browser.get(page).content.decode()
    new = "nouvelle-phrase-33"
    form = {"oldpassword": "une-bonne-phrase-22", "password1": new, "password2": new}
    answer = browser.post(page, form, follow=True)
    assert "1 jeton" in answer.content.decode()
    assert not alice.api_tokens.filter(revoked_at=None).exists()
    kept.refresh_from_db()
    assert kept.revoked_at is None


# --- Tokens that enter figures --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "is_offered"), [("alice", True), ("bob", True), ("diane", False), ("paul", False)]
)
def test_the_right_to_enter_is_offered_to_who_enters(
    who: str, is_offered: bool, request: pytest.FixtureRequest, signed_in: SignIn, page: str
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    assert ('name="may_enter"' in browser.get(page).content.decode()) is is_offered
    browser.post(page, {"name": "R", "may_enter": "on"})
    assert ApiToken.objects.get().may_enter is is_offered


def test_no_token_enters_in_the_name_of_who_does_not(diane: User) -> None:
    with pytest.raises(PermissionDenied):
        make_token(by=diane, name="R", may_enter=True)
    assert not ApiToken.objects.exists()


def test_a_token_reads_unless_its_box_was_ticked(browser: Client, page: str) -> None:
    browser.post(page, {"name": "R"})
    assert not ApiToken.objects.get().may_enter


def test_the_page_says_what_the_key_can_do(browser: Client, page: str) -> None:
    html = browser.post(page, {"name": "R", "may_enter": "on"}).content.decode()
    assert "lit et saisit des valeurs en votre nom" in html
