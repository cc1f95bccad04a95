"""What moves the plan: its means with other weights, or with something left out. Nothing is stored.

The means are those of `indicators.results.elements` and `indicators.formulas.roll_up`, over the
progress that is stored; only the weights are others. To leave something out is to give it the
weight 0: it then counts neither in the progress nor in the coverage of a mean.
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
    """What can be left out as a whole."""

    INDICATOR = "i"
    PROJECT = "p"
    OBJECTIVE = "o"


# What carries a weight in an element's mean.
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


class ExclusionReason(StrEnum):
    """Why an item counts in no mean."""

    OUT = "out"  # it is left out here
    NO_WEIGHT = "no_weight"
    NO_TARGET = "no_target"  # the plan has no reference target for the indicator
    NO_PROGRESS = "no_progress"  # of the year nothing is known, or nothing can be computed
    NO_PATH = "no_path"  # nothing says what was expected of the year
    NO_MILESTONES = "no_milestones"


@dataclass(frozen=True)
class WeighedItem:
    """One item of an element's mean, with its weight as it is and as it is tried."""

    key: str  # of its weight, in an address: "o.O1.i.students"
    thing: PlanItem
    real_weight: Decimal
    weight: Decimal
    item: RollUpItem  # with the weight tried
    contribution: Decimal | None  # weight × progress / all weight with data; None: left out
    why: ExclusionReason | None  # it is left out; None: it counts


@dataclass(frozen=True)
class WeighedElement:
    """An objective or a lever: its mean as it is and as it is tried, and what it is made of."""

    key: str  # "o.O1", "l.L3"
    element: Element
    before: ElementMean
    after: ElementMean
    parts: list[WeighedItem]
    real_weight: Decimal
    weight: Decimal
    contribution: Decimal | None  # of an objective to the plan, as a part's; None: left out

    @property
    def change(self) -> Decimal | None:
        return difference(self.before.progress, self.after.progress)


@dataclass(frozen=True)
class PlanWithoutItem:
    """The plan with one thing left out, beside the plan as it is tried."""

    thing: PlanItem
    mean: ElementMean
    change: Decimal | None

    @property
    def size(self) -> Decimal:
        return abs(self.change) if self.change is not None else Decimal(-1)


