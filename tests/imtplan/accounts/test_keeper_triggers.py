"""The institute keeps somebody of the plan office: the database has the last word."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from imtplan.accounts.keeper_triggers import KEPT
from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from tests import factories


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert refusal.value.__cause__.diag.constraint_name == KEPT


def end(user: User) -> None:
    user.memberships.update(ended_at=timezone.now())


def limit(user: User) -> None:
    user.memberships.update(ends_on=timezone.localdate())


def switch_off(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def demote(user: User) -> None:
    user.memberships.update(role=Role.DIRECTORATE_GENERAL)


def delete(user: User) -> None:
    user.delete()


def leave(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_membership WHERE user_id = %s", [user.pk])


WAYS = [end, limit, switch_off, demote, delete, leave]


@pytest.mark.parametrize("way", WAYS)
def test_the_last_one_stays(way: Callable[[User], None], paul: User, diane: User) -> None:
    with refused():
        way(paul)
    assert Membership.objects.keeping().get().user == paul


@pytest.mark.parametrize("way", WAYS)
def test_one_of_two_may_go(way: Callable[[User], None], paul: User) -> None:
    odile = factories.person("Odile", Role.PLAN_OFFICE)
    way(paul)
    assert Membership.objects.keeping().get().user == odile


@pytest.mark.parametrize("change", [{"starts_on": 9}, {"ends_on": 9}, {"active": False}])
def test_who_does_not_hold_it_today_and_for_good_keeps_nothing(
    paul: User, change: dict[str, int]
) -> None:
    odile = factories.UserFactory(is_active=change.pop("active", True))
    days = {name: timezone.localdate() + timedelta(days=n) for name, n in change.items()}
    factories.MembershipFactory(user=odile, role=Role.PLAN_OFFICE, **days)
    with refused():
        end(paul)


def test_the_others_come_and_go(albi: School, alice: User, diane: User) -> None:
    """Where the institute has nobody yet, nobody is kept from anything."""
    for user in (alice, diane):
        switch_off(user)
        user.delete()
    assert not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_go_at_once_leave_one() -> None:
    for _ in range(5):
        both = [factories.person(f"P{timezone.now():%f}{n}", Role.PLAN_OFFICE) for n in range(2)]
        Membership.objects.exclude(user__in=both).filter(ended_at=None).update(
            ended_at=timezone.now()
        )
        together, late = threading.Barrier(2), []

        def go(user: User, together: threading.Barrier = together, late: list = late) -> None:
            try:
                together.wait(10)
                end(user)
            except IntegrityError as error:
                late.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=go, args=[user]) for user in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(late) == 1
        assert Membership.objects.keeping().count() == 1
