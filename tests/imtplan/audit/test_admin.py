"""The administration: the plan office looks at what is stored, and nothing can be written there."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.forms import inlineformset_factory
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import localize_input

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.reading_site import ReadOnlyAdmin
from imtplan.accounts.roles import Role
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.models import Receipt
from indicators.models import RecomputeRun, Target
from projects.models import FlagshipProject
from tests import factories
from tests.stored import everything_stored

SignIn = Callable[[User], Client]
ACTS = ["changelist", "add", "change", "delete", "history"]


@pytest.fixture
def somebody(request: pytest.FixtureRequest, db: None) -> User:
    """Who may most: of the plan office, by a role that was given or by `createsuperuser`."""
    if request.param == "plan office":
        return factories.person("Paul", Role.PLAN_OFFICE)
    return User.objects.create_superuser("root@example.org", "a-long-password", name="Root")


@pytest.fixture
def filled(alice: User, albi: School) -> None:
    """A row of every model that is shown."""
    target = factories.students_of_the_plan(albi)
    plan = target.plan
    project = factories.ProjectFactory(plan=plan)
    factories.MilestoneFactory(project=project)
    factories.StatusReportFactory(project=project)
    factories.LeverFactory(plan=plan)
    objective = factories.ObjectiveFactory(plan=plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective, weight=1)
    campaign = factories.CampaignFactory(plan=plan, indicators=[target.indicator])
    submission = factories.SubmissionFactory(campaign=campaign, school=albi)
    now = timezone.now()
    Receipt.objects.create(submission=submission, number="R-1", at=now, by_name="Alice")
    RecomputeRun.objects.create(started_at=now, marks=1, indicators=1, rows_changed=1)
    record(Event.Verb.SUBMITTED, by=alice, school=albi)


def rows() -> Iterator[tuple[type[Model], Model]]:
    for model in admin.site._registry:
        row = model._default_manager.first()
        assert row is not None, model
        yield model, row


def address(model: type[Model], act: str, row: Model) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{act}"
    return reverse(name, args=[] if act in ("changelist", "add") else [row.pk])


def typed(row: Model) -> dict[str, Any]:
    """All that a form of this row could send, with what deletes it and each inline's rows."""
    values = {field.name: field.value_from_object(row) for field in row._meta.fields}
    texts = {name: localize_input(value) for name, value in values.items() if value is not None}
    texts |= {name: "changed" for name in texts if name.startswith(("name", "title", "source"))}
    inlines = [
        inlineformset_factory(
            type(row), inline.model, fk_name=inline.fk_name, fields=[]
        ).get_default_prefix()
        for inline in admin.site._registry[type(row)].inlines
    ]
    totals = {f"{one}-{part}_FORMS": "0" for one in inlines for part in ("TOTAL", "INITIAL")}
    return texts | totals | {"post": "yes", "action": "delete_selected", "_selected_action": row.pk}


@pytest.mark.parametrize("somebody", ["plan office", "superuser"], indirect=True)
def test_no_address_of_it_writes_anything(somebody: User, filled: None, signed_in: SignIn) -> None:
    browser = signed_in(somebody)
    before = everything_stored()
    statuses = {
        place: browser.post(place, data).status_code
        for model, row in rows()
        for place in [address(model, act, row) for act in ACTS]
        for data in ({}, typed(row))
    }
    assert everything_stored() == before
    assert set(statuses.values()) <= {403, 405}, statuses


@pytest.mark.parametrize("somebody", ["plan office", "superuser"], indirect=True)
def test_what_is_stored_can_be_looked_at(somebody: User, filled: None, signed_in: SignIn) -> None:
    browser = signed_in(somebody)
    for model, row in rows():
        statuses = {act: browser.get(address(model, act, row)).status_code for act in ACTS}
        assert statuses == {
            "changelist": 200,
            "add": 403,
            "change": 200,
            "delete": 403,
            "history": 200,
        }, model
        page = browser.get(address(model, "change", row)).content.decode()
        content = page.partition('id="content"')[2]
        assert not re.search(r'<select|<textarea|<input(?![^>]*type="hidden")', content), model
    assert browser.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("somebody", ["plan office", "superuser"], indirect=True)
def test_no_password_is_changed_there(somebody: User, filled: None, signed_in: SignIn) -> None:
    browser = signed_in(somebody)
    other = User.objects.exclude(pk=somebody.pk).first()
    before = everything_stored()
    passwords = {"old_password": "a-long-password"} | dict.fromkeys(
        ["new_password1", "new_password2", "password1", "password2"], "another-long-password"
    )
    for place in (
        "/administration/password_change/",
        f"/administration/accounts/user/{other.pk}/password/",
        f"/administration/accounts/user/{other.pk}/change/",
        f"/administration/auth/user/{other.pk}/password/",
    ):
        assert browser.post(place, passwords).status_code in (403, 404, 405)
    assert everything_stored() == before
    with pytest.raises(NoReverseMatch):
        reverse("admin:password_change")


@pytest.mark.parametrize("model", [EmailAddress, Group, Session])
def test_the_models_of_libraries_are_not_there(
    model: type[Model], paul: User, alice: User, signed_in: SignIn
) -> None:
    """An address of one's own added to somebody's account opened it to a reset of its password."""
    assert model not in admin.site._registry
    meta = model._meta
    place = f"/administration/{meta.app_label}/{meta.model_name}/add/"
    form = {"user": alice.pk, "email": "paul@example.org", "verified": "on", "name": "x"}
    assert signed_in(paul).post(place, form).status_code in (404, 405)
    assert not EmailAddress.objects.filter(email="paul@example.org", user=alice).exists()
    assert not Group.objects.exists()


def test_every_model_that_is_shown_is_ours_and_read_only() -> None:
    assert admin.site._registry
    for model, shown in admin.site._registry.items():
        assert isinstance(shown, ReadOnlyAdmin), model


def test_a_target_is_not_moved_past_its_preview(paul: User, signed_in: SignIn) -> None:
    """18,000 became 16,000 there, and was computed everywhere, without a preview or a reason."""
    target = factories.TargetFactory(value=18000)
    form = typed(target) | {"value": "16000"}
    signed_in(paul).post(f"/administration/indicators/target/{target.pk}/change/", form)
    assert Target.objects.get().value == 18000
    assert not Event.objects.exists()


def test_no_role_is_given_in_a_person(paul: User, alice: User, signed_in: SignIn) -> None:
    form = {
        "email": alice.email,
        "name": alice.name,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": alice.pk,
        "memberships-0-role": "directorate_general",
    }
    signed_in(paul).post(f"/administration/accounts/user/{alice.pk}/change/", form)
    assert [held.role for held in Membership.objects.filter(user=alice)] == ["director"]


@pytest.mark.parametrize("person", ["alice", "bob", "diane"])
def test_nobody_else_enters(
    person: str, request: pytest.FixtureRequest, db: None, signed_in: SignIn
) -> None:
    project = factories.ProjectFactory(code="P09", title_fr="")
    browser = signed_in(request.getfixturevalue(person))
    place = address(FlagshipProject, "change", project)
    assert browser.get(place).status_code == 302
    assert browser.post(place, typed(project)).status_code == 302
    project.refresh_from_db()
    assert project.title_fr == ""
    assert browser.get("/administration/login/").url == "/"
