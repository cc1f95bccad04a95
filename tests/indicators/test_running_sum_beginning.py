"""A running sum that begins before every plan and figure asks the schools that there were then."""

from decimal import Decimal

import pytest

from imtplan.accounts.models import School
from imtplan.integrity.results_check import differences
from indicators.models import InstituteValue, View
from indicators.recomputing.recompute import recompute_stale
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_school_that_left_before_the_first_plan_is_still_due_for_its_years(
    albi: School, ales: School
) -> None:
    School.objects.filter(pk=ales.pk).update(last_year=2015)
    indicator = factories.IndicatorFactory(accumulation="cumulative")
    target = factories.TargetFactory(
        indicator=indicator, baseline_year=2015, baseline_value=Decimal(1)
    )
    assert target.plan.baseline_year == 2017
    factories.FigureFactory(indicator=indicator, school=albi, year=2018, value=3)
    recompute_stale()
    stored = InstituteValue.objects.get(indicator=indicator, year=2018, view=View.VALIDATED)
    assert (stored.expected, stored.missing) == (2, ["imt-mines-albi", "imt-mines-ales"])
    assert differences() == []
