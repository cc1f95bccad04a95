"""The sensitivity page: what an address tries, what it refuses, and who may look."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School, User
from indicators.models import IndicatorLink, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective, PlanState, StrategicPlan
from tests import factories

PAGE = "/sensibilite/"


@pytest.fixture(autouse=True)
def objective(students: Target, albi: School) -> Objective:
    """O1: the students (24.24 % of the way) and a second indicator (80 %)."""
    made = factories.ObjectiveFactory(plan=students.plan, code="O1", title_fr="Former", title_en="")
    other = factories.TargetFactory(
        plan=students.plan, baseline_value=0, value=100, indicator__code="other"
    )
    factories.FigureFactory(indicator=other.indicator, school=albi, year=2020, value=80)
    for target in (students, other):
        factories.LinkFactory(indicator=target.indicator, objective=made)
    recompute_stale()
    return made


@pytest.fixture
def look(diane: User, signed_in: Callable[[User], Client]) -> Callable[..., HttpResponse]:
    diane.language = "en"
    diane.save()
    return lambda address="": signed_in(diane).get(PAGE + address)


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 403), ("bob", 403), ("charlie", 403), ("diane", 200), ("paul", 200)],
)
def test_the_institutes_people_look_and_schools_do_not(
    who: str, status: int, request: pytest.FixtureRequest, signed_in: Any
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == status


def test_nothing_is_written_here(diane: User, signed_in: Any) -> None:
    assert signed_in(diane).post(PAGE).status_code == 405


@pytest.mark.parametrize("address", ["?plan=x", "?year=2016", "?year=x", "?view=draft"])
def test_what_is_not_there_is_404(look: Any, address: str) -> None:
    assert look(address).status_code == 404


def test_without_a_plan_it_says_so(look: Any, read: Any, objective: Objective) -> None:
    for model in (Target, IndicatorLink):
        model.objects.all().delete()
    StrategicPlan.objects.update(state=PlanState.DRAFT)
    objective.plan.delete()
    assert "No plan yet" in read(look())


def test_the_real_weights_move_nothing(look: Any, read: Any) -> None:
    said = read(look())
    assert "The plan as a whole 52.1%" in said
    assert "→" not in said
    assert "moves it most: −27.9 points without it" in said
    assert "the plan stands between 24.2% and 80%" in said
    assert "brings 52.1 of the plan’s points" in said


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("?o.O9=2", "o.O9"),
        ("?out=i.nothing", "out=i.nothing"),
        ("?o.O1.i.other=3&weights=1", "weights"),
    ],
)
def test_what_the_plan_does_not_have_is_said(look: Any, address: str, name: str) -> None:
    answer = look(address)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"It is left out:</strong> <code>{name}</code>" in page
    assert ("becomes" in page) == ("other=3" in address)


def test_another_weight_moves_the_plan(look: Any, read: Any) -> None:
    """(0.2424 + 3 × 0.8) / 4"""
    said = read(look("?o.O1.i.other=3"))
    assert re.search(r"52\.1% (\w+ )*→ becomes 66\.1%", said)
    assert "+13.9 points" in said
    assert "really 1" in said
    assert list(IndicatorLink.objects.values_list("weight", flat=True)) == [1, 1]


def test_left_out_is_told_and_ticked(look: Any, read: Any) -> None:
    answer = look("?out=i.students")
    assert 'value="i.students" checked' in answer.content.decode()
    said = read(answer)
    assert "left out here" in said
    assert "becomes 80%" in said


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("?o.O1=1&o.O1.i.students=1&o.O1.i.other=3", "o.O1.i.other=3"),
        ("?o.O1.i.other=1,5", ""),
        ("?o.O1.i.other=", ""),
        ("?year=2020&o.O1.i.other=2.50&out=i.students&out=i.students",
         "year=2020&o.O1.i.other=2.5&out=i.students"),
    ],
)  # fmt: skip
def test_the_address_names_only_what_differs(look: Any, diane: User, sent: str, kept: str) -> None:
    if "1,5" in sent:
        diane.language = "fr"
        diane.save()
        kept = "o.O1.i.other=1.5"
    answer = look(sent)
    assert answer.status_code == 302
    assert answer.url == PAGE + (f"?{kept}" if kept else "")
    assert look(answer.url.removeprefix(PAGE)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-1", "A weight is zero or more."),
        ("abc", "This is not a number."),
        ("1e5", "Write the number in full"),
        ("100000", "A weight is below 100,000"),
        ("1.2345", "A weight is below 100,000"),
        ("９", "digits 0 to 9"),
        ("<script>", "This is not a number."),
    ],
)
def test_a_weight_that_cannot_be_is_refused_at_its_field(
    look: Any, typed: str, sentence: str
) -> None:
    answer = look(f"?o.O1.i.other={typed}&o.O1.i.students=0")
    body = answer.content.decode()
    assert answer.status_code == 422
    field, error = body.split('id="o.O1.i.other"', 1)[1].split("</span>", 1)
    assert 'aria-describedby="o.O1.i.other-error"' in field
    assert sentence in field + error[:200]
    assert "<script>" not in body.split("</head>", 1)[1].split("site-footer")[0]
    assert "1 weight cannot be read" in body
    assert "becomes" in body  # the other one is tried all the same


def test_back_to_the_real_weights_keeps_the_year(look: Any) -> None:
    body = look("?year=2020&o.O1.i.other=3").content.decode()
    assert 'href="?year=2020"' in body
    assert '<input type="hidden" name="year" value="2020">' in body


def test_the_dashboard_leads_here(diane: User, signed_in: Any) -> None:
    body = signed_in(diane).get("/tableau-de-bord/").content.decode()
    assert f'href="{PAGE}?year=2020"' in body


def test_the_queries_do_not_grow_with_what_is_linked(
    diane: User, signed_in: Any, objective: Objective
) -> None:
    client, counts = signed_in(diane), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE + "?o.O1=2").status_code == 200
        counts.append(len(queries))
        for target in (factories.TargetFactory(plan=objective.plan) for _ in range(4)):
            factories.LinkFactory(indicator=target.indicator, objective=objective)
        recompute_stale()
    assert counts[0] == counts[1]
    assert counts[0] <= 18
