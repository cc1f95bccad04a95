"""Flagship projects through the API."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imtplan.accounts.models import User
from projects.models import FlagshipProject, Serves
from tests import factories

PROJECTS = "/api/v1/projects/"


@pytest.fixture
def reader(alice: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(alice)


def rows(client: Client, **question: str) -> list[dict[str, Any]]:
    response = client.get(PROJECTS, question)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def full_project(code: str) -> FlagshipProject:
    project = factories.ProjectFactory(code=code)
    objective = factories.ObjectiveFactory(code=f"O-{code}")
    Serves.objects.create(project=project, objective=objective, inferred=True)
    for day in ("2020-06-30", "2019-06-30"):
        factories.MilestoneFactory(project=project, due_on=day)
    for day, status in (("2020-01-01", "on_track"), ("2021-01-01", "at_risk")):
        factories.StatusReportFactory(project=project, reported_on=day, status=status)
    return project


def test_a_project_carries_what_it_serves_and_its_milestones(reader: Client) -> None:
    full_project("P01")
    [row] = rows(reader)
    assert row["serves"] == [{"objective": "O-P01", "lever": None, "weight": "1", "inferred": True}]
    assert [milestone["due_on"] for milestone in row["milestones"]] == ["2019-06-30", "2020-06-30"]
    assert row["milestones"][0]["done_on"] is None


def test_the_latest_report_is_the_one_given(reader: Client) -> None:
    full_project("P01")
    [row] = rows(reader)
    assert row["latest_report"] == {
        "status": "at_risk",
        "sentence": "Tout va bien.",
        "reported_on": "2021-01-01",
    }


def test_a_project_that_nobody_named_or_reported_says_so(reader: Client) -> None:
    factories.ProjectFactory(code="P09", title_fr="", title_en="")
    [row] = rows(reader)
    assert (row["is_named"], row["latest_report"]) == (False, None)


def test_one_project_is_like_its_row_in_the_list(reader: Client) -> None:
    project = full_project("P01")
    assert [reader.get(f"{PROJECTS}{project.pk}/").json()] == rows(reader)


def test_status_means_the_latest_and_not_an_older_one(reader: Client) -> None:
    full_project("P01")
    assert [row["code"] for row in rows(reader, status="at_risk")] == ["P01"]
    assert rows(reader, status="on_track") == []


def test_of_two_reports_of_one_day_the_later_counts(reader: Client) -> None:
    project = factories.ProjectFactory()
    for status in ("on_track", "off_track"):
        factories.StatusReportFactory(project=project, reported_on=date(2021, 5, 1), status=status)
    [row] = rows(reader, status="off_track")
    assert row["latest_report"]["status"] == "off_track"


def test_projects_by_what_they_serve(reader: Client) -> None:
    full_project("P01")
    full_project("P02")
    lever = factories.LeverFactory(code="L1")
    served_twice = factories.ProjectFactory(code="P03")
    Serves.objects.create(project=served_twice, lever=lever)
    assert [row["code"] for row in rows(reader, objective="O-P02")] == ["P02"]
    assert [row["code"] for row in rows(reader, lever="L1")] == ["P03"]
    assert reader.get(PROJECTS, {"objective": "O9"}).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_rows(
    reader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (3, 27):
        for number in range(count):
            full_project(f"{count}-{number}")
        # Session, person, roles, count, rows; milestones, links, objectives, reports.
        with django_assert_num_queries(9):
            rows(reader)
