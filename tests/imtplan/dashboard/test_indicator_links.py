"""An indicator's page names the objectives, levers and projects in which it counts."""

from collections.abc import Callable

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from tests import factories

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


def test_it_names_what_it_counts_in(albi: School, diane: User, signed_in: SignedIn) -> None:
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=target.plan, code="O1", title_fr="Grandir")
    lever = factories.LeverFactory(plan=target.plan, code="L2", title_fr="Financer")
    project = factories.ProjectFactory(plan=target.plan, code="P3", title_fr="Un campus")
    for side in ({"project": project}, {"lever": lever}, {"objective": objective}):
        factories.LinkFactory(indicator=target.indicator, **side)
    elsewhere = factories.ObjectiveFactory(plan=factories.PlanFactory(code="2023-2027"), code="A1")
    factories.LinkFactory(indicator=target.indicator, objective=elsewhere)
    page = signed_in(diane).get("/indicateurs/students/?plan=2018-2022").content.decode()
    places = [page.index(f">{element}</a>") for element in (objective, lever, project)]
    assert places == sorted(places)
    assert str(elsewhere) not in page


def test_without_a_link_nothing_is_named(albi: School, diane: User, signed_in: SignedIn) -> None:
    factories.students_of_the_plan(albi)
    assert "Compte dans" not in signed_in(diane).get("/indicateurs/students/").content.decode()
