"""Each check finds the fault it is named for, planted past every constraint and trigger."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review import submission_services as services
from imtplan.integrity import checks
from imtplan.integrity.checks import CHECKS, CheckLevel, run
from imtplan.integrity.results_check import differences
from indicators.models import Indicator, StaleMark
from indicators.recomputing.recompute import recompute
from indicators.services import take_snapshot
from objectives.models import Objective, StrategicPlan
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant() -> Callable[..., None]:
    """Write what nobody can: triggers and foreign keys look away."""

    def write(*statements: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return write


@pytest.fixture
def whole(albi: School, alice: User, diane: User, recomputed: Any) -> Campaign:
    """A plan, a submission with its receipt, a snapshot, results: with nothing wrong."""
    target = factories.students_of_the_plan(albi)
    target.indicator.decimals = 0
    target.indicator.save()
    objective = factories.ObjectiveFactory(plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    project = factories.ProjectFactory(plan=target.plan)
    factories.MilestoneFactory(project=project, due_on="2020-06-30")
    campaign = factories.CampaignFactory(plan=target.plan, indicators=[target.indicator])
    factories.FigureFactory(
        indicator=target.indicator, school=albi, year=campaign.year, value=15100, status="draft"
    )
    target.indicator.change_limit = None
    target.indicator.save()
    services.submit(campaign=campaign, school=albi, by=alice)
    recomputed()
    take_snapshot(
        plan=StrategicPlan.objects.get(),
        year=2020,
        view="validated",
        title="Conseil",
        comment="",
        by=diane,
    )
    return campaign


def found() -> dict[str, Any]:
    return {check.name: finding for check, finding in run(CHECKS) if finding}


def test_there_are_enough_checks_and_each_says_what_for() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) >= 25
    assert all(check.must and check.advice for check in CHECKS)


def test_where_nothing_is_wrong_nothing_is_found(whole: Campaign) -> None:
    assert found() == {}


FAULTS = {
    "results_are_what_the_formulas_give": (
        "UPDATE indicators_progress SET pace = 7 WHERE year = 2020"
    ),
    "versions_are_the_rows": "UPDATE indicators_figure SET value = 1 WHERE year = 2020",
    "kept_texts_have_their_fingerprint": "UPDATE campaigns_receipt SET content = content || ' '",
    "stale_marks_are_written": (
        "DROP TRIGGER mark_stale_indicators_countedfigure_update ON indicators_countedfigure"
    ),
    "sums_are_the_schools_figures": (
        "UPDATE indicators_institutevalue SET value = 3 WHERE value IS NOT NULL"
    ),
    "coverage_counts_the_missing": "UPDATE indicators_institutevalue SET expected = 9",
    "progress_is_of_the_institutes_value": "UPDATE indicators_progress SET value = 3",
    "the_last_word_is_of_a_full_count": (
        "UPDATE indicators_progress SET is_estimate = true, status = 'missed' WHERE year = 2020"
    ),
    "one_formula_version": "UPDATE indicators_rollup SET formula_version = '0' WHERE year = 2020",
    "nothing_waits_for_long": (
        "INSERT INTO indicators_stalemark (reason, marked_at, only_roll_ups) "
        "VALUES ('a test', '2020-01-01', false)"
    ),
    "no_indicator_failed": (
        "INSERT INTO indicators_recomputerun (started_at, finished_at, marks, indicators, "
        "rows_changed, error, scope, indicator_id) SELECT now(), now(), 0, 1, 0, 'overflow', '', "
        "min(id) FROM indicators_indicator"
    ),
    "versions_have_no_gap": (
        "UPDATE indicators_figureevent SET version = 7 WHERE pgh_label = 'update'"
    ),
    "closed_campaigns_are_untouched": (
        "UPDATE campaigns_campaign SET opens_at = '2020-01-01', closes_at = '2020-02-01'; "
        "UPDATE campaigns_campaignevent SET opens_at = '2020-01-01', closes_at = '2020-02-01'; "
        "UPDATE indicators_figureevent SET value = 7 "
        "WHERE pgh_label = 'update' AND year = 2022"
    ),
    "figures_stand_as_their_submission": (
        "UPDATE indicators_figure SET status = 'validated' WHERE year = 2022"
    ),
    "submissions_have_a_receipt": "DELETE FROM campaigns_receipt",
    "figures_are_of_a_school_that_exists": "UPDATE accounts_school SET last_year = 2018",
    "figures_are_within_bounds": "UPDATE indicators_indicator SET maximum = 14000",
    "figures_have_the_digits_of_their_unit": (
        "UPDATE indicators_figure SET value = 15000.25 WHERE year = 2020"
    ),
    "ratios_have_two_parts": (
        "UPDATE indicators_figure SET value = NULL, numerator = 1, denominator = 2"
    ),
    "figures_stand_where_they_are_collected": (
        "UPDATE indicators_indicator SET aggregation = 'none'"
    ),
    "nothing_typed_is_left_behind": (
        "UPDATE campaigns_campaign SET opens_at = '2020-01-01', closes_at = '2020-02-01'; "
        "INSERT INTO campaigns_keptinput (campaign_id, school_id, indicator_id, typed, at) "
        "SELECT (SELECT min(id) FROM campaigns_campaign), (SELECT min(id) FROM accounts_school), "
        "(SELECT min(id) FROM indicators_indicator), '{}', now()"
    ),
    "weights_leave_something": "UPDATE indicators_indicatorlink SET weight = 0",
    "objectives_are_measured": "DELETE FROM indicators_indicatorlink",
    "linked_indicators_have_a_reference": "UPDATE indicators_target SET is_reference = false",
    "what_counts_in_a_plan_is_followed": "DELETE FROM indicators_followedindicator",
    "projects_serve_their_own_plan": (
        "INSERT INTO projects_serves (project_id, objective_id, weight, inferred) "
        "SELECT (SELECT min(id) FROM projects_flagshipproject), min(id), 1, false "
        "FROM objectives_objective; UPDATE projects_flagshipproject SET plan_id = plan_id + 1000"
    ),
    "targets_are_of_their_plans_years": "UPDATE indicators_target SET year = 2040",
    "milestones_are_done_in_the_past": "UPDATE projects_milestone SET done_on = '2999-01-01'",
    "names_are_in_french": "UPDATE objectives_objective SET title_fr = ''",
    "what_is_asked_is_defined": "UPDATE indicators_indicator SET contact_en = ''",
    "merged_schools_have_ended": (
        "UPDATE accounts_school SET merged_into_id = (SELECT max(id) FROM accounts_school)"
    ),
    "triggers_are_switched_on": "ALTER TABLE indicators_figure DISABLE TRIGGER USER",
    "constraints_are_checked": (
        "ALTER TABLE indicators_figure ADD CONSTRAINT unchecked CHECK (year > 0) NOT VALID"
    ),
    "mails_leave": (
        "INSERT INTO outbox_mail (uid, key, kind, language, address, subject, body, state, tries, "
        "error, created_at, next_try_at) VALUES (gen_random_uuid(), 'k', 'reminder', 'fr', "
        "'a@example.org', 's', 'b', 'given_up', 9, '', now(), now())"
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_fault_is_found_by_the_check_of_its_name(
    check: Any, whole: Campaign, plant: Callable[..., None]
) -> None:
    plant(*FAULTS[check.name].split("; "))
    finding = found().get(check.name)
    assert finding is not None
    assert finding.count >= 1
    assert finding.shown


# --- Where there is too much to compute everything ---


@pytest.mark.parametrize(
    "name",
    [
        "weights_leave_something",
        "objectives_are_measured",
        "linked_indicators_have_a_reference",
    ],
)
def test_what_a_draft_still_lacks_is_no_fault(
    name: str, whole: Campaign, plant: Callable[..., None]
) -> None:
    plant(FAULTS[name])
    assert name in found()
    plant("UPDATE objectives_strategicplan SET state = 'draft'")
    assert name not in found()


def test_what_a_plan_put_aside_needs_no_reference(
    whole: Campaign, plant: Callable[..., None]
) -> None:
    name = "linked_indicators_have_a_reference"
    plant(FAULTS[name])
    assert name in found()
    plant("UPDATE indicators_followedindicator SET archived_at = now(), last_year = 2020")
    assert name not in found()


def test_of_a_sample_the_indicators_change_each_day(
    whole: Campaign, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    monkeypatch.setattr(checks, "SMALL", 0)
    factories.IndicatorFactory.create_batch(24)
    everyone = set(Indicator.objects.in_use().values_list("pk", flat=True))
    seen: set[int] = set()
    for day in (1, 2, 3):
        time_machine.move_to(f"2022-03-0{day} 01:20")
        chosen = checks.chosen_indicators()
        assert len(chosen) == checks.SAMPLE
        seen |= set(chosen)
    assert seen == everyone


def test_of_a_sample_every_roll_up_is_held_against_its_parts(
    whole: Campaign, plant: Callable[..., None]
) -> None:
    assert differences([]) == []
    plant("UPDATE indicators_rollup SET exact_progress = 7 WHERE year = 2020")
    lines = differences([])
    assert lines
    assert all(line.startswith("RollUp ") for line in lines)
    assert any(" · 2020 · validated · exact_progress: 7 is stored" in line for line in lines)


def test_an_indicator_that_cannot_be_computed_is_told_once(albi: School, recomputed: Any) -> None:
    factories.target_beyond_computing(albi)
    recomputed()
    assert "no_indicator_failed" in found()
    assert "results_are_what_the_formulas_give" not in found()


# --- The command --------------------------------------------------------------------------------


def said(*options: str) -> str:
    out = StringIO()
    call_command("check_integrity", *options, stdout=out)
    return out.getvalue()


def test_the_command_says_that_all_is_well(whole: Campaign) -> None:
    lines = said().splitlines()
    assert len(lines) == len(CHECKS)
    assert all(line.startswith("✓") for line in lines)


def test_the_command_names_the_fault_its_advice_and_ends_with_1(
    whole: Campaign, plant: Callable[..., None]
) -> None:
    plant(FAULTS["milestones_are_done_in_the_past"])
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_integrity", stdout=out)
    assert ended.value.code == 1
    assert "✗ milestones_are_done_in_the_past: 1, though no milestone is done on a day to come" in (
        out.getvalue()
    )
    assert "→ Correct the day" in out.getvalue()


def test_a_warning_alone_is_no_failure(whole: Campaign) -> None:
    Objective.objects.update(title_fr="")
    recompute()
    StaleMark.objects.all().delete()
    (finding,) = json.loads(said("--json"))
    assert (finding["check"], finding["level"]) == ("names_are_in_french", "warning")


def test_one_check_alone_and_no_check_of_another_name(whole: Campaign) -> None:
    assert said("--only", "mails_leave") == "✓ mails_leave\n"
    with pytest.raises(CommandError, match="no check sums"):
        said("--only", "sums")


def test_the_demonstration_has_no_error() -> None:
    call_command("load_plan", stdout=StringIO())
    call_command("load_demo", stdout=StringIO())
    wrong = [name for name, finding in found().items() if finding.check.level is CheckLevel.ERROR]
    assert wrong == []
