"""What a plan follows: putting it aside rewrites no year up to the last."""

from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.integrity.results_check import differences
from indicators import past
from indicators.explaining import explain_roll_up
from indicators.models import (
    FollowedIndicator,
    Indicator,
    InstituteValue,
    Progress,
    RollUp,
    StaleMark,
    View,
)
from indicators.questions.sensitivity import Trial
from indicators.services_followed import (
    bring_followed_back,
    bring_indicator_back,
    put_indicator_aside,
)
from objectives.followed_years import EndReason
from objectives.models import Objective
from objectives.services import bring_back, put_aside
from tests import factories

Recompute = Callable[[], Any]
LAST = 2020


@pytest.fixture
def plan(albi: School, recomputed: Recompute) -> Any:
    """Two indicators in one objective, one of them far behind, with figures to 2022."""
    target = factories.students_of_the_plan(albi)
    good = factories.TargetFactory(
        indicator__code="own-funds", value=Decimal(200), baseline_value=Decimal(100)
    )
    for year in range(2018, 2023):
        factories.FigureFactory(
            indicator=good.indicator, school=albi, year=year, value=100 + 20 * (year - 2017)
        )
    for year in (2018, 2019, 2021, 2022):
        factories.FigureFactory(indicator=target.indicator, school=albi, year=year, value=13500)
    first = factories.ObjectiveFactory(code="O1")
    second = factories.ObjectiveFactory(code="O2")
    for indicator in (target.indicator, good.indicator):
        factories.LinkFactory(indicator=indicator, objective=first)
    factories.LinkFactory(indicator=good.indicator, objective=second)
    recomputed()
    return target.plan


def results(*, to: int = 2022, since: int = 0) -> dict[str, Any]:
    """Every stored result of these years, without when and from what it was made."""
    found = {}
    for model in (InstituteValue, Progress, RollUp):
        for row in model._default_manager.filter(year__gte=since, year__lte=to):
            fields = {
                f.attname: getattr(row, f.attname)
                for f in model._meta.concrete_fields
                if f.name not in ("id", "computed_at")
            }
            key = [fields.get(name) for name in KEYS]
            found[f"{model.__name__} {key}"] = fields
    return found


KEYS = (
    *("indicator_id", "target_id", "plan_id", "objective_id", "lever_id", "project_id"),
    *("year", "view"),
)


def followed(code: str) -> FollowedIndicator:
    return FollowedIndicator.objects.get(indicator__code=code)


def end(row: Any, by: User, **more: Any) -> Any:
    of = {"last_year": LAST, "why": EndReason.SUSPENDED} | more
    return put_aside(element=row, by=by, reason="La source a disparu.", **of)


def test_an_indicator_put_aside_counts_up_to_its_last_year_and_no_further(
    plan: Any, paul: User, recomputed: Recompute
) -> None:
    before = results()
    end(followed("students"), paul)
    recomputed()
    assert results(to=LAST) == {k: v for k, v in before.items() if v["year"] <= LAST}
    later = Progress.objects.filter(year__gt=LAST)
    assert {row.target.indicator.code for row in later} == {"own-funds"}
    first = RollUp.objects.filter(objective__code="O1", year=2022, view=View.VALIDATED).get()
    assert (first.items, first.progress) == (1, 1)
    assert differences() == []


def test_the_figures_of_an_indicator_that_a_plan_put_aside_still_add_up(
    plan: Any, paul: User, recomputed: Recompute
) -> None:
    values = InstituteValue.objects.filter(indicator__code="students")
    before = list(values.values_list("year", "value"))
    end(followed("students"), paul)
    recomputed()
    assert list(values.values_list("year", "value")) == before


def test_another_plan_that_follows_it_judges_it_on(
    plan: Any, paul: User, recomputed: Recompute
) -> None:
    following = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )
    factories.TargetFactory(
        plan=following,
        indicator=Indicator.objects.get(code="students"),
        code="students-2027",
        year=2027,
        baseline_year=2022,
    )
    recomputed()
    own = Progress.objects.filter(target__plan=following)
    before = list(own.values_list("year", "status"))
    assert before
    end(FollowedIndicator.objects.get(plan=plan, indicator__code="students"), paul)
    recomputed()
    assert list(own.values_list("year", "status")) == before


@pytest.mark.parametrize("make", [factories.ObjectiveFactory, factories.LeverFactory])
def test_an_element_put_aside_counts_up_to_its_last_year_and_no_further(
    plan: Any, paul: User, recomputed: Recompute, make: Any
) -> None:
    element = make(plan=plan, code="X")
    kind = element._meta.model_name
    factories.LinkFactory(indicator=Indicator.objects.get(code="students"), **{kind: element})
    recomputed()
    before = results()
    end(element, paul)
    recomputed()
    assert results(to=LAST) == {k: v for k, v in before.items() if v["year"] <= LAST}
    assert not RollUp.objects.filter(**{kind: element}, year__gt=LAST).exists()
    of_plan = RollUp.objects.filter(plan=plan, view=View.VALIDATED)
    assert of_plan.get(year=2022).items == 2
    assert of_plan.get(year=LAST).items == (3 if kind == "objective" else 2)
    assert differences() == []


