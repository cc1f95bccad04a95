"""The table of roles: who may do what, and in which school."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from django.utils import timezone

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import ROLES, Permission, Role, has_permission
from tests import factories

# Written out by hand, so that a change of the table is a change of this test.
EXPECTED = {
    Role.DIRECTOR: {"read_school", "enter_figures", "submit_figures", "delegate"},
    Role.SUBSTITUTE: {"read_school", "enter_figures", "submit_figures"},
    Role.CONTRIBUTOR: {"read_school", "enter_figures"},
    Role.INSTITUTE_REPORTER: {"read_school", "enter_figures", "submit_figures"},
    Role.INSTITUTE_VALIDATOR: {"read_school", "validate_figures"},
    Role.DIRECTORATE_GENERAL: {
        "read_school",
        "read_institute",
        "validate_figures",
        "take_snapshot",
    },
    Role.PLAN_OFFICE: {
        "read_school",
        "read_institute",
        "take_snapshot",
        "edit_plan",
        "delegate",
        "manage_people",
    },
}


@pytest.mark.parametrize("role", Role)
def test_the_table_says_what_each_role_may(role: Role) -> None:
    assert {permission.value for permission in role.spec.permissions} == EXPECTED[role]


def test_every_permission_is_held_by_some_role() -> None:
    held = frozenset().union(*(spec.permissions for spec in ROLES.values()))
    assert held == set(Permission)


def test_a_school_role_counts_in_its_school_alone(alice: User, albi: School, ales: School) -> None:
    assert has_permission(alice, Permission.ENTER_FIGURES, school=albi)
    assert not has_permission(alice, Permission.ENTER_FIGURES, school=ales)
    assert not has_permission(alice, Permission.ENTER_FIGURES)


def test_an_institute_role_counts_in_every_school(diane: User, albi: School, ales: School) -> None:
    assert all(
        has_permission(diane, Permission.VALIDATE_FIGURES, school=school)
        for school in (albi, ales, None)
    )
    assert not has_permission(diane, Permission.ENTER_FIGURES, school=albi)


def test_a_contributor_enters_and_does_not_submit(bob: User, albi: School) -> None:
    assert has_permission(bob, Permission.ENTER_FIGURES, school=albi)
    assert not has_permission(bob, Permission.SUBMIT_FIGURES, school=albi)


def test_nobody_without_an_account_may_anything(albi: School) -> None:
    assert not any(
        has_permission(AnonymousUser(), permission, school=albi) for permission in Permission
    )


def test_an_account_switched_off_may_nothing(alice: User, albi: School) -> None:
    alice.is_active = False
    assert not has_permission(alice, Permission.READ_SCHOOL, school=albi)


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (1, True)])
def test_a_role_holds_until_its_last_day_included(albi: School, days: int, holds: bool) -> None:
    user = factories.UserFactory()
    factories.MembershipFactory(
        user=user,
        role=Role.DIRECTOR,
        school=albi,
        ends_on=timezone.localdate() + timedelta(days=days),
    )
    assert has_permission(user, Permission.READ_SCHOOL, school=albi) is holds


@pytest.mark.parametrize(("days", "holds"), [(-1, True), (0, True), (1, False)])
def test_a_role_holds_from_its_first_day(albi: School, days: int, holds: bool) -> None:
    user = factories.UserFactory()
    factories.MembershipFactory(
        user=user,
        role=Role.CONTRIBUTOR,
        school=albi,
        starts_on=timezone.localdate() + timedelta(days=days),
    )
    assert has_permission(user, Permission.READ_SCHOOL, school=albi) is holds


def test_an_ended_role_no_longer_holds_whatever_its_last_day(albi: School) -> None:
    user = factories.UserFactory()
    factories.MembershipFactory(
        user=user,
        role=Role.SUBSTITUTE,
        school=albi,
        ends_on=timezone.localdate() + timedelta(days=9),
        ended_at=timezone.now(),
    )
    assert not has_permission(user, Permission.READ_SCHOOL, school=albi)


def test_a_director_names_in_their_school_and_the_plan_office_in_all(
    alice: User, paul: User, albi: School, ales: School
) -> None:
    assert [has_permission(alice, Permission.DELEGATE, school=one) for one in (albi, ales)] == [
        True,
        False,
    ]
    assert all(has_permission(paul, Permission.DELEGATE, school=one) for one in (albi, ales))


@pytest.mark.parametrize(
    ("role", "in_a_school"),
    [(Role.SUBSTITUTE, False), (Role.DIRECTOR, False), (Role.PLAN_OFFICE, True)],
)
def test_the_database_refuses_a_role_in_the_wrong_place(
    albi: School, role: Role, in_a_school: bool
) -> None:
    user = factories.UserFactory()
    with pytest.raises(IntegrityError, match="membership_school_as_role_says"):
        Membership.objects.create(user=user, role=role, school=albi if in_a_school else None)


def test_only_the_plan_office_enters_the_administration(
    alice: User, bob: User, diane: User, paul: User
) -> None:
    assert [user.is_staff for user in (alice, bob, diane, paul)] == [False, False, False, True]


def test_two_people_never_share_an_address(alice: User) -> None:
    with pytest.raises(IntegrityError, match="user_email_once"):
        factories.UserFactory(email=alice.email.upper())


def test_the_first_superuser_is_of_the_plan_office(db: None) -> None:
    user = User.objects.create_superuser("First@Example.org", "a-long-secret", name="First")
    assert user.email == "first@example.org"
    assert [held.role for held in user.held_roles] == [Role.PLAN_OFFICE]


def test_schools_are_seen_by_their_own_and_by_the_institute(
    alice: User, charlie: User, diane: User, albi: School, ales: School
) -> None:
    assert list(School.objects.visible_to(alice)) == [albi]
    assert list(School.objects.visible_to(charlie)) == [ales]
    assert list(School.objects.visible_to(diane)) == [albi, ales]


@pytest.mark.parametrize(
    ("first", "last", "year", "member"),
    [
        (None, None, 2020, True),
        (2020, None, 2020, True),
        (2021, None, 2020, False),
        (None, 2019, 2020, False),
        (None, 2020, 2020, True),
    ],
)
def test_a_school_is_expected_in_its_years(
    db: None, first: int | None, last: int | None, year: int, member: bool
) -> None:
    school = factories.SchoolFactory(first_year=first, last_year=last)
    assert School.objects.members_in(year).filter(pk=school.pk).exists() is member
    assert school.is_member_in(year) is member


def test_only_own_schools_carry_the_plan(db: None) -> None:
    associated = factories.SchoolFactory(kind=School.Affiliation.ASSOCIATED)
    own = factories.SchoolFactory(kind=School.Affiliation.OWN)
    assert list(School.objects.members_in(2020)) == [own]
    assert [school.is_member_in(2020) for school in (own, associated)] == [True, False]
