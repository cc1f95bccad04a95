"""What is stored, held against the formulas, to the last digit and both ways."""

from collections.abc import Collection, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.db import models

from indicators.models import InstituteValue, Progress, RollUp
from indicators.reference import Reference
from indicators.rehearsal import KEYS

# When a row was computed, and from what, the reference does not say.
NOT_COMPARED = {"id", "computed_at", "inputs_hash"}

Rows = dict[tuple[Any, ...], dict[str, Any]]


def differences(indicators: Collection[int] | None = None) -> list[str]:
    """One line for each stored result that is missing, in excess, or not what the formulas give.

    Of these indicators alone, where some are named: their values and progress, no roll-up.
    """
    found = Reference.read(indicators)
    pairs: list[tuple[type[models.Model], Iterable[models.Model], Any]] = [
        (InstituteValue, found.values, {"indicator__in": indicators}),
        (Progress, found.progress, {"target__indicator__in": indicators}),
    ]
    if indicators is None:
        pairs.append((RollUp, found.roll_ups, {}))
    return [
        line
        for model, expected, chosen in pairs
        for line in _compared(
            model,
            _rows(model, expected),
            _rows(model, _stored(model, {} if indicators is None else chosen)),
        )
    ]


def stored_results() -> dict[str, Rows]:
    """Every stored result, in a form that two moments can be compared in."""
    return {model.__name__: _rows(model, _stored(model, {})) for model in KEYS}


def _stored(model: type[models.Model], chosen: dict[str, Any]) -> Iterable[models.Model]:
    return model._default_manager.filter(**chosen)


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
