"""A rule that holds a figure to the path of its target: words are asked for, not a tick."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from imtplan.accounts.models import School
from imtplan.campaigns.entry.checking.cells import CellFinding
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review.completeness import of_campaign
from imtplan.planning.rules.rule_trial import RuleTrial, try_rule
from indicators.models import (
    FigureRule,
    Indicator,
    RuleKind,
    RuleSeverity,
    Target,
)
from tests import factories

Recompute = Callable[[], Any]


@pytest.fixture
def path(students: Indicator, campaign: Campaign, albi: School, recomputed: Recompute) -> Target:
    """From 100 in 2017 to 200 in 2022: 200 is expected of the year of the campaign."""
    target = factories.TargetFactory(
        plan=campaign.plan,
        indicator=students,
        school=albi,
        is_reference=False,
        baseline_value=100,
        value=200,
    )
    recomputed()
    return target


@pytest.fixture
def rule(students: Indicator) -> FigureRule:
    return factories.FigureRuleFactory(
        indicator=students,
        kind=RuleKind.PATH_PERCENT,
        severity=RuleSeverity.EXPLAIN,
        limit=Decimal(20),
        sentence_fr="Ce chiffre est loin de votre engagement",
    )


def noted(place: dict[str, Any], indicator: Indicator) -> list[CellFinding]:
    with translation.override("fr"):
        return [row for row in read(**place).findings(indicator) if row.code.startswith("rule-")]


def test_beyond_the_limit_words_are_asked_for(
    save: Any, place: dict[str, Any], students: Indicator, path: Target, rule: FigureRule
) -> None:
    save("150")
    [finding] = noted(place, students)
    assert (finding.asks, finding.needs_words, finding.size) == (True, True, 5)
    assert str(finding.message).replace("\u202f", " ") == (
        "Ce chiffre est loin de votre engagement. "
        "150, là où la trajectoire de la cible attend 200 : −25 %, plus que 20 %."
    )
    save("150", version=1, confirm=True)
    assert noted(place, students)[0].asks, "a tick is no answer"
    save("150", version=1, confirm=True, explanation="Le site de Mazamet a fermé en juin.")
    assert not noted(place, students)[0].asks


@pytest.mark.parametrize("typed", ["160", "200", "240"])
def test_within_the_limit_nothing_is_said(
    save: Any,
    place: dict[str, Any],
    students: Indicator,
    path: Target,
    rule: FigureRule,
    typed: str,
) -> None:
    save(typed)
    assert noted(place, students) == []


def test_in_the_unit_too(
    save: Any, place: dict[str, Any], students: Indicator, path: Target, rule: FigureRule
) -> None:
    FigureRule.objects.update(kind=RuleKind.PATH_AMOUNT, limit=Decimal(40))
    save("150")
    [finding] = noted(place, students)
    assert finding.size == 10
    assert "attend 200 : −50, plus que 40." in str(finding.message).replace("\u202f", " ")


def test_the_list_of_schools_counts_it(
    save: Any, campaign: Campaign, albi: School, path: Target, rule: FigureRule
) -> None:
    save("150")
    assert of_campaign(campaign)[albi.pk].to_explain == 1


def test_a_school_without_a_target_is_held_to_nothing(
    save: Any, place: dict[str, Any], students: Indicator, path: Target, rule: FigureRule
) -> None:
    """Neither to another school's nor to the institute's, which is the sum of all."""
    Target.objects.update(school=factories.SchoolFactory())
    factories.TargetFactory(plan=path.plan, indicator=students)
    save("150")
    assert noted(place, students) == []


def test_a_target_of_a_draft_is_no_promise_yet(
    save: Any,
    place: dict[str, Any],
    students: Indicator,
    path: Target,
    rule: FigureRule,
    recomputed: Recompute,
) -> None:
    Target.objects.update(plan=factories.PlanFactory(code="draft", state="draft"))
    recomputed()
    save("150")
    assert noted(place, students) == []


def test_of_several_targets_the_next_one_counts(
    save: Any,
    place: dict[str, Any],
    students: Indicator,
    path: Target,
    rule: FigureRule,
    recomputed: Recompute,
) -> None:
    """Of 2022 and not of 2030, and not one whose year is over."""
    for year, value in ((2030, 10_000), (2020, 1)):
        factories.TargetFactory(
            plan=path.plan,
            indicator=students,
            school=path.school,
            is_reference=False,
            year=year,
            baseline_value=100,
            value=value,
        )
    recomputed()
    save("150")
    assert "attend 200" in str(noted(place, students)[0].message)


def test_a_trial_holds_past_figures_to_the_path(
    path: Target,
    rule: FigureRule,
    students: Indicator,
    paul: Any,
    recomputed: Recompute,
) -> None:
    """160 is expected of 2020, 180 of 2021; the other school has no target."""
    for school, year, value in (
        (path.school, 2020, 120),
        (path.school, 2021, 180),
        (factories.SchoolFactory(), 2021, 1),
    ):
        factories.FigureFactory(indicator=students, school=school, year=year, value=value)
    recomputed()
    trial: RuleTrial = try_rule(rule, paul)
    assert [row.figure.year for row in trial.missed] == [2020]
    assert (trial.tried, trial.not_judged) == (3, 1)


def test_without_such_a_rule_no_path_is_read(
    save: Any,
    place: dict[str, Any],
    students: Indicator,
    path: Target,
    rule: FigureRule,
    django_assert_num_queries: Any,
) -> None:
    FigureRule.objects.update(kind=RuleKind.HIGHEST, limit=Decimal(1000))
    save("150")
    reading = read(**place)
    assert reading.rules
    with django_assert_num_queries(0):
        assert reading.paths == {}
