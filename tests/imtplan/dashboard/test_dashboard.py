"""The dashboard as a whole: order, grouping, missing data, languages, and its price."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School
from imtplan.campaigns.models import Submission
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.overview.page import dashboard_page
from indicators.models import Figure, Indicator, IndicatorLink, ProgressStatus, RollUp, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import StrategicPlan
from tests import factories

URL = "/tableau-de-bord/"
# Eight of the page itself, the corrections under way, what was put aside, breaks of series;
# session, person, roles; whether this is a demonstration.
BUDGET = 11 + 3 + 1


def page_for(user, **asked):
    return dashboard_page(user, asked, Freshness.read())


@pytest.fixture
def many_headlines(students, recomputed):
    """Fifteen headline indicators: students is the first, O2 has the last two, one has no place."""
    first, second = (factories.ObjectiveFactory(code=code) for code in ("O1", "O2"))
    for rank in range(2, 16):
        target = factories.TargetFactory(
            indicator__code=f"h{rank}",
            indicator__name_fr=f"Phare {rank}",
            indicator__is_headline=True,
            indicator__rank=rank,
        )
        if rank != 13:
            objective = second if rank > 13 else first
            IndicatorLink.objects.create(indicator=target.indicator, objective=objective, weight=1)
    recomputed()


# --- many headline indicators ---


def test_the_first_twelve_headlines_have_a_card_the_others_are_folded(many_headlines, diane):
    page = page_for(diane)
    assert len(page.headlines) == 15
    assert len(page.cards) == 12
    assert [
        (group.title[:2], [headline.followed.indicator.code for headline in group.headlines])
        for group in page.folded
    ] == [("O2", ["h14", "h15"]), ("Sa", ["h13"])]
    assert page.folded[0].standings == "2 sans donnée"


def test_a_link_that_weighs_nothing_folds_no_headline_under_its_objective(many_headlines, diane):
    IndicatorLink.objects.filter(indicator__code="h14").update(weight=0)
    assert [
        [headline.followed.indicator.code for headline in group.headlines]
        for group in page_for(diane).folded
    ] == [["h15"], ["h13", "h14"]]


def test_every_headline_is_on_the_page_and_few_have_a_chart(many_headlines, client, diane):
    client.force_login(diane)
    html = client.get(URL).content.decode()
    assert html.count("data-chart=") == 12
    for rank in range(2, 16):
        assert f"Phare {rank}" in html


# --- what the plan says of itself ---


def test_the_first_page_says_what_was_promised_and_over_what(students, client, diane):
    client.force_login(diane)
    Target.objects.filter(pk=students.pk).update(value=None, growth_percent=50)
    html = " ".join(client.get(URL).content.decode().split())
    assert "soit +50 % sur" in html
    assert "non publiée" not in html
    Target.objects.filter(pk=students.pk).update(baseline_value=None)
    recompute_stale()
    html = " ".join(client.get(URL).content.decode().split())
    assert "référence tirée des valeurs saisies, non publiée" in html


def test_the_first_page_says_when_the_plan_was_validated(students, client, diane):
    client.force_login(diane)
    assert "Validé par le conseil" not in client.get(URL).content.decode()
    StrategicPlan.objects.update(validated_on=date(2017, 11, 27))
    assert "Validé par le conseil le 27 novembre 2017." in client.get(URL).content.decode()
    StrategicPlan.objects.update(presented_on=date(2018, 1, 16))
    html = client.get(URL).content.decode()
    assert "Validé par le conseil le 27 novembre 2017, présenté le 16 janvier 2018." in html


# --- what a page speaks of ---


def test_the_default_year_is_the_latest_that_is_all_there(students, ales, diane, recomputed):
    """Alès joins in 2021 and says nothing: 2021 is an estimate at best."""
    factories.FigureFactory(
        indicator=students.indicator, school=School.objects.get(rank=1), year=2021
    )
    recomputed()

    assert page_for(diane).scope.year == 2018  # in no year did both schools report
    ales.first_year = 2021
    ales.save()
    recomputed()
    assert page_for(diane).scope.year == 2020


def test_without_a_figure_the_default_year_is_the_first(diane):
    factories.TargetFactory(indicator__is_headline=True)

    assert page_for(diane).scope.year == 2018


def test_the_latest_plan_unless_another_is_asked_for(students, diane):
    factories.PlanFactory(code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027)

    assert page_for(diane).scope.plan.code == "2023-2027"
    assert page_for(diane, plan="2018-2022").scope.year == 2020


def test_links_keep_what_the_page_speaks_of(students, diane):
    scope = page_for(diane, plan="2018-2022", year="2019", view="provisional").scope

    assert scope.query == "?plan=2018-2022&year=2019&view=provisional"


# --- missing is missing ---


def test_a_year_without_figures_is_no_zero(students, diane, signed_in, read):
    words = read(signed_in(diane).get(URL + "?year=2019"))

    assert "—" in words
    assert str(ProgressStatus.NO_DATA.label) in words.lower()
    assert " 0 étudiants" not in words
    assert "13\u202f400 étudiants en 2019" not in words  # last year's number is not this year's


def test_an_estimate_is_marked_and_says_how_many_reported(
    students, ales, diane, signed_in, recomputed, read
):
    for year in (2017, 2020):
        factories.FigureFactory(indicator=students.indicator, school=ales, year=year, value=1000)
    factories.FigureFactory(
        indicator=students.indicator,
        school=School.objects.get(code="imt-mines-albi"),
        year=2021,
        value=15500,
    )
    recomputed()

    words = read(signed_in(diane).get(URL + "?year=2021"))

    assert "16\u202f500" in words
    assert "estimation" in words.lower()
    assert "1 école sur 2" in words


def test_submitted_figures_count_in_the_provisional_view_alone(
    students, albi, diane, signed_in, recomputed, read
):
    factories.FigureFactory(
        indicator=students.indicator,
        school=albi,
        year=2021,
        value=17777,
        status=Figure.Status.SUBMITTED,
    )
    recomputed()
    client = signed_in(diane)

    assert "17\u202f777" not in read(client.get(URL + "?year=2021"))
    assert "17\u202f777" in read(client.get(URL + "?year=2021&view=provisional"))


# --- objectives, levers, projects ---


def roll_up(element, progress, expected, status="off_track", year=2020):
    kind = {"Objective": "objective", "Lever": "lever", "FlagshipProject": "project"}
    RollUp.objects.filter(**{kind[type(element).__name__]: element}).delete()
    return RollUp.objects.create(
        **{kind[type(element).__name__]: element},
        year=year,
        view="validated",
        progress=progress,
        expected_progress=expected,
        status=status,
        formula_version="1",
        computed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_the_furthest_behind_comes_first_and_no_data_last(students, diane):
    near, far, without, ahead = (factories.ObjectiveFactory(code=c) for c in "ABCD")
    roll_up(near, Decimal("0.5"), Decimal("0.6"), "at_risk")
    roll_up(far, Decimal("0.1"), Decimal("0.6"))
    roll_up(without, None, None, "no_data")
    roll_up(ahead, Decimal("0.9"), Decimal("0.6"), "on_track")

    assert [one.code for one in page_for(diane).objectives] == ["B", "A", "D", "C"]


def test_inferred_links_are_marked(students, diane, signed_in, read):
    sure, unsure, by_project = (factories.ObjectiveFactory(code=c) for c in ("S", "U", "P"))
    factories.LinkFactory(indicator=students.indicator, objective=sure)
    factories.LinkFactory(indicator=students.indicator, objective=unsure, inferred=True)
    by_project.served_by.create(project=factories.ProjectFactory(), inferred=True)

    found = {one.code: one.inferred for one in page_for(diane).objectives}

    assert found == {"S": False, "U": True, "P": True}
    assert "Liens déduits" in read(signed_in(diane).get(URL))


def test_untitled_projects_stand_together(students, diane, signed_in, read):
    factories.ProjectFactory(code="P01", title_fr="IMT Afrique")
    for number in range(9, 23):
        factories.ProjectFactory(code=f"P{number:02}", title_fr="", title_en="")

    (group,) = page_for(diane).board
    words = read(signed_in(diane).get("/projets/"))

    assert group.status == ProgressStatus.NO_DATA
    assert [one.code for one in group.named] == ["P01"]
    assert len(group.unnamed) == 14
    assert words.count("titre non publié") <= 2
    assert "P22" in words


def test_a_project_counts_its_milestones_on_the_day_it_is_judged(students, diane):
    project = factories.ProjectFactory()
    for due, done in (
        ("2019-01-01", "2019-01-01"),
        ("2020-01-01", "2021-02-01"),  # done after the end of 2020
        ("2020-06-01", None),
        ("2021-06-01", None),
    ):
        factories.MilestoneFactory(project=project, due_on=due, done_on=done)

    (group,) = page_for(diane, year="2020").board
    row = group.named[0].row

    assert (row.milestones_all, row.milestones_done, row.milestones_late) == (4, 1, 2)


def test_declared_and_computed_far_apart_are_flagged(students, diane, signed_in, read):
    project = factories.ProjectFactory(code="P03")
    roll_up(project, Decimal(0), Decimal(1), "off_track")
    factories.StatusReportFactory(project=project, status="on_track", reported_on="2020-05-05")
    factories.StatusReportFactory(project=project, status="stopped", reported_on="2021-05-05")

    (group,) = page_for(diane).board
    (shown,) = group.named

    assert shown.declared == "on_track"  # what had been said by the end of 2020
    assert shown.differs
    assert "Écart" in read(signed_in(diane).get(URL))


# --- the campaign ---


def test_the_campaign_says_which_schools_have_not_reported(
    students, albi, ales, diane, signed_in, read
):
    campaign = factories.CampaignFactory(closes_at=datetime(2030, 7, 1, 16, 0, tzinfo=UTC))
    factories.SubmissionFactory(
        campaign=campaign, school=albi, state="submitted", submitted_at=datetime.now(UTC)
    )

    [state] = page_for(diane).campaigns
    words = read(signed_in(diane).get(URL))

    assert [one.name for one in state.missing] == ["IMT Mines Alès"]
    assert "1 saisie sur 2" in words
    assert "1er juillet 2030" in words or "1 juillet 2030" in words
    assert "18:00" in words  # in Paris, whatever the server's clock
    assert str(Submission.State.NOT_BEGUN.label) in words.lower()


# --- empty states ---


def test_no_plan_yet(diane, signed_in, read):
    assert "Aucun plan" in read(signed_in(diane).get(URL))


def test_a_plan_without_figures_or_campaign(diane, signed_in, read):
    factories.TargetFactory(indicator__is_headline=True, indicator__code="students")
    words = read(signed_in(diane).get(URL))

    assert "Pas encore de campagne" in words
    assert "UNDEFINED" not in words


def test_a_plan_without_anything(diane, signed_in, read):
    factories.PlanFactory()

    assert "UNDEFINED" not in read(signed_in(diane).get(URL))


# --- languages ---


@pytest.mark.parametrize("address", [URL, "/indicateurs/students/", "/projets/P01/"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_variable_is_known_in_both_languages(
    address, language, students, diane, signed_in, read
):
    factories.ProjectFactory(code="P01")
    diane.language = language
    diane.save()

    answer = signed_in(diane).get(address)

    assert "UNDEFINED" not in answer.content.decode()
    assert f'lang="{language}"' in answer.content.decode()


# --- what it costs ---


def many_schools(count: int, indicator: Indicator) -> None:
    for number in range(count):
        school = factories.SchoolFactory(code=f"s{number}")
        for year in range(2017, 2021):
            factories.FigureFactory(indicator=indicator, school=school, year=year)


@pytest.mark.parametrize("schools", [8, 80])
def test_the_price_does_not_grow_with_the_schools(schools, students, diane, signed_in, recomputed):
    many_schools(schools, students.indicator)
    for code in ("O1", "O2"):
        objective = factories.ObjectiveFactory(code=code)
        factories.LinkFactory(indicator=students.indicator, objective=objective)
    for _ in range(schools):
        factories.MilestoneFactory()
    factories.CampaignFactory(indicators=[students.indicator])
    recomputed()
    client = signed_in(diane)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).status_code == 200

    assert len(queries) <= BUDGET, "\n".join(query["sql"][:120] for query in queries)
