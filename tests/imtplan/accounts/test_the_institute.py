"""The institute's own row among the schools: there once, at every moment, and in no list."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import resolve

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from indicators.past import at
from tests import factories
from tests.walk import pages

SignIn = Callable[[User], Client]

# No school has a name like it.
NAME = "Zythum"
# Where figures are collected, the institute is a place as a school is one.
COLLECTION = {
    "campaigns",
    "campaign_new",
    "campaign_edit",
    "submissions",
    "accounts",
    "school_people",
}


@pytest.fixture
def institute(db: None) -> School:
    School.objects.filter(pk=factories.InstituteFactory().pk).update(name=NAME)
    return School.objects.get(name=NAME)


def test_it_is_there_once(db: None) -> None:
    [institute] = School.objects.filter(kind=School.Affiliation.INSTITUTE)
    assert (institute.code, institute.name) == ("imt", "Institut Mines-Télécom")


def test_no_other_row_is_it(db: None) -> None:
    with pytest.raises(IntegrityError, match="school_institute_by_its_code"):
        factories.SchoolFactory(kind="institute", code="other")


def test_it_is_no_school_under_its_own_code(db: None) -> None:
    with pytest.raises(IntegrityError, match="school_institute_by_its_code"):
        School.objects.filter(code="imt").update(kind="own")


def test_every_moment_of_the_past_knows_it(db: None) -> None:
    with at(datetime(2000, 1, 1, tzinfo=UTC)):
        assert [school.code for school in School.objects.all()] == ["imt"]


def test_its_roles_are_lost_where_their_migration_is_undone(institute: School, diane: User) -> None:
    for role in (Role.INSTITUTE_REPORTER, Role.INSTITUTE_VALIDATOR):
        factories.person(role, role, institute)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the test is one transaction
    call_command("migrate", "accounts", "0002_the_institute", verbosity=0)
    assert [held.user for held in Membership.objects.all()] == [diane]
    call_command("migrate", "accounts", verbosity=0)
    assert factories.person("Inès", Role.INSTITUTE_REPORTER, institute).held_roles


def test_no_page_lists_it_among_the_schools(
    institute: School, albi: School, paul: User, signed_in: SignIn
) -> None:
    factories.TargetFactory(indicator__is_headline=True, indicator__code="students")
    own = factories.TargetFactory(indicator__is_headline=True, indicator__aggregation="none")
    factories.FigureFactory(indicator=own.indicator, school=institute)
    factories.FigureFactory(indicator__code="phd", school=albi)
    named = {
        resolve(urlsplit(path).path).view_name
        for path, body in pages(signed_in(paul), "/plan/")
        if NAME in body
    }
    assert named <= COLLECTION
    reader = signed_in(paul)
    for path in ("/ecoles/", "/ecoles/?q=zyth", "/matrice/", "/plan/ecoles/", "/api/v1/schools/"):
        assert NAME not in reader.get(path).content.decode()


def test_nobody_edits_it_as_a_school(institute: School, paul: User, signed_in: SignIn) -> None:
    assert signed_in(paul).get(f"/plan/modifier/ecoles/{institute.pk}/").status_code == 404
