"""Who reads the plan sees what was changed of it since it was published, by whom and why."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.planning.plan_history import changes_of, edits_of_plan
from imtplan.planning.plan_life import PlanStep, take_step
from indicators.models import Target
from indicators.services_plan import store_indicator, store_target
from objectives.followed_years import EndReason
from objectives.services import put_aside, store_objective
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

SignedIn = Callable[[User], Client]


@pytest.fixture
def students(albi: School) -> Target:
    return factories.students_of_the_plan(albi)


def test_the_directorate_general_reads_it_and_no_school_does(
    students: Target, paul: User, diane: User, alice: User, signed_in: SignedIn
) -> None:
    store_target(target=students, by=paul, reason="Conseil de mars.", value=Decimal(19500))
    for address in ("/historique/", "/historique/changements/"):
        page = signed_in(diane).get(address).content.decode()
        assert "Conseil de mars." in page
        assert "Étudiants\N{NARROW NO-BREAK SPACE}: cible 2022" in page
        assert "20\N{NARROW NO-BREAK SPACE}000 → 19\N{NARROW NO-BREAK SPACE}500" in page
        assert signed_in(alice).get(address).status_code == 403


def test_nothing_changed_is_said(students: Target, diane: User, signed_in: SignedIn) -> None:
    page = signed_in(diane).get("/historique/changements/").content.decode()
    assert "Rien n’a été changé depuis la publication du plan." in page


def test_it_is_of_one_plan_its_elements_and_its_indicators(
    students: Target, paul: User, diane: User
) -> None:
    objective = factories.ObjectiveFactory(plan=students.plan)
    other = factories.TargetFactory(plan=factories.PlanFactory(code="2023-2027"))
    store_objective(objective=objective, by=paul, reason="Poids.", weight=Decimal(2))
    store_indicator(indicator=students.indicator, by=paul, reason="Sens.", direction="decrease")
    store_target(target=other, by=paul, reason="Autre.", value=Decimal(1))
    changes = changes_of(edits_of_plan(diane, students.plan))
    assert [row.change.reason for row in changes] == ["Sens.", "Poids."]


def test_the_work_on_a_draft_is_not_told(paul: User, diane: User) -> None:
    plan = factories.PlanFactory(code="2023-2027", state="draft")
    target = factories.TargetFactory(plan=plan)
    store_target(target=target, by=paul, reason="Brouillon.", value=Decimal(1))
    assert list(edits_of_plan(diane, plan)) == []
    plan = take_step(plan=plan, step=PlanStep.PUBLISH, by=paul)
    assert changes_of(edits_of_plan(diane, plan)) == []
    store_target(target=target, by=paul, reason="Décision.", value=Decimal(2))
    assert [row.change.reason for row in changes_of(edits_of_plan(diane, plan))] == ["Décision."]
    plan = take_step(plan=plan, step=PlanStep.WITHDRAW, by=paul, reason="Erreur.")
    store_target(target=target, by=paul, reason="Brouillon.", value=Decimal(3))
    assert [row.change.reason for row in changes_of(edits_of_plan(diane, plan))] == ["Décision."]
    plan = take_step(plan=plan, step=PlanStep.PUBLISH, by=paul)
    assert len(changes_of(edits_of_plan(diane, plan))) == 2  # published again


def test_what_a_plan_no_longer_follows_is_told(students: Target, paul: User, diane: User) -> None:
    followed = students.plan.followed_indicators.get(indicator=students.indicator)
    put_aside(element=followed, last_year=2020, why=EndReason.ENDED, by=paul, reason="Doublon.")
    [row] = changes_of(edits_of_plan(diane, students.plan))
    assert "Étudiants" in row.name
    assert row.change.reason == "Doublon."


def test_the_list_costs_the_same_however_long_it_is(
    students: Target,
    paul: User,
    diane: User,
    signed_in: SignedIn,
    django_assert_max_num_queries: Any,
) -> None:
    for value in range(1, 60):
        store_target(target=students, by=paul, reason="Essai.", value=Decimal(value))
    client = signed_in(diane)
    with django_assert_max_num_queries(30):
        page = client.get("/historique/changements/").content.decode()
    assert "Page 1 sur 2" in page
