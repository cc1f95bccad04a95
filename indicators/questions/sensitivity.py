"""Sensitivity: the plan's means with other weights, or with an item left out. Nothing is stored.

The means are those of `indicators.results.elements` and `indicators.formulas.roll_up`, over the
progress that is stored; only the weights differ. An item that is left out has the weight 0: it
counts neither in the progress nor in the coverage of a mean.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from indicators.formulas.progress import ZERO, clamp
from indicators.formulas.roll_up import ElementMean, RollUpItem, project_progress
from indicators.formulas.steps import as_stored
from indicators.models import Indicator, IndicatorLink, View
from indicators.questions.what_if import difference, read_elements
from indicators.results.elements import NOT_REACHED, Element, Elements, day_of
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Serves


class ItemKind(StrEnum):
    """The kind of an item that can be left out as a whole."""

    INDICATOR = "i"
    PROJECT = "p"
    OBJECTIVE = "o"


# A link that carries a weight in an element's mean.
Weight = IndicatorLink | Serves


@dataclass(frozen=True)
class PlanItem:
    """An indicator, a project or an objective: in an address "i.students", "p.P03", "o.O1"."""

    kind: ItemKind
    pk: int
    code: str
    title: str
    rank: int

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.code}"

    @classmethod
    def of(cls, kind: ItemKind, row: Any) -> "PlanItem":
        title = row.name if kind is ItemKind.INDICATOR else row.title
        return cls(kind, row.pk, row.code, str(title), row.rank)


class ExclusionReason(StrEnum):
    """The reason why an item counts in no mean."""

    OUT = "out"  # it is left out here
    NO_WEIGHT = "no_weight"
    NO_TARGET = "no_target"  # the plan has no reference target for the indicator
    NO_PROGRESS = "no_progress"  # nothing is known of the year, or nothing can be computed
    NO_PATH = "no_path"  # what was expected of the year is not known
    NO_MILESTONES = "no_milestones"


@dataclass(frozen=True)
class WeighedItem:
    """One item of an element's mean, with its real weight and the weight tried."""

    key: str  # of its weight, in an address: "o.O1.i.students"
    plan_item: PlanItem
    real_weight: Decimal
    weight: Decimal
    item: RollUpItem  # with the weight tried
    contribution: Decimal | None  # weight × progress / all weight with data; None: left out
    why: ExclusionReason | None  # None: it counts


@dataclass(frozen=True)
class WeighedElement:
    """An objective or a lever: its real mean, the mean tried, and the items of the mean."""

    key: str  # "o.O1", "l.L3"
    element: Element
    before: ElementMean
    after: ElementMean
    parts: list[WeighedItem]
    real_weight: Decimal
    weight: Decimal
    contribution: Decimal | None  # of an objective to the plan; None: left out

    @property
    def change(self) -> Decimal | None:
        return difference(self.before.progress, self.after.progress)


@dataclass(frozen=True)
class PlanWithoutItem:
    """The plan with one item left out, beside the plan with the weights tried."""

    plan_item: PlanItem
    mean: ElementMean
    change: Decimal | None

    @property
    def size(self) -> Decimal:
        return abs(self.change) if self.change is not None else Decimal(-1)


