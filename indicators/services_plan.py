"""Writes of what the plan says of indicators: definitions, links with their weights, targets."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from imtplan.accounts.models import School, User
from imtplan.audit.edits import demand_reason, keep, put
from imtplan.numbers import plain
from indicators.models import Indicator, IndicatorLink, Target, TrajectoryPoint
from objectives.models import StrategicPlan
from objectives.services import archive, weigh

WEIGHTY_OF_INDICATORS = {
    "definition_fr",
    "definition_en",
    "unit_fr",
    "unit_en",
    "aggregation",
    "direction",
    "accumulation",
    "year_kind",
    "scale",
    "numerator_fr",
    "denominator_fr",
    "minimum",
    "maximum",
    "band_low",
    "band_high",
    "tolerance",
    "part_of",
    "parts_complete",
}
WEIGHTY_OF_TARGETS = {
    "year",
    "value",
    "growth_percent",
    "baseline_year",
    "baseline_value",
    "trajectory",
    "is_reference",
}


def store_indicator(
    *, indicator: Indicator, by: User, reason: str = "", **values: Any
) -> Indicator:
    """A new indicator, or another definition of one: what figures mean, only with a reason."""
    return put(indicator, values, by=by, reason=reason, weighty=WEIGHTY_OF_INDICATORS)


def weigh_indicators(
    *, element: Any, weights: Mapping[Indicator, Decimal | None], by: User, reason: str = ""
) -> None:
    """Which indicators speak for an objective, a lever or a project, and how much each counts."""
    side = element._meta.model_name.replace("flagshipproject", "project")
    weigh(
        element=element,
        links={one.indicator: one for one in element.indicator_links.select_related("indicator")},
        weights=weights,
        make=lambda indicator: IndicatorLink(indicator=indicator, **{side: element}),
        by=by,
        reason=reason,
    )


@transaction.atomic
def store_target(
    *,
    target: Target,
    by: User,
    reason: str = "",
    points: Mapping[int, Decimal | None] | None = None,
    **values: Any,
) -> Target:
    """A new target, or other terms of one. `points`: the stated value of each year; None: none.

    Making it the reference takes that from the one that was, in the same act.
    """
    if values.get("is_reference"):
        _give_up_reference(target, by=by, reason=reason)
    stored = put(target, values, by=by, reason=reason, weighty=WEIGHTY_OF_TARGETS)
    _state_points(stored, points or {}, by=by, reason=reason, is_new=target.pk is None)
    return stored


def _give_up_reference(target: Target, *, by: User, reason: str) -> None:
    former = Target.objects.filter(
        plan=target.plan, indicator=target.indicator, is_reference=True
    ).exclude(pk=target.pk)
    for one in former:
        put(one, {"is_reference": False}, by=by, reason=reason, weighty=WEIGHTY_OF_TARGETS)


def _state_points(
    target: Target,
    points: Mapping[int, Decimal | None],
    *,
    by: User,
    reason: str,
    is_new: bool,
) -> None:
    there = {point.year: point for point in target.points.all()}
    old = {year: there[year].value if year in there else None for year in points}
    moved = {year: value for year, value in points.items() if value != old[year]}
    if not moved:
        return
    if not is_new:
        demand_reason(reason)
    for year, value in moved.items():
        if value is None:
            there[year].delete()
            continue
        point = there.get(year) or TrajectoryPoint(target=target, year=year)
        point.value = value
        point.full_clean()
        point.save()
    keep(target, _as_text(old, moved), _as_text(moved, moved), by=by, reason=reason)


def _as_text(points: Mapping[int, Decimal | None], moved: Mapping[int, Any]) -> dict[str, Any]:
    return {str(year): None if (value := points[year]) is None else plain(value) for year in moved}


@transaction.atomic
def store_school_targets(
    *,
    plan: StrategicPlan,
    indicator: Indicator,
    wanted: Mapping[School, Decimal | None],
    by: User,
    reason: str = "",
    **shared: Any,
) -> None:
    """What each school is to reach, in one act. None: no target, what there was is put aside.

    `shared`: the target year, the baseline year, the source and how sure it is, for all that
    are new or change; a school whose value stays keeps its own.
    """
    there = school_targets(plan, indicator)
    for school, value in wanted.items():
        target = there.get(school)
        if target is None and value is not None:
            code = f"{indicator.code}-{school.code}-{plan.code}"[:50]
            new = _aside(code) or Target(plan=plan, indicator=indicator, school=school, code=code)
            terms = {"value": value, "archived_at": None, "growth_percent": None, **shared}
            put(new, terms, by=by, reason=reason, weighty={"value"})
        elif target is not None:
            _change_school_target(target, value, shared, by=by, reason=reason)


def school_targets(plan: StrategicPlan, indicator: Indicator) -> dict[School, Target]:
    """The target in use of each school that has one; where there are two, the later year."""
    found = Target.objects.in_use().filter(plan=plan, indicator=indicator, school__isnull=False)
    return {one.school: one for one in found.select_related("school").order_by("year", "pk")}


def _aside(code: str) -> Target | None:
    return Target.objects.filter(code=code).first()


def _change_school_target(
    target: Target, value: Decimal | None, shared: Mapping[str, Any], *, by: User, reason: str
) -> None:
    if value is None:
        archive(element=target, by=by, reason=reason)
    elif value != target.value:
        put(target, {"value": value, **shared}, by=by, reason=reason, weighty=WEIGHTY_OF_TARGETS)
