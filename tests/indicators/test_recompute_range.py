"""Between what and what an incomplete year may lie: both ends are stored, or none."""

from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School
from indicators.models import Indicator, InstituteValue, Target
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
