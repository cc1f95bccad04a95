"""One plan as its office looks at it: what it is made of, what is unsure, what is missing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number, format_percent
from indicators.models import GROWTH_NEEDS_POSITIVE, Indicator, IndicatorLink, Target
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Serves


@dataclass(frozen=True)
class ElementLink:
    """What counts in an element, with its weight."""

    kind: str  # as the address that confirms it says
    row: Any
    end: Any

    @property
    def name(self) -> str:
        return self.end.name if isinstance(self.end, Indicator) else str(self.end)

    @property
    def weight(self) -> str:
        return format_number(self.row.weight, language=reader_language())


@dataclass(frozen=True)
class WeightedElement:
    """An objective or a lever with what counts in it."""

    row: Any
    links: Sequence[ElementLink]

    @property
    def weight(self) -> str:
        return format_number(self.row.weight, language=reader_language())

    @property
    def sum(self) -> str:
        total = sum((link.row.weight for link in self.links), Decimal(0))
        return format_number(total, language=reader_language())


@dataclass(frozen=True)
class TargetRow:
    target: Target

    @property
    def wanted(self) -> str:
        unit = self.target.indicator.unit
        if self.target.value is not None:
            return f"{format_number(self.target.value, language=reader_language())} {unit}"
        ratio = (self.target.growth_percent or Decimal(0)) / 100
        return format_percent(ratio, language=reader_language(), sign=True)

    @property
    def baseline(self) -> str:
        return format_number(self.target.baseline_value, language=reader_language())


@dataclass(frozen=True)
class IndicatorInPlan:
    """An indicator as this plan uses it."""

    indicator: Indicator
    targets: Sequence[TargetRow]
    schools: int  # how many schools have a target of their own
    is_linked: bool

    @property
    def lacks(self) -> list[str]:
        """What is missing before its progress can be computed and counted."""
        targets = [row.target for row in self.targets]
        missing = []
        if not any(one.is_reference for one in targets):
            missing.append(_("no reference target"))
        elif all(one.baseline_value is None for one in targets if one.is_reference):
            missing.append(_("no published baseline: the figures of that year will do"))
        if any(one.grows_from_nothing for one in targets):
            missing.append(str(GROWTH_NEEDS_POSITIVE))
        if not self.is_linked:
            missing.append(_("linked to nothing"))
        return missing


class PlanOverview:
    """Each part is read once, and only if the page asks for it."""

    def __init__(self, plan: StrategicPlan, user: Any) -> None:
        self.plan, self.user = plan, user

    @cached_property
    def links(self) -> list[IndicatorLink]:
        found = IndicatorLink.objects.of(self.plan).filter(indicator__archived_at=None)
        return list(found.select_related("indicator", "objective", "lever", "project"))

    @cached_property
    def serves(self) -> list[Serves]:
        found = Serves.objects.filter(project__plan=self.plan, project__archived_at=None)
        return list(found.select_related("project__plan", "objective", "lever"))

    @cached_property
    def objectives(self) -> list[WeightedElement]:
        rows = Objective.objects.visible_to(self.user).of(self.plan)
        return [self._axis(row, "objective_id") for row in rows]

    @cached_property
    def levers(self) -> list[WeightedElement]:
        rows = Lever.objects.visible_to(self.user).of(self.plan)
        return [self._axis(row, "lever_id") for row in rows]

    def _axis(self, row: Any, side: str) -> WeightedElement:
        indicators = [one for one in self.links if getattr(one, side) == row.pk]
        projects = [one for one in self.serves if getattr(one, side) == row.pk]
        return WeightedElement(
            row,
            [ElementLink("indicateur", one, one.indicator) for one in indicators]
            + [ElementLink("projet", one, one.project) for one in projects],
        )

    @property
    def weight_of_objectives(self) -> str:
        total = sum((axis.row.weight for axis in self.objectives), Decimal(0))
        return format_number(total, language=reader_language())

    @cached_property
    def projects(self) -> list[tuple[FlagshipProject, list[Serves]]]:
        by_project = defaultdict(list)
        for one in self.serves:
            by_project[one.project_id].append(one)
        rows = FlagshipProject.objects.visible_to(self.user).of(self.plan)
        found = rows.prefetch_related("milestones")
        return [(project, by_project[project.pk]) for project in found]

    @cached_property
    def measured(self) -> list[IndicatorInPlan]:
        """The indicators that have a target in this plan, or speak for something in it."""
        return [one for one in self._all if one.targets or one.is_linked or one.schools]

    @cached_property
    def others(self) -> list[Indicator]:
        return [one.indicator for one in self._all if one not in self.measured]

    @cached_property
    def _all(self) -> list[IndicatorInPlan]:
        targets = Target.objects.visible_to(self.user).in_use().filter(plan=self.plan)
        linked = {link.indicator_id for link in self.links}
        found = Indicator.objects.visible_to(self.user).in_use()
        here = Prefetch("targets", targets.select_related("indicator"), to_attr="here")
        return [self._measured(one, linked) for one in found.prefetch_related(here)]

    @staticmethod
    def _measured(indicator: Any, linked: Iterable[int]) -> IndicatorInPlan:
        own = [TargetRow(one) for one in indicator.here if one.school_id is None]
        return IndicatorInPlan(
            indicator, own, len(indicator.here) - len(own), indicator.pk in linked
        )

    @property
    def unsure(self) -> list[tuple[Any, ElementLink]]:
        """The links that were deduced, not published, with the element they count in."""
        return [
            (axis.row, link)
            for axis in [*self.objectives, *self.levers]
            for link in axis.links
            if link.row.inferred
        ]

    @cached_property
    def archived(self) -> list[tuple[str, Any]]:
        """What was put aside, of this plan and among indicators, with its kind of address."""
        aside = {"archived_at__isnull": False}
        kinds: list[tuple[str, Any]] = [
            ("objectifs", Objective.objects.filter(plan=self.plan, **aside)),
            ("leviers", Lever.objects.filter(plan=self.plan, **aside)),
            ("projets", FlagshipProject.objects.filter(plan=self.plan, **aside)),
            ("cibles", Target.objects.filter(plan=self.plan, **aside)),
            ("indicateurs", Indicator.objects.filter(**aside)),
        ]
        return [(kind, row) for kind, rows in kinds for row in rows.visible_to(self.user)]
