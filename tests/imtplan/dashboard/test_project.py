"""A flagship project: its facts, its milestones, what is computed and what is declared."""

from datetime import date

import pytest

from imtplan.dashboard.projects.timeline import MilestoneState
from imtplan.dashboard.queries import differ
from indicators.models import ProgressStatus
from projects.models import DeclaredStatus, Milestone
from tests import factories


@pytest.mark.parametrize(
    ("due", "done", "state"),
    [
        (date(2020, 6, 30), date(2020, 6, 30), MilestoneState.DONE),
        (date(2020, 6, 30), date(2020, 7, 1), MilestoneState.DONE_LATE),
        (date(2020, 6, 30), None, MilestoneState.LATE),
        (date(2020, 6, 30), date(2021, 1, 1), MilestoneState.LATE),
        (date(2020, 12, 31), None, MilestoneState.TO_COME),
        (date(2021, 6, 30), None, MilestoneState.TO_COME),
    ],
)
def test_a_milestone_on_the_last_day_of_2020(due, done, state):
    assert MilestoneState.of(Milestone(due_on=due, done_on=done), date(2020, 12, 31)) == state


@pytest.mark.parametrize(
    ("computed", "declared", "far_apart"),
    [
        (ProgressStatus.OFF_TRACK, DeclaredStatus.ON_TRACK, True),
        (ProgressStatus.AT_RISK, DeclaredStatus.ON_TRACK, False),
        (ProgressStatus.ON_TRACK, DeclaredStatus.OFF_TRACK, True),
        (ProgressStatus.MISSED, DeclaredStatus.STOPPED, False),
        (ProgressStatus.ACHIEVED, DeclaredStatus.AT_RISK, True),
        (ProgressStatus.NO_DATA, DeclaredStatus.DONE, False),
        (ProgressStatus.OFF_TRACK, None, False),
    ],
)
def test_two_grades_apart(computed, declared, far_apart):
    assert differ(computed, declared) is far_apart


def test_the_page_of_a_project(students, diane, signed_in, recomputed, read):
    project = factories.ProjectFactory(code="P05", title_fr="IMT Afrique", source="La presse")
    objective = factories.ObjectiveFactory(code="O4", title_fr="Rayonner")
    project.serves.create(objective=objective, inferred=True)
    factories.LinkFactory(indicator=students.indicator, project=project)
    factories.MilestoneFactory(project=project, title_fr="Cadrage", due_on="2019-03-31")
    factories.StatusReportFactory(
        project=project, status="on_track", sentence="Tout va bien.", reported_on="2020-02-02"
    )
    recomputed()

    words = read(signed_in(diane).get("/projets/P05/?year=2020"))

    for wanted in ("IMT Afrique", "Rayonner", "Cadrage", "Tout va bien.", "La presse", "Étudiants"):
        assert wanted in words
    assert "Lien déduit" in words
    assert "UNDEFINED" not in words


def test_a_project_without_a_title(students, diane, signed_in, read):
    factories.ProjectFactory(code="P09", title_fr="", title_en="")

    words = read(signed_in(diane).get("/projets/P09/"))

    assert "Titre non publié" in words
    assert "Aucun jalon" in words


def test_the_same_code_in_two_plans(students, diane, signed_in, read):
    later = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )
    factories.ProjectFactory(code="P01", title_fr="Ancien", plan=students.plan)
    factories.ProjectFactory(code="P01", title_fr="Nouveau", plan=later)
    client = signed_in(diane)

    assert "Nouveau" in read(client.get("/projets/P01/"))
    assert "Ancien" in read(client.get("/projets/P01/?plan=2018-2022"))
