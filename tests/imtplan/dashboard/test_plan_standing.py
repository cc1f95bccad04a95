"""Which plan a page of the reading room shows, what it says of it, and how its address keeps it."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from imtplan.dashboard import urls as reading_room
from imtplan.dashboard.scope import plans_beside
from imtplan.planning.plan_life import PlanStep, take_step
from indicators.models import Figure, Snapshot, StaleMark, Target
from indicators.questions.snapshots import compared, content_of, is_corrected_since
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective, PlanState, StrategicPlan
from projects.models import Milestone, Serves
from tests import factories
from tests.walk import read

SignIn = Callable[[User], Client]
OLD, NEW = "2018-2022", "2023-2027"
ROOMS = [
    "/tableau-de-bord/", "/matrice/", "/ecoles/", "/projets/", "/projets/P1/", "/sensibilite/",
    "/historique/", "/ecoles/imt-mines-albi/", "/indicateurs/students/", "/objectifs/O1/",
    "/leviers/L1/",
]  # fmt: skip
# Pages of no plan, or of a snapshot, which is of one plan for good.
OF_NO_PLAN = {"home", "guide", "accessibility", "styleguide", "snapshot", "health"}


def later(code: str, first_year: int, **fields: object) -> StrategicPlan:
    years = {"baseline_year": first_year - 1, "first_year": first_year, "last_year": first_year + 4}
    names = {"name_fr": f"Plan {code}", "name_en": f"Plan {code}"}
    return factories.PlanFactory(code=code, **years, **names, **fields)


@pytest.fixture
def old(albi: object) -> StrategicPlan:
    """A plan that has one of everything, with a validated figure of its last year."""
    target = factories.students_of_the_plan(albi)
    factories.ObjectiveFactory(plan=target.plan, code="O1")
    factories.LeverFactory(plan=target.plan, code="L1")
    project = factories.ProjectFactory(plan=target.plan, code="P1")
    factories.MilestoneFactory(project=project)
    factories.FigureFactory(
        indicator=target.indicator, school=albi, year=2022, value=1400, status="validated"
    )
    recompute_stale()
    return target.plan


def text_of(page: Client, address: str) -> str:
    answer = page.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().replace("\u202f", " ").split())


def test_the_plan_before_and_the_next_are_one_click_away(
    old: StrategicPlan, diane: User, signed_in: SignIn
) -> None:
    later(NEW, 2023)
    page = signed_in(diane)
    for room in ROOMS:
        body = text_of(page, f"{room}?plan={OLD}")
        switch = re.search(r'<nav class="segmented" aria-label="Plan">(.*?)</nav>', body)
        assert switch, room
        assert re.findall(r">(\d{4}-\d{4})<", switch[1]) == [OLD, NEW]
        [address] = re.findall(rf'href="([^"]*plan={NEW}[^"]*)"', switch[1])
        assert page.get(urljoin(room, address)).status_code == 200, room


def test_of_many_plans_three_are_offered_and_none_that_is_archived(db: None) -> None:
    plans = [later(f"{year}-x", year) for year in (2003, 2008, 2013, 2018)]
    codes = [[plan.code for plan in plans_beside(plans, plan)] for plan in plans]
    assert codes == [
        ["2003-x", "2008-x"],
        ["2003-x", "2008-x", "2013-x"],
        ["2008-x", "2013-x", "2018-x"],
        ["2013-x", "2018-x"],
    ]
    plans[1].state = PlanState.ARCHIVED
    assert [plan.code for plan in plans_beside(plans, plans[0])] == ["2003-x", "2013-x"]
    assert [plan.code for plan in plans_beside(plans, plans[1])] == ["2003-x", "2008-x", "2013-x"]


def test_the_address_keeps_the_plan_on_every_link(
    old: StrategicPlan, diane: User, signed_in: SignIn
) -> None:
    later(NEW, 2023)
    page, names = signed_in(diane), {pattern.name for pattern in reading_room.urlpatterns}
    lost = {}
    for room in ROOMS:
        for link in read(text_of(page, f"{room}?plan={OLD}")).links:
            parts = urlsplit(urljoin(f"{room}?plan={OLD}", link))
            if parts.netloc or parts.path.startswith(("/api/", "/static/", "/administration/")):
                continue
            name = resolve(parts.path).url_name
            if name in names - OF_NO_PLAN and "plan" not in parse_qs(parts.query):
                lost.setdefault(room, set()).add(parts.geturl())
    assert lost == {}


def test_a_closed_plan_leads_to_its_final_edition_and_says_what_was_corrected(
    old: StrategicPlan, paul: User, diane: User, signed_in: SignIn
) -> None:
    take_step(plan=old, step=PlanStep.CLOSE, by=paul)
    edition = Snapshot.objects.final_edition(old)
    assert edition
    page = signed_in(diane)
    for room in ROOMS:
        body = text_of(page, room)
        assert "Clos le" in body, room
        assert f'<a href="/arretes/{edition.pk}/">édition finale</a>' in body, room
        assert "Corrigé depuis" not in body, room

    Campaign.objects.all().delete()
    Figure.objects.filter(year=2022).update(value=1500)
    recompute_stale()
    body = text_of(page, "/tableau-de-bord/")
    assert "Corrigé depuis l’édition finale" in body
    assert f"/historique/comparer/?before=snapshot-{edition.pk}" in body
    assert "1 500" in text_of(page, f"/historique/comparer/?before=snapshot-{edition.pk}")


def test_what_is_of_another_plan_corrects_no_final_edition(
    old: StrategicPlan, paul: User, albi: School
) -> None:
    beside = factories.IndicatorFactory()
    factories.FigureFactory(indicator=beside, school=albi, year=2022, value=3, status="validated")
    recompute_stale()
    take_step(plan=old, step=PlanStep.CLOSE, by=paul)
    edition = Snapshot.objects.final_edition(old)
    assert edition
    target = factories.TargetFactory(plan=later(NEW, 2023), year=2027, value=9)
    for indicator, value in ((beside, 4), (target.indicator, 5)):
        Figure.objects.update_or_create(
            indicator=indicator,
            school=albi,
            year=2022,
            defaults={"value": value, "state": "number", "status": "validated"},
        )
    recompute_stale()
    assert not is_corrected_since(edition)
    Target.objects.filter(plan=old).update(archived_at=timezone.now())
    recompute_stale()
    assert is_corrected_since(edition)


def test_a_milestone_that_falls_due_after_the_closing_is_no_correction(
    old: StrategicPlan, paul: User
) -> None:
    serves = factories.ProjectFactory(plan=old, code="P2")
    Serves.objects.create(project=serves, objective=Objective.objects.get(), weight=3)
    done = factories.MilestoneFactory(project=serves, due_on="2022-03-01", done_on="2022-03-01")
    for day in ("2022-09-30", "2022-10-30"):
        factories.MilestoneFactory(project=serves, due_on=day)
    with time_machine.travel("2022-06-01T12:00+02:00", tick=False):
        recompute_stale()
        take_step(plan=old, step=PlanStep.CLOSE, by=paul)
    edition = Snapshot.objects.final_edition(old)
    assert edition
    StaleMark.objects.create(reason="a new day", marked_at=timezone.now())
    recompute_stale()
    now = content_of(old, year=2022, view="validated")
    assert any(
        "expected_progress" in line.changed for line in compared(edition.parsed_content, now)
    )
    assert not is_corrected_since(edition)
    Milestone.objects.filter(pk=done.pk).update(done_on=None)
    recompute_stale()
    assert is_corrected_since(edition)


def test_a_school_reads_that_the_plan_is_closed_and_opens_no_snapshot(
    old: StrategicPlan, paul: User, alice: User, signed_in: SignIn
) -> None:
    take_step(plan=old, step=PlanStep.CLOSE, by=paul)
    body = text_of(signed_in(alice), "/ecoles/imt-mines-albi/")
    assert "Clos le" in body
    assert "/arretes/" not in body
