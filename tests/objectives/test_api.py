"""Plans and objectives through the API, and what every list of it does alike."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imtplan.accounts.models import User
from tests import factories

OBJECTIVES = "/api/v1/objectives/"
PLANS = "/api/v1/plans/"

SignIn = Callable[[User], Client]


@pytest.fixture
def reader(diane: User, signed_in: SignIn) -> Client:
    return signed_in(diane)


def codes(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return [row["code"] for row in response.json()["results"]]


def test_a_plan_says_its_years_and_what_it_follows(reader: Client) -> None:
    first = factories.PlanFactory()
    factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027, supersedes=first
    )
    plan = reader.get(f"{PLANS}2023-2027/").json()
    assert (plan["baseline_year"], plan["last_year"]) == (2022, 2027)
    assert plan["supersedes"] == "2018-2022"
    assert (plan["on_track_from"], plan["verdict_from"]) == ("0.9", "0.5")
    assert codes(reader, PLANS) == ["2023-2027", "2018-2022"]


def test_titles_are_given_in_both_languages(reader: Client) -> None:
    factories.ObjectiveFactory(code="O1", title_fr="Répondre", title_en="Respond")
    [row] = reader.get(OBJECTIVES).json()["results"]
    assert (row["title_fr"], row["title_en"]) == ("Répondre", "Respond")
    assert (row["plan"], row["weight"]) == ("2018-2022", "1")


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "diane", "paul"])
def test_the_plan_is_no_secret_to_who_holds_a_role(
    who: str, request: pytest.FixtureRequest, signed_in: SignIn, db: None
) -> None:
    factories.ObjectiveFactory(code="O1")
    client = signed_in(request.getfixturevalue(who))
    assert codes(client, OBJECTIVES) == ["O1"]
    assert codes(client, PLANS) == ["2018-2022"]


def test_who_holds_no_role_sees_nothing(db: None, signed_in: SignIn) -> None:
    row = factories.ObjectiveFactory()
    client = signed_in(factories.UserFactory())
    assert codes(client, OBJECTIVES) == []
    assert client.get(f"{OBJECTIVES}{row.pk}/").status_code == 404


def test_the_same_code_in_two_plans_is_told_apart(reader: Client) -> None:
    old = factories.ObjectiveFactory(code="O1")
    new = factories.ObjectiveFactory(
        code="O1",
        plan=factories.PlanFactory(
            code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
        ),
    )
    answer = reader.get(OBJECTIVES, {"code": "O1"}).json()
    assert [row["id"] for row in answer["results"]] == [new.pk, old.pk]
    answer = reader.get(OBJECTIVES, {"code": "O1", "plan": "2018-2022"}).json()
    assert [row["id"] for row in answer["results"]] == [old.pk]


# --- What every list does alike -----------------------------------------------------------------


def test_pages_lose_no_row_and_give_none_twice(reader: Client) -> None:
    expected = {factories.ObjectiveFactory(weight=1, rank=0).code for _ in range(7)}
    seen: list[str] = []
    address = f"{OBJECTIVES}?page_size=3&ordering=weight"
    while address:
        page = reader.get(address).json()
        assert page["count"] == 7
        seen += [row["code"] for row in page["results"]]
        address = page["next"]
    assert len(seen) == 7
    assert set(seen) == expected


def test_a_page_has_at_most_five_hundred_rows(reader: Client) -> None:
    plan = factories.PlanFactory()
    for _ in range(501):
        factories.ObjectiveFactory(plan=plan)
    assert len(reader.get(OBJECTIVES).json()["results"]) == 100
    assert len(reader.get(OBJECTIVES, {"page_size": 500}).json()["results"]) == 500
    assert reader.get(OBJECTIVES, {"page_size": 501}).status_code == 400


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "\x00", "9" * 5000])
def test_a_page_that_is_not_there_is_404(reader: Client, page: str) -> None:
    response = reader.get(OBJECTIVES, {"page": page})
    assert response.status_code == 404
    assert response.json()["detail"]


@pytest.mark.parametrize(
    ("question", "said_of"),
    [
        ({"page_size": "beaucoup"}, "page_size"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "٣"}, "page_size"),
        ({"plan": "2099-2104"}, "plan"),
        ({"plan": "2018\x002022"}, "plan"),
        ({"code": "x" * 20_000}, "code"),
        ({"ordering": "user__password"}, "ordering"),
        ({"ordering": "weight,\x00"}, "ordering"),
        ({"plna": "2018-2022"}, "detail"),
        ({"plan[$ne]": ""}, "detail"),
        ({"plan__validated_on": "x"}, "detail"),
        ({"plan": ["2018-2022", "2023-2027"]}, "plan"),
    ],
)
def test_a_question_that_is_not_understood_is_400_with_a_sentence(
    reader: Client, question: dict[str, str], said_of: str
) -> None:
    factories.PlanFactory()
    response = reader.get(OBJECTIVES, question)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/json"
    assert response.json()[said_of]


def test_too_many_parameters_are_400_in_json(reader: Client) -> None:
    response = reader.get(f"{OBJECTIVES}?" + "&".join(f"a{n}=1" for n in range(1100)))
    assert response.status_code == 400
    assert response.json()["detail"]


def test_bytes_that_are_no_text_are_400(reader: Client) -> None:
    assert reader.get(f"{OBJECTIVES}?code=%ff%fe").status_code == 400


def test_ordering_goes_down_with_a_minus(reader: Client) -> None:
    for code in ("O1", "O2"):
        factories.ObjectiveFactory(code=code)
    assert codes(reader, f"{OBJECTIVES}?ordering=-code") == ["O2", "O1"]


@pytest.mark.parametrize("tail", ["999/", "99999999999999999/", "0/"])
def test_a_row_that_is_not_there_is_404(reader: Client, tail: str) -> None:
    response = reader.get(OBJECTIVES + tail)
    assert response.status_code == 404
    assert response.json()["detail"]


@pytest.mark.parametrize("tail", ["x%00/", "-1/", "1e5/", "../../", f"{'9' * 40}/", "1/2/3/"])
def test_a_wrong_address_is_404_in_json(reader: Client, tail: str) -> None:
    response = reader.get(OBJECTIVES + tail)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_through_the_api(reader: Client, method: str) -> None:
    row = factories.ObjectiveFactory(code="O1")
    for address in (OBJECTIVES, f"{OBJECTIVES}{row.pk}/"):
        response = getattr(reader, method)(address, "[" * 5000, content_type="application/json")
        assert response.status_code == 405
        assert response.json()["detail"]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    reader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for rows in (3, 27):
        for _ in range(rows):
            factories.ObjectiveFactory()
        # Session, person, roles, count, rows.
        with django_assert_num_queries(5):
            reader.get(OBJECTIVES)
