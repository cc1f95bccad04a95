"""Writes of the plan itself and of its objectives, and what every element of a plan shares."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from imtplan import clock
from imtplan.accounts.models import User
from imtplan.audit.edits import demand_reason, keep, put
from imtplan.numbers import plain
from objectives.models import Objective, StrategicPlan

# What does not change without a reason, for numbers hang on it.
WEIGHTY_OF_PLANS = {
    "baseline_year",
    "first_year",
    "last_year",
    "on_track_from",
    "at_risk_from",
}
WEIGHTY_OF_ELEMENTS = {"weight"}

E = TypeVar("E")


def store_plan(*, plan: StrategicPlan, by: User, reason: str = "", **values: Any) -> StrategicPlan:
    """A new plan, or other terms of one: its years and its thresholds only with a reason."""
    return put(plan, values, by=by, reason=reason, weighty=WEIGHTY_OF_PLANS)


def store_objective(
    *, objective: Objective, by: User, reason: str = "", **values: Any
) -> Objective:
    return put(objective, values, by=by, reason=reason, weighty=WEIGHTY_OF_ELEMENTS)


def archive(*, element: Any, by: User, reason: str) -> Any:
    """Put aside: in no list and no mean any more, its history kept. For whatever has
    `archived_at`; what is aside already stays so since then."""
    if element.archived_at is not None:
        return element
    return put(element, {"archived_at": clock.now()}, by=by, reason=reason, weighty={"archived_at"})


def bring_back(*, element: Any, by: User, reason: str) -> Any:
    return put(element, {"archived_at": None}, by=by, reason=reason, weighty={"archived_at"})


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
    """Bring the links of `element` to `weights`, by what they lead to; None: no link.

    A link that is changed is no longer inferred. `make` gives a new link without its weight.
    Another weight for a link that is there, and its end, ask for a reason.
    """
    old = {end: links[end].weight if end in links else None for end in weights}
    moved = {end: weight for end, weight in weights.items() if weight != old[end]}
    if not moved:
        return
    if any(end in links for end in moved):
        demand_reason(reason)
    for end, weight in moved.items():
        _weigh_one(links.get(end) or make(end), weight)
    keep(element, _by_code(old, moved), _by_code(moved, moved), by=by, reason=reason)


def _weigh_one(link: Any, weight: Decimal | None) -> None:
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
    """A link that was deduced is right: no number moves, it is no longer marked."""
    put(link, {"inferred": False}, by=by)
