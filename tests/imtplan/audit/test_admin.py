"""The administration: the plan office's alone, and nothing done there goes unseen."""

from collections.abc import Callable

import pytest
from django.test import Client

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from indicators.models import StaleMark
from projects.models import FlagshipProject
from tests import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def project(db: None) -> FlagshipProject:
    """One of those whose title was never published."""
    return factories.ProjectFactory(code="P09", title_fr="", title_en="")


def form_of(project: FlagshipProject, **changed: str) -> dict[str, str]:
    """The administration's form of a project, as a browser posts it."""
    nested = [
        f"{name}-{part}"
        for name in ("serves", "milestones", "status_reports")
        for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    ]
    fields = {"plan": str(project.plan_id), "code": project.code, "weight": "1", "rank": "0"}
    return fields | dict.fromkeys(nested, "0") | changed


def test_the_plan_office_names_a_project_and_it_is_kept(
    project: FlagshipProject, paul: User, signed_in: SignIn
) -> None:
    StaleMark.objects.all().delete()
    address = f"/administration/projects/flagshipproject/{project.pk}/change/"
    response = signed_in(paul).post(address, form_of(project, title_fr="Un nom"))
    assert response.status_code == 302, response.context["errors"]
    project.refresh_from_db()
    assert project.title_fr == "Un nom"
    event = Event.objects.get()
    assert (event.actor, event.verb) == (paul, Event.Verb.PLAN_EDITED)
    assert event.detail["fields"] == ["title_fr"]
    titles = project.events.order_by("pgh_id").values_list("title_fr", flat=True)
    assert list(titles) == ["", "Un nom"]
    assert StaleMark.objects.exists()


def test_a_deletion_is_an_event_too(
    project: FlagshipProject, paul: User, signed_in: SignIn
) -> None:
    address = f"/administration/projects/flagshipproject/{project.pk}/delete/"
    signed_in(paul).post(address, {"post": "yes"})
    assert not FlagshipProject.objects.exists()
    assert Event.objects.get().detail["act"] == "deleted"


@pytest.mark.parametrize("person", ["alice", "bob", "diane"])
def test_nobody_else_enters(
    person: str, request: pytest.FixtureRequest, project: FlagshipProject, signed_in: SignIn
) -> None:
    browser = signed_in(request.getfixturevalue(person))
    address = f"/administration/projects/flagshipproject/{project.pk}/change/"
    assert browser.get(address).status_code == 302
    assert browser.post(address, form_of(project, title_fr="Autre")).status_code == 302
    project.refresh_from_db()
    assert project.title_fr == ""
    assert browser.get("/administration/login/").url == "/"


def test_events_are_read_there_and_not_written(paul: User, signed_in: SignIn) -> None:
    browser = signed_in(paul)
    assert browser.get("/administration/audit/event/").status_code == 200
    assert browser.get("/administration/audit/event/add/").status_code == 403
