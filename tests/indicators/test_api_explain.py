"""`…/explain/`: every number of the API answers "why", to those who may see it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imtplan.accounts.models import School, User
from indicators.models import InstituteValue, Progress, RollUp, Target
from tests import factories

SignIn = Callable[[User], Client]
Recompute = Callable[[], Any]


@pytest.fixture
def students(albi: School, alice: User, recomputed: Recompute) -> Target:
    target = factories.students_of_the_plan(albi)
    target.indicator.figures.update(entered_by=alice, source="Enquête", version=3)
    objective = factories.ObjectiveFactory(code="O1", plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    recomputed()
    return target


@pytest.fixture
def why(diane: User, signed_in: SignIn) -> Callable[..., dict[str, Any]]:
    client = signed_in(diane)

    def explained(name: str, row: Any) -> dict[str, Any]:
        answer = client.get(f"/api/v1/{name}/{row.pk}/explain/")
        assert answer.status_code == 200
        return answer.json()

    return explained


def step(told: dict[str, Any], result: str) -> dict[str, Any]:
    return next(one for one in told["steps"] if one["result"] == result)


def test_a_value_names_its_figures_and_who_gave_them(
    students: Target, albi: School, why: Callable[..., Any]
) -> None:
    told = why("values", InstituteValue.objects.get(year=2020, view="validated"))
    [row] = told["inputs"]
    assert (row["school"], row["use"], row["why"]) == (albi.code, "counted", None)
    given = row["figure"]
    assert (given["value"], given["status"], given["version"]) == ("15000", "validated", 3)
    assert (given["entered_by"], given["source"]) == ("Alice", "Enquête")
    assert step(told, "value")["with_numbers"] == "15000"
    assert told["recomputed"] == {"same": True, "differences": []}


def test_it_names_who_merged_and_who_begins(
    students: Target, albi: School, ales: School, recomputed: Recompute, why: Callable[..., Any]
) -> None:
    """Albi is missing in 2021: its figure of 2020 and Alès's stand in; a new school has none."""
    indicator = students.indicator
    factories.FigureFactory(indicator=indicator, school=ales, year=2020, value=700)
    third, _new = factories.SchoolFactory(), factories.SchoolFactory(code="new", first_year=2021)
    for year in (2020, 2021):
        factories.FigureFactory(indicator=indicator, school=third, year=year, value=300)
    School.objects.filter(pk=ales.pk).update(last_year=2020, merged_into=albi)
    recomputed()
    answer = why("values", InstituteValue.objects.get(year=2021, view="validated"))
    assert (answer["estimate"], answer["left_out"]) == ("16000", ["new"])
    rows = {row["school"]: (row["why"], row["merged_into"]) for row in answer["inputs"]}
    assert rows[albi.code] == ("not_entered", None)
    assert rows[ales.code] == ("merged", albi.code)
    assert rows["new"] == ("begins", None)
    assert [row["school"] for row in answer["inputs"] if row["begins"]] == ["new"]
    placed = {row["school"]: (row["merged_into"], row["begins"]) for row in answer["stand_ins"]}
    assert placed == {
        albi.code: (None, False),
        ales.code: (albi.code, False),
        "new": (None, True),
    }


def test_progress_is_written_out_with_its_target(students: Target, why: Callable[..., Any]) -> None:
    told = why("progress", Progress.objects.get(year=2020, view="validated"))
    progress = step(told, "progress")
    assert progress["formula"] == "share_of_the_way"
    assert progress["expression"] == "(value − baseline) / (target − baseline)"
    assert progress["with_numbers"] == "(15000 − 13400) / (20000 − 13400)"
    assert progress["numbers"] == {"value": "15000", "baseline": "13400", "target": "20000"}
    assert progress["outcome"] == "0.2424242424"
    assert told["target"]["source"] == "Communiqué de presse"
    assert told["target"]["sureness"] == "high"
    assert (told["status"], told["rule"], told["on_track_from"]) == ("off_track", "by_pace", "0.9")
    assert told["forecast_points"] == [
        {"year": 2017, "value": "13400"},
        {"year": 2020, "value": "15000"},
    ]
    assert told["value"]["inputs"][0]["figure"]["value"] == "15000"


