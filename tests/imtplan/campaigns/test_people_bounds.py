"""Naming people is bounded, and what is typed as a name is no mail to anybody."""

from collections.abc import Callable
from typing import Any

import pytest

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.terms import people_services as people
from imtplan.campaigns.terms.people_services import DelegationRefused, end_delegation, name_person
from imtplan.outbox.models import Mail
from tests import factories


@pytest.fixture
def name(alice: User, albi: School) -> Callable[..., Membership]:
    """Alice names Nora as contributor; what differs is said."""

    def named(**changes: Any) -> Membership:
        words = {"email": "nora@example.org", "name": "Nora", "role": Role.CONTRIBUTOR}
        return name_person(school=albi, by=alice, **{"ends_on": None} | words | changes)

    return named


def test_so_many_people_of_a_school_and_no_more(name: Any, albi: School) -> None:
    for number in range(people.MOST_HELD):
        factories.person(f"Colleague{number}", Role.CONTRIBUTOR, albi)
    with pytest.raises(DelegationRefused) as refused:
        name()
    assert str(people.MOST_HELD) in str(refused.value)


def test_so_many_namings_in_one_day_whoever_was_ended_meanwhile(name: Any, alice: User) -> None:
    for number in range(people.MOST_A_DAY):
        held = name(email=f"new-{number}@example.org", name="Nora")
        end_delegation(held, by=alice)
    before = Mail.objects.count()
    with pytest.raises(DelegationRefused, match="demain"):
        name(email="one-more@example.org", name="Nora")
    assert Mail.objects.count() == before
    assert not User.objects.filter(email="one-more@example.org").exists()


@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.example",
        "Gagnez 1000 euros",
        "a@b.fr",
        "Nora\nhttps://evil.example/\u2028",
        "<b>Nora",
        "-",
    ],
)
def test_a_name_is_a_name(name: Any, typed: str) -> None:
    with pytest.raises(DelegationRefused) as refused:
        name(email="new@example.org", name=typed)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "typed", ["Nora", "Jean-Noël d’Alès", "Łukasz O'Neil", "M. Nguyễn (DSI)", "李小龙", "Ève"]
)
def test_names_of_every_kind_are_names(name: Any, typed: str) -> None:
    assert name(email="new@example.org", name=typed).user.name == typed


def test_what_is_typed_as_a_name_is_no_mail_to_a_stranger(name: Any) -> None:
    name(email="new@example.org", name="Appelez vite le siège")
    assert "Appelez" not in Mail.objects.get().body + Mail.objects.get().subject
