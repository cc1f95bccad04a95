"""The door of the API: tokens, refusals, the page that describes it; and the schools."""

import json
import warnings
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.accounts.services import make_token, revoke_token
from imtplan.api_urls import LISTS
from indicators.api.results_files import FILES
from tests import factories

SCHOOLS = "/api/v1/schools/"
ADDRESSES = ["", *(f"{name}/" for name in LISTS), "figures.csv", *FILES, "schema/"]

SignIn = Callable[[User], Client]


@pytest.fixture
def with_token() -> Callable[..., Client]:
    """A program that reads in somebody's name."""

    def client_of(user: User, **options: Any) -> Client:
        _token, key = make_token(by=user, name="pandas", **options)
        return Client(headers={"authorization": f"Bearer {key}"})

    return client_of


# --- Who is there -------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*ADDRESSES, "nowhere/"])
def test_every_address_asks_who_is_there(db: None, address: str) -> None:
    response = Client().get(f"/api/v1/{address}")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert json.loads(response.content)["detail"]


def test_no_address_of_the_api_is_forgotten_by_these_tests() -> None:
    [api] = [one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/"]
    named = {one.name for one in api.url_patterns if one.name and not one.name.endswith("-detail")}
    tested = {f"api-{name}-list" for name in LISTS} | {"figures-csv", "api-schema", "api-root"}
    tested |= {f"api-{name}" for name in FILES}
    # What a school enters has its own tests, in `campaigns`; explanations theirs, in `indicators`.
    explained = {f"api-{name}-explain" for name in ("values", "progress", "roll-ups")}
    assert named == tested | explained | {"api-docs", "api-entry", "api-entry-cell"}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_token_opens_every_address(
    paul: User, with_token: Callable[..., Client], address: str
) -> None:
    assert with_token(paul).get(f"/api/v1/{address}").status_code == 200


def test_a_token_says_when_it_was_last_used(alice: User, with_token: Callable[..., Client]) -> None:
    with_token(alice).get(SCHOOLS)
    assert alice.api_tokens.get().last_used_at is not None


@pytest.mark.parametrize("key", ["imtplan_wrong", "", "\x00", "é" * 500, "a b c"])
def test_an_unknown_key_is_refused(db: None, key: str) -> None:
    response = Client().get(SCHOOLS, headers={"authorization": f"Bearer {key}"})
    assert response.status_code == 401
    assert "jeton" in response.json()["detail"] or "token" in response.json()["detail"]


def test_an_expired_token_is_refused(alice: User, with_token: Callable[..., Client]) -> None:
    client = with_token(alice, expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(SCHOOLS).status_code == 401


def test_a_revoked_token_is_refused(alice: User, with_token: Callable[..., Client]) -> None:
    client = with_token(alice)
    revoke_token(alice.api_tokens.get(), by=alice)
    assert client.get(SCHOOLS).status_code == 401


def test_the_token_of_an_account_switched_off_is_refused(
    alice: User, with_token: Callable[..., Client]
) -> None:
    client = with_token(alice)
    User.objects.update(is_active=False)
    assert client.get(SCHOOLS).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_token_that_writes_is_refused(
    paul: User, with_token: Callable[..., Client], method: str
) -> None:
    response = getattr(with_token(paul), method)(SCHOOLS, "{}", content_type="application/json")
    assert response.status_code == 403
    assert response.json()["detail"]


def test_refusals_are_in_the_language_that_is_asked_for(db: None) -> None:
    french = Client().get(SCHOOLS).json()["detail"]
    english = Client().get(SCHOOLS, headers={"accept-language": "en"}).json()["detail"]
    assert english == "Authentication credentials were not provided."
    assert french != english


# --- Schools ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("alice", ["imt-mines-albi"]),
        ("bob", ["imt-mines-albi"]),
        ("charlie", ["imt-mines-ales"]),
        ("diane", ["imt-mines-albi", "imt-mines-ales"]),
        ("paul", ["imt-mines-albi", "imt-mines-ales"]),
    ],
)
def test_schools_see_themselves_and_the_institute_sees_all(
    who: str,
    seen: list[str],
    request: pytest.FixtureRequest,
    signed_in: SignIn,
    albi: School,
    ales: School,
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert [row["code"] for row in client.get(SCHOOLS).json()["results"]] == seen


def test_another_school_is_404(alice: User, ales: School, albi: School, signed_in: SignIn) -> None:
    client = signed_in(alice)
    assert client.get(f"{SCHOOLS}{albi.code}/").json()["name"] == "IMT Mines Albi"
    assert client.get(f"{SCHOOLS}{ales.code}/").status_code == 404


def test_schools_of_one_kind(paul: User, albi: School, signed_in: SignIn) -> None:
    factories.SchoolFactory(code="eurecom", kind=School.Affiliation.SUBSIDIARY)
    answer = signed_in(paul).get(SCHOOLS, {"kind": "subsidiary"}).json()
    assert [row["code"] for row in answer["results"]] == ["eurecom"]
    assert signed_in(paul).get(SCHOOLS, {"kind": "institute"}).status_code == 400


@pytest.mark.parametrize("role", [Role.INSTITUTE_REPORTER, Role.INSTITUTE_VALIDATOR])
def test_of_the_institute_one_sees_its_own(albi: School, signed_in: SignIn, role: Role) -> None:
    """As the guide of the API has it: no school, the institute's targets and all its figures."""
    institute = School.objects.get(code=School.THE_INSTITUTE)
    target = factories.TargetFactory(indicator__aggregation="none")
    factories.FigureFactory(indicator=target.indicator, school=institute, status="draft")
    factories.TargetFactory(school=albi, is_reference=False)
    factories.FigureFactory(indicator__code="students", school=albi)
    client = signed_in(factories.person("Inès", role, institute))
    assert client.get(SCHOOLS).json()["results"] == []
    [row] = client.get("/api/v1/figures/", {"level": "institute"}).json()["results"]
    assert (row["indicator"], row["school"]) == (target.indicator.code, None)
    assert client.get("/api/v1/figures/").json()["count"] == 1
    [seen] = client.get("/api/v1/targets/").json()["results"]
    assert seen["code"] == target.code
    assert client.get("/api/v1/values/").json()["results"] == []
    assert client.get("/api/v1/figures/", {"school": "imt"}).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_rows(
    paul: User, signed_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(paul)
    for rows in (3, 27):
        factories.SchoolFactory.create_batch(rows)
        with django_assert_num_queries(5):
            client.get(SCHOOLS)


# --- The description ----------------------------------------------------------------------------


def test_the_description_is_valid_and_without_a_warning(db: None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_the_description_names_every_list_and_its_filters(alice: User, signed_in: SignIn) -> None:
    schema = signed_in(alice).get("/api/v1/schema/?format=json").json()
    assert schema["openapi"] == "3.1.1"
    assert {f"/api/v1/{name}/" for name in LISTS} < set(schema["paths"])
    for address, first in (("figures.csv", "flavour"), ("figures/", "view")):
        parameters = schema["paths"][f"/api/v1/{address}"]["get"]["parameters"]
        assert first in {parameter["name"] for parameter in parameters}


def test_the_root_names_every_list(alice: User, signed_in: SignIn) -> None:
    answer = signed_in(alice).get("/api/v1/").json()
    assert set(answer) == {*LISTS, "figures.csv", *FILES, "schema", "docs"}


def test_the_page_for_people_sends_to_sign_in(db: None, alice: User, signed_in: SignIn) -> None:
    address = reverse("api-docs")
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"].endswith(f"?next={address}")
    assert b"swagger-ui" in signed_in(alice).get(address).content
