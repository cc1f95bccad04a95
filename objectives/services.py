"""Writes of the plan itself and of its objectives, and what every element of a plan shares."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from imtplan import clock
from imtplan.accounts.models import User
from imtplan.audit.plan_edits import demand_reason, keep, put, wait_for_other_changes
from imtplan.numbers import plain
from objectives.followed_years import EndReason
from objectives.models import Objective, PlanElement, StrategicPlan

# The fields that change with a reason only, because numbers depend on them.
WEIGHTY_OF_PLANS = {
    "baseline_year",
    "first_year",
    "last_year",
    "on_track_from",
    "at_risk_from",
    "verdict_from",
}
WEIGHTY_OF_ELEMENTS = {"weight", "first_year"}

NO_END: dict[str, Any] = {
    "archived_at": None,
    "archived_by": None,
    "last_year": None,
    "end_reason": "",
    "end_sentence": "",
    "replaced_by": None,
}

E = TypeVar("E")


@transaction.atomic
def store_plan(*, plan: StrategicPlan, by: User, reason: str = "", **values: Any) -> StrategicPlan:
    """Store a new plan or other terms of one; years and thresholds change with a reason only."""
    wait_for_other_changes()
    rows = StrategicPlan.objects.select_for_update(no_key=True)
    if "supersedes" in values:
        former = values["supersedes"]
        stored = rows.filter(pk=plan.pk).first() or plan
        if obstacle := obstacle_to_following(stored, former and rows.get(pk=former.pk)):
            raise ValidationError({"supersedes": obstacle})
    return put(plan, values, by=by, reason=reason, weighty=WEIGHTY_OF_PLANS)


def obstacle_to_following(plan: StrategicPlan, former: StrategicPlan | None) -> str | Promise:
    """Returns why a plan cannot follow `former`, in a sentence; nothing where it can."""
    if former != plan.supersedes and (element := _continuing(plan)):
        words = {"element": element, "plan": plan.supersedes}
        return _("“%(element)s” goes on from “%(plan)s”: end that in its page first.") % words
    if former is None or not former.is_draft or plan.is_draft:
        return ""
    return _("“%(plan)s” is a draft: publish that plan first.") % {"plan": former}


def _continuing(plan: StrategicPlan) -> PlanElement | None:
    """Returns an element of the plan that goes on from one of the plan before, if there is any."""
    if plan.pk is None:
        return None
    relations = plan._meta.related_objects
    kinds = [row.related_model for row in relations if issubclass(row.related_model, PlanElement)]
    for kind in kinds:
        rows = kind.objects.filter(plan=plan, continues__isnull=False)
        row: PlanElement | None = rows.order_by("rank", "code").first()
        if row is not None:
            return row
    return None


def check_succession(element: PlanElement, values: Mapping[str, Any]) -> None:
    """Raise `ValidationError` where an element would go on from one of another plan than that which
    its own plan follows."""
    former = values.get("continues")
    if former is not None and former.plan_id != element.plan.supersedes_id:
        words = {"element": former}
        text = _("“%(element)s” is not of the plan that this one follows.") % words
        raise ValidationError({"continues": text})


def store_objective(
    *, objective: Objective, by: User, reason: str = "", **values: Any
) -> Objective:
    check_succession(objective, values)
    return put(objective, values, by=by, reason=reason, weighty=WEIGHTY_OF_ELEMENTS)


def archive(*, element: Any, by: User, reason: str) -> Any:
    """Archive a row that has `archived_at`: it leaves every list and mean and keeps its history.
    One that is archived already keeps the time."""
    if element.archived_at is not None:
        return element
    return put(element, {"archived_at": clock.now()}, by=by, reason=reason, weighty={"archived_at"})


def put_aside(
    *,
    element: Any,
    last_year: int,
    why: EndReason,
    by: User,
    reason: str,
    **more: Any,
) -> Any:
    """Follow what a plan follows up to `last_year` and no further: what was computed of the years
    until then stays. Readers see `reason`. One that is put aside already keeps its end."""
    if element.archived_at is not None:
        return element
    if not element.plan.baseline_year - 1 <= last_year <= element.plan.last_year:
        raise ValidationError({"last_year": _("This year is not of the plan.")})
    return end(element=element, last_year=last_year, why=why, by=by, reason=reason, **more)


def end(
    *,
    element: Any,
    last_year: int,
    why: EndReason,
    by: User,
    reason: str,
    at: datetime | None = None,
    **more: Any,
) -> Any:
    """Put aside as `put_aside` does, with whatever year, which may be of no year of the plan: then
    it counts in none."""
    values = {
        "archived_at": at or clock.now(),
        "archived_by": by,
        "last_year": last_year,
        "end_reason": why,
        "end_sentence": reason.strip(),
    }
    return put(element, values | more, by=by, reason=reason, weighty={"archived_at"})


def bring_back(*, element: Any, by: User, reason: str) -> Any:
    """Take a row up again, as if it had never been put aside; its history keeps that it was."""
    names = {field.name for field in element._meta.concrete_fields}
    values = {name: value for name, value in NO_END.items() if name in names}
    return put(element, values, by=by, reason=reason, weighty={"archived_at"})


@transaction.atomic
def weigh(
    *,
    element: Any,
    links: Mapping[Any, Any],
    weights: Mapping[Any, Decimal | None],
    make: Callable[[Any], Any],
    by: User,
    reason: str,
) -> None:
    """Give the links of `element` the `weights`, by the row that each leads to; None: no link.

    A link that is changed is no longer inferred. `make` returns a new link without its weight. To
    change or remove a link needs a reason.
    """
    old = {end: links[end].weight if end in links else None for end in weights}
    moved = {end: weight for end, weight in weights.items() if weight != old[end]}
    if not moved:
        return
    if any(end in links for end in moved):
        demand_reason(reason)
    for end, weight in moved.items():
        _weigh_link(links.get(end) or make(end), weight)
    keep(element, _by_code(old, moved), _by_code(moved, moved), by=by, reason=reason)


def _weigh_link(link: Any, weight: Decimal | None) -> None:
    if weight is None:
        link.delete()
        return
    link.weight, link.inferred = weight, False
    link.full_clean()
    link.save()


def _by_code(weights: Mapping[Any, Decimal | None], moved: Mapping[Any, Any]) -> dict[str, Any]:
    known = {end: weights[end] for end in moved}
    return {
        f"→ {end.code}": None if weight is None else plain(weight) for end, weight in known.items()
    }


@transaction.atomic
def confirm_link(*, link: Any, by: User) -> None:
    """Mark a link that was deduced as confirmed; no number moves."""
    put(link, {"inferred": False}, by=by)