@dataclass(frozen=True)
class Trial:
    """A plan in one year and view, its real weights, and those tried in their place.

    `weights` are by key of an objective or a part; `out` holds the keys of the items left out.
    """

    elements: Elements
    indicators: Mapping[int, Indicator]
    view: View
    year: int
    weights: Mapping[str, Decimal]
    out: frozenset[str]

    @classmethod
    def read(cls, plan: StrategicPlan, view: View, year: int) -> "Trial":
        """Returns the plan with its real weights."""
        elements = read_elements(plan, view, year)
        linked = {link.indicator_id for link in elements.links}
        indicators = Indicator.objects.computed().in_bulk(linked)
        return cls(elements, indicators, view, year, {}, frozenset())

    def with_others(self, weights: Mapping[str, Decimal], out: frozenset[str]) -> "Trial":
        """Returns the same plan, without reading it again, with these weights tried."""
        return replace(self, weights=weights, out=out)

    # --- what can be tried ----------------------------------------------------------------------

    @cached_property
    def plan_items(self) -> list[PlanItem]:
        """Returns what counts in objectives and levers, then the objectives, in the plan order."""
        rows: list[Weight] = [*self.elements.links, *self.elements.serves]
        linked = {item for row in rows if (item := self._plan_item(row))}
        return [
            *sorted(linked, key=lambda item: (item.kind, item.rank, item.code)),
            *(PlanItem.of(ItemKind.OBJECTIVE, row) for row in self.elements.objectives),
        ]

    @cached_property
    def weighed(self) -> list[WeighedElement]:
        """Returns the objectives, then the levers, each with its parts."""
        before, after = self._means(self.elements), self._means(self.tried)
        weights = {key_of(row): row.weight for row in self.tried.objectives}
        items = {key: after[key].as_item(weight) for key, weight in weights.items()}
        whole = _known_weight(items.values())
        return [
            WeighedElement(
                key,
                element,
                before[key],
                after[key],
                list(self._parts(key)),
                element.weight,
                weights.get(key, element.weight),
                _contribution(items[key], whole) if key in items else None,
            )
            for key, element in self._elements.items()
        ]

    @cached_property
    def plan(self) -> tuple[ElementMean, ElementMean]:
        """Returns the plan's own mean, with the real weights and with those tried."""
        key = key_of(self.elements.plan)
        return self._means(self.elements)[key], self._means(self.tried)[key]

    @cached_property
    def tried(self) -> Elements:
        return self._changed(self.out)

    @property
    def is_changed(self) -> bool:
        return bool(self.out or any(row.weight != row.real_weight for row in self.all_weights))

    @property
    def all_weights(self) -> list[WeighedElement | WeighedItem]:
        """Returns all that can get another weight: not the levers, which count in no mean."""
        objectives = [row for row in self.weighed if isinstance(row.element, Objective)]
        return [*objectives, *(part for row in self.weighed for part in row.parts)]

    def without_each(self) -> list[PlanWithoutItem]:
        """Returns the plan with each item left out in turn, the one that moves it most first."""
        now = self.plan[1].progress
        key = key_of(self.elements.plan)
        without = []
        for item in self.plan_items:
            if item.key not in self.out:
                mean = self._means(self._changed(self.out | {item.key}))[key]
                without.append(PlanWithoutItem(item, mean, difference(now, mean.progress)))
        # Two that move it alike, up to the decimals that are stored, keep their order.
        return sorted(without, key=lambda row: -as_stored(row.size))

    # --- how it is computed ---------------------------------------------------------------------

    @cached_property
    def _elements(self) -> dict[str, Objective | Lever]:
        both: list[Objective | Lever] = [*self.elements.objectives, *self.elements.levers]
        return {key_of(element): element for element in both}

    @cached_property
    def _keys(self) -> dict[tuple[str, int], str]:
        sides = {Objective: "objective", Lever: "lever"}
        return {(sides[type(row)], row.pk): key for key, row in self._elements.items()}

    @cached_property
    def _projects(self) -> dict[int, FlagshipProject]:
        return {project.pk: project for project in self.elements.projects}

    def _plan_item(self, row: Weight) -> PlanItem | None:
        """Returns the indicator or project of a link; None where it is archived."""
        if isinstance(row, Serves):
            project = self._projects.get(row.project_id)
            return PlanItem.of(ItemKind.PROJECT, project) if project else None
        indicator = self.indicators.get(row.indicator_id)
        return PlanItem.of(ItemKind.INDICATOR, indicator) if indicator else None

    def _element_key(self, row: Weight) -> str | None:
        side = "objective" if row.objective_id else "lever"
        return self._keys.get((side, getattr(row, f"{side}_id")))

    def _weight_key(self, row: Weight) -> str:
        item = self._plan_item(row)
        return f"{self._element_key(row)}.{item.key if item else ''}"

    def _means(self, elements: Elements) -> dict[str, ElementMean]:
        means = elements.means(self.view, self.year, on=self._day)
        return {key_of(element): mean for element, mean in means}

    @property
    def _day(self) -> date:
        return day_of(self.year)

    def _changed(self, out: frozenset[str]) -> Elements:
        """Returns the elements with the weights tried, and 0 for what is left out."""
        elements = self.elements
        return replace(
            elements,
            objectives=[
                self._reweighed(row, key_of(row), is_out=key_of(row) in out)
                for row in elements.objectives
            ],
            links=[self._reweighed_link(link, out) for link in elements.links],
            serves=[self._reweighed_link(link, out) for link in elements.serves],
        )

    def _reweighed_link(self, row: Weight, out: frozenset[str]) -> Any:
        item = self._plan_item(row)
        is_out = item is not None and item.key in out
        return self._reweighed(row, self._weight_key(row), is_out=is_out)

    def _reweighed(self, row: Any, key: str, *, is_out: bool) -> Any:
        """Returns a copy with another weight, or the row itself: no row that was read changes."""
        weight = ZERO if is_out else self.weights.get(key, row.weight)
        if weight == row.weight:
            return row
        changed = copy(row)
        changed.weight = weight
        return changed

    def _parts(self, element: str) -> Iterator[WeighedItem]:
        """Yields the items of an element's mean, with what each brings to it."""
        real: list[Weight] = [*self.elements.links, *self.elements.serves]
        tried: list[Weight] = [*self.tried.links, *self.tried.serves]
        pairs = [
            (link, trial)
            for link, trial in zip(real, tried, strict=True)
            if self._element_key(link) == element and self._plan_item(link)
        ]
        items = [self._item(trial) for _, trial in pairs]
        whole = _known_weight(items)
        for (link, trial), item in zip(pairs, items, strict=True):
            plan_item = self._plan_item(link)
            if plan_item is not None:
                key, why = self._weight_key(link), self._why(link, plan_item, item)
                share = _contribution(item, whole)
                yield WeighedItem(key, plan_item, link.weight, trial.weight, item, share, why)

    def _why(self, row: Weight, plan_item: PlanItem, item: RollUpItem) -> ExclusionReason | None:
        if plan_item.key in self.out:
            return ExclusionReason.OUT
        if not item.weight:
            return ExclusionReason.NO_WEIGHT
        if _is_known(item):
            return None
        if isinstance(row, Serves):
            return ExclusionReason.NO_MILESTONES
        if (row.indicator_id, self.view, self.year) not in self.elements.progress:
            return ExclusionReason.NO_TARGET
        return ExclusionReason.NO_PATH if item.progress is not None else ExclusionReason.NO_PROGRESS

    def _item(self, row: Weight) -> RollUpItem:
        if isinstance(row, Serves):
            milestones = self.elements.milestones[row.project_id]
            return replace(project_progress(milestones, on=self._day), weight=row.weight)
        known = self.elements.progress.get((row.indicator_id, self.view, self.year), NOT_REACHED)
        return RollUpItem(row.weight, *known)


def key_of(element: Element) -> str:
    """Returns "o.O1", "l.L3" or "p.P05" for an element, and "plan" for the plan."""
    if isinstance(element, StrategicPlan):
        return "plan"
    prefix = {Objective: "o", Lever: "l", FlagshipProject: "p"}[type(element)]
    return f"{prefix}.{element.code}"


def _is_known(item: RollUpItem) -> bool:
    return item.progress is not None and item.expected is not None


def _known_weight(items: Iterable[RollUpItem]) -> Decimal:
    return sum((item.weight for item in items if _is_known(item)), ZERO)


def _contribution(item: RollUpItem, whole: Decimal) -> Decimal | None:
    """Returns weight × progress (from 0 to 1) over all weight with data; None where left out."""
    if not _is_known(item) or not item.weight or item.progress is None:
        return None
    return item.weight * clamp(item.progress) / whole
