"""What the paths of schools' own targets expect of a year, to hold figures against."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from imtplan.accounts.models import School
from indicators.models import Indicator, Progress, Target, View
from objectives.models import StrategicPlan

# By school, indicator and year; in the unit of the indicator.
PathValues = dict[tuple[int, int, int], Decimal]


def expected_on_paths(
    plans: Iterable[StrategicPlan], schools: Iterable[School], indicators: Iterable[Any], **of: Any
) -> PathValues:
    """Returns what the schools' own targets of these plans were computed to expect, of several the
    plan that begins first and there the target that comes next. The institute's own figures go
    toward its reference targets. `of`: more that the progress is asked by, such as `year`. What is
    not computed yet is not there.
    """
    by_key = {school.pk: school for school in schools}
    institute = next((pk for pk, school in by_key.items() if school.is_the_institute), None)
    own = Q(school__in=by_key)
    if institute is not None:
        own |= Q(school=None, is_reference=True, indicator__aggregation=Indicator.Aggregation.NONE)
    targets = Target.objects.in_use().filter(own, plan__in=plans)
    rows = (
        Progress.objects.filter(
            target__in=targets.filter(indicator__in=indicators),
            view=View.VALIDATED,
            target__year__gte=F("year"),
            **of,
        )
        .order_by("-target__plan__first_year", "-target__year", "-target_id")
        .values_list("target__school", "target__indicator", "year", "expected_value")
    )
    paths: PathValues = {}
    for school, indicator, year, value in rows:  # what comes first is last: it stays
        key = institute if school is None else school
        if key is not None and value is not None:
            paths[key, indicator, year] = value
    return paths
