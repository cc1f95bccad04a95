"""What the weights and thresholds of a published plan were before they were changed, and why."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.clock import now
from indicators.models import IndicatorLink, Progress, RollUp
from indicators.past import at
from indicators.questions.mean_revisions import revised_means, revised_thresholds
from indicators.services_plan import weigh_indicators
from objectives.models import Objective
from objectives.services import store_objective, store_plan
from projects.services import store_milestone, weigh_projects, weigh_served
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

SignedIn = Callable[[User], Client]
REASON = "Décision du conseil."


@pytest.fixture
def growth(albi: School, recomputed: Callable[[], Any]) -> Objective:
    """A published plan whose first objective came with it, with a link."""
    with transaction.atomic():
        target = factories.students_of_the_plan(albi)
        objective = factories.ObjectiveFactory(plan=target.plan, code="O1", title_fr="Croissance")
        factories.LinkFactory(indicator=target.indicator, objective=objective, weight=1)
    recomputed()
    return objective


def revisions(element: Any) -> list[tuple[Any, ...]]:
    return [
        (row.term.field, row.term.of, row.before, row.after, row.by, row.reason)
        for row in revised_means(element)
    ]


def test_what_stayed_has_none(growth: Objective) -> None:
    assert revisions(growth) == revisions(growth.plan) == []


def test_another_weight_says_what_it_was(growth: Objective, paul: User) -> None:
    [link] = IndicatorLink.objects.all()
    weights = {link.indicator: Decimal(2)}
    weigh_indicators(element=growth, weights=weights, by=paul, reason=REASON)
    expected = ("weight", link.indicator, 1, 2, "Paul", REASON)
    assert revisions(growth) == [expected]
    assert revisions(growth.plan) == []


def test_what_comes_and_what_goes(growth: Objective, paul: User) -> None:
    project = factories.ProjectFactory(plan=growth.plan)
    weigh_projects(element=growth, weights={project: Decimal(3)}, by=paul)
    weigh_served(project=project, weights={growth: None}, by=paul, reason=REASON)
    assert revisions(growth) == [
        ("weight", project, None, 3, "Paul", ""),
        ("weight", project, 3, None, "Paul", REASON),
    ]


def test_objectives_in_the_plan_and_milestones_in_a_project(growth: Objective, paul: User) -> None:
    store_objective(objective=growth, by=paul, reason=REASON, weight=Decimal(4))
    assert revisions(growth.plan) == [("weight", growth, 1, 4, "Paul", REASON)]
    project = factories.ProjectFactory(plan=growth.plan)
    milestone = factories.MilestoneFactory(project=project)
    store_milestone(milestone=milestone, by=paul, reason=REASON, weight=Decimal(2))
    [came, weighed] = revised_means(project)
    assert (came.before, came.after, came.by) == (None, 1, "")
    assert (weighed.before, weighed.after, weighed.reason) == (1, 2, REASON)


def test_a_threshold_is_of_every_mean_of_the_plan(growth: Objective, paul: User) -> None:
    store_plan(plan=growth.plan, by=paul, reason=REASON, on_track_from=Decimal("0.8"))
    expected = ("on_track_from", None, Decimal("0.9"), Decimal("0.8"), "Paul", REASON)
    assert revisions(growth) == revisions(growth.plan) == [expected]
    assert [row.after for row in revised_thresholds(growth.plan)] == [Decimal("0.8")]
    assert revisions(factories.ObjectiveFactory(plan=factories.PlanFactory(code="other"))) == []


def test_what_a_shell_wrote_has_nobodys_name(growth: Objective, paul: User) -> None:
    IndicatorLink.objects.update(weight=7)
    store_objective(objective=growth, by=paul, reason=REASON, title_fr="Grandir")
    assert [row[2:] for row in revisions(growth)] == [(1, 7, "", "")]


def test_what_was_weighed_again_in_a_draft_is_seen_as_one(growth: Objective, paul: User) -> None:
    plan = growth.plan
    for state, weight in (("draft", 2), ("draft", 3), ("published", 3)):
        plan.state = state
        plan.save()
        IndicatorLink.objects.update(weight=weight)
    assert [row[2:4] for row in revisions(growth)] == [(1, 3)]


def test_an_earlier_day_knows_of_no_later_revision(growth: Objective, paul: User) -> None:
    moment: datetime = now()
    store_plan(plan=growth.plan, by=paul, reason=REASON, at_risk_from=Decimal("0.5"))
    with at(moment):
        assert revisions(growth) == []
    with at(timezone.now()):
        assert len(revisions(growth)) == 1


def test_what_is_deleted_since_has_no_row(growth: Objective) -> None:
    project = factories.ProjectFactory(plan=growth.plan)
    milestone = factories.MilestoneFactory(project=project)
    milestone.delete()
    assert [row[1:4] for row in revisions(project)] == [(None, None, 1), (None, 1, None)]


# --- Where it is read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/objectifs/O1/", "/explication/objectifs/O1/"],
)
def test_every_page_that_shows_the_weight_says_so(
    growth: Objective, paul: User, diane: User, signed_in: SignedIn, address: str
) -> None:
    page = signed_in(diane).get(address, {"year": 2020}).content.decode()
    assert "Modifié le" not in page
    [link] = IndicatorLink.objects.all()
    weights = {link.indicator: Decimal(2)}
    weigh_indicators(element=growth, weights=weights, by=paul, reason=REASON)
    page = signed_in(diane).get(address, {"year": 2020}).content.decode()
    name = f"«\N{NARROW NO-BREAK SPACE}{link.indicator.name_fr}\N{NARROW NO-BREAK SPACE}»"
    assert f"poids de {name} 1 jusque-là, 2 depuis" in page
    assert REASON in page


@pytest.mark.parametrize(
    "address",
    [
        "/explication/cibles/students-plan-2022/",
        "/explication/objectifs/O1/",
        "/explication/plan/",
    ],
)
def test_every_page_that_shows_a_threshold_says_so(
    growth: Objective, paul: User, diane: User, signed_in: SignedIn, address: str
) -> None:
    store_plan(plan=growth.plan, by=paul, reason=REASON, on_track_from=Decimal("0.8"))
    page = signed_in(diane).get(address, {"year": 2020}).content.decode()
    percent = "\N{NARROW NO-BREAK SPACE}%"
    assert f"90{percent} jusque-là, 80{percent} depuis" in page
    assert REASON in page


def test_programs_read_both_in_the_explanations(
    growth: Objective, paul: User, diane: User, signed_in: SignedIn
) -> None:
    store_plan(plan=growth.plan, by=paul, reason=REASON, on_track_from=Decimal("0.8"))
    IndicatorLink.objects.update(weight=7)
    client = signed_in(diane)
    progress = client.get(f"/api/v1/progress/{Progress.objects.first().pk}/explain/").json()
    [threshold] = progress["threshold_revisions"]
    assert (threshold["term"], threshold["of"], threshold["reason"]) == (
        "on_track_from",
        None,
        REASON,
    )
    assert (threshold["before"], threshold["after"]) == ("0.9", "0.8")
    roll_up = RollUp.objects.filter(objective=growth).first()
    mean = client.get(f"/api/v1/roll-ups/{roll_up.pk}/explain/").json()
    assert mean["revisions"][0] == threshold
    weight = mean["revisions"][1]
    assert (weight["term"], weight["of"]) == ("weight", "students")
    assert (weight["before"], weight["after"]) == ("1", "7")
