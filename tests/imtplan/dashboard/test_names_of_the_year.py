"""A school under the name it had: what speaks of a year, page, file or API, says that year’s."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from imtplan.accounts.school_names import EarlierName, as_stored
from tests import factories

THEN, NOW = "EMAC d’hier", "IMT Mines Albi"
PAGES = [
    "/ecoles/imt-mines-albi/",
    "/fichiers/pages/ecoles/ecoles.csv",
    "/matrice/",
    "/matrice/?school=imt-mines-albi",
    "/fichiers/pages/matrice/ecoles.csv",
    "/indicateurs/students/",
    "/fichiers/indicateurs/students/ecoles.csv",
    "/api/v1/figures/",
    "/api/v1/figures.csv",
    "/api/v1/progress/?level=school",
    "/api/v1/progress.csv?level=school",
]


@pytest.fixture
def renamed(students: Any, albi: School, recomputed: Callable[[], Any]) -> School:
    albi.earlier_names = as_stored([EarlierName(THEN, "2020-12-31")])
    albi.save()
    factories.TargetFactory(
        plan=students.plan,
        indicator=students.indicator,
        school=albi,
        code="albi",
        year=2022,
        is_reference=False,
    )
    recomputed()
    return albi


def _at(page: str, year: int) -> str:
    return f"{page}{'&' if '?' in page else '?'}year={year}"


@pytest.mark.parametrize("page", PAGES)
def test_a_year_is_told_under_its_name(
    renamed: School, diane: User, signed_in: Callable[[User], Client], page: str
) -> None:
    client = signed_in(diane)
    answers = {year: client.get(_at(page, year)) for year in (2020, 2021)}
    assert {answer.status_code for answer in answers.values()} == {200}
    bodies = {year: _without_both(answer.getvalue().decode()) for year, answer in answers.items()}
    assert (THEN in bodies[2020], NOW in bodies[2020]) == (True, False)
    if "figures" not in page and "indicateurs" not in page:
        assert (THEN in bodies[2021], NOW in bodies[2021]) == (False, True)


def test_under_a_former_name_a_page_names_the_others_alone(
    renamed: School, diane: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(diane)
    then, now = (client.get(_at(PAGES[0], year)).content.decode() for year in (2020, 2021))
    assert ("aujourd’hui" in then, "anciennement" in then) == (True, False)
    assert ("aujourd’hui" in now, "anciennement" in now) == (False, True)


def _without_both(body: str) -> str:
    """Takes away where a page says both names: today’s beside that of then, and those of before."""
    return re.sub(r"aujourd’hui [^<·)]*|anciennement [^<·]*", "", body.replace("&#x27;", "’"))


def test_a_name_of_before_costs_no_query(
    renamed: School, diane: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(diane)
    prices = []
    for names in ([], renamed.earlier_names):
        School.objects.update(earlier_names=names)
        with CaptureQueriesContext(connection) as queries:
            client.get("/matrice/?year=2020")
        prices.append(len(queries))
    assert prices[0] == prices[1]


@pytest.mark.parametrize("typed", ["emac", "mines albi"])
def test_the_search_of_schools_finds_both_names(
    renamed: School, diane: User, signed_in: Callable[[User], Client], typed: str
) -> None:
    body = signed_in(diane).get(f"/ecoles/?q={typed}").content.decode()
    assert "anciennement EMAC d’hier (jusqu’au 31 décembre 2020)" in body
    assert NOW in body
