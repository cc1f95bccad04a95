"""Writes of what a plan follows: its indicators, from one year to another."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from imtplan import clock
from imtplan.accounts.models import User
from imtplan.audit.plan_edits import put
from indicators.models import FollowedIndicator, Indicator
from objectives.followed_years import EndReason
from objectives.models import StrategicPlan
from objectives.services import bring_back, end

WEIGHTY_OF_FOLLOWED = {"first_year"}


def store_followed(
    *, followed: FollowedIndicator, by: User, reason: str = "", **values: Any
) -> FollowedIndicator:
    """Store that a plan follows an indicator, or its place there; the first year changes with a
    reason only."""
    return put(followed, values, by=by, reason=reason, weighty=WEIGHTY_OF_FOLLOWED)


def follow(
    *, plan: StrategicPlan, indicator: Indicator, by: User, reason: str = ""
) -> FollowedIndicator | None:
    """Have a plan follow an indicator, in the indicator's usual place. Returns the new row; None
    where the plan follows it already. `ValidationError` where it has put it aside: a new target or
    link would count nowhere."""
    row = FollowedIndicator.objects.filter(plan=plan, indicator=indicator).first()
    if row is not None and row.archived_at is not None:
        text = _("This plan has put “%(name)s” aside: bring it back in the plan’s page first.")
        raise ValidationError(text % {"name": indicator.name})
    if row is not None:
        return None
    place = {"is_headline": indicator.is_headline, "rank": indicator.rank}
    row = FollowedIndicator(plan=plan, indicator=indicator)
    return store_followed(followed=row, by=by, reason=reason, **place)


@transaction.atomic
def put_indicator_aside(
    *,
    element: Indicator,
    last_year: int,
    why: EndReason,
    by: User,
    reason: str,
    replaced_by: Indicator | None = None,
) -> Indicator:
    """End an indicator in every plan that follows it up to this year or longer, and take it off the
    lists of what can be asked for: the plans' results of the years up to the last stay.

    A plan that ended before followed it to its own end. One that was to follow it later ends with
    the year before that, and counts it in none.
    """
    if element.archived_at is not None:
        return element
    at = clock.now()
    for row in element.followed_in.filter(archived_at=None, plan__last_year__gte=last_year):
        end(
            element=row,
            last_year=max(last_year, (row.first_year or 0) - 1),
            why=why,
            by=by,
            reason=reason,
            at=at,
            replaced_by=replaced_by,
        )
    return put(element, {"archived_at": at}, by=by, reason=reason, weighty={"archived_at"})


@transaction.atomic
def bring_indicator_back(*, element: Indicator, by: User, reason: str) -> Indicator:
    """Put an indicator back on the lists, and have the plans in which that act ended it follow it
    again, with those that have a target or a link of it from a time before plans followed any."""
    at = element.archived_at
    stored = put(element, {"archived_at": None}, by=by, reason=reason, weighty={"archived_at"})
    for row in element.followed_in.filter(archived_at=at):
        bring_back(element=row, by=by, reason=reason)
    for plan in _using(element).exclude(followed_indicators__indicator=element):
        follow(plan=plan, indicator=stored, by=by, reason=reason)
    return stored


def bring_followed_back(*, element: FollowedIndicator, by: User, reason: str) -> FollowedIndicator:
    """Have a plan follow an indicator again, as if it had never ended."""
    if element.indicator.archived_at is not None:
        raise ValidationError(
            _("The indicator itself is put aside: bring it back in its page first.")
        )
    stored: FollowedIndicator = bring_back(element=element, by=by, reason=reason)
    return stored


def _using(indicator: Indicator) -> Any:
    paths = ("objective", "lever", "flagshipproject")
    links = Q(
        *((f"{path}__indicator_links__indicator", indicator) for path in paths), _connector=Q.OR
    )
    return StrategicPlan.objects.filter(links | Q(targets__indicator=indicator)).distinct()
