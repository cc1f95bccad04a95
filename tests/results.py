"""What is stored, held against the reference, to the last digit and both ways."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.db import models

from indicators.models import InstituteValue, Progress, RollUp
from indicators.reference import Reference
from indicators.rehearsal import KEYS

# When a row was computed, and from what, the reference does not say.
NOT_COMPARED = {"id", "computed_at", "inputs_hash"}

Rows = dict[tuple[Any, ...], dict[str, Any]]


def differences() -> list[str]:
    """One line for each stored row that is missing, in excess or not as the reference has it."""
    found = Reference.read()
    expected = {InstituteValue: found.values, Progress: found.progress, RollUp: found.roll_ups}
    return [
        line
        for model, reference in expected.items()
        for line in _compared(model, _rows(model, reference), _rows(model, model.objects.all()))
    ]


def stored() -> dict[str, Rows]:
    """Every stored result, in a form that two moments can be compared in."""
    return {model.__name__: _rows(model, model.objects.all()) for model in KEYS}


def _rows(model: type[models.Model], instances: Iterable[models.Model]) -> Rows:
    fields = [f for f in model._meta.concrete_fields if f.name not in NOT_COMPARED]
    rows = [
        {field.attname: _as_stored(field, getattr(one, field.attname)) for field in fields}
        for one in instances
    ]
    return {tuple(row[name] for name in KEYS[model]): row for row in rows}


def _as_stored(field: Any, value: Any) -> Any:
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        with localcontext(prec=80):
            return value.quantize(Decimal(1).scaleb(-10), rounding=ROUND_HALF_UP)
    return value


def _compared(model: type[models.Model], expected: Rows, stored: Rows) -> Iterator[str]:
    for key in sorted(expected.keys() | stored.keys(), key=str):
        where = f"{model.__name__} {key}"
        if key not in stored or key not in expected:
            yield f"{where}: {'not stored' if key in expected else 'stored for no reason'}"
            continue
        for name, value in expected[key].items():
            if value != stored[key][name]:
                yield f"{where}.{name}: {stored[key][name]} is stored, {value} is right"