def test_a_roll_up_lists_its_items(students: Target, why: Callable[..., Any]) -> None:
    told = why("roll-ups", RollUp.objects.get(objective__code="O1", year=2020, view="validated"))
    assert (told["kind"], told["code"]) == ("objective", "O1")
    [item] = told["items"]
    assert (item["code"], item["weight"], item["contribution"]) == ("students", "1", "0.2424242424")
    assert step(told, "progress")["outcome"] == "0.2424242424"


def test_a_project_lists_its_milestones(
    db: None, recomputed: Recompute, why: Callable[..., Any]
) -> None:
    factories.MilestoneFactory(project__code="P01", title_fr="Cadrage", done_on="2020-05-01")
    recomputed()
    told = why("roll-ups", RollUp.objects.get(project__code="P01", year=2020, view="validated"))
    [milestone] = told["milestones"]
    assert (milestone["title_fr"], milestone["is_done"], milestone["weight"]) == (
        "Cadrage",
        True,
        "1",
    )
    assert told["day"] == "2020-12-31"


def test_what_is_stored_wrong_is_told(students: Target, why: Callable[..., Any]) -> None:
    Progress.objects.update(progress="0.9")
    told = why("progress", Progress.objects.get(year=2020, view="validated"))
    assert told["recomputed"] == {
        "same": False,
        "differences": [{"name": "progress", "stored": "0.9", "fresh": "0.2424242424"}],
    }


def test_a_draft_keeps_its_number_to_its_school(
    students: Target, albi: School, recomputed: Recompute, why: Callable[..., Any]
) -> None:
    factories.FigureFactory(indicator=students.indicator, school=albi, year=2021, status="draft")
    recomputed()
    [row] = why("values", InstituteValue.objects.get(year=2021, view="validated"))["inputs"]
    assert (row["use"], row["why"], row["figure"]) == ("left_out", "being_entered", None)


@pytest.mark.parametrize("who", ["alice", "charlie"])
@pytest.mark.parametrize("name", ["values", "progress", "roll-ups"])
def test_what_is_not_theirs_is_not_there(
    students: Target, who: str, name: str, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    model = {"values": InstituteValue, "progress": Progress, "roll-ups": RollUp}[name]
    row = model.objects.filter(year=2020).first()
    client = signed_in(request.getfixturevalue(who))
    assert client.get(f"/api/v1/{name}/{row.pk}/explain/").status_code == 404


def test_a_school_is_told_of_its_own_target(
    students: Target,
    albi: School,
    ales: School,
    recomputed: Recompute,
    request: Any,
    signed_in: SignIn,
) -> None:
    own = factories.TargetFactory(indicator=students.indicator, school=albi, is_reference=False)
    recomputed()
    row = Progress.objects.get(target=own, year=2020, view="validated")
    address = f"/api/v1/progress/{row.pk}/explain/"
    told = signed_in(request.getfixturevalue("alice")).get(address).json()
    assert told["school"] == albi.code
    assert [one["school"] for one in told["value"]["inputs"]] == [albi.code]
    assert signed_in(request.getfixturevalue("charlie")).get(address).status_code == 404


@pytest.mark.parametrize("name", ["values", "progress", "roll-ups"])
def test_it_asks_who_is_there(db: None, name: str) -> None:
    assert Client().get(f"/api/v1/{name}/1/explain/").status_code == 401


def test_questions_do_not_grow_with_the_schools(
    students: Target, diane: User, signed_in: SignIn
) -> None:
    row = InstituteValue.objects.get(year=2020, view="validated")
    client, address = signed_in(diane), f"/api/v1/values/{row.pk}/explain/"
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(4):
        factories.FigureFactory(indicator=students.indicator, school=factories.SchoolFactory())
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(address).json()["inputs"]) == 5
    assert len(many) == len(few)


@pytest.mark.django_db(transaction=True)
def test_it_is_told_as_it_was_known(students: Target, diane: User, signed_in: SignIn) -> None:
    then = {"as_of": timezone.now().isoformat()}
    students.indicator.figures.filter(year=2020).update(value=18000)
    client = signed_in(diane)
    [row] = client.get("/api/v1/values/", then | {"year": "2020"}).json()["results"]
    told = client.get(f"/api/v1/values/{row['id']}/explain/", then).json()
    assert (told["value"], told["recomputed"]["same"]) == ("15000", True)
    assert told["inputs"][0]["figure"]["value"] == "15000"
