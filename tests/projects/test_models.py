"""Flagship projects: what they serve, their milestones, what their leaders say."""

from datetime import date

import pytest
from django.db import IntegrityError

from imtplan.accounts.models import User
from projects.models import FlagshipProject, Milestone, Serves, StatusReport
from tests import factories


@pytest.mark.parametrize(
    ("titles", "named"),
    [
        ({"title_fr": "IMT Afrique", "title_en": ""}, True),
        ({"title_fr": "", "title_en": "IMT Africa"}, True),
        ({"title_fr": "", "title_en": ""}, False),
    ],
)
def test_a_project_may_wait_for_its_title(titles: dict[str, str], named: bool) -> None:
    assert FlagshipProject(code="P09", **titles).is_named is named


@pytest.mark.parametrize("both", [True, False])
def test_a_link_goes_to_one_objective_or_one_lever(db: None, both: bool) -> None:
    project = factories.ProjectFactory()
    ends = {"objective": factories.ObjectiveFactory(), "lever": factories.LeverFactory()}
    with pytest.raises(IntegrityError, match="serves_one_element"):
        Serves.objects.create(project=project, **(ends if both else {}))


def test_a_link_stands_once(db: None) -> None:
    project, objective = factories.ProjectFactory(), factories.ObjectiveFactory()
    Serves.objects.create(project=project, objective=objective)
    with pytest.raises(IntegrityError, match="serves_once"):
        Serves.objects.create(project=project, objective=objective)


@pytest.mark.parametrize(
    ("due", "done", "late"),
    [
        ("2020-06-30", None, True),
        ("2020-07-01", None, False),
        ("2020-06-30", "2020-06-30", False),
        ("2020-06-30", "2020-07-02", True),
        ("2020-06-30", "2020-07-01", False),
    ],
)
def test_a_milestone_is_late_when_due_and_not_done(
    db: None, due: str, done: str | None, late: bool
) -> None:
    factories.MilestoneFactory(due_on=due, done_on=done)
    assert Milestone.objects.late(on=date(2020, 7, 1)).exists() is late


def test_a_declared_status_says_why(db: None) -> None:
    with pytest.raises(IntegrityError, match="status_report_has_a_sentence"):
        factories.StatusReportFactory(sentence="")


def test_the_latest_report_of_each_project(db: None) -> None:
    project = factories.ProjectFactory()
    factories.StatusReportFactory(project=project, reported_on="2020-01-01")
    latest = factories.StatusReportFactory(project=project, reported_on="2021-01-01")
    other = factories.StatusReportFactory(reported_on="2019-01-01")
    assert set(StatusReport.objects.latest_of_each_project()) == {latest, other}


def test_milestones_and_reports_are_for_everybody_who_holds_a_role(alice: User) -> None:
    milestone, report = factories.MilestoneFactory(), factories.StatusReportFactory()
    stranger = factories.UserFactory()
    assert list(Milestone.objects.visible_to(alice)) == [milestone]
    assert list(StatusReport.objects.visible_to(alice)) == [report]
    assert not Milestone.objects.visible_to(stranger).exists()
    assert not StatusReport.objects.visible_to(stranger).exists()
