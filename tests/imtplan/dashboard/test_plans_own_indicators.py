"""A plan's pages read the indicators that it follows, in the years in which it does."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from imtplan.accounts.models import School, User
from imtplan.exports.export_kinds import KINDS
from indicators.models import FollowedIndicator, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.followed_years import EndReason
from objectives.models import Objective, StrategicPlan
from objectives.services import put_aside
from tests import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def target(albi: School) -> Target:
    """A plan with one indicator, and the next plan with six of its own."""
    found = factories.students_of_the_plan(albi)
    following = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027, follows=[]
    )
    for number in range(6):
        indicator = factories.IndicatorFactory(code=f"next-{number}", followed_by=[following])
        factories.TargetFactory(plan=following, indicator=indicator, year=2027, baseline_year=2022)
    recompute_stale()
    return found


@pytest.fixture
def reader(diane: User, signed_in: SignIn) -> Client:
    return signed_in(diane)


OF_THE_FIRST = "?plan=2018-2022&year=2020"


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_no_page_of_a_plan_lists_the_indicators_of_the_next(target: Target, reader: Client) -> None:
    matrix = reader.get("/matrice/" + OF_THE_FIRST).context["page"]
    assert [indicator.code for indicator in matrix.indicators] == ["students"]
    assert [(c.reported, c.expected) for c in matrix.columns] == [(1, 1)]
    school = reader.get("/ecoles/imt-mines-albi/" + OF_THE_FIRST).context["page"]
    assert [line.indicator.code for line in school.lines] == ["students"]
    schools = reader.get("/ecoles/" + OF_THE_FIRST).context["page"].board
    assert [indicator.code for indicator in schools.indicators] == ["students"]


def test_the_next_plan_lists_its_own_alone(target: Target, reader: Client) -> None:
    matrix = reader.get("/matrice/?plan=2023-2027&year=2023").context["page"]
    assert {indicator.code for indicator in matrix.indicators} == {
        f"next-{number}" for number in range(6)
    }


def test_a_headline_is_the_plans_own(target: Target, reader: Client) -> None:
    dashboard = "/tableau-de-bord/" + OF_THE_FIRST
    assert len(reader.get(dashboard).context["page"].headlines) == 1
    FollowedIndicator.objects.filter(plan=target.plan).update(is_headline=False)
    assert reader.get(dashboard).context["page"].headlines == []


def test_the_api_gives_the_values_and_the_indicators_of_a_plan(
    target: Target, reader: Client
) -> None:
    rows = reader.get("/api/v1/indicators/?plan=2018-2022").json()["results"]
    assert [row["code"] for row in rows] == ["students"]
    (followed,) = rows[0]["followed_in"]
    assert (followed["plan"], followed["last_year"], followed["is_headline"]) == (
        "2018-2022",
        None,
        True,
    )
    FollowedIndicator.objects.filter(plan=target.plan).update(first_year=2019)
    rows = reader.get("/api/v1/values/?plan=2018-2022").json()["results"]
    assert {(row["indicator"], row["year"]) for row in rows} == {
        ("students", year) for year in range(2019, 2023)
    }


@pytest.fixture
def aside(target: Target, paul: User) -> FollowedIndicator:
    objective = factories.ObjectiveFactory(
        plan=target.plan, code="O1", title_fr="Grandir", title_en="Grow"
    )
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    recompute_stale()
    end: Any = {"last_year": 2020, "by": paul}
    row: FollowedIndicator = put_aside(
        element=FollowedIndicator.objects.get(plan=target.plan),
        why=EndReason.REPLACED,
        reason="Le périmètre a changé.",
        replaced_by=factories.IndicatorFactory(code="new", name_fr="Nouveau", followed_by=[]),
        **end,
    )
    put_aside(element=objective, why=EndReason.ENDED, reason="Repris par O2.", **end)
    recompute_stale()
    return row


def test_pages_of_the_years_up_to_the_last_are_as_they_were(
    aside: FollowedIndicator, reader: Client
) -> None:
    page = reader.get("/tableau-de-bord/" + OF_THE_FIRST).context["page"]
    assert [headline.followed.indicator.code for headline in page.headlines] == ["students"]
    assert [element.code for element in page.objectives] == ["O1"]
    later = reader.get("/tableau-de-bord/?plan=2018-2022&year=2021").context["page"]
    assert (later.headlines, later.objectives) == ([], [])
    matrix = reader.get("/matrice/?plan=2018-2022&year=2021").context["page"]
    assert matrix.indicators == []


def test_the_dashboard_lists_what_was_put_aside(
    aside: FollowedIndicator, paul: User, reader: Client
) -> None:
    answer = reader.get("/tableau-de-bord/?plan=2018-2022&year=2021")
    rows = {row.kind: row for row in answer.context["page"].put_aside}
    students = rows["indicator"]
    assert (students.title, students.last_year, students.who) == ("Étudiants", 2020, paul.name)
    for wanted in ("remplacé par", "Nouveau", "Le périmètre a changé."):
        assert wanted in students.why
    assert students.verdict is not None
    assert students.verdict.value == "off_track"
    assert rows["objective"].verdict.value == "off_track"
    shown = text(answer)
    for wanted in ("Ce qui n’est plus suivi", "Le périmètre a changé.", "Repris par O2."):
        assert wanted in shown


def test_a_campaign_shows_the_headlines_of_its_own_year(
    aside: FollowedIndicator, target: Target, reader: Client
) -> None:
    """The plan follows one indicator to 2020 and another from 2022: a page of 2020 shows both,
    each where it belongs."""
    late = factories.TargetFactory(
        indicator=factories.IndicatorFactory(
            code="late", is_headline=True, followed_by=[target.plan]
        ),
        plan=target.plan,
    )
    late.indicator.followed_in.update(first_year=2022)
    recompute_stale()
    factories.CampaignFactory(plan=target.plan, indicators=[target.indicator, late.indicator])
    page = reader.get("/tableau-de-bord/" + OF_THE_FIRST).context["page"]
    assert [headline.followed.indicator.code for headline in page.headlines] == ["students"]
    (campaign,) = page.campaigns
    assert [row.indicator.code for row in campaign.followed_targets] == ["late"]


def test_a_campaign_of_another_plan_is_not_that_of_one_which_put_aside_what_it_asks(
    aside: FollowedIndicator, target: Target, reader: Client
) -> None:
    following = StrategicPlan.objects.get(code="2023-2027")
    factories.CampaignFactory(plan=following, year=2022, indicators=[target.indicator])
    for last_year, shown in ((2020, 0), (2022, 1)):
        FollowedIndicator.objects.filter(pk=aside.pk).update(last_year=last_year)
        page = reader.get("/tableau-de-bord/" + OF_THE_FIRST).context["page"]
        assert len(page.campaigns) == shown, last_year


def test_the_file_of_what_was_put_aside_has_the_day_in_paris(
    aside: FollowedIndicator, reader: Client
) -> None:
    FollowedIndicator.objects.filter(pk=aside.pk).update(
        archived_at=datetime(2021, 6, 30, 22, 30, tzinfo=UTC), end_reason="suspended"
    )
    page = reader.get("/tableau-de-bord/?plan=2018-2022&year=2021")
    assert "/fichiers/tableau-de-bord/mis-de-cote.csv" in page.content.decode()
    url = "/fichiers/tableau-de-bord/mis-de-cote.csv?plan=2018-2022&year=2021"
    line = next(row for row in reader.get(url).content.decode().splitlines() if "Étudiants" in row)
    assert "2021-07-01" in line
    assert "suspendu\u202f: Le périmètre a changé." in line


def test_the_boards_paper_lists_it_too(aside: FollowedIndicator, reader: Client) -> None:
    page = reader.get("/tableau-de-bord/?plan=2018-2022&year=2021").context["page"]
    table = render_to_string("exports/paper/parts/put_aside.html", {"rows": page.put_aside})
    assert "Le périmètre a changé." in table
    assert "2020" in table


@pytest.mark.parametrize("year", [2020, 2022])
def test_the_page_of_what_was_put_aside_stays_and_says_so(
    aside: FollowedIndicator, reader: Client, year: int
) -> None:
    query = f"?plan=2018-2022&year={year}"
    objective = text(reader.get(f"/objectifs/O1/{query}"))
    assert "Repris par O2." in objective
    indicator = text(reader.get(f"/indicateurs/students/{query}"))
    assert "Le périmètre a changé." in indicator
    assert "Nouveau" in indicator


MAKERS: dict[str, Any] = {
    "objective": factories.ObjectiveFactory,
    "lever": factories.LeverFactory,
    "project": factories.ProjectFactory,
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("year", [2019, 2022])
def test_the_explanation_of_what_was_put_aside_stays(
    target: Target, paul: User, reader: Client, kind: str, year: int
) -> None:
    element = MAKERS[kind](plan=target.plan, code="X1")
    if kind != "project":
        factories.LinkFactory(indicator=target.indicator, **{kind: element})
    put_aside(element=element, last_year=2020, why=EndReason.ENDED, by=paul, reason="Fini.")
    recompute_stale()
    address = reverse(f"explain-{kind}", args=["X1"])
    assert address in text(reader.get(reverse(kind, args=["X1"]) + "?plan=2018-2022&year=2020"))
    explained = reader.get(f"{address}?plan=2018-2022&year={year}").context["page"].explained
    assert explained.in_words.agrees


@pytest.mark.parametrize("kind", MAKERS)
def test_what_was_put_aside_before_ends_were_kept_is_explained(
    target: Target, reader: Client, kind: str
) -> None:
    MAKERS[kind](plan=target.plan, code="X9", archived_at="2021-01-01T00:00Z")
    text(reader.get(reverse(f"explain-{kind}", args=["X9"]) + OF_THE_FIRST))


@pytest.mark.parametrize("kind", ["objective", "lever"])
def test_what_was_put_aside_is_a_pdf_as_before(
    target: Target, paul: User, diane: User, kind: str
) -> None:
    element = MAKERS[kind](plan=target.plan, code="X1", title_fr="Grandir")
    put_aside(element=element, last_year=2020, why=EndReason.ENDED, by=paul, reason="Fini.")
    export = KINDS[f"{kind}-pdf"]
    for year in ("2019", "2022"):
        parameters = {"plan": "2018-2022", "year": year}
        assert export.title(diane, "X1", parameters) == "X1 Grandir"
        assert "Fini." in export.read(diane, "X1", parameters)


def test_an_objective_put_aside_before_ends_were_kept_has_a_page(
    target: Target, reader: Client
) -> None:
    factories.ObjectiveFactory(
        plan=StrategicPlan.objects.get(code="2018-2022"),
        code="O9",
        archived_at="2021-01-01T00:00Z",
        weight=Decimal(1),
    )
    assert "ne compte dans aucune année" in text(reader.get("/objectifs/O9/" + OF_THE_FIRST))
    assert not Objective.objects.get(code="O9").counts_in(2018)
