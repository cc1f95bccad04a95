"""Writes of levers."""

from typing import Any

from imtplan.accounts.models import User
from imtplan.audit.plan_edits import put
from levers.models import Lever
from objectives.services import WEIGHTY_OF_ELEMENTS, check_succession


def store_lever(*, lever: Lever, by: User, reason: str = "", **values: Any) -> Lever:
    """Store a new lever or other terms of one; its weight changes with a reason only."""
    check_succession(lever, values)
    return put(lever, values, by=by, reason=reason, weighty=WEIGHTY_OF_ELEMENTS)
