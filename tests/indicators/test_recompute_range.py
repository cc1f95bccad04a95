"""Between what and what an incomplete year may lie: both ends are stored, or none."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School
from indicators.models import Figure, Indicator, InstituteValue, Target
from tests import factories


@pytest.fixture
def indicator(albi: School, ales: School) -> Indicator:
    """Albi has reported 100 for 2018 and 2020, Alès nothing."""
    indicator = factories.IndicatorFactory()
    for year in (2018, 2020):
        factories.FigureFactory(indicator=indicator, school=albi, year=year, value=100)
    return indicator


def promise(indicator: Indicator, school: School, **fields: Any) -> Target:
    """From 500 in 2017 to 1,000 in 2022, if nothing else is given."""
    given = {"baseline_value": 500, "value": 1000, "is_reference": False} | fields
    return factories.TargetFactory(indicator=indicator, school=school, **given)


def range_of(year: int) -> tuple[Decimal | None, Decimal | None]:
    return InstituteValue.objects.values_list("low", "high").get(year=year, view="validated")


def test_of_a_schools_targets_the_one_that_began_last_counts(
    indicator: Indicator, ales: School, recomputed: Any
) -> None:
    promise(indicator, ales, code="a-first")
    promise(indicator, ales, code="b-second", baseline_year=2019, baseline_value=800, value=1100)
    recomputed()
    assert range_of(2018) == (600, 700)
    assert range_of(2020) == (900, 1000)


def test_a_missing_school_that_promised_nothing_leaves_no_range(
    indicator: Indicator, ales: School, recomputed: Any
) -> None:
    promise(indicator, ales)
    recomputed()
    assert range_of(2020) == (600, 900)
    factories.SchoolFactory()
    recomputed()
    assert range_of(2020) == (None, None)


@pytest.mark.parametrize(
    ("baseline", "stated"), [(None, {2018: 600, 2021: 900}), (500, {})], ids=["path", "baseline"]
)
def test_one_end_alone_is_no_range(
    indicator: Indicator,
    ales: School,
    recomputed: Any,
    baseline: int | None,
    stated: dict[int, int],
) -> None:
    target = promise(indicator, ales, baseline_value=baseline, trajectory="stated")
    for year, value in stated.items():
        target.points.create(year=year, value=value)
    recomputed()
    assert range_of(2020) == (None, None)


# --- Without a target of its own


def enter(indicator: Indicator, school: School, year: int, *parts: int) -> None:
    """A value, or a numerator and a denominator."""
    names = ("value",) if len(parts) == 1 else ("numerator", "denominator")
    empty = dict.fromkeys(("value", "numerator", "denominator"))
    Figure.objects.filter(indicator=indicator, school=school, year=year).delete()
    factories.FigureFactory(
        indicator=indicator,
        school=school,
        year=year,
        **empty | dict(zip(names, parts, strict=True)),
    )


def stored(indicator: Indicator, year: int = 2020) -> tuple[Decimal | None, Decimal | None, str]:
    row = InstituteValue.objects.get(indicator=indicator, year=year, view="validated")
    return row.low, row.high, row.range_by


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [({}, 160, 165), ({"aggregation": "mean"}, 80, Decimal("82.5"))],
    ids=["sum", "mean"],
)
def test_a_missing_school_stands_at_its_last_figure_or_moves_as_the_others(
    albi: School, ales: School, recomputed: Any, kind: dict[str, str], low: int, high: Decimal
) -> None:
    """Albi grew from 100 to 110; Alès had 50 in 2018: 50, or 55."""
    indicator = factories.IndicatorFactory(**kind)
    for year, value in ((2018, 100), (2020, 110)):
        enter(indicator, albi, year, value)
    enter(indicator, ales, 2018, 50)
    recomputed()
    assert stored(indicator) == (low, high, "last_figure")
    assert stored(indicator, 2018) == (None, None, "")


def test_a_ratio_moves_in_each_of_its_parts(albi: School, ales: School, recomputed: Any) -> None:
    """Albi: 10 of 40, then 15 of 50. Alès: 8 of 40, or 12 of 50. (15 + 8) / 90, (15 + 12) / 100."""
    indicator = factories.IndicatorFactory(ratio=True)
    enter(indicator, albi, 2018, 10, 40)
    enter(indicator, albi, 2020, 15, 50)
    enter(indicator, ales, 2018, 8, 40)
    recomputed()
    low, high, by = stored(indicator)
    scale = indicator.scale
    assert (low, high, by) == (round(23 * Decimal(scale) / 90, 10), 27 * scale / 100, "last_figure")


def test_some_by_their_target_and_some_by_their_last_figure(
    indicator: Indicator, albi: School, ales: School, recomputed: Any
) -> None:
    """Alès at 500 or 800; the third one at 40, or, as Albi stayed where it was, at 40."""
    promise(indicator, ales)
    enter(indicator, factories.SchoolFactory(), 2018, 40)
    recomputed()
    assert stored(indicator) == (640, 940, "both")


def test_a_running_sum_has_no_range(albi: School, ales: School, recomputed: Any) -> None:
    indicator = factories.IndicatorFactory(accumulation="cumulative")
    factories.TargetFactory(indicator=indicator, baseline_year=2018)
    for year in (2018, 2019, 2020):
        enter(indicator, albi, year, 100)
    enter(indicator, ales, 2018, 50)
    recomputed()
    assert stored(indicator, 2019) == (None, None, "")


def test_the_others_older_figure_moves_the_range_when_it_is_corrected(
    albi: School, ales: School, recomputed: Any
) -> None:
    """The estimate of 2020 does not rest on Albi's figure of 2018; the range does."""
    indicator = factories.IndicatorFactory()
    for school, year, value in ((albi, 2018, 100), (albi, 2020, 110), (ales, 2018, 50)):
        enter(indicator, school, year, value)
    recomputed()
    enter(indicator, albi, 2018, 55)
    recomputed()
    assert stored(indicator) == (160, 210, "last_figure")
