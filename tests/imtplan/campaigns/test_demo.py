"""The demonstration: loaded, loaded twice, removed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from imtplan.accounts.demo_logins import DEMO_PASSWORD, demo_logins
from imtplan.accounts.models import Membership, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.demo import remove
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.review.reminder_mails import write_reminders
from imtplan.integrity.checks import versions_unlike_rows
from indicators.models import CountedFigure, Figure, FigureEvent, Indicator, Progress, RollUp
from projects.models import Milestone, StatusReport
from tests import factories


@pytest.fixture
def demo(on_the_demonstration: None, db: None) -> Campaign:
    return Campaign.objects.get()


@pytest.mark.parametrize(("code", "total"), [("students", 13400), ("own-funds", 170)])
def test_the_schools_add_up_to_the_published_baseline(
    demo: Campaign, code: str, total: int
) -> None:
    figures = Figure.objects.filter(indicator__code=code, year=2017)
    assert figures.count() == 8
    assert figures.aggregate(Sum("value"))["value__sum"] == total


def test_the_campaign_closes_three_weeks_after_the_day_of_loading(demo: Campaign) -> None:
    assert demo.is_open()
    closing = timezone.localtime(demo.closes_at)
    assert closing.date() == timezone.localdate() + timedelta(days=21)
    assert (closing.hour, closing.minute) == (18, 0)


def test_schools_stand_at_every_stage(demo: Campaign) -> None:
    states = {row.state for row in Submission.objects.of_every_school(demo)}
    assert states == set(Submission.State)


def test_what_is_submitted_is_complete(demo: Campaign) -> None:
    for submission in Submission.objects.filter(state__in=["submitted", "validated"]):
        figures = Figure.objects.filter(school=submission.school, year=demo.year)
        assert figures.count() == demo.indicators.count()


def test_there_is_one_login_for_each_role_and_it_works(demo: Campaign) -> None:
    """But for the substitute, whom the director names until a day."""
    logins = demo_logins()
    roles = [str(role.label) for role in Role if role != Role.SUBSTITUTE]
    assert [login.role for login in logins] == roles
    assert all(
        User.objects.get(email=login.email).check_password(DEMO_PASSWORD) for login in logins
    )


def test_the_dashboard_has_numbers_at_once(demo: Campaign) -> None:
    plan = RollUp.objects.get(plan=demo.plan, year=2021, view="validated")
    assert plan.progress is not None
    students = Progress.objects.get(target__code="students-plan-2022", year=2020, view="validated")
    assert students.progress == Decimal("0.2424242424")


def test_loading_twice_changes_nothing(demo: Campaign) -> None:
    before = Figure.objects.count()
    call_command("load_demo")
    assert Figure.objects.count() == before


def test_removing_the_demonstration_leaves_the_plan(demo: Campaign) -> None:
    User.objects.create_superuser("root@example.org", name="Root")
    call_command("remove_demo", "--yes")
    assert [user.name for user in User.objects.all()] == ["Root"]
    assert not Campaign.objects.exists()
    assert not Milestone.objects.exists()
    assert not StatusReport.objects.exists()
    assert set(Figure.objects.values_list("origin", flat=True)) == {"published"}
    assert Indicator.objects.count() == 12
    assert not Progress.objects.filter(target__code="students-plan-2022", year=2020).exclude(
        progress=None
    )
    assert FigureEvent.objects.filter(origin="demo").exists()


def test_no_number_of_the_demonstration_counts_on_beneath_a_real_one(demo: Campaign) -> None:
    root = User.objects.create_superuser("root@example.org", name="Root")
    figure = Figure.objects.get(
        indicator__code="students", school__code="imt-mines-albi", year=2021, status="validated"
    )
    figure.value, figure.entered_by, figure.origin, figure.status = 7, root, "form", "draft"
    figure.version += 1
    figure.save()

    call_command("remove_demo", "--yes")

    kept = Figure.objects.get(indicator=figure.indicator, school=figure.school, year=2021)
    assert (kept.value, kept.status, kept.entered_by) == (7, "draft", root)
    assert {row.origin for row in CountedFigure.objects.all()} == {"published"}
    assert list(versions_unlike_rows()) == []


def test_removing_asks_first(demo: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was removed"):
        call_command("remove_demo")
    assert Campaign.objects.exists()


def test_it_stays_as_long_as_nobody_else_is_of_the_plan_office(demo: Campaign, paul: User) -> None:
    """Not even somebody whom the demonstration named: that role goes with it."""
    office = User.objects.filter(is_demo=True, memberships__role=Role.PLAN_OFFICE).get()
    paul.memberships.update(given_by=office)
    with pytest.raises(CommandError, match="createsuperuser"):
        call_command("remove_demo", "--yes")
    assert User.objects.filter(is_demo=True).exists()


def test_what_a_demonstration_director_gave_goes_with_it(demo: Campaign) -> None:
    """Its password is public: no real person keeps a role from it."""
    director = User.objects.get(email="directrice.albi@demo.example")
    school = director.held_roles[0].school
    real = factories.person("Zoé", Role.CONTRIBUTOR, school)
    Membership.objects.filter(user=real).update(given_by=director)
    User.objects.create_superuser("root@example.org", name="Root")
    remove()
    assert not Membership.objects.filter(user=real).exists()
    assert User.objects.filter(pk=real.pk).exists()


def test_a_demonstration_campaign_reminds_nobody_outside_a_demonstration(
    demo: Campaign, settings: Any
) -> None:
    settings.DEMO = False
    assert write_reminders() == []
    settings.DEMO = True
    assert write_reminders()