def test_a_project_put_aside_counts_up_to_its_last_year_and_no_further(
    plan: Any, paul: User, recomputed: Recompute
) -> None:
    project = factories.ProjectFactory(plan=plan, code="P1")
    factories.MilestoneFactory(project=project)
    project.serves.create(objective=Objective.objects.get(code="O2"))
    recomputed()
    before = results(to=LAST)
    end(project, paul)
    recomputed()
    assert results(to=LAST) == before
    second = RollUp.objects.filter(objective__code="O2", view=View.VALIDATED)
    assert (second.get(year=LAST).items, second.get(year=2022).items) == (2, 1)
    assert not RollUp.objects.filter(project=project, year__gt=LAST).exists()
    assert differences() == []


def test_what_is_followed_from_a_later_year_moves_none_before(
    plan: Any, recomputed: Recompute
) -> None:
    before = results(to=2020)
    late = factories.ObjectiveFactory(plan=plan, code="O3", first_year=2021)
    factories.LinkFactory(indicator=Indicator.objects.get(code="students"), objective=late)
    recomputed()
    assert results(to=2020) == before
    items = dict(RollUp.objects.filter(plan=plan, view="validated").values_list("year", "items"))
    assert (items[2020], items[2021]) == (2, 3)
    FollowedIndicator.objects.filter(indicator__code="students").update(first_year=2019)
    recomputed()
    years = Progress.objects.filter(target__indicator__code="students").values_list("year")
    assert min(years) == (2019,)
    assert differences() == []


@pytest.mark.parametrize("kind", ["followed", "indicator", "objective"])
def test_taking_it_up_again_gives_the_old_numbers_back(
    plan: Any, paul: User, recomputed: Recompute, kind: str
) -> None:
    before = results()
    if kind == "indicator":
        row: Any = Indicator.objects.get(code="students")
        put_indicator_aside(
            element=row, last_year=LAST, why=EndReason.ENDED, by=paul, reason="Trop tard."
        )
    else:
        row = followed("students") if kind == "followed" else Objective.objects.get(code="O1")
        end(row, paul)
    recomputed()
    assert results() != before
    row.refresh_from_db()
    back: Any = {"indicator": bring_indicator_back, "followed": bring_followed_back}
    back.get(kind, bring_back)(element=row, by=paul, reason="Par erreur.")
    recomputed()
    assert results() == before
    row.refresh_from_db()
    assert row.archived_at is None
    open_rows = FollowedIndicator.objects.filter(last_year=None, end_sentence="")
    assert open_rows.count() == 2


def test_an_indicator_off_the_lists_keeps_its_results_up_to_its_last_year(
    plan: Any, paul: User, recomputed: Recompute
) -> None:
    before = results(to=LAST)
    row = Indicator.objects.get(code="students")
    put_indicator_aside(
        element=row, last_year=LAST, why=EndReason.BROKEN, by=paul, reason="Nouvelle enquête."
    )
    recomputed()
    assert results(to=LAST) == before
    later = InstituteValue.objects.filter(year__gt=LAST)
    assert {value.indicator.code for value in later} == {"own-funds"}
    assert row not in Indicator.objects.in_use()
    assert differences() == []
    stopped = followed("students")
    assert (stopped.last_year, stopped.end, stopped.archived_by) == (LAST, EndReason.BROKEN, paul)
    with pytest.raises(ValidationError, match="lui-même est archivé"):
        bring_followed_back(element=stopped, by=paul, reason="Non.")


