"""What the database refuses of a plan, and how its texts are read."""

from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from imtplan.accounts.models import User
from objectives.models import Objective, PlanState, StrategicPlan
from tests import factories


@pytest.mark.parametrize(
    "years",
    [
        {"baseline_year": 2018},
        {"first_year": 2023},
        {"baseline_year": 1900},
        {"last_year": 2200},
    ],
)
def test_the_years_of_a_plan_stand_in_order(db: None, years: dict[str, int]) -> None:
    with pytest.raises(IntegrityError, match="plan_years_in_order"):
        factories.PlanFactory(**years)


@pytest.mark.parametrize(
    "thresholds", [{"at_risk_from": 0}, {"on_track_from": "0.5"}, {"at_risk_from": "0.9"}]
)
def test_on_track_is_faster_than_at_risk(db: None, thresholds: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="plan_thresholds_in_order"):
        factories.PlanFactory(**thresholds)


@pytest.mark.parametrize("coverage", ["0", "-0.1", "1.001"])
def test_the_coverage_of_a_verdict_is_a_share(db: None, coverage: str) -> None:
    with pytest.raises(IntegrityError, match="plan_verdict_coverage_is_a_share"):
        factories.PlanFactory(verdict_from=coverage)


def test_the_years_begin_with_the_baseline() -> None:
    assert list(factories.PlanFactory.build().years) == [2017, 2018, 2019, 2020, 2021, 2022]


def test_a_code_stands_once_in_a_plan_and_again_in_the_next(db: None) -> None:
    factories.ObjectiveFactory(code="O1")
    factories.ObjectiveFactory(code="O1", plan__code="2023-2027")
    with pytest.raises(IntegrityError, match="objective_code_once"):
        factories.ObjectiveFactory(code="O1")


def test_a_negative_weight_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError, match="objective_weight_not_negative"):
        factories.ObjectiveFactory(weight=-1)


@pytest.mark.parametrize(
    ("language", "french", "english", "shown"),
    [
        ("fr", "Former", "Train", "Former"),
        ("en", "Former", "Train", "Train"),
        ("en", "Former", "", "Former (in French)"),
        ("fr", "", "Train", "Train (en anglais)"),
        ("fr", "", "", ""),
    ],
)
def test_a_title_is_read_in_the_persons_language_or_else_in_the_other(
    language: str, french: str, english: str, shown: str
) -> None:
    objective = Objective(title_fr=french, title_en=english)
    with translation.override(language):
        assert objective.title == shown


def test_the_current_plan_is_the_one_that_began_last(db: None) -> None:
    factories.PlanFactory()
    following = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )
    assert StrategicPlan.objects.current() == following


@pytest.mark.parametrize(
    ("states", "day", "shown"),
    [
        (("published", "published"), "2022-12-31", "2018-2022"),  # its baseline year begins none
        (("published", "published"), "2023-01-01", "2023-2027"),
        (("published", "draft"), "2024-06-01", "2018-2022"),
        (("closed", "draft"), "2024-06-01", "2018-2022"),
        (("archived", "published"), "2020-06-01", "2023-2027"),  # the earliest, still to begin
        (("draft", "draft"), "2024-06-01", None),
        (("closed", "archived"), "2024-06-01", "2018-2022"),
    ],
)
def test_the_plan_shown_first_is_the_latest_published_that_has_begun(
    db: None, states: tuple[str, str], day: str, shown: str | None
) -> None:
    over = {state: timezone.now() if state in ("closed", "archived") else None for state in states}
    factories.PlanFactory(state=states[0], closed_at=over[states[0]])
    years = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
    factories.PlanFactory(code="2023-2027", state=states[1], closed_at=over[states[1]], **years)
    with time_machine.travel(f"{day}T12:00+01:00", tick=False):
        current = StrategicPlan.objects.current()
    assert (current and current.code) == shown


@pytest.mark.parametrize("state", ["published", "closed", "archived"])
def test_only_a_draft_can_be_deleted_and_by_no_way_another(db: None, state: str) -> None:
    closed_at = None if state == "published" else timezone.now()
    plan = factories.PlanFactory(state=state, closed_at=closed_at)
    with pytest.raises(IntegrityError, match="only a draft"), transaction.atomic():
        plan.delete()
    factories.PlanFactory(code="2023-2027", state=PlanState.DRAFT).delete()
    assert StrategicPlan.objects.get() == plan


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "draft", "published_at": "2026-01-01T00:00Z"}, "plan_draft_is_not_published"),
        ({"state": "closed"}, "plan_closed_has_its_time"),
        ({"state": "published", "closed_at": "2026-01-01T00:00Z"}, "plan_closed_has_its_time"),
    ],
)
def test_the_times_of_a_plan_go_with_its_state(
    db: None, fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        factories.PlanFactory(**fields)


def test_no_plan_is_no_error(db: None) -> None:
    assert StrategicPlan.objects.current() is None


def test_the_plan_is_for_everybody_who_holds_a_role(alice: User, diane: User) -> None:
    objective = factories.ObjectiveFactory()
    stranger = factories.UserFactory()
    for user in (alice, diane):
        assert list(Objective.objects.visible_to(user)) == [objective]
        assert list(StrategicPlan.objects.visible_to(user)) == [objective.plan]
    assert not Objective.objects.visible_to(stranger).exists()
    assert not StrategicPlan.objects.visible_to(stranger).exists()


def test_every_version_of_a_plan_is_kept(db: None) -> None:
    plan = factories.PlanFactory()
    StrategicPlan.objects.update(name_fr="Autre nom")
    names = plan.events.order_by("pgh_id").values_list("name_fr", flat=True)
    assert list(names) == ["Plan stratégique 2018-2022", "Autre nom"]
