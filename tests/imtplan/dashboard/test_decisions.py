"""What needs a decision: each kind, in its order, once, with the address where it is decided."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.overview.decisions import SHOWN_OF_A_KIND, DecisionReason
from imtplan.dashboard.overview.page import dashboard_page
from tests import factories

URL = "/tableau-de-bord/"


def agenda_for(user, **asked):
    with translation.override("en"):
        return dashboard_page(user, asked, Freshness.read()).agenda


def of_kind(agenda, kind):
    return [one for one in agenda.all if one.kind == kind]


def indicator_with(values, *, school, plan, **more):
    """From 100 in the baseline's year 2017 to 200 in 2022."""
    target = factories.TargetFactory(plan=plan, value=200, baseline_value=100, year=2022, **more)
    for year, value in values.items():
        factories.FigureFactory(indicator=target.indicator, school=school, year=year, value=value)
    return target


# --- indicators ---


def test_the_slowest_indicator_comes_first(students, albi, diane, recomputed):
    slow = indicator_with({2019: 105, 2020: 110}, school=albi, plan=students.plan)
    recomputed()

    behind = of_kind(agenda_for(diane, year="2020"), DecisionReason.BEHIND)

    assert [one.subject for one in behind] == [slow.indicator.name_en, students.indicator.name_en]
    assert behind[0].sentence.startswith("17% of the expected pace, −50")
    assert behind[0].address == f"/indicateurs/{slow.indicator.code}/?year=2020"


def test_what_falls_is_said_even_when_it_is_on_its_path(students, albi, diane, recomputed):
    falls = indicator_with({2019: 190, 2020: 180}, school=albi, plan=students.plan)
    recomputed()

    [one] = of_kind(agenda_for(diane, year="2020"), DecisionReason.FALLING)

    assert one.subject == falls.indicator.name_en
    assert one.sentence.startswith("190 in 2019, now 180")


def test_less_is_no_fall_where_less_is_good(students, albi, diane, recomputed):
    factories.TargetFactory(
        plan=students.plan, value=50, baseline_value=100, indicator__direction="decrease"
    )
    fewer = students.plan.targets.latest("pk").indicator
    for year, value in {2019: 70, 2020: 60}.items():
        factories.FigureFactory(indicator=fewer, school=albi, year=year, value=value)
    recomputed()

    agenda = agenda_for(diane, year="2020")

    assert fewer.name_en not in [one.subject for one in agenda.all]


def test_one_that_is_behind_and_falls_stands_once(students, albi, diane, recomputed):
    both = indicator_with({2019: 120, 2020: 110}, school=albi, plan=students.plan)
    recomputed()

    everything = agenda_for(diane, year="2020").all
    said = [one.sentence for one in everything if one.subject == both.indicator.name_en]

    assert len(said) == 1
    assert "120 in 2019, now 110" in said[0]


def test_without_a_figure_nothing_is_said_of_an_indicator(students, diane):
    assert of_kind(agenda_for(diane, year="2019"), DecisionReason.BEHIND) == []


def test_what_is_close_to_its_path_but_unlikely_to_arrive_is_to_be_decided(
    students, albi, diane, recomputed
):
    """91 % of the pace, year after year: at that pace it never arrives."""
    slows = indicator_with(
        {2017: 100, 2018: 118, 2019: 137, 2020: 155, 2021: 173}, school=albi, plan=students.plan
    )
    recomputed()

    [one] = of_kind(agenda_for(diane, year="2021"), DecisionReason.UNLIKELY)

    assert one.subject == slows.indicator.name_en
    assert one.sentence == (
        "close to its trajectory, but less than 1 chance in 100 to meet the target"
    )


# --- schools ---


@pytest.mark.parametrize(("days", "ending"), [(30, "open until"), (-1, "closed on")])
def test_schools_that_did_not_report(days, ending, students, albi, ales, diane):
    closes = timezone.now() + timedelta(days=days)
    campaign = factories.CampaignFactory(
        opens_at=datetime(2020, 1, 1, tzinfo=UTC), closes_at=closes
    )
    factories.SubmissionFactory(
        campaign=campaign, school=albi, state="submitted", submitted_at=timezone.now()
    )

    [one] = of_kind(agenda_for(diane), DecisionReason.UNREPORTED)

    assert one.sentence.startswith(f"1 submission of 2 is not handed in, {ending}")
    assert one.address == "/saisies/?campaign=2022"


def test_a_campaign_expects_only_the_schools_it_chose(students, albi, ales, diane):
    campaign = factories.CampaignFactory()
    campaign.schools.add(ales)

    [one] = of_kind(agenda_for(diane), DecisionReason.UNREPORTED)

    assert one.sentence.startswith("1 submission of 1")


# --- projects ---


def test_a_late_project_says_also_what_is_declared(students, diane, recomputed):
    late = factories.ProjectFactory(plan=students.plan, code="P05")
    for _ in range(4):
        factories.MilestoneFactory(project=late, due_on="2018-06-30")
    factories.StatusReportFactory(project=late, status="on_track", reported_on="2020-10-01")
    recomputed()

    [one] = of_kind(agenda_for(diane, year="2020"), DecisionReason.OVERDUE)

    assert one.subject.startswith("P05 ")
    assert one.sentence.startswith("4 milestones of 4 past their date, declared “on track”")
    assert of_kind(agenda_for(diane, year="2020"), DecisionReason.APART) == []


# --- the list ---


def test_only_the_first_of_each_kind_stand_unfolded(students, albi, diane, recomputed):
    for _ in range(4):
        indicator_with({2020: 101}, school=albi, plan=students.plan)
    recomputed()

    agenda = agenda_for(diane, year="2020")

    assert (
        len([one for one in agenda.first if one.kind == DecisionReason.BEHIND]) == SHOWN_OF_A_KIND
    )
    assert len(agenda.first) + len(agenda.others) == len(agenda.all)


def test_the_page_says_it_in_french(students, diane, signed_in, read):
    words = read(signed_in(diane).get(URL))

    assert "À décider" in words
    assert "En retard sur sa trajectoire" in words
    assert "40\u202f% du rythme attendu" in words


def test_nothing_to_decide_is_said(diane, signed_in, read):
    factories.PlanFactory()

    assert "Rien à décider" in read(signed_in(diane).get(URL))
