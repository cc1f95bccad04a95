"""What each page asks the database does not hang on the number of schools or of projects."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from indicators.models import Target
from objectives.models import Objective
from projects.models import Serves
from tests import factories

YEAR = "?year=2020"
PAGES = [
    "/tableau-de-bord/",
    "/objectifs/O1/",
    "/leviers/L1/",
    "/matrice/",
    "/projets/",
    "/indicateurs/students/",
    "/projets/PX/",
    "/ecoles/",
    "/ecoles/imt-mines-albi/",
    "/historique/",
    "/sensibilite/",
    "/saisies/?year=2021",
    "/explication/indicateurs/students/",
    "/explication/cibles/students-plan-2022/",
    "/explication/objectifs/O1/",
    "/explication/plan/",
    "/explication/ecoles/imt-mines-albi/students/",
    "/fichiers/pages/ecoles/parts.csv",
]


@pytest.fixture
def objective(students: Target, albi: School) -> Objective:
    objective = factories.ObjectiveFactory(plan=students.plan, code="O1")
    factories.LinkFactory(indicator=students.indicator, objective=objective)
    factories.CampaignFactory(plan=students.plan, year=2021, indicators=[students.indicator])
    project = factories.ProjectFactory(plan=students.plan, code="PX")
    Serves.objects.create(project=project, objective=objective)
    lever = factories.LeverFactory(plan=students.plan, code="L1")
    factories.LinkFactory(indicator=students.indicator, lever=lever, objective=None)
    return objective


def grow(objective: Objective, target: Target, number: int) -> None:
    """So many more schools with figures, projects with milestones and reports."""
    for _more in range(number):
        school = factories.SchoolFactory()
        for year in (2017, 2019, 2020):
            factories.FigureFactory(indicator=target.indicator, school=school, year=year)
        project = factories.ProjectFactory(plan=objective.plan)
        factories.MilestoneFactory(project=project)
        factories.StatusReportFactory(project=project)
        Serves.objects.create(project=project, objective=objective)


def price(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        asked = path if "?" in path else path + YEAR
        assert client.get(asked).status_code == 200
    return [query["sql"][:110] for query in queries]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_same_of_eight_and_of_eighty(
    path: str,
    objective: Objective,
    students: Target,
    diane: User,
    signed_in: Callable[[User], Client],
    recomputed: Callable[[], Any],
) -> None:
    client = signed_in(diane)
    grow(objective, students, 7)
    recomputed()
    price(client, path)  # what is asked once and kept
    few = price(client, path)

    grow(objective, students, 72)
    recomputed()
    many = price(client, path)

    assert len(many) == len(few), [one for one in many if many.count(one) > few.count(one)]
