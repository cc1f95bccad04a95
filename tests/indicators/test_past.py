"""What was known at an earlier moment: the same pages and answers on the versions of then."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from imtplan import clock
from imtplan.accounts.models import School, User
from indicators.models import Figure, Indicator, Progress
from indicators.past import RESULTS, VERSIONED, at
from objectives.models import Objective, PlanReader, PlanState, StrategicPlan
from projects.models import Milestone
from tests import factories
from tests.history import History, grow_versions, versions_read

# Versions carry the moment their transaction began: each edit must be one of its own.
pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/v1/"
SignIn = Callable[[User], Client]
Recompute = Callable[[], Any]


def test_everything_that_is_versioned_has_a_view() -> None:
    """But who may see what: that is as it is today."""
    versioned = {
        model.pgh_tracked_model
        for model in apps.get_models()
        if hasattr(model, "pgh_tracked_model")
    }
    shown = {apps.get_model(app, name) for app, names in VERSIONED.items() for name in names}
    assert {model.__name__ for model in versioned - shown} == {"Membership", "ApiToken"}


# --- The past -----------------------------------------------------------------------------------


@pytest.fixture
def then(albi: School, recomputed: Recompute) -> datetime:
    """A moment at which Albi had 15,000 students; since then everything was changed."""
    target = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=target.plan, title_fr="Avant")
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    recomputed()
    moment = timezone.now()
    Figure.objects.filter(year=2020).update(value=18000)
    Objective.objects.update(title_fr="Après", weight=7)
    factories.FigureFactory(indicator=target.indicator, year=2020, value=1)
    target.points.create(year=2019, value=14000)
    School.objects.filter(code=albi.code).update(name="Autrement")
    recomputed()
    return moment


def students() -> Decimal | None:
    return Progress.objects.get(year=2020, view="validated").value


def test_rows_and_results_are_those_of_then(then: datetime) -> None:
    assert students() != 15000
    with at(then):
        assert students() == 15000
        assert Objective.objects.get().title_fr == "Avant"
        assert School.objects.carrying_the_plan().get().name == "IMT Mines Albi"
        assert Figure.objects.filter(year=2020).count() == 1
    assert Objective.objects.get().title_fr == "Après"


def test_what_was_deleted_since_is_there_and_what_came_later_is_not(then: datetime) -> None:
    Figure.objects.all().delete()
    with at(then):
        assert Figure.objects.filter(year=2020).get().value == 15000
    assert not Figure.objects.exists()


def test_before_anything_there_is_nothing(then: datetime) -> None:
    with at(then - timedelta(days=1)):
        assert not Indicator.objects.exists()
        assert not Progress.objects.exists()


def test_the_past_cannot_be_written(then: datetime) -> None:
    with pytest.raises(DatabaseError), at(then):
        factories.SchoolFactory()
    with pytest.raises(DatabaseError), at(then):
        Objective.objects.update(title_fr="Réécrit")
    assert Objective.objects.get().title_fr == "Après"


def test_no_table_at_all_can_be_written(then: datetime) -> None:
    """Neither what was known, nor what was computed from it, nor what is as it is today."""
    written = set()
    with at(then), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            try:
                with transaction.atomic():
                    cursor.execute(f'DELETE FROM "{table}" WHERE false')  # noqa: S608
            except DatabaseError:
                continue
            written.add(table)
    assert written == set()


@pytest.mark.parametrize("write", [False, True])
def test_after_the_past_it_is_the_present_again(then: datetime, write: bool) -> None:
    """Inside another transaction too, whether the past was left well or not."""
    with transaction.atomic():
        with suppress(DatabaseError), at(then):
            if write:
                Objective.objects.update(title_fr="Réécrit")
        assert Objective.objects.get().title_fr == "Après"
        Objective.objects.update(title_fr="Encore après")
    assert Objective.objects.get().title_fr == "Encore après"


def test_a_milestone_is_judged_on_the_day_of_then(recomputed: Recompute) -> None:
    """Whether it was due is a matter of that day; whether it was done, of what was known then."""
    factories.MilestoneFactory(due_on=timezone.localdate(), done_on=None)
    moment = timezone.now()
    Milestone.objects.update(done_on=timezone.localdate())
    with at(moment):
        assert Milestone.objects.get().done_on is None
        assert clock.today() == timezone.localdate(moment)


def stored() -> list[list[Any]]:
    """Every stored result, but for when it was computed and from what."""
    apart = {"id", "computed_at", "inputs_hash"}
    return [
        sorted(model._default_manager.values_list(*names), key=repr)
        for model in RESULTS
        if (names := [f.name for f in model._meta.concrete_fields if f.name not in apart])
    ]


@pytest.mark.parametrize("seed", range(3))
def test_at_any_moment_it_says_what_was_said_then(
    seed: int, albi: School, ales: School, recomputed: Recompute
) -> None:
    chance = random.Random(seed)  # noqa: S311 - for variety, to be played again
    history = History(chance, [albi, ales])
    said = []
    for _step in range(12):
        history.edit()
        recomputed()
        said.append((timezone.now(), stored()))
    for moment, results in chance.sample(said, k=len(said)):
        with at(moment):
            assert stored() == results


# --- Its price ----------------------------------------------------------------------------------


def test_a_version_is_never_dated_before_the_one_it_follows(then: datetime) -> None:
    """The earlier transaction waits for the later one, and then writes over what that wrote."""
    figure = Figure.objects.get(year=2020, value=18000)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")  # when it began
        with ThreadPoolExecutor(1) as others:
            others.submit(_in_a_thread, lambda: _set_value(figure, 20000)).result()
        _set_value(figure, 21000)
    with at(timezone.now()):
        assert Figure.objects.get(pk=figure.pk).value == 21000


def _set_value(figure: Figure, value: int) -> None:
    Figure.objects.filter(pk=figure.pk).update(value=value)


def _in_a_thread(act: Callable[[], None]) -> None:
    try:
        act()
    finally:
        connection.close()


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=180), timedelta(days=360)])
def test_the_past_costs_no_more_when_there_is_more_of_it(then: datetime, ago: timedelta) -> None:
    def price() -> int:
        before = versions_read()
        with at(timezone.now() - ago):
            assert Figure.objects.exists()
            return versions_read() - before

    grow_versions(1_000)
    few = price()
    grow_versions(20_000)
    assert price() <= 2 * few < 100


# --- Asked for ----------------------------------------------------------------------------------


def test_the_api_answers_as_it_did_then(
    then: datetime, diane: User, signed_in: SignIn, recomputed: Recompute
) -> None:
    browser = signed_in(diane)
    answer = browser.get(f"{API}progress/", {"as_of": then.isoformat(), "year": 2020})
    values = {row["view"]: row["value"] for row in answer.json()["results"]}
    assert values["validated"] == "15000"
    assert answer["X-As-Of"].endswith("Z")
    one = browser.get(f"{API}objectives/", {"as_of": then.isoformat()}).json()["results"]
    assert one[0]["title_fr"] == "Avant"
    csv = browser.get(f"{API}figures.csv", {"as_of": then.isoformat()})
    assert b"15000" in b"".join(csv.streaming_content)
    assert "X-As-Of" not in browser.get(f"{API}progress/")


@pytest.mark.parametrize("text", ["hier", "2021-02-30", "2999-01-01", "2999-01-01T10:00", "\x00"])
def test_a_moment_that_is_none_is_refused(text: str, diane: User, signed_in: SignIn) -> None:
    browser = signed_in(diane)
    for name in ("progress/", "figures.csv", "indicators/"):
        answer = browser.get(f"{API}{name}", {"as_of": text})
        assert answer.status_code == 400
        assert list(answer.json()) == ["as_of"]
    assert browser.get("/tableau-de-bord/", {"as_of": text}).status_code == 404


def test_a_day_means_its_end_in_paris() -> None:
    assert clock.moment_named("2021-03-03").isoformat() == "2021-03-03T23:59:59.999999+01:00"
    assert clock.moment_named("2021-07-03").utcoffset() == timedelta(hours=2)
    assert clock.moment_named("2021-03-03T18:00").isoformat() == "2021-03-03T18:00:00+01:00"
    today = timezone.localdate().isoformat()
    assert clock.moment_named(today) <= timezone.now()


def test_pages_say_of_when_they_are_and_keep_it_in_their_links(
    then: datetime, diane: User, signed_in: SignIn
) -> None:
    browser = signed_in(diane)
    Indicator.objects.update(is_headline=True)
    asked = {"as_of": then.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "year": 2020}
    text = browser.get("/tableau-de-bord/", asked).content.decode()
    assert "connu le" in text
    assert "Après" not in text
    assert "Avant" in text
    assert "data-live-status" not in text
    assert "as_of=" in text.partition('href="/indicateurs/')[2].partition('"')[0]


def test_a_school_sees_no_more_of_the_past_than_of_today(
    then: datetime, charlie: User, signed_in: SignIn
) -> None:
    browser = signed_in(charlie)
    asked = {"as_of": then.isoformat()}
    assert browser.get("/tableau-de-bord/", asked).status_code == 403
    assert browser.get(f"{API}figures/", asked).json()["results"] == []


@pytest.mark.parametrize("now", ["a draft again", "gone"])
def test_what_is_no_longer_published_is_hidden_at_earlier_moments_too(
    now: str, paul: User, diane: User, signed_in: SignIn
) -> None:
    objective = factories.ObjectiveFactory(title_fr="Axe repris")
    plan, moment = objective.plan, timezone.now()
    StrategicPlan.objects.update(state=PlanState.DRAFT)
    if now == "gone":
        plan.delete()
    with at(moment):
        assert StrategicPlan.objects.get().state == PlanState.PUBLISHED
        for rows in (StrategicPlan.objects, Objective.objects):
            assert not rows.visible_to(diane).exists()
            assert rows.visible_to(paul).count() == 1
    as_of = {"as_of": moment.isoformat()}
    reader, office = signed_in(diane), signed_in(paul)
    for page, count in ((reader, 0), (office, 1)):
        for path in ("plans/", "objectives/"):
            assert page.get(f"{API}{path}", as_of).json()["count"] == count
    assert "Axe repris" not in reader.get("/tableau-de-bord/", as_of).content.decode()
    address = {"plan": plan.code, **as_of}
    assert reader.get("/tableau-de-bord/", address).status_code == 404
    assert office.get("/tableau-de-bord/", address).status_code == 200


def test_whom_the_office_invites_reads_what_a_draft_was(diane: User) -> None:
    plan, moment = factories.PlanFactory(), timezone.now()
    StrategicPlan.objects.update(state=PlanState.DRAFT)
    PlanReader.objects.create(plan=plan, user=diane)
    with at(moment):
        assert StrategicPlan.objects.visible_to(diane).get() == plan