@pytest.mark.parametrize(
    ("last_year", "ends"),
    [
        (2023, {"2018-2022": None, "second": 2023, "third": 2025}),
        (2020, {"2018-2022": 2020, "second": 2020, "third": 2025}),
    ],
)
def test_an_indicator_ends_only_where_a_plan_follows_it_that_long(
    plan: Any, paul: User, recomputed: Recompute, last_year: int, ends: dict[str, int | None]
) -> None:
    """A plan to 2022 followed it to its own end; one that was to follow it from 2026 never does."""
    before = results(to=min(last_year, 2022))
    students = Indicator.objects.get(code="students")
    for code, first_year in (("second", None), ("third", 2026)):
        years = {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
        later = factories.PlanFactory(code=code, **years, follows=[students])
        later.followed_indicators.update(first_year=first_year)
    act: Any = {"element": students, "why": EndReason.ENDED, "by": paul, "reason": "Trop tard."}
    put_indicator_aside(last_year=last_year, **act)
    rows = FollowedIndicator.objects.filter(indicator=students)
    assert dict(rows.values_list("plan__code", "last_year")) == ends
    recomputed()
    kept = {key: row for key, row in results(to=last_year).items() if key in before}
    assert kept == before
    assert differences() == []
    students.refresh_from_db()
    bring_indicator_back(element=students, by=paul, reason="Par erreur.")
    assert set(rows.values_list("last_year", flat=True)) == {None}


def test_an_end_is_kept_in_the_history_with_its_reason(plan: Any, paul: User) -> None:
    end(followed("students"), paul)
    event = Event.objects.filter(verb=Event.Verb.PLAN_EDITED).latest("at")
    assert event.detail["reason"] == "La source a disparu."
    assert event.detail["after"]["last_year"] == "2020"
    assert event.actor_name == paul.name


def test_an_end_needs_a_reason_and_a_year_of_the_plan(plan: Any, paul: User) -> None:
    row = followed("students")
    of: Any = {"element": row, "why": EndReason.ENDED, "by": paul}
    with pytest.raises(ValidationError, match="Dites pourquoi"):
        put_aside(last_year=LAST, reason=" ", **of)
    with pytest.raises(ValidationError, match="pas dans le plan"):
        put_aside(last_year=2031, reason="Fini.", **of)


def test_what_stands_above_agrees_with_its_explanation_before_and_after_the_end(
    plan: Any, paul: User, diane: User, recomputed: Recompute
) -> None:
    end(followed("students"), paul)
    end(Objective.objects.get(code="O2"), paul, last_year=2021)
    recomputed()
    for year in (2020, 2021, 2022):
        for element in (plan, Objective.objects.get(code="O1")):
            explained = explain_roll_up(diane, element, plan, View.VALIDATED, year)
            assert explained.agreement.holds, (year, element)
        trial = Trial.read(plan, View.VALIDATED, year)
        stored = RollUp.objects.get(plan=plan, view=View.VALIDATED, year=year)
        assert trial.plan[0].progress == stored.exact_progress


@pytest.mark.django_db(transaction=True)  # versions carry the moment their transaction began
def test_the_past_knows_what_was_followed_then(
    plan: Any, paul: User, recomputed: Recompute
) -> None:
    moment = timezone.now()
    end(followed("students"), paul)
    recomputed()
    with past.at(moment):
        assert followed("students").last_year is None


def test_to_be_followed_in_all_years_makes_nothing_stale_and_an_end_does(
    plan: Any, paul: User
) -> None:
    StaleMark.objects.all().delete()
    indicator = factories.IndicatorFactory()
    StaleMark.objects.filter(reason__startswith="indicators_indicator ").delete()
    FollowedIndicator.objects.filter(indicator=indicator).update(rank=7, is_headline=True)
    assert not StaleMark.objects.exists()
    end(FollowedIndicator.objects.get(indicator=indicator), paul)
    assert [mark.indicator_id for mark in StaleMark.objects.all()] == [indicator.pk]


# --- What the migration makes of what is there ----------------------------------------------------


def migrated() -> set[tuple[str, str, bool]]:
    FollowedIndicator.objects.all().delete()
    migration: Any = import_module("indicators.migrations.0013_indicators_of_plans")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            migration.QUIET
            + migration.USED
            + migration.FOLLOW
            + migration.VERSIONS
            + migration.LOUD
        )
    rows = FollowedIndicator.objects.values_list("plan__code", "indicator__code", "is_headline")
    return set(rows)


def test_of_one_plan_alone_every_indicator_in_use_becomes_its_own(albi: School) -> None:
    factories.students_of_the_plan(albi)
    factories.IndicatorFactory(code="loose")
    factories.IndicatorFactory(code="old", archived_at=timezone.now())
    assert migrated() == {("2018-2022", "students", True), ("2018-2022", "loose", False)}


def test_of_two_plans_each_gets_the_indicators_it_has_a_target_or_a_link_for(albi: School) -> None:
    students = factories.students_of_the_plan(albi)
    following = factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )
    factories.TargetFactory(plan=following, indicator=students.indicator, code="again")
    project = factories.ProjectFactory(plan=following)
    factories.LinkFactory(indicator__code="linked", project=project)
    factories.IndicatorFactory(code="loose")
    assert migrated() == {
        ("2018-2022", "students", True),
        ("2023-2027", "students", True),
        ("2023-2027", "linked", False),
    }


def test_an_earlier_moment_shows_what_the_migration_says(albi: School) -> None:
    factories.students_of_the_plan(albi)
    moment = timezone.now()
    migrated()
    with past.at(moment):
        assert followed("students").is_headline
