"""Agreement: a stored result held against a fresh computation from the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models

# Stored numbers have ten decimals; what differs beyond them is rounding.
CLOSE = Decimal("0.00000001")
# These columns say whose row it is, when it was made and from what: they are no result.
NOT_COMPARED = {"id", "computed_at", "formula_version", "inputs_hash"}
NOT_COMPARED |= {"missing", "carried", "left_out"}
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
        return [pair for pair in pairs if not _is_close(pair.stored, pair.fresh)]

    @property
    def holds(self) -> bool:
        if self.stored is None or self.fresh is None:
            return self.stored is self.fresh
        return not self.differences

    @property
    def computed_at(self) -> datetime | None:
        return getattr(self.stored, "computed_at", None)

    @property
    def formula_version(self) -> str:
        return getattr(self.stored or self.fresh, "formula_version", "")


def _compared(row: models.Model) -> Sequence[Any]:
    """Returns the fields that are compared, without the row's key, by which it was looked up."""
    fields = row._meta.concrete_fields
    return [field for field in fields if field.name not in NOT_COMPARED and not field.is_relation]


def _is_close(stored: Any, fresh: Any) -> bool:
    if isinstance(stored, Decimal) and isinstance(fresh, Decimal):
        return abs(stored - fresh) <= CLOSE * max(1, abs(stored))
    return bool(stored == fresh)
