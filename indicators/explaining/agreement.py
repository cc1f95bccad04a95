"""Does a fresh computation from the figures give the stored number back?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models

# Stored numbers have ten decimals; what differs beyond them is rounding.
CLOSE = Decimal("0.00000001")
# Whose row it is, and when and from what it was made: not what it says.
NOT_COMPARED = {"id", "computed_at", "formula_version", "inputs_hash", "missing", "carried"}
# The same numbers with more digits, for what is computed from them.
NOT_COMPARED |= {"exact", "exact_progress", "exact_expected"}


@dataclass(frozen=True, slots=True)
class StoredDifference:
    """One column, as it is stored and as it is computed afresh."""

    name: str
    stored: Any
    fresh: Any


@dataclass(frozen=True, slots=True)
class Agreement:
    """A stored row held against the same row computed afresh; either may not be there."""

    stored: models.Model | None
    fresh: models.Model | None

    @property
    def differences(self) -> list[StoredDifference]:
        if self.stored is None or self.fresh is None:
            return []
        names = [field.name for field in _compared(self.fresh)]
        pairs = [
            StoredDifference(name, getattr(self.stored, name), getattr(self.fresh, name))
            for name in names
        ]
        return [one for one in pairs if not _same(one.stored, one.fresh)]

    @property
    def holds(self) -> bool:
        if self.stored is None or self.fresh is None:
            return self.stored is self.fresh
        return not self.differences

    @property
    def computed_at(self) -> datetime | None:
        """When what is stored was computed."""
        return getattr(self.stored, "computed_at", None)

    @property
    def formula_version(self) -> str:
        return getattr(self.stored or self.fresh, "formula_version", "")


def _compared(row: models.Model) -> Sequence[Any]:
    """Numbers and words; the row's own key is the same by the way it was found."""
    fields = row._meta.concrete_fields
    return [field for field in fields if field.name not in NOT_COMPARED and not field.is_relation]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= CLOSE * max(1, abs(one))
    return bool(one == other)
