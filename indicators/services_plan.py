"""Writes of the plan's indicators: definitions, links with their weights, targets."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from imtplan.accounts.models import School, User
from imtplan.audit.plan_edits import demand_reason, keep, put
from imtplan.numbers import plain
from indicators.models import (
    FigureRule,
    Inapplicability,
    Indicator,
    IndicatorLink,
    PublishedValue,
    SeriesBreak,
    Target,
    TrajectoryPoint,
)
from indicators.services_followed import follow
from objectives.models import StrategicPlan
from objectives.services import archive, weigh

WEIGHTY_OF_INDICATORS = {
    "definition_fr",
    "definition_en",
    "counted_on_fr",
    "counted_on_en",
    "defined_from_year",
    "formula_fr",
    "formula_en",
    "included_fr",
    "included_en",
    "left_out_fr",
    "left_out_en",
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
TERMS_OF_RULES = {"kind", "severity", "limit", "other", "third", "tolerance"}
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
    """Store a new indicator or other terms of one; what its figures mean changes with a reason
    only."""
    return put(indicator, values, by=by, reason=reason, weighty=WEIGHTY_OF_INDICATORS)


def store_series_break(
    *, series_break: SeriesBreak, by: User, reason: str = "", **values: Any
) -> SeriesBreak:
    """Store where a series begins anew, or other terms of a break: forecasts do not cross it."""
    return put(series_break, values, by=by, reason=reason, weighty={"year", "recounted"})


def store_inapplicability(
    *, inapplicability: Inapplicability, by: User, reason: str = "", **values: Any
) -> Inapplicability:
    """Store that an indicator does not concern a school, or other years of it, with a reason.

    `ValidationError` over years for which the school has a number.
    """
    weighty = {"first_year", "last_year"}
    return put(inapplicability, values, by=by, reason=reason, weighty=weighty)


def store_published_value(
    *, published: PublishedValue, by: User, reason: str = "", **values: Any
) -> PublishedValue:
    """Store what a document says of an indicator, or other terms of it: no result changes."""
    return put(published, values, by=by, reason=reason, weighty={"year", "value", "source"})


def store_figure_rule(*, rule: FigureRule, by: User, reason: str = "", **values: Any) -> FigureRule:
    """Store a new rule of an indicator's figures or other terms of one: with other terms it is a
    draft again, for nobody has tried these. Of one in force they change with a reason only."""
    differs = any(getattr(rule, name) != values.get(name) for name in TERMS_OF_RULES & set(values))
    if rule.is_on and differs:
        values["is_on"] = False
    return put(rule, values, by=by, reason=reason, weighty={"is_on"})


def switch_figure_rule(*, rule: FigureRule, on: bool, by: User, reason: str = "") -> FigureRule:
    """Switch a rule on, or off, which needs a reason. No stored figure changes.

    `ValidationError` where one that is put aside is switched on.
    """
    if on and rule.archived_at:
        raise ValidationError(_("This rule is put aside: bring it back first."))
    return put(rule, {"is_on": on}, by=by, reason=reason, weighty=() if on else {"is_on"})


@transaction.atomic
def weigh_indicators(
    *, element: Any, weights: Mapping[Indicator, Decimal | None], by: User, reason: str = ""
) -> None:
    """Store the weights of the indicators in an objective, a lever or a project; None: no link. The
    plan follows what it links."""
    of_these = element.indicator_links.filter(indicator__in=weights).select_related("indicator")
    links = {link.indicator: link for link in of_these}
    for indicator, weight in weights.items():
        if weight is not None and indicator not in links:
            follow(plan=element.plan, indicator=indicator, by=by, reason=reason)
    side = element._meta.model_name.replace("flagshipproject", "project")
    weigh(
        element=element,
        links=links,
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
    """Store a new target or other terms of one; `points` are its stated values by year, None: none.

    A target that becomes the reference replaces the former one in the same act. The plan follows
    what it has a target for.
    """
    if target.pk is None:
        follow(plan=target.plan, indicator=target.indicator, by=by, reason=reason)
    if values.get("is_reference"):
        _give_up_reference(target, by=by, reason=reason)
    stored = put(target, values, by=by, reason=reason, weighty=WEIGHTY_OF_TARGETS)
    _state_points(stored, points or {}, by=by, reason=reason, is_new=target.pk is None)
    return stored


def _give_up_reference(target: Target, *, by: User, reason: str) -> None:
    former = Target.objects.filter(
        plan=target.plan, indicator=target.indicator, is_reference=True
    ).exclude(pk=target.pk)
    for row in former:
        put(row, {"is_reference": False}, by=by, reason=reason, weighty=WEIGHTY_OF_TARGETS)


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
    terms: Mapping[School, Mapping[str, Any] | None],
    by: User,
    reason: str = "",
) -> None:
    """Store the targets of schools in one act: the terms that change, or all those of a new target.

    None archives a school's target. A school that is not named keeps its own.
    """
    there = school_targets(plan, indicator)
    if any(values and school not in there for school, values in terms.items()):
        follow(plan=plan, indicator=indicator, by=by, reason=reason)
    for school, values in terms.items():
        target = there.get(school)
        if values is None:
            if target is not None:
                archive(element=target, by=by, reason=reason)
        elif target is None:
            row = _archived_target(plan, indicator, school) or _new_target(plan, indicator, school)
            put(row, {"archived_at": None, **values}, by=by, reason=reason, weighty={"value"})
        else:
            put(target, values, by=by, reason=reason, weighty=WEIGHTY_OF_TARGETS)


def school_targets(plan: StrategicPlan, indicator: Indicator) -> dict[School, Target]:
    """Returns the target in use of each school that has one; of two, the one of the later year."""
    rows = Target.objects.in_use().filter(plan=plan, indicator=indicator, school__isnull=False)
    return {row.school: row for row in rows.select_related("school").order_by("year", "pk")}


def _archived_target(plan: StrategicPlan, indicator: Indicator, school: School) -> Target | None:
    """Returns the school's last archived target, which comes back with its history."""
    targets = Target.objects.filter(plan=plan, indicator=indicator, school=school)
    return targets.exclude(archived_at=None).order_by("-archived_at").first()


def _new_target(plan: StrategicPlan, indicator: Indicator, school: School) -> Target:
    """Returns a new target, its code of 50 characters at most; a code that would be cut, or is
    taken, ends with a number."""
    whole = f"{indicator.code}-{school.code}-{plan.code}"
    code, number = whole[:50], 1
    while (len(whole) > 50 and number == 1) or Target.objects.filter(code=code).exists():
        number += 1
        code = f"{whole[:46]}-{number}"
    return Target(plan=plan, indicator=indicator, school=school, code=code)
