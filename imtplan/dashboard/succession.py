"""What an element was in the plan before, and what goes on from it in the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.urls import reverse

from imtplan.clock import today
from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.scope import Scope
from indicators.models import RollUp
from objectives.models import PlanElement


@dataclass(frozen=True)
class ElementInOtherPlan:
    """The same objective, lever or project in another plan, in the last year that is known of it;
    without a `standing` nothing is known of it yet."""

    row: PlanElement
    is_former: bool
    year: int | None
    standing: Standing | None
    address: str


def succession_of(user: Any, scope: Scope, kind: str, element: Any) -> Sequence[ElementInOtherPlan]:
    """Returns what the element goes on from, then what goes on from it; `kind` is the name of its
    page."""
    rows = (
        type(element)
        ._default_manager.visible_to(user)
        .filter(Q(pk=element.continues_id) | Q(continues=element.pk))
        .select_related("plan")
        .order_by("plan__first_year", "rank", "code")
    )
    others = sorted(rows, key=lambda row: row.pk != element.continues_id)
    roll_ups = _last_roll_ups(user, scope, kind, others)
    return [
        _in_other_plan(scope, kind, row, roll_ups.get(row.pk), row.pk == element.continues_id)
        for row in others
    ]


def _last_roll_ups(
    user: Any, scope: Scope, kind: str, others: Sequence[PlanElement]
) -> dict[int, RollUp]:
    """Returns the roll-up of the last year that has come in which the progress of each is known."""
    if not others:
        return {}
    come = RollUp.objects.visible_to(user).filter(year__lte=today().year)
    known = come.filter(progress__isnull=False, view=scope.view)
    key = f"{kind}_id"
    last = known.filter(**{f"{kind}__in": others}).order_by(key, "-year").distinct(key)
    return {getattr(row, key): row for row in last}


def _in_other_plan(
    scope: Scope, kind: str, row: PlanElement, roll_up: RollUp | None, is_former: bool
) -> ElementInOtherPlan:
    year = roll_up.year if roll_up else None
    there = replace(scope, plan=row.plan, year=year or row.plan.first_year)
    return ElementInOtherPlan(
        row,
        is_former,
        year,
        Standing.of(roll_up) if roll_up else None,
        reverse(kind, args=[row.code]) + there.lasting,
    )
