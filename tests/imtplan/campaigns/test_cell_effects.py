"""The effect of a cell before it is saved: who is told what, in which words."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign, KeptInput, Submission
from imtplan.campaigns.review.effects.cell_effects import points
from indicators.models import Figure, Indicator, StaleMark
from indicators.recomputing.recompute import recompute_stale
from tests import factories

CELL = "/saisie/2022/imt-mines-albi/effet/students/"

SignIn = Callable[[User], Client]


@pytest.fixture
def in_the_plan(campaign: Campaign, students: Indicator, albi: School, ales: School) -> Indicator:
    """13,400 students in 2017, 20,000 wanted in 2022; of them Albi 1,000 and 2,000."""
    whole = {"plan": campaign.plan, "indicator": students}
    factories.TargetFactory(**whole)
    own = {"school": albi, "baseline_value": 1000, "value": 2000, "is_reference": False}
    factories.TargetFactory(**whole, **own)
    objective = factories.ObjectiveFactory(plan=campaign.plan, code="O1")
    factories.LinkFactory(indicator=students, objective=objective)
    for school, value in ((albi, 1500), (ales, 12000)):
        for year in (2020, 2021):
            factories.FigureFactory(indicator=students, school=school, year=year, value=value)
    factories.FigureFactory(indicator=students, school=ales, year=2022, value=12500)
    recompute_stale()
    return students


@pytest.fixture
def ask(in_the_plan: Indicator, signed_in: SignIn) -> Callable[..., list[str]]:
    def told(who: User, value: str = "", **fields: str) -> list[str]:
        typed = {"students-value": value} | {f"students-{key}": one for key, one in fields.items()}
        answer = signed_in(who).post(CELL, typed)
        assert answer.status_code == 200
        return [one.replace("\u202f", " ") for one in answer.json()["sentences"]]

    return told


def test_a_director_is_told_of_the_school_and_of_its_own_part(ask: Any, alice: User) -> None:
    alice.language = "en"
    alice.save()
    assert ask(alice, "1620") == [
        "your school: 62% of the way (+12 points since 2021)",
        "institute: +1.8 points of progress, against your figure of 2021",
        "objective O1: up",
    ]


def test_a_successor_is_told_of_both_last_figures(ask: Any, alice: User, ales: School) -> None:
    """Albi's 1,500 and Alès's 12,000 stand in: 13,830 is 330 more, of the 6,600 wanted."""
    ales.last_year, ales.merged_into = 2021, School.objects.get(code="imt-mines-albi")
    ales.save()
    alice.language = "en"
    alice.save()
    assert ask(alice, "13830")[1] == (
        "institute: +5 points of progress, against the last figures before the merger: "
        "IMT Mines Albi (2021), IMT Mines Alès (2021)"
    )


def test_the_institutes_people_are_told_what_would_be_stored(ask: Any, paul: User) -> None:
    paul.language = "en"
    paul.save()
    assert ask(paul, "1620") == [
        "IMT Mines Albi: 62% of the way (+12 points since 2021)",
        "institute: 14,120 (2 of 2 schools), 10.9% of the way (+1.8 points)",
        "objective O1: 10.9% (+1.8 points)",
        "plan: 10.9% (+1.8 points)",
    ]


def test_they_are_told_who_an_estimate_is_without(ask: Any, paul: User) -> None:
    factories.SchoolFactory(first_year=2022)
    paul.language = "en"
    paul.save()
    (line,) = [row for row in ask(paul, "1620") if "institute" in row]
    assert "14,120 (estimate, 2 of 3 schools, 1 left out in its first year)" in line


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, ["institute: incomplete without this figure"]),
        ({"word": "not_available"}, ["institute: incomplete without this figure"]),
        ({"word": "not_applicable"}, ["institute: this school is not expected"]),
        ({"value": "1500"}, ["your school: 50% of the way (0 points since 2021)"]),
        ({"value": "12,5,3"}, []),
        ({"value": "12.5"}, []),
        ({"value": "-4"}, []),
        ({"value": "7", "word": "not_applicable"}, []),
    ],
)
def test_what_is_typed_decides_what_is_said(
    ask: Any, alice: User, typed: dict[str, str], said: list[str]
) -> None:
    alice.language = "en"
    alice.save()
    assert ask(alice, **typed)[:1] == said


def test_a_missing_figure_is_told_to_the_institutes_people(ask: Any, paul: User) -> None:
    paul.language = "en"
    paul.save()
    assert "institute: 14,000 (estimate, 1 of 2 schools), 9.1% of the way (0 points)" in ask(paul)
    paul.language = "fr"
    paul.save()
    assert "(estimation, 1 école sur 2)" in " ".join(ask(paul))


def test_nothing_is_stored_by_asking(ask: Any, alice: User) -> None:
    figures = list(Figure.objects.order_by("pk").values())
    events = Event.objects.count()
    ask(alice, "1620")
    ask(alice, "12,5,3")
    assert list(Figure.objects.order_by("pk").values()) == figures
    assert Event.objects.count() == events
    for model in (KeptInput, Submission, StaleMark):
        assert not model.objects.exists()


def test_another_school_is_not_there(
    in_the_plan: Indicator, charlie: User, signed_in: SignIn
) -> None:
    assert signed_in(charlie).post(CELL, {"students-value": "7"}).status_code == 404


def test_what_is_not_asked_is_not_there(ask: Any, alice: User, signed_in: SignIn) -> None:
    factories.IndicatorFactory(code="other")
    assert signed_in(alice).post(CELL.replace("students", "other")).status_code == 404
    assert signed_in(alice).post(CELL.replace("2022", "2019")).status_code == 404
    assert signed_in(alice).get(CELL).status_code == 405
    assert Client().post(CELL).status_code == 302


@pytest.mark.parametrize(("who", "budget"), [("alice", 14), ("paul", 33)])
def test_an_answer_costs_a_fixed_number_of_queries(
    request: pytest.FixtureRequest,
    in_the_plan: Indicator,
    signed_in: SignIn,
    who: str,
    budget: int,
) -> None:
    client = signed_in(request.getfixturevalue(who))
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.post(CELL, {"students-value": "1620"})
        assert len(queries) <= budget
        for school in factories.SchoolFactory.create_batch(5):
            factories.FigureFactory(indicator=in_the_plan, school=school, year=2022)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("0.031", "+3.1 points"),
        ("0.015", "+1.5 points"),
        ("0.01", "+1 point"),
        ("-0.1", "−10 points"),
        ("0", "0 points"),
        ("0.0001", "less than 0.1 point up"),
        ("-0.0001", "less than 0.1 point down"),
    ],
)
def test_a_move_in_points(change: str, said: str) -> None:
    with translation.override("en"):
        assert points(Decimal(change)) == said
