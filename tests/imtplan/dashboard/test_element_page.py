"""The page of an objective or a lever: what it is made of, and what of it holds it back."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from imtplan.dashboard.element.page import ElementPage, element_page
from imtplan.dashboard.freshness import Freshness
from indicators.models import Figure
from objectives.models import Objective
from projects.models import Serves
from tests import factories

# Of the page itself: freshness, plan, element, roll-ups, links, targets, progress, totals,
# projects, reports, other plans, versions of the plan and of both kinds of links; then session,
# person, roles, demonstration.
BUDGET = 14 + 4


@pytest.fixture
def growth(students, albi, recomputed) -> Objective:
    """Students at 24.24 % of 60 % in 2020, and a second indicator exactly where it should be."""
    objective = factories.ObjectiveFactory(plan=students.plan, code="O1")
    factories.LinkFactory(indicator=students.indicator, objective=objective, weight=3)
    other = factories.TargetFactory(plan=students.plan, value=200, baseline_value=100)
    factories.FigureFactory(indicator=other.indicator, school=albi, year=2020, value=160)
    factories.LinkFactory(indicator=other.indicator, objective=objective, weight=1)
    recomputed()
    return objective


def page_of(user: Any, code: str = "O1", kind: str = "objective", **asked: str) -> ElementPage:
    with translation.override("en"):
        return element_page(user, kind, code, {"year": "2020", **asked}, Freshness.read())


def test_what_holds_it_back_comes_first(growth, students, diane):
    first, second = page_of(diane).pulls

    assert first.item.name == students.indicator.name_en
    # ¾ of the weight, at 24.24 % where 60 % was expected
    assert first.amount == pytest.approx(Decimal("0.75") * (Decimal(1600) / 6600 - Decimal("0.6")))
    assert second.amount == 0
    assert not second.holds_back


def test_the_effects_make_the_gap(growth, diane):
    page = page_of(diane)

    effects = sum(pull.amount for pull in page.pulls)

    assert effects == pytest.approx(page.standing.gap)


def test_the_sentence_names_it(growth, diane):
    with translation.override("en"):
        said = page_of(diane).sentence

    assert said.startswith("In 2020, 33% of the way is done, 60% was expected.")
    assert "“Students” holds it back most: −26.8 points." in said


def test_since_when_it_is_behind_without_a_break(growth, students, albi, diane, recomputed):
    for year, value in ((2018, 14500), (2019, 14000)):
        factories.FigureFactory(indicator=students.indicator, school=albi, year=year, value=value)
    recomputed()
    page = page_of(diane)

    assert page.behind_since == 2018
    with translation.override("en"):
        assert "It has been behind its path since 2018." in page.sentence
        assert "since" not in page_of(diane, year="2018").sentence  # that year itself

    Figure.objects.filter(year=2019).update(value=17000)
    recomputed()
    assert page_of(diane).behind_since == 2020


def test_what_is_not_known_is_last_and_has_no_effect(growth, students, diane, recomputed):
    silent = factories.TargetFactory(plan=students.plan, value=10, baseline_value=1)
    factories.LinkFactory(indicator=silent.indicator, objective=growth)
    recomputed()

    last = page_of(diane).pulls[-1]

    assert last.item.followed.target == silent
    assert (last.amount, last.points) == (None, "")


def test_beyond_the_whole_the_mean_goes_no_further(growth, students, diane, albi, recomputed):
    """An indicator at 300 % makes up for nothing that another lacks."""
    far = factories.TargetFactory(plan=students.plan, value=200, baseline_value=100)
    factories.FigureFactory(indicator=far.indicator, school=albi, year=2020, value=400)
    factories.LinkFactory(indicator=far.indicator, objective=growth, weight=4)
    recomputed()

    page = page_of(diane)
    ahead = next(pull for pull in page.pulls if pull.item.followed.target == far)

    assert ahead.amount == pytest.approx(Decimal("0.5") * Decimal("0.4"))


def test_projects_and_what_their_leaders_said(growth, diane, signed_in, read, recomputed):
    project = factories.ProjectFactory(plan=growth.plan, code="P07")
    factories.MilestoneFactory(project=project, due_on="2019-06-30")
    Serves.objects.create(project=project, objective=growth)
    for day, sentence in (("2020-03-01", "An old story."), ("2020-11-01", "The site is late.")):
        factories.StatusReportFactory(project=project, reported_on=day, sentence=sentence)
    factories.StatusReportFactory(project=project, reported_on="2022-01-01", sentence="To come.")
    recomputed()

    page = page_of(diane)
    words = read(signed_in(diane).get("/objectifs/O1/?year=2020"))

    assert [report.sentence for report in page.reports] == ["The site is late."]
    assert any(pull.item.name.startswith("P07") for pull in page.pulls)
    assert "The site is late." in words
    assert "An old story." not in words


def test_every_year_since_the_baseline(growth, students, diane):
    years = page_of(diane).years

    assert [one.year for one in years] == list(students.plan.years)
    assert [one.year for one in years if one.current] == [2020]
    assert years[3].standing.share is not None
    assert years[2].standing.share is None  # no figure of 2019


def test_a_lever_has_the_same_page(students, diane, signed_in, read, recomputed):
    lever = factories.LeverFactory(plan=students.plan, code="L2")
    factories.LinkFactory(indicator=students.indicator, lever=lever, objective=None)
    recomputed()

    assert "24" in read(signed_in(diane).get("/leviers/L2/?year=2020"))


def test_an_element_with_nothing_in_it_says_what_to_do(students, diane, signed_in, read):
    factories.ObjectiveFactory(plan=students.plan, code="O9")

    words = read(signed_in(diane).get("/objectifs/O9/"))

    assert "Rien ne le mesure encore" in words
    assert "On ne sait rien de son avancement" in words


def test_the_address_keeps_year_and_view(growth, diane, signed_in):
    body = signed_in(diane).get("/objectifs/O1/?year=2020&view=provisional").content.decode()

    assert "/indicateurs/students/?year=2020&amp;view=provisional" in body


@pytest.mark.parametrize("path", ["/objectifs/O1/", "/objectifs/NONE/"])
def test_a_school_does_not_read_it(path, growth, alice, signed_in):
    assert signed_in(alice).get(path).status_code == 403


def test_no_such_element(growth, diane, signed_in):
    assert signed_in(diane).get("/objectifs/NONE/").status_code == 404
    assert signed_in(diane).get("/leviers/O1/").status_code == 404


@pytest.mark.parametrize("schools", [8, 80])
def test_the_price_does_not_grow(schools, growth, students, diane, signed_in, recomputed):
    for number in range(schools):
        school = factories.SchoolFactory(code=f"s{number}")
        factories.FigureFactory(indicator=students.indicator, school=school, year=2020)
        project = factories.ProjectFactory(plan=growth.plan)
        Serves.objects.create(project=project, objective=growth)
        factories.MilestoneFactory(project=project)
    recomputed()
    client = signed_in(diane)

    with CaptureQueriesContext(connection) as queries:
        assert client.get("/objectifs/O1/?year=2020").status_code == 200

    assert len(queries) <= BUDGET, "\n".join(query["sql"][:120] for query in queries)
