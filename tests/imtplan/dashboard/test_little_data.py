"""Objectives without data make a plan without a percentage, and every page says what is missing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from indicators.models import RollUp, Target
from objectives.models import StrategicPlan
from tests import factories

MISSING = "2 indicateurs et projets sur 3 sans données"
OF_PLAN = "1 objectif sur 1 sans données suffisantes"
SHARES = "données pour 33\u202f% du poids, le plan demande 50\u202f%"
PAGES = ("/tableau-de-bord/", "/objectifs/O1/", "/explication/objectifs/O1/", "/sensibilite/")


@pytest.fixture(autouse=True)
def plan(students: Target, recomputed: Callable[[], Any]) -> StrategicPlan:
    """O1 alone: of its three indicators the students have figures."""
    objective = factories.ObjectiveFactory(plan=students.plan, code="O1", title_fr="Former")
    factories.LinkFactory(indicator=students.indicator, objective=objective)
    for code in ("second", "third"):
        target = factories.TargetFactory(plan=students.plan, indicator__code=code, value=1)
        factories.LinkFactory(indicator=target.indicator, objective=objective)
    recomputed()
    return students.plan


@pytest.fixture
def client(diane: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(diane)


def stored(year: int = 2020) -> list[tuple[str, Decimal | None, str]]:
    rows = RollUp.objects.filter(year=year, view="validated", lever=None, project=None)
    named = rows.order_by("plan_id")
    return [("plan" if row.plan else "O1", row.progress, row.status) for row in named]


def test_neither_the_objective_nor_the_plan_has_a_percentage() -> None:
    assert stored() == [("plan", None, "no_data"), ("O1", None, "no_data")]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_is_missing(client: Client, read: Callable[[Any], str], page: str) -> None:
    assert f"{MISSING} ({SHARES})" in read(client.get(page, {"year": 2020}))


@pytest.mark.parametrize("page", ["/tableau-de-bord/", "/explication/plan/", "/sensibilite/"])
def test_the_plan_says_how_many_objectives_lack_data(
    client: Client, read: Callable[[Any], str], page: str
) -> None:
    shares = SHARES.replace("33", "0")
    assert f"{OF_PLAN} ({shares})" in read(client.get(page, {"year": 2020}))


def test_its_items_share_out_no_gap(client: Client, read: Callable[[Any], str]) -> None:
    page = client.get("/objectifs/O1/", {"year": 2020}).context["page"]
    assert [pull.points for pull in page.pulls] == ["", "", ""]
    assert page.sentence.startswith("On ne peut rien dire de son avancement en 2020")


def test_a_plan_that_asks_for_less_has_its_percentage(
    plan: StrategicPlan, recomputed: Callable[[], Any], client: Client, read: Any
) -> None:
    plan.verdict_from = Decimal("0.3")
    plan.save()
    recomputed()
    assert [status for _name, _progress, status in stored()] == ["off_track", "off_track"]
    assert MISSING not in read(client.get("/tableau-de-bord/", {"year": 2020}))


def test_the_api_says_what_is_missing(client: Client) -> None:
    rows = client.get("/api/v1/roll-ups/", {"kind": "objective", "year": 2020}).json()["results"]
    row = next(row for row in rows if row["view"] == "validated")
    assert (row["progress"], row["expected_progress"], row["pace"]) == (None, None, None)
    assert (row["coverage"], row["coverage_needed"]) == ("0.3333333333", "0.5")
    assert (row["items"], row["known_items"], row["status"]) == (3, 1, "no_data")
    told = client.get(f"/api/v1/roll-ups/{row['id']}/explain/").json()
    assert (told["rule"], told["recomputed"]["same"]) == ("little_covered", True)


def test_two_shares_that_round_alike_are_told_apart(
    plan: StrategicPlan, recomputed: Callable[[], Any], client: Client, read: Any
) -> None:
    plan.verdict_from = Decimal("0.334")
    plan.save()
    recomputed()
    text = read(client.get("/objectifs/O1/", {"year": 2020}))
    assert "données pour 33,3\u202f% du poids, le plan demande 33,4\u202f%" in text


def test_figures_of_a_second_indicator_bring_the_percentage_back(
    plan: StrategicPlan, albi: School, recomputed: Callable[[], Any]
) -> None:
    target = Target.objects.get(indicator__code="second")
    factories.FigureFactory(indicator=target.indicator, school=albi, year=2017, value=0)
    factories.FigureFactory(indicator=target.indicator, school=albi, year=2020, value=1)
    recomputed()
    [plans, objective] = stored()
    assert plans[1] == objective[1] == Decimal("0.6212121212")  # the mean of 0.2424… and 1
