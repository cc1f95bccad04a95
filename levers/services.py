"""Writes of levers."""

from typing import Any

from imtplan.accounts.models import User
from imtplan.audit.edits import put
from levers.models import Lever
from objectives.services import WEIGHTY_OF_ELEMENTS


def store_lever(*, lever: Lever, by: User, reason: str = "", **values: Any) -> Lever:
    """A new lever, or another title, kind or weight of one: the weight only with a reason."""
    return put(lever, values, by=by, reason=reason, weighty=WEIGHTY_OF_ELEMENTS)
