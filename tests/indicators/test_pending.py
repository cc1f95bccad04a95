"""Two of eight schools have reported: the target's year is over, the count is not."""

from decimal import Decimal

import pytest
from django.utils import translation

from imtplan.accounts.models import School
from indicators.models import Figure, IndicatorLink, Progress, RollUp, Target, VerdictInWords
from indicators.models import ProgressStatus as S
from indicators.recomputing.recompute import recompute_stale
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def schools() -> list[School]:
    return factories.SchoolFactory.create_batch(8)


@pytest.fixture
def target(schools: list[School]) -> Target:
    """Eight schools of 100 each in 2017 and 2021; 2,000 are wanted in 2022."""
    target = factories.TargetFactory(value=Decimal(2000), baseline_value=None)
    objective = factories.ObjectiveFactory(plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    for year in (2017, 2021):
        report(target, schools, year, 100)
    return target


def report(target: Target, schools: list[School], year: int, value: int) -> None:
    for school in schools:
        factories.FigureFactory(
            indicator=target.indicator, school=school, year=year, value=Decimal(value)
        )


def judged(target: Target, year: int = 2022) -> list[tuple[str, str]]:
    """What is said of the target, its objective and the plan."""
    recompute_stale()
    rows = [
        Progress.objects.get(target=target, year=year, view="validated"),
        RollUp.objects.get(objective__isnull=False, year=year, view="validated"),
        RollUp.objects.get(plan=target.plan, year=year, view="validated"),
    ]
    return [(row.status, row.would_be) for row in rows]


def test_two_of_eight_miss_nothing_yet(target: Target, schools: list[School]) -> None:
    report(target, schools[:2], 2022, 150)
    assert judged(target) == [("pending", "missed")] * 3


def test_two_of_eight_achieve_nothing_yet(target: Target, schools: list[School]) -> None:
    report(target, schools[:2], 2022, 900)
    assert judged(target) == [("pending", "achieved")] * 3


def test_all_of_them_have_the_last_word(target: Target, schools: list[School]) -> None:
    report(target, schools, 2022, 150)
    assert judged(target) == [("missed", "")] * 3
    Figure.objects.filter(year=2022, school=schools[0]).update(value=2000)
    assert judged(target) == [("achieved", "")] * 3


def test_an_estimate_beyond_the_target_before_its_year_is_on_track(
    target: Target, schools: list[School]
) -> None:
    Figure.objects.filter(year=2021, school=schools[0]).update(value=3000)
    Figure.objects.filter(year=2021, school=schools[1]).delete()
    assert judged(target, 2021) == [("on_track", "")] * 3


def test_a_last_figure_that_changes_nothing_but_the_count_reaches_the_plan(
    target: Target, schools: list[School]
) -> None:
    """The eighth school enters what was carried for it: no number moves, three verdicts do."""
    report(target, schools[:7], 2022, 150)
    assert judged(target) == [("pending", "missed")] * 3
    report(target, schools[7:], 2022, 100)
    assert judged(target) == [("missed", "")] * 3
    assert IndicatorLink.objects.count() == 1


def test_before_its_year_too_the_plan_hears_that_an_estimate_is_one_no_longer(
    target: Target, schools: list[School]
) -> None:
    rows = RollUp.objects.filter(year=2021, view="validated")
    Figure.objects.filter(year=2021, school=schools[0]).delete()
    recompute_stale()
    assert {row.is_estimate for row in rows.all()} == {True}
    report(target, schools[:1], 2021, 100)
    recompute_stale()
    assert {row.is_estimate for row in rows.all()} == {False}


def test_where_one_pending_objective_moves_the_plan_waits_for_both(schools: list[School]) -> None:
    """Before the plan's last year it waits only as long as every objective does."""
    for _ in range(2):
        target = factories.TargetFactory(year=2020, value=Decimal(2000), baseline_value=Decimal(0))
        objective = factories.ObjectiveFactory(plan=target.plan)
        factories.LinkFactory(indicator=target.indicator, objective=objective)
        report(target, schools, 2019, 100)
        report(target, schools[:2], 2020, 150)
    recompute_stale()
    plan = RollUp.objects.get(plan=target.plan, year=2020, view="validated")
    assert plan.status == "pending"
    Figure.objects.filter(indicator=target.indicator, year=2020).update(value=160)
    recompute_stale()
    moved = RollUp.objects.get(plan=target.plan, year=2020, view="validated")
    assert moved.progress > plan.progress
    assert moved.status == "pending"


# --- In words ---


@pytest.mark.parametrize(
    ("verdict", "french", "english"),
    [
        (
            VerdictInWords(S.PENDING, "missed", reported=2, expected=8),
            "en attente\u202f: serait manquée\u202f; 2 écoles sur\u00a08",
            "pending: would be missed; 2 of 8 schools",
        ),
        (
            VerdictInWords(S.PENDING, "achieved", reported=1, expected=8),
            "en attente\u202f: serait atteinte\u202f; 1 école sur\u00a08",
            "pending: would be achieved; 1 of 8 schools",
        ),
        (
            VerdictInWords(S.PENDING, "missed"),
            "en attente\u202f: serait manquée\u202f; des valeurs manquent",
            "pending: would be missed; figures are missing",
        ),
        (VerdictInWords(S.MISSED), "manquée", "missed"),
        (
            VerdictInWords(S.ON_TRACK, pace=Decimal("0.95")),
            "proche de sa trajectoire",
            "close to its trajectory",
        ),
        (
            VerdictInWords(S.ON_TRACK, pace=Decimal(1)),
            "sur sa trajectoire ou en avance",
            "on its trajectory or ahead",
        ),
        # A trajectory that is flat at first has no pace: level with it is on it.
        (
            VerdictInWords(S.ON_TRACK),
            "sur sa trajectoire ou en avance",
            "on its trajectory or ahead",
        ),
    ],
)
def test_a_verdict_in_words(verdict: VerdictInWords, french: str, english: str) -> None:
    for language, text in (("fr", french), ("en", english)):
        with translation.override(language):
            assert verdict.text == text
