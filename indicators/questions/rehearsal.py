"""The rehearsal of a change: it is done in a transaction, and taken back unless it is kept.

The change itself, its constraints and triggers, and the recomputation are the real ones, so what a
preview announces is what will happen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from indicators.models import InstituteValue, Progress, RollUp
from indicators.recomputing.recompute import recompute_stale

# Two states of a result are compared without the time and the inputs of their computation, among
# them the coverage that the plan asks for: where it decides nothing, nothing moves.
NOT_COMPARED = {"id", "computed_at", "formula_version", "inputs_hash", "coverage_needed"}
KEYS = {
    InstituteValue: ("indicator_id", "year", "view"),
    Progress: ("target_id", "year", "view"),
    RollUp: ("plan_id", "objective_id", "lever_id", "project_id", "year", "view"),
}

ResultValues = dict[str, Any]


@dataclass(frozen=True)
class ResultMove:
    """One result before and after the change; None where it does not exist."""

    model: type[models.Model]
    key: tuple[Any, ...]  # as `KEYS` names it
    before: ResultValues | None
    after: ResultValues | None

    @property
    def fields(self) -> list[str]:
        """Returns the names of the fields that differ."""
        before, after = self.before or {}, self.after or {}
        return [name for name in before | after if before.get(name) != after.get(name)]


def rehearse(
    change: Callable[[], object], *, keep: Callable[[list[ResultMove]], bool] = lambda _moves: False
) -> list[ResultMove]:
    """Returns every stored result that `change` would move. No row, event or mark of it stays,
    unless `keep` says of these moves that it is to: then it is done, and its results with it.

    Exceptions of the change and of `keep` reach the caller, and nothing stays.
    """
    with transaction.atomic():
        recompute_stale()  # so that only this change makes a difference
        before = _results()
        change()
        recompute_stale()
        after = _results()
        moves = [
            ResultMove(model, key, before.get((model, key)), after.get((model, key)))
            for model, key in before | after
            if before.get((model, key)) != after.get((model, key))
        ]
        transaction.set_rollback(not keep(moves))
    return moves


def _results() -> dict[tuple[type[models.Model], tuple[Any, ...]], ResultValues]:
    results = {}
    for model, key in KEYS.items():
        names = [f.attname for f in model._meta.concrete_fields if f.name not in NOT_COMPARED]
        for row in model._default_manager.values(*names):
            results[model, tuple(row[name] for name in key)] = row
    return results
