"""All projects: by status, in time, with what their leaders said, and the ways to narrow them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.projects.page import projects_page
from imtplan.dashboard.projects.timeline import MilestoneMark, MilestoneState, TimeAxis
from indicators.models import ProgressStatus
from projects.models import Milestone
from tests import factories

URL = "/projets/"
# Plans, objectives, projects, milestones, reports, what they serve, indicators; freshness; session,
# person, roles; whether this is a demonstration.
BUDGET = 7 + 1 + 3 + 1


def page_for(user, **asked):
    return projects_page(user, {"year": "2020", **asked}, Freshness.read())


def codes(page):
    return [one.project.code for one in page.projects]


@pytest.fixture
def three(recomputed):
    """One late, one on its way although its leader says it is stopped, one without a title."""
    late = factories.ProjectFactory(code="P1", title_fr="En retard", leader="Ada Lovelace")
    fine = factories.ProjectFactory(code="P2", title_fr="En avance")
    factories.ProjectFactory(code="P3", title_fr="", title_en="")
    factories.MilestoneFactory(project=late, due_on="2019-06-30")
    factories.MilestoneFactory(project=late, due_on="2020-03-31")
    factories.MilestoneFactory(project=fine, due_on="2019-06-30", done_on="2019-06-01")
    factories.MilestoneFactory(project=fine, due_on="2022-06-30")
    for day, status in (("2020-09-01", "stopped"), ("2019-09-01", "on_track")):
        factories.StatusReportFactory(project=fine, status=status, reported_on=day)
    objective = factories.ObjectiveFactory(code="O1", title_fr="Former")
    objective.served_by.create(project=late)
    factories.LinkFactory(indicator=factories.IndicatorFactory(code="students"), project=late)
    recomputed()
    return late, fine


# --- the axis ---


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (date(2018, 1, 1), "0.00%"),
        (date(2020, 1, 1), "50.00%"),
        (date(2015, 5, 5), "0.00%"),
        (date(2030, 5, 5), "100.00%"),
    ],
)
def test_a_day_has_its_place(day, place):
    # 730 days from 2018 to the end of 2019, and 730 more.
    assert TimeAxis(date(2018, 1, 1), date(2021, 12, 30), date(2020, 1, 1)).place(day) == place


def test_the_axis_reaches_every_milestone(db):
    plan = factories.PlanFactory()
    beyond = [Milestone(due_on=date(2016, 5, 1)), Milestone(due_on=date(2024, 5, 1))]

    assert [year for year, _place in TimeAxis.of(plan, date(2020, 1, 1), beyond).years] == list(
        range(2016, 2025)
    )
    assert TimeAxis.of(plan, date(2020, 1, 1), []).last == date(2022, 12, 31)


@pytest.mark.parametrize(
    ("done_on", "state", "until"),
    [
        (None, MilestoneState.LATE, date(2020, 1, 1)),
        (date(2019, 3, 1), MilestoneState.DONE_LATE, date(2019, 3, 1)),
        (date(2018, 12, 1), MilestoneState.DONE, None),
    ],
)
def test_a_delay_is_drawn_until_it_ends(done_on, state, until):
    axis = TimeAxis(date(2018, 1, 1), date(2021, 12, 31), date(2020, 1, 1))
    milestone = Milestone(due_on=date(2019, 1, 1), done_on=done_on)
    mark = MilestoneMark(milestone, MilestoneState.of(milestone, axis.day), axis)

    assert mark.state == state
    assert mark.until == (axis.place(until) if until else "")


# --- the page ---


def test_the_worst_status_comes_first(three, diane):
    page = page_for(diane)

    assert [group.status for group in page.groups] == [
        ProgressStatus.OFF_TRACK,
        ProgressStatus.ON_TRACK,
        ProgressStatus.NO_DATA,
    ]
    assert codes(page)[0] == "P1"
    assert [one.project.code for one in page.groups[-1].bare] == ["P3"]


def test_reports_stand_in_the_order_of_their_days(three, diane):
    fine = next(one for one in page_for(diane).everything if one.project.code == "P2")

    assert [one.status for one in fine.reports] == ["on_track", "stopped"]
    assert fine.project.differs


def test_what_was_said_later_is_not_said_yet(three, diane):
    fine = next(one for one in page_for(diane, year="2019").everything if one.project.code == "P2")

    assert [one.status for one in fine.reports] == ["on_track"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"only": "late"}, ["P1"]),
        ({"only": "differs"}, ["P2"]),
        ({"objective": "O1"}, ["P1"]),
        ({"status": "no_data"}, ["P3"]),
        ({"sort": "code"}, ["P1", "P2", "P3"]),
        ({"sort": "late"}, ["P1", "P2", "P3"]),
        ({"sort": "report"}, ["P1", "P3", "P2"]),
    ],
)
def test_projects_are_narrowed_and_ordered(asked, found, three, diane):
    assert codes(page_for(diane, **asked)) == found


def test_lateness_is_said_in_words(three, diane, signed_in, read):
    words = read(signed_in(diane).get(URL + "?year=2020"))

    assert "2 en retard" in words
    assert "Porté par Ada Lovelace" in words
    assert "Arrêté" in words


def test_every_milestone_is_in_the_table_too(three, diane, signed_in):
    body = signed_in(diane).get(URL + "?year=2020").content.decode()

    assert body.count("<tr>") == 1 + 4
    assert "30 juin 2022" in body


def test_links_lead_on_with_the_same_year(three, diane, signed_in):
    body = signed_in(diane).get(URL + "?year=2020&view=provisional").content.decode()

    for address in ("/projets/P1/", "/objectifs/O1/", "/indicateurs/students/"):
        assert f'"{address}?year=2020&amp;view=provisional"' in body


@pytest.mark.parametrize("asked", ["status=good", "objective=O9", "only=me", "sort=name"])
def test_what_there_is_not_is_not_found(asked, three, diane, signed_in):
    assert signed_in(diane).get(f"{URL}?{asked}").status_code == 404


def test_a_school_does_not_read_the_projects(three, alice, signed_in):
    assert signed_in(alice).get(URL).status_code == 403


def test_no_plan_yet(diane, signed_in, read):
    assert "Aucun plan" in read(signed_in(diane).get(URL))


def test_nothing_found_says_what_to_do(three, diane, signed_in, read):
    words = read(signed_in(diane).get(URL + "?year=2020&status=at_risk"))

    assert "Aucun projet ne correspond" in words
    assert "Choisissez un autre statut" in words


def test_an_earlier_moment(three, diane, signed_in, read):
    """What is entered today was not known in 2020."""
    factories.PlanFactory()

    assert signed_in(diane).get(URL + "?as_of=2020-06-30").status_code == 200


@pytest.mark.parametrize("count", [8, 80])
def test_the_price_does_not_grow(count, three, diane, signed_in, recomputed):
    objective = factories.ObjectiveFactory()
    for _ in range(count):
        project = factories.ProjectFactory()
        factories.MilestoneFactory(project=project)
        factories.StatusReportFactory(project=project, reported_on="2020-01-01")
        objective.served_by.create(project=project)
    recomputed()
    client = signed_in(diane)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).status_code == 200

    assert len(queries) <= BUDGET, "\n".join(query["sql"][:120] for query in queries)


# --- on the dashboard and on the project's own page ---


def test_the_dashboard_names_only_what_calls_for_a_look(three, diane, signed_in):
    answer = signed_in(diane).get("/tableau-de-bord/?year=2020")
    body = answer.content.decode()

    named = [one.code for one in answer.context["page"].projects_to_look_at]
    assert named == ["P1", "P2"]  # behind, and declared far from what is computed
    assert '/projets/?year=2020"' in body
    assert "/projets/P3/" not in body


def test_a_project_shows_its_own_milestones_in_time(three, diane, signed_in):
    page = signed_in(diane).get("/projets/P2/?year=2019").context["page"]

    assert [mark.state for mark in page.milestones] == ["done", "to_come"]
    assert [one.status for one in page.reports_in_time] == ["on_track"]
