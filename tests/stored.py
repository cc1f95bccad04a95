"""Is what is stored what the formulas say? For the tests that change things and look again."""

from decimal import Decimal
from typing import Any

from django.db import models

from indicators.models import InstituteValue, Progress, RollUp
from indicators.reference import Reference

KEYS = {
    InstituteValue: ("indicator_id", "year", "view"),
    Progress: ("target_id", "year", "view"),
    RollUp: ("plan_id", "objective_id", "lever_id", "project_id", "year", "view"),
}
# When and from what a row was computed is no part of what it says.
NOT_COMPARED = {"id", "computed_at", "inputs_hash"}
STORED = Decimal("1e-10")  # numeric(48, 10)


def differences() -> list[str]:
    """One line for each stored result that is not what the formulas give, too many or missing."""
    found = Reference.read()
    lines = []
    for model, rows in (
        (InstituteValue, found.values),
        (Progress, found.progress),
        (RollUp, found.roll_ups),
    ):
        should, stored = _by_key(model, rows), _by_key(model, model._default_manager.all())
        lines += [
            f"{model.__name__} {key}: {_unlike(stored.get(key), should.get(key))}"
            for key in should.keys() | stored.keys()
            if should.get(key) != stored.get(key)
        ]
    return sorted(lines)


def stored() -> dict[str, Any]:
    """Every stored result, in a form that two moments can be compared in."""
    return {model.__name__: _by_key(model, model._default_manager.all()) for model in KEYS}


def _by_key(model: type[models.Model], rows: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    fields = [field for field in model._meta.concrete_fields if field.name not in NOT_COMPARED]
    return {
        tuple(getattr(row, name) for name in KEYS[model]): {
            field.attname: _as_stored(getattr(row, field.attname)) for field in fields
        }
        for row in rows
    }


def _as_stored(value: Any) -> Any:
    """A decimal rounded as PostgreSQL rounds what it stores: half away from zero."""
    if isinstance(value, Decimal):
        return value.quantize(STORED, rounding="ROUND_HALF_UP") + 0
    return value


def _unlike(stored: dict[str, Any] | None, should: dict[str, Any] | None) -> str:
    if stored is None or should is None:
        return "not stored" if stored is None else "should not be there"
    names = [name for name in should if stored[name] != should[name]]
    return ", ".join(f"{name} is {stored[name]}, not {should[name]}" for name in names)