@dataclass(frozen=True)
class Trial:
    """A plan in one year and view, its real weights, and those tried in their place.

    `weights`: by key of an objective or a part; `out`: the keys of the things left out.
    """

    elements: Elements
    indicators: Mapping[int, Indicator]
    view: View
    year: int
    weights: Mapping[str, Decimal]
    out: frozenset[str]

    @classmethod
    def read(cls, plan: StrategicPlan, view: View, year: int) -> "Trial":
        """The plan as it is, nothing tried yet."""
        elements = read_elements(plan, view, year)
        asked = {link.indicator_id for link in elements.links}
        indicators = Indicator.objects.in_use().in_bulk(asked)
        return cls(elements, indicators, view, year, {}, frozenset())

    def with_others(self, weights: Mapping[str, Decimal], out: frozenset[str]) -> "Trial":
        """The same plan, read already, with these weights tried."""
        return replace(self, weights=weights, out=out)

    # --- what there is to try -------------------------------------------------------------------

    @cached_property
    def things(self) -> list[PlanItem]:
        """What counts in an objective or a lever, and the objectives, in the order of the plan."""
        rows: list[Weight] = [*self.elements.links, *self.elements.serves]
        linked = {thing for row in rows if (thing := self._thing_of(row))}
        return [
            *sorted(linked, key=lambda thing: (thing.kind, thing.rank, thing.code)),
            *(_thing(ItemKind.OBJECTIVE, one) for one in self.elements.objectives),
        ]

    @cached_property
    def weighed(self) -> list[WeighedElement]:
        """The objectives, then the levers, each with its parts."""
        before, after = self._means(self.elements), self._means(self.tried)
        weights = {key_of(one): one.weight for one in self.tried.objectives}
        items = {key: _as_item(weight, after[key]) for key, weight in weights.items()}
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
        """The plan's own mean: as it is, and as it is tried."""
        key = key_of(self.elements.plan)
        return self._means(self.elements)[key], self._means(self.tried)[key]

    @cached_property
    def tried(self) -> Elements:
        return self._changed(self.out)

    @property
    def is_changed(self) -> bool:
        return bool(self.out or any(one.weight != one.real_weight for one in self.all_weights))

    @property
    def all_weights(self) -> list[WeighedElement | WeighedItem]:
        """All that can be given another weight; of levers only the parts, they count in no mean."""
        objectives = [one for one in self.weighed if isinstance(one.element, Objective)]
        return [*objectives, *(part for one in self.weighed for part in one.parts)]

    def without_each(self) -> list[PlanWithoutItem]:
        """The plan with each thing left out in its turn, the one that moves it most first."""
        now = self.plan[1].progress
        key = key_of(self.elements.plan)
        found = []
        for thing in self.things:
            if thing.key not in self.out:
                mean = self._means(self._changed(self.out | {thing.key}))[key]
                found.append(PlanWithoutItem(thing, mean, difference(now, mean.progress)))
        # Beyond the decimals that are stored, two that move it alike keep their order.
        return sorted(found, key=lambda one: -as_stored(one.size))

    # --- how ------------------------------------------------------------------------------------

    @cached_property
    def _elements(self) -> dict[str, Objective | Lever]:
        both: list[Objective | Lever] = [*self.elements.objectives, *self.elements.levers]
        return {key_of(one): one for one in both}

    @cached_property
    def _keys(self) -> dict[tuple[str, int], str]:
        sides = {Objective: "objective", Lever: "lever"}
        return {(sides[type(one)], one.pk): key for key, one in self._elements.items()}

    @cached_property
    def _projects(self) -> dict[int, FlagshipProject]:
        return {project.pk: project for project in self.elements.projects}

    def _thing_of(self, row: Weight) -> PlanItem | None:
        """The indicator or project that a weight is of; None for one that is put aside."""
        if isinstance(row, Serves):
            project = self._projects.get(row.project_id)
            return _thing(ItemKind.PROJECT, project) if project else None
        indicator = self.indicators.get(row.indicator_id)
        return _thing(ItemKind.INDICATOR, indicator) if indicator else None

    def _element_key(self, row: Weight) -> str | None:
        side = "objective" if row.objective_id else "lever"
        return self._keys.get((side, getattr(row, f"{side}_id")))

    def _weight_key(self, row: Weight) -> str:
        thing = self._thing_of(row)
        return f"{self._element_key(row)}.{thing.key if thing else ''}"

    def _means(self, elements: Elements) -> dict[str, ElementMean]:
        found = elements.means(self.view, self.year, on=self._day)
        return {key_of(element): mean for element, mean in found}

    @property
    def _day(self) -> date:
        return day_of(self.year)

    def _changed(self, out: frozenset[str]) -> Elements:
        """The elements with the weights tried, and 0 for what is left out."""
        elements = self.elements
        return replace(
            elements,
            objectives=[
                self._reweighed(one, key_of(one), is_out=key_of(one) in out)
                for one in elements.objectives
            ],
            links=[self._reweighed_link(link, out) for link in elements.links],
            serves=[self._reweighed_link(one, out) for one in elements.serves],
        )

    def _reweighed_link(self, row: Weight, out: frozenset[str]) -> Any:
        thing = self._thing_of(row)
        is_out = thing is not None and thing.key in out
        return self._reweighed(row, self._weight_key(row), is_out=is_out)

    def _reweighed(self, row: Any, key: str, *, is_out: bool) -> Any:
        """A copy with another weight, or the row itself: no row that was read is ever changed."""
        weight = ZERO if is_out else self.weights.get(key, row.weight)
        if weight == row.weight:
            return row
        changed = copy(row)
        changed.weight = weight
        return changed

    def _parts(self, element: str) -> Iterator[WeighedItem]:
        """What an element is the mean of, with what each item brings to it."""
        real: list[Weight] = [*self.elements.links, *self.elements.serves]
        tried: list[Weight] = [*self.tried.links, *self.tried.serves]
        pairs = [
            (one, other)
            for one, other in zip(real, tried, strict=True)
            if self._element_key(one) == element and self._thing_of(one)
        ]
        items = [self._item(other) for _, other in pairs]
        whole = _known_weight(items)
        for (one, other), item in zip(pairs, items, strict=True):
            thing = self._thing_of(one)
            if thing is not None:
                key, why = self._weight_key(one), self._why(one, thing, item)
                share = _contribution(item, whole)
                yield WeighedItem(key, thing, one.weight, other.weight, item, share, why)

    def _why(self, row: Weight, thing: PlanItem, item: RollUpItem) -> ExclusionReason | None:
        if thing.key in self.out:
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
    """ "o.O1", "l.L3", "p.P05"; the plan is "plan"."""
    if isinstance(element, StrategicPlan):
        return "plan"
    prefix = {Objective: "o", Lever: "l", FlagshipProject: "p"}[type(element)]
    return f"{prefix}.{element.code}"


def _thing(kind: ItemKind, row: Any) -> PlanItem:
    title = row.name if kind is ItemKind.INDICATOR else row.title
    return PlanItem(kind, row.pk, row.code, str(title), row.rank)


def _is_known(item: RollUpItem) -> bool:
    return item.progress is not None and item.expected is not None


def _as_item(weight: Decimal, mean: ElementMean) -> RollUpItem:
    return mean.as_item(weight)


def _known_weight(items: Iterable[RollUpItem]) -> Decimal:
    return sum((item.weight for item in items if _is_known(item)), ZERO)


def _contribution(item: RollUpItem, whole: Decimal) -> Decimal | None:
    """Weight × progress between 0 and 1, over all the weight that has data; None: left out."""
    if not _is_known(item) or not item.weight or item.progress is None:
        return None
    return item.weight * clamp(item.progress) / whole
