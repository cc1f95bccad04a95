"""A plan as its office looks at it: its elements, its links to confirm, and what is missing."""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number, format_percent
from imtplan.planning.targets.side_by_side import YearSideBySide, side_by_side
from imtplan.spreadsheets.cell_words import bare
from indicators.models import (
    GROWTH_NEEDS_POSITIVE,
    FollowedIndicator,
    Indicator,
    IndicatorLink,
    Target,
)
from indicators.questions.promised_years import PromisedYear, promised_years
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Serves


@dataclass(frozen=True)
class ElementLink:
    """An indicator or a project that counts in an element, with its weight."""

    kind: str  # as in the address that confirms the link
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
    """An objective or a lever with its links."""

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
    def in_words(self) -> str:
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

    followed: FollowedIndicator
    targets: Sequence[TargetRow]
    schools: int  # how many schools have a target of their own
    is_linked: bool
    side_by_side: Sequence[YearSideBySide] = ()  # the years with more than one target

    @property
    def indicator(self) -> Indicator:
        return self.followed.indicator

    @property
    def has_reference(self) -> bool:
        return any(row.target.is_reference for row in self.targets)

    @property
    def lacks(self) -> list[str]:
        """Returns what is missing before its progress can be computed and counted."""
        targets = [row.target for row in self.targets]
        missing = []
        if not self.has_reference:
            missing.append(_("no reference target"))
        elif all(target.baseline_value is None for target in targets if target.is_reference):
            missing.append(_("no published baseline: the figures of that year will do"))
        if any(target.grows_from_nothing for target in targets):
            missing.append(str(GROWTH_NEEDS_POSITIVE))
        if not self.is_linked:
            missing.append(_("linked to nothing"))
        return missing


# From here on the indicators of a plan are folded, theme by theme.
MANY = 30


@dataclass(frozen=True)
class IndicatorPart:
    """The indicators of one theme, or all of them where they are few."""

    title: str
    rows: Sequence[IndicatorInPlan]


class PlanOverview:
    """The parts of a plan that its page shows; each is read once, when the template reads it.

    `typed` narrows the indicators to those that have every word of it in their name or code.
    """

    def __init__(self, plan: StrategicPlan, user: Any, *, typed: str = "") -> None:
        self.plan, self.user, self.typed = plan, user, typed.strip()

    @cached_property
    def links(self) -> list[IndicatorLink]:
        links = IndicatorLink.objects.in_use_in(self.plan)
        return list(links.select_related("indicator", "objective", "lever", "project"))

    @cached_property
    def serves(self) -> list[Serves]:
        links = Serves.objects.in_use_in(self.plan)
        return list(links.select_related("project__plan", "objective", "lever"))

    @cached_property
    def objectives(self) -> list[WeightedElement]:
        rows = Objective.objects.visible_to(self.user).of(self.plan)
        return [self._axis(row, "objective_id") for row in rows]

    @cached_property
    def levers(self) -> list[WeightedElement]:
        rows = Lever.objects.visible_to(self.user).of(self.plan)
        return [self._axis(row, "lever_id") for row in rows]

    def _axis(self, row: Any, side: str) -> WeightedElement:
        indicators = [link for link in self.links if getattr(link, side) == row.pk]
        projects = [link for link in self.serves if getattr(link, side) == row.pk]
        return WeightedElement(
            row,
            [ElementLink("indicateur", link, link.indicator) for link in indicators]
            + [ElementLink("projet", link, link.project) for link in projects],
        )

    @property
    def weight_of_objectives(self) -> str:
        total = sum((axis.row.weight for axis in self.objectives), Decimal(0))
        return format_number(total, language=reader_language())

    @cached_property
    def projects(self) -> list[tuple[FlagshipProject, list[Serves]]]:
        by_project = defaultdict(list)
        for link in self.serves:
            by_project[link.project_id].append(link)
        visible = FlagshipProject.objects.visible_to(self.user).of(self.plan)
        projects = visible.prefetch_related("milestones")
        return [(project, by_project[project.pk]) for project in projects]

    @cached_property
    def measured(self) -> list[IndicatorInPlan]:
        """Returns the indicators that this plan follows, in its own order."""
        linked = {link.indicator_id for link in self.links}
        targets: dict[int, list[Target]] = defaultdict(list)
        rows = Target.objects.visible_to(self.user).in_use().filter(plan=self.plan)
        for target in rows.select_related("indicator"):
            targets[target.indicator_id].append(target)
        followed = FollowedIndicator.objects.visible_to(self.user).filter(
            plan=self.plan, archived_at=None
        )
        places = list(followed.select_related("indicator").order_by("rank", "indicator__code"))
        years = promised_years(self.user, self.plan, [place.indicator for place in places])
        return [
            self._measured(
                place, targets[place.indicator_id], linked, years.get(place.indicator_id, [])
            )
            for place in places
        ]

    @property
    def is_long(self) -> bool:
        return len(self.measured) > MANY

    @cached_property
    def listed(self) -> list[IndicatorInPlan]:
        """Returns the indicators that the page lists: all, or those that the typed words name."""
        words = bare(self.typed).split()
        return [
            use
            for use in self.measured
            if all(word in bare(f"{use.indicator} {use.indicator.code}") for word in words)
        ]

    @property
    def parts(self) -> list[IndicatorPart]:
        """Returns what is listed, by theme where it is too much to look through at once."""
        if len(self.listed) <= MANY:
            return [IndicatorPart("", self.listed)] if self.listed else []
        by_theme = defaultdict(list)
        for use in self.listed:
            by_theme[use.indicator.get_theme_display()].append(use)
        return [IndicatorPart(title, rows) for title, rows in by_theme.items()]

    @cached_property
    def others(self) -> QuerySet[Indicator]:
        """Returns the indicators in use that this plan never followed."""
        indicators = Indicator.objects.visible_to(self.user).in_use()
        return indicators.exclude(followed_in__plan=self.plan)

    @staticmethod
    def _measured(
        followed: FollowedIndicator,
        targets: Sequence[Target],
        linked: Container[int],
        years: Sequence[PromisedYear],
    ) -> IndicatorInPlan:
        own = [TargetRow(target) for target in targets if target.school_id is None]
        return IndicatorInPlan(
            followed,
            own,
            len(targets) - len(own),
            followed.indicator_id in linked,
            side_by_side(followed.indicator, followed.plan_id, years),
        )

    @property
    def unsure(self) -> list[tuple[Any, ElementLink]]:
        """Returns the links that were deduced, not published, each with its element."""
        return [
            (axis.row, link)
            for axis in [*self.objectives, *self.levers]
            for link in axis.links
            if link.row.inferred
        ]

    @cached_property
    def archived(self) -> list[tuple[str, Any]]:
        """Returns the archived rows of this plan and all archived indicators, with their kind."""
        aside = {"archived_at__isnull": False}
        kinds: list[tuple[str, Any]] = [
            ("objectifs", Objective.objects.filter(plan=self.plan, **aside)),
            ("leviers", Lever.objects.filter(plan=self.plan, **aside)),
            ("projets", FlagshipProject.objects.filter(plan=self.plan, **aside)),
            # An indicator put aside everywhere stands there once, as itself.
            (
                "suivis",
                FollowedIndicator.objects.filter(
                    plan=self.plan, indicator__archived_at=None, **aside
                ),
            ),
            ("cibles", Target.objects.filter(plan=self.plan, **aside)),
            ("indicateurs", Indicator.objects.filter(**aside)),
        ]
        return [(kind, row) for kind, rows in kinds for row in rows.visible_to(self.user)]
