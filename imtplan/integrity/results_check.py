"""Compare the stored results with the formulas, to the last digit and both ways."""

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models

from imtplan import clock
from indicators.models import Indicator, InstituteValue, Progress, RollUp
from indicators.models.indicator import IndicatorQuerySet
from indicators.questions.rehearsal import KEYS
from indicators.results.elements import roll_ups, stored_roll_ups
from indicators.results.judging import progress_rows, value_rows
from indicators.results.series import all_series
from indicators.results.storing import as_stored

# The formulas do not give these: when a row was computed, and from which inputs.
NOT_COMPARED = {"id", "computed_at", "inputs_hash"}

Rows = dict[tuple[Any, ...], dict[str, Any]]


def differences(indicators: Collection[int] | None = None) -> list[str]:
    """Returns a line for each stored result that is missing, in excess, or not as computed.

    If indicators are named, only their values and progress are compared; all roll-ups are then
    compared with the stored progress.
    """
    chosen = Indicator.objects.computed()
    values, progress = afresh(chosen if indicators is None else chosen.filter(pk__in=indicators))
    now = clock.now()
    above = roll_ups(progress, now) if indicators is None else stored_roll_ups(now)
    pairs: list[tuple[type[models.Model], Iterable[models.Model], Any]] = [
        (InstituteValue, values, {"indicator__in": indicators}),
        (Progress, progress, {"target__indicator__in": indicators}),
        (RollUp, above, {}),
    ]
    return [
        line
        for model, expected, narrowed in pairs
        for line in _compared(
            model,
            _rows(model, expected),
            _rows(model, _stored(model, {} if indicators is None else narrowed)),
        )
    ]


def afresh(indicators: IndicatorQuerySet) -> tuple[list[InstituteValue], list[Progress]]:
    """Return the results of these indicators, with the figures added up one by one."""
    now = clock.now()
    values: list[InstituteValue] = []
    progress: list[Progress] = []
    for series in all_series(indicators):
        values += value_rows(series, series.members, now)
        progress += progress_rows(series, series.targets, now)
    return values, progress


def _stored(model: type[models.Model], chosen: dict[str, Any]) -> Iterable[models.Model]:
    return model._default_manager.filter(**chosen)


def _rows(model: type[models.Model], instances: Iterable[models.Model]) -> Rows:
    fields = [f for f in model._meta.concrete_fields if f.name not in NOT_COMPARED]
    rows = [
        {field.attname: as_stored(field, getattr(instance, field.attname)) for field in fields}
        for instance in instances
    ]
    return {tuple(row[name] for name in KEYS[model]): row for row in rows}


class _Codes(dict[type[models.Model], dict[int, str]]):
    """The codes of a model's rows, read when the first of them is named."""

    def __missing__(self, model: type[models.Model]) -> dict[int, str]:
        self[model] = dict(model._default_manager.values_list("pk", "code"))
        return self[model]


def _name(model: type[models.Model], key: tuple[Any, ...], codes: _Codes) -> str:
    """Returns the name of a row for people: "Progress students-2027 · 2022 · validated"."""
    parts = []
    for name, value in zip(KEYS[model], key, strict=True):
        other = model._meta.get_field(name.removesuffix("_id")).related_model
        if other is None:
            parts.append(str(value))
        elif value is not None:
            parts.append(codes[other].get(value, f"#{value}"))
    return f"{model.__name__} {' · '.join(parts)}"


def _compared(model: type[models.Model], expected: Rows, stored: Rows) -> Iterator[str]:
    codes = _Codes()
    unlike = (
        key for key in expected.keys() | stored.keys() if expected.get(key) != stored.get(key)
    )
    for key in sorted(unlike, key=str):
        where = _name(model, key, codes)
        if key not in stored or key not in expected:
            yield f"{where}: {'not stored' if key in expected else 'stored for no reason'}"
            continue
        for name, value in expected[key].items():
            if value != stored[key][name]:
                there = _shown(stored[key][name])
                yield f"{where} · {name}: {there} is stored, {_shown(value)} is right"


def _shown(value: Any) -> str:
    """Returns a value as text, a number without the zeros that only fill the column."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
