"""The results that a change would move, in words: each number before and after, by element."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number, format_percent
from imtplan.planning.forms import fingerprint_of
from indicators.models import (
    Indicator,
    InstituteValue,
    Progress,
    ProgressStatus,
    RollUp,
    Target,
    VerdictInWords,
    View,
)
from indicators.questions.rehearsal import KEYS, ResultMove
from levers.models import Lever
from objectives.models import Objective, PlanState, StrategicPlan
from projects.models import FlagshipProject

# The fields that are shown of each result; the others that move are only counted.
SHOWN = {
    RollUp: ("progress", "expected_progress", "status", "coverage"),
    Progress: (
        "value",
        "baseline",
        "target_value",
        "expected_value",
        "progress",
        "status",
        "forecast",
    ),
    InstituteValue: ("value", "estimate", "expected"),
}
RATIOS = {"progress", "expected_progress", "coverage"}
ELEMENTS: dict[str, type[models.Model]] = {
    "plan_id": StrategicPlan,
    "objective_id": Objective,
    "lever_id": Lever,
    "project_id": FlagshipProject,
}


@dataclass(frozen=True)
class MovedNumber:
    """A number of a result, before and after, as text; empty where it is unknown or not there."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class MovedResult:
    """The numbers that move of one result: of an element in one year and view."""

    year: int
    view: str
    numbers: Sequence[MovedNumber]
    others: int  # how many more numbers of the result move and are not shown
    is_new: bool
    is_gone: bool


@dataclass(frozen=True)
class MovedGroup:
    kind: str
    name: str
    results: Sequence[MovedResult]


def moves_digest(moves: Iterable[ResultMove]) -> str:
    """Returns a fingerprint of these moves; the keys of new rows do not change it."""
    return fingerprint_of(
        sorted(repr((move.model.__name__, _place(move), _field_texts(move))) for move in moves)
    )


def _place(move: ResultMove) -> tuple[Any, ...]:
    return move.key if move.before else move.key[-2:]  # the year and the view


def _field_texts(move: ResultMove) -> list[tuple[str, str, str]]:
    before, after = move.before or {}, move.after or {}
    return [
        (name, str(before.get(name)), str(after.get(name)))
        for name in move.fields
        if not name.endswith("_id")
    ]


def moved_groups(moves: Iterable[ResultMove]) -> list[MovedGroup]:
    """Groups the moves: the plan and its elements, then indicators; by year, validated first."""
    moved = _MovedElements(list(moves))
    ordered = sorted(moved.moves, key=moved.place)
    return [
        MovedGroup(kind, name, [_result(move) for move in listed])
        for (_rank, kind, name), listed in groupby(ordered, key=moved.heading)
    ]


class _MovedElements:
    """The elements, targets and indicators of the moved results, read in one query for each."""

    def __init__(self, moves: list[ResultMove]) -> None:
        self.moves = moves
        self.elements = {
            attribute: model._default_manager.in_bulk(self._keys(RollUp, attribute))
            for attribute, model in ELEMENTS.items()
        }
        targets = Target.objects.select_related("indicator", "school")
        self.targets = targets.in_bulk(self._keys(Progress, "target_id"))
        self.indicators = Indicator.objects.in_bulk(self._keys(InstituteValue, "indicator_id"))

    def _keys(self, model: type[models.Model], attribute: str) -> set[int]:
        rows = [move.before or move.after or {} for move in self.moves if move.model is model]
        return {row[attribute] for row in rows if row[attribute] is not None}

    def heading(self, move: ResultMove) -> tuple[int, str, str]:
        row = move.before or move.after or {}
        if move.model is InstituteValue:
            indicator = self.indicators.get(row["indicator_id"])
            return (5, _("Indicator, figures added up"), _name(indicator))
        if move.model is Progress:
            return (6, _("Progress toward a target"), self._target(row["target_id"]))
        for rank, (attribute, model) in enumerate(ELEMENTS.items()):
            if row[attribute] is not None:
                kind = str(model._meta.verbose_name).capitalize()
                return (rank, kind, _name(self.elements[attribute].get(row[attribute])))
        raise ValueError(row)

    def _target(self, key: int) -> str:
        target = self.targets.get(key)
        if target is None:
            return _name(None)
        whose = f" · {target.school}" if target.school else ""
        return f"{target.indicator} ({target.code}){whose}"

    def place(self, move: ResultMove) -> tuple[Any, ...]:
        row = move.before or move.after or {}
        return (*self.heading(move), row["year"], list(View).index(View(row["view"])))


def _name(row: Any) -> str:
    """Returns the name of a row. A row that the change itself adds is not stored any more: None."""
    return _("what you add here") if row is None else str(row)


def _result(move: ResultMove) -> MovedResult:
    row = move.before or move.after or {}
    shown = [name for name in SHOWN[move.model] if name in move.fields]
    numbers = [
        MovedNumber(
            str(move.model._meta.get_field(name).verbose_name),
            _text(name, move.before or {}),
            _text(name, move.after or {}),
        )
        for name in shown
    ]
    return MovedResult(
        year=row["year"],
        view=View(row["view"]).label,
        numbers=[number for number in numbers if number.before != number.after] or numbers[:1],
        others=0 if None in (move.before, move.after) else len(move.fields) - len(shown),
        is_new=move.before is None,
        is_gone=move.after is None,
    )


def _text(name: str, row: Mapping[str, Any]) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if name == "status":
        return VerdictInWords(ProgressStatus(value), row["would_be"], row["pace"]).text
    if name in RATIOS:
        return format_percent(value, language=reader_language())
    rounded = round(value, 2) if isinstance(value, Decimal) else value
    return format_number(rounded, language=reader_language())


def seen_by_readers(
    moves: Iterable[ResultMove], *, acted_on: StrategicPlan | None
) -> list[ResultMove]:
    """Returns the moves of results that others than the plan office see: while a draft is made
    (`acted_on`), neither what is computed for the first time nor what is a draft's own."""
    if acted_on is None or not acted_on.is_draft:
        return list(moves)
    drafts = StrategicPlan.objects.filter(state=PlanState.DRAFT).order_by()
    own = {"plan_id": set(drafts.values_list("pk", flat=True))}
    of_targets = Target.objects.filter(plan__in=drafts).order_by()
    own["target_id"] = set(of_targets.values_list("pk", flat=True))
    for name, model in ELEMENTS.items():
        if model is not StrategicPlan:
            rows = model._default_manager.filter(plan__in=drafts).order_by()
            own[name] = set(rows.values_list("pk", flat=True))
    return [move for move in moves if move.before is not None and not _is_one_of(move, own)]


def _is_one_of(move: ResultMove, own: Mapping[str, set[int]]) -> bool:
    named = zip(KEYS[move.model], move.key, strict=True)
    return any(value in own.get(name, ()) for name, value in named)
