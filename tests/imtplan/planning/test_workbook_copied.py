"""The workbook of a plan under a new code: a new plan begins with its lines, and it stays."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from imtplan.audit.models import Event
from imtplan.planning.workbook.load_report import LoadOutcome
from imtplan.planning.workbook.writing import state_of
from indicators.models import FollowedIndicator, IndicatorLink, Progress, Target
from objectives.models import Objective, PlanState, StrategicPlan
from projects.models import FlagshipProject, Milestone, Serves
from tests import factories
from tests.imtplan.planning.workbooks import changed, heading, opened, saved, title, with_lines

NEW = "2023-2027"
YEARS = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}


@pytest.fixture
def first(db: None) -> StrategicPlan:
    call_command("load_plan", verbosity=0)
    call_command("load_demo", verbosity=0)
    return StrategicPlan.objects.get()


def copied(plan: StrategicPlan, client: Client, **cells: Any) -> bytes:
    """Returns the workbook of a plan with another code in the line of the plan itself."""
    data = client.get(f"/plan/plans/{plan.code}/classeur.xlsx").content
    data = changed(data, "plans", plan.code, **({**YEARS, "supersedes": plan.code} | cells))
    sheets = opened(data)
    headings, line = sheets[title("plans")]
    line[headings.index(heading("plans", "code"))] = NEW
    return saved(sheets)


def outcomes(preview: Any) -> dict[str, dict[LoadOutcome, int]]:
    counts: dict[str, dict[LoadOutcome, int]] = {}
    for sheet in preview.context["form"].report.sheets:
        for line in sheet.lines:
            of_sheet = counts.setdefault(sheet.sheet.slug, {})
            of_sheet[line.outcome] = of_sheet.get(line.outcome, 0) + 1
    return counts


def test_the_workbook_of_the_first_plan_begins_the_second_once(
    first: StrategicPlan, desk: Callable[..., Any]
) -> None:
    here = desk()
    before = state_of(first), Progress.objects.filter(target__plan=first).count()
    data = copied(first, here.client)
    preview = here.preview(data)
    report = preview.context["form"].report
    new, changes, out = LoadOutcome.NEW, LoadOutcome.CHANGED, LoadOutcome.LEFT_OUT
    milestones = Milestone.objects.count()
    assert outcomes(preview) == {
        "plans": {new: 1},
        "objectifs": {new: 4},
        "leviers": {new: 4},
        "projets": {new: 22},
        "jalons": {out: milestones},
        "indicateurs": {changes: 12},
        "suivis": {LoadOutcome.SAME: 12},
        "liens": {new: 13},
        "cibles": {out: 14},
    }
    assert len(report.remarks) == 1
    page = preview.content.decode()
    assert first.code in str(report.remarks[0])
    assert "avant que ce plan ne commence" in page
    here.confirm(preview)

    second = StrategicPlan.objects.get(code=NEW)
    assert (second.state, second.supersedes) == (PlanState.DRAFT, first)
    assert (state_of(first), Progress.objects.filter(target__plan=first).count()) == before
    assert second.objective_set.count() == 4
    assert second.flagshipproject_set.count() == 22
    assert second.followed_indicators.count() == 12
    assert IndicatorLink.objects.of(second).count() == IndicatorLink.objects.of(first).count()
    assert Serves.objects.filter(project__plan=second).exists()
    assert not second.targets.exists(), "nothing is promised that nobody wrote"

    # Given a second time it changes nothing.
    events = Event.objects.count()
    again = here.preview(data)
    assert not again.context["form"].report.changes
    assert set(outcomes(again)["objectifs"]) == {LoadOutcome.SAME}, "the sheets are read again"
    here.confirm(again)
    assert Event.objects.count() == events


@pytest.fixture
def small(db: None) -> StrategicPlan:
    """A plan with milestones of one title, and targets within the years of the next plan too."""
    target = factories.TargetFactory(code="students-2018-2022", year=2022)
    plan = target.plan
    factories.TargetFactory(
        plan=plan, indicator=target.indicator, code="students-2025", year=2025, is_reference=False
    )
    factories.ObjectiveFactory(plan=plan, code="O1")
    project = factories.ProjectFactory(plan=plan, code="P01", lead_school=None)
    for due in ("2021-06-30", "2024-06-30", "2025-06-30"):
        factories.MilestoneFactory(project=project, title_fr="Même titre", due_on=due, done_on=None)
    return plan


def test_milestones_and_targets_of_its_years_become_new(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    here = desk()
    before = state_of(small)
    data = copied(small, here.client)
    preview = here.preview(data)
    assert outcomes(preview)["jalons"] == {LoadOutcome.NEW: 2, LoadOutcome.LEFT_OUT: 1}
    assert outcomes(preview)["cibles"] == {LoadOutcome.NEW: 1, LoadOutcome.LEFT_OUT: 1}
    assert f'<ins class="as-typed">students-2025-{NEW}</ins>' in preview.content.decode()
    here.confirm(preview)

    assert state_of(small) == before
    second = StrategicPlan.objects.get(code=NEW)
    due = Milestone.objects.filter(project__plan=second).values_list("due_on", flat=True)
    assert set(due) == {date(2024, 6, 30), date(2025, 6, 30)}
    assert [row.code for row in second.targets.all()] == [f"students-2025-{NEW}"]
    assert FollowedIndicator.objects.filter(plan=second).count() == 1
    assert here.moving(data).keys() == {"jalons", "cibles"}, "what is left out is said again"
    assert not here.preview(data).context["form"].report.changes


def test_a_target_promised_anew_takes_the_code_of_the_new_plan(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    here = desk()
    data = copied(small, here.client)
    data = changed(data, "cibles", "students-2018-2022", year=2027, value=24000, baseline_year=2022)
    here.load(data)
    assert Target.objects.get(code=f"students-{NEW}").year == 2027
    assert Target.objects.get(code="students-2018-2022").year == 2022


def test_a_draft_made_on_the_page_of_plans_asks_for_no_reason(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    factories.FigureFactory(indicator=small.targets.first().indicator, year=2022)
    here = desk()
    preview = here.preview(copied(small, here.client))
    assert preview.context["preview"].moves
    assert not preview.context["preview"].asks_reason
    assert here.confirm(preview, reason="").status_code == 302


def test_without_a_plan_that_it_follows_it_says_so(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    here = desk()
    report = here.preview(copied(small, here.client, supersedes=None)).context["form"].report
    assert len(report.remarks) == 2
    assert "communs aux deux" in str(report.remarks[0])
    assert "ne suit aucun plan" in str(report.remarks[1])


def test_where_it_follows_another_than_its_workbook_was_made_of_it_says_so(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    years = {"baseline_year": 2012, "first_year": 2013, "last_year": 2017}
    factories.PlanFactory(code="2013-2017", **years)
    here = desk()
    data = copied(small, here.client, supersedes="2013-2017")
    remarks = here.preview(data).context["form"].report.remarks
    assert "suit 2013-2017 et non 2018-2022" in str(remarks[1])


def test_a_target_that_is_left_out_leaves_its_place_to_the_next(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    here = desk()
    (indicator,) = {row.indicator.code for row in small.targets.all()}
    anew = {"code": "students-2027", "indicator": indicator, "year": 2027, "value": 24000}
    about = {"baseline_year": 2022, "source": "Conseil", "sureness": "high", "is_reference": "oui"}
    here.load(with_lines(copied(small, here.client), {"cibles": [anew | about]}))
    assert Target.objects.get(code="students-2027").is_reference


def test_without_its_hidden_sheet_codes_of_another_plan_are_refused(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    """Nobody says then that the numbers and codes are those of another plan."""
    here = desk()
    sheets = opened(copied(small, here.client))
    sheets.pop("imtplan-plan")
    reasons = [why for _where, _typed, why in here.refused(saved(sheets))]
    assert sum("videz la cellule" in why for why in reasons) == 3
    assert sum("écrivez un nouveau code" in why for why in reasons) == 2
    assert not Objective.objects.exclude(plan=small).exists()
    assert not FlagshipProject.objects.exclude(plan=small).exists()


def test_a_code_too_long_for_the_one_of_the_plan_is_refused(
    small: StrategicPlan, desk: Callable[..., Any]
) -> None:
    Target.objects.filter(code="students-2025").update(code="s" * 45)
    here = desk()
    (refusal,) = here.refused(copied(small, here.client))
    assert "écrivez un nouveau code" in refusal[2]
