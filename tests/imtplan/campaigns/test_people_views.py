"""The page where a director names and ends: who sees it, who acts, and what it says."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.terms.people_services import end_delegation, name_person
from tests import factories

PAGE = "/ecole/imt-mines-albi/personnes/"
SignIn = Callable[[User], Client]


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def eve(db: None) -> User:
    return factories.UserFactory(name="Ève", email="eve@example.org")


@pytest.fixture
def name(albi: School, alice: User, eve: User) -> Callable[..., Membership]:
    """Alice names Eve as a contributor without an end, unless the test says otherwise."""

    def call(role: str = Role.CONTRIBUTOR, ends_on: date | None = None) -> Membership:
        return name_person(
            school=albi, email=eve.email, name="", role=role, ends_on=ends_on, by=alice
        )

    return call


def typed(**changes: Any) -> dict[str, Any]:
    words = {"email": "nora@example.org", "name": "Nora", "role": "contributor", "ends_on": ""}
    return words | changes


def test_the_page_says_who_may_what_until_when(
    signed_in: SignIn, alice: User, bob: User, charlie: User, name: Any, eve: User
) -> None:
    name(role=Role.SUBSTITUTE, ends_on=date(2027, 3, 1))
    text = signed_in(alice).get(PAGE).content.decode()
    assert text.index("Alice") < text.index("eve@example.org") < text.index("bob@")
    assert '<time datetime="2027-03-01">' in text
    assert "charlie@" not in text


def test_a_director_names_on_the_page(signed_in: SignIn, alice: User, albi: School) -> None:
    answer = signed_in(alice).post(PAGE, typed(ends_on=in_days(9).isoformat()), follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    held = albi.memberships.get(role=Role.CONTRIBUTOR)
    assert (held.user.email, held.ends_on) == ("nora@example.org", in_days(9))
    assert "Nora" in answer.content.decode()


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(
    signed_in: SignIn, alice: User
) -> None:
    answer = signed_in(alice).post(PAGE, typed(role="substitute"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_ends_on"' in text
    assert 'value="nora@example.org"' in text
    assert not User.objects.filter(email="nora@example.org").exists()


@pytest.mark.parametrize("field", ["email", "role"])
def test_what_is_missing_is_said(signed_in: SignIn, alice: User, field: str) -> None:
    answer = signed_in(alice).post(PAGE, typed(**{field: ""}))
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()


def test_a_director_ends_on_the_page(
    signed_in: SignIn, alice: User, bob: User, albi: School
) -> None:
    held = bob.memberships.get()
    client, url = signed_in(alice), reverse("end_delegation", args=[albi.code, held.pk])
    text = client.get(PAGE).content.decode()
    assert f'href="{url}"' in text
    assert re.search(r'<a class="btn[^>]*>[^<]*<span class="visually-hidden">[^<]*Bob', text)
    asks = client.get(url).content.decode()
    assert "Bob" in asks
    assert Membership.objects.get(pk=held.pk).ended_at is None
    answer = client.post(url, {"end": ""}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert f'href="{url}"' not in answer.content.decode()
    assert signed_in(bob).get(PAGE).status_code == 404


def test_a_slip_is_taken_back_from_the_page(
    signed_in: SignIn, alice: User, bob: User, paul: User, albi: School
) -> None:
    held = bob.memberships.get()
    client, url = signed_in(alice), reverse("end_delegation", args=[albi.code, held.pk])
    undo = reverse("undo_end", args=[albi.code, held.pk])
    text = client.post(url, {"end": ""}, follow=True).content.decode()
    assert text.count(f'action="{undo}"') == 2  # in the message, and beside the role
    assert undo not in signed_in(paul).get(PAGE).content.decode()
    assert "qui a mis fin" in signed_in(paul).post(undo, {"undo": ""}, follow=True).content.decode()
    answer = client.post(undo, {"undo": ""}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Bob tient de nouveau ce rôle" in answer.content.decode()
    assert signed_in(bob).get(PAGE).status_code == 200


def test_a_director_does_not_end_a_director(signed_in: SignIn, alice: User, albi: School) -> None:
    other = factories.person("Odile", Role.DIRECTOR, albi).memberships.get()
    client, url = signed_in(alice), reverse("end_delegation", args=[albi.code, other.pk])
    assert url not in client.get(PAGE).content.decode()
    assert client.post(url, {"end": ""}).status_code == 404
    assert Membership.objects.get(pk=other.pk).ended_at is None


def test_another_schools_role_is_not_ended_from_here(
    signed_in: SignIn, bob: User, charlie: User, ales: School
) -> None:
    url = reverse("end_delegation", args=[ales.code, bob.memberships.get().pk])
    assert signed_in(charlie).post(url, {"end": ""}).status_code == 404


@pytest.mark.parametrize(
    ("who", "reads", "acts"),
    [
        ("alice", 200, 302),
        ("paul", 200, 302),
        ("bob", 200, 403),
        ("diane", 200, 403),
        ("charlie", 404, 404),
    ],
)
def test_who_reads_and_who_acts(
    request: pytest.FixtureRequest,
    signed_in: SignIn,
    albi: School,
    name: Any,
    eve: User,
    who: str,
    reads: int,
    acts: int,
) -> None:
    client = signed_in(request.getfixturevalue(who))
    url = reverse("end_delegation", args=[albi.code, name().pk])
    shown = client.get(PAGE)
    assert shown.status_code == reads
    assert ('<form method="post" action="/ecole/' in shown.content.decode()) is (acts == 302)
    assert client.post(PAGE, typed()).status_code == acts
    assert client.get(url).status_code == (200 if acts == 302 else acts)
    assert client.post(url, {"end": ""}).status_code == acts
    undo = url.replace("terminer", "retablir")
    assert client.post(undo, {"undo": ""}).status_code == acts


def test_a_substitute_reads_and_does_not_name(
    signed_in: SignIn, name: Any, eve: User, albi: School
) -> None:
    name(role=Role.SUBSTITUTE, ends_on=in_days(3))
    client = signed_in(eve)
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, typed()).status_code == 403


def test_past_roles_stand_apart(
    signed_in: SignIn, alice: User, name: Any, eve: User, albi: School
) -> None:
    end_delegation(name(), by=alice)
    text = signed_in(alice).get(PAGE).content.decode()
    assert text.index('id="past"') < text.index("eve@example.org")


def test_the_page_asks_the_same_however_many_people(
    signed_in: SignIn, alice: User, albi: School, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        factories.person(f"Contributor{number}", Role.CONTRIBUTOR, albi)
    client = signed_in(alice)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
