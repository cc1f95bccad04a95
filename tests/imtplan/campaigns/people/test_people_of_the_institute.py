"""Who enters for the institute is somebody else than who validates there."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.terms import people_services as people
from imtplan.campaigns.terms.people_services import DelegationRefused, end_delegation, undo_end
from tests.databases import count_locks
from tests.imtplan.campaigns.people.roles import in_days

ENTERS, VALIDATES = Role.INSTITUTE_REPORTER, Role.INSTITUTE_VALIDATOR


@pytest.fixture
def named(name: Any, eve: User, paul: User) -> Any:
    """Paul gives Eve a role there, on these days."""

    def call(role: Role, first: int | None = None, last: int | None = None) -> Membership:
        days = {"starts_on": first, "ends_on": last}
        where = {"school": School.objects.get(code=School.THE_INSTITUTE), "role": role, "by": paul}
        return name(**where, **{key: day and in_days(day) for key, day in days.items()})

    return call


@pytest.mark.parametrize("first_role", [ENTERS, VALIDATES])
@pytest.mark.parametrize("first", [None, 1])
@pytest.mark.parametrize("second", [None, 5, 9])
def test_nobody_holds_both(
    named: Any, first_role: Role, first: int | None, second: int | None
) -> None:
    named(first_role, first, 9)
    with pytest.raises(DelegationRefused) as refusal:
        named(people.APART[first_role], second)
    assert (refusal.value.message, refusal.value.field) == (people.BOTH_ROLES, "email")
    assert Membership.objects.filter(user__name="Ève").count() == 1


def test_one_follows_the_other(named: Any) -> None:
    named(ENTERS, None, 9)
    assert named(VALIDATES, 10).pk
    assert named(ENTERS, 4, 9).pk


def test_the_days_of_a_role_are_not_made_to_meet_the_others(named: Any) -> None:
    named(ENTERS, None, 9)
    named(VALIDATES, 10)
    with pytest.raises(DelegationRefused):
        named(ENTERS, None, 10)


def test_an_end_is_not_taken_back_once_the_other_role_is_held(named: Any, paul: User) -> None:
    held = end_delegation(named(ENTERS), by=paul)
    other = named(VALIDATES)
    with pytest.raises(DelegationRefused) as refusal:
        undo_end(held, by=paul)
    assert refusal.value.message == people.BOTH_ROLES
    end_delegation(other, by=paul)
    assert undo_end(held, by=paul).ended_at is None


@pytest.mark.django_db(transaction=True)
def test_taking_back_waits_for_who_gives_the_other_role(named: Any, paul: User) -> None:
    held = end_delegation(named(ENTERS), by=paul)
    refusals: list[str] = []

    def take_back() -> None:
        try:
            undo_end(held, by=paul)
        except DelegationRefused as refusal:
            refusals.append(refusal.message)
        finally:
            connection.close()

    thread = threading.Thread(target=take_back)
    with transaction.atomic():
        named(VALIDATES)
        thread.start()
        while thread.is_alive() and not count_locks(waiting=True):
            thread.join(0.02)
    thread.join()
    assert refusals == [people.BOTH_ROLES]
