"""The elements of the plan: the items of each one's mean, and the mean itself."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db.models import Q

from imtplan import clock
from indicators.formulas.progress import FORMULA_VERSION
from indicators.formulas.roll_up import (
    ElementMean,
    MilestoneDue,
    RollUpItem,
    project_progress,
    roll_up,
)
from indicators.formulas.verdicts import Status, StatusRule, Thresholds, Verdict
from indicators.models import (
    FollowedIndicator,
    Indicator,
    IndicatorLink,
    Progress,
    RollUp,
    Target,
    View,
)
from indicators.results.fingerprints import fingerprint
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import FlagshipProject, Milestone, Serves

Element = StrategicPlan | Objective | Lever | FlagshipProject
E = TypeVar("E", StrategicPlan, Objective, Lever, FlagshipProject, Element)


def thresholds_of(plan: StrategicPlan) -> Thresholds:
    return Thresholds(plan.on_track_from, plan.at_risk_from, plan.verdict_from)


def roll_ups(progress: Iterable[Progress], now: datetime) -> Iterator[RollUp]:
    """Yields the mean of every element of every plan, for each of its years, in both views."""
    reference = [row for row in progress if row.target.is_reference]
    for plan in StrategicPlan.objects.all():
        elements = Elements.read(plan, reference)
        for view in View:
            for year in plan.years:
                yield from elements.roll_ups(elements.all, view, year, now)


def stored_roll_ups(now: datetime) -> Iterator[RollUp]:
    """Yields the same means, made from the progress that is stored."""
    return roll_ups(_stored_progress(), now)


def roll_ups_judged_at(
    moment: datetime, plan: StrategicPlan, view: View, year: int
) -> Iterator[RollUp]:
    """Yields the means of a plan's elements in one year from what is stored now, with milestones
    judged on the day of `moment`."""
    with clock.standing_at(moment):
        progress = _stored_progress(target__plan=plan, year=year, view=view)
        elements = Elements.read(plan, progress)
        yield from elements.roll_ups(elements.all, view, year, moment)


def moved_roll_ups(moved: Collection[tuple[int, int]], now: datetime) -> Iterator[RollUp]:
    """Yields the means of the objectives and levers above progress that moved, and of the plan
    above these objectives, in both views. Its other objectives count with their stored means.

    `moved` holds the indicators and years in which the progress toward a reference target changed.
    """
    indicators = {indicator for indicator, _ in moved}
    targets = Target.objects.in_use().reference().filter(indicator__in=indicators)
    for plan in StrategicPlan.objects.filter(targets__in=targets).distinct():
        years: dict[int, set[int]] = defaultdict(set)  # the indicators that moved in each year
        for indicator, year in moved:
            if year in plan.years:
                years[year].add(indicator)
        links = IndicatorLink.objects.of(plan).filter(indicator__in=indicators)
        linked = list(links.values_list("objective", "lever", "indicator"))
        objectives, levers = ({link[place] for link in linked} for place in (0, 1))
        beside = IndicatorLink.objects.filter(Q(objective__in=objectives) | Q(lever__in=levers))
        reference = _stored_progress(
            target__plan=plan, target__indicator__in=beside.values("indicator"), year__in=years
        )
        elements = Elements.read(plan, reference, standing=_standing(plan, years))
        for year, in_year in years.items():
            sides: list[Element] = [*elements.objectives, *elements.levers]
            above = [
                element
                for element in sides
                if any(link.indicator_id in in_year for link in elements.links_of(element))
            ]
            if any(isinstance(element, Objective) for element in above):
                above.append(plan)
            for view in View:
                yield from elements.roll_ups(above, view, year, now)


def _stored_progress(**chosen: Any) -> Iterable[Progress]:
    rows = Progress.objects.filter(target__is_reference=True, target__archived_at=None, **chosen)
    return rows.select_related("target")


def _standing(
    plan: StrategicPlan, years: Collection[int]
) -> dict[tuple[int, str, int], ElementMean]:
    rows = RollUp.objects.filter(objective__plan=plan, year__in=years)
    return {
        (row.objective_id or 0, row.view, row.year): ElementMean(
            row.exact_progress,
            row.exact_expected,
            row.pace,
            row.coverage,
            Verdict(Status(row.status), StatusRule.BY_PACE),  # no rule is stored, none is needed
            row.is_estimate,
        )
        for row in rows
    }


def day_of(year: int) -> date:
    """Returns the day on which a year is judged: its end, or today in the running year."""
    return min(date(year, 12, 31), clock.today())


def roll_up_row(
    element: Element, mean: ElementMean, view: View, year: int, now: datetime, inputs: str = ""
) -> RollUp:
    """Returns the mean of an element as it is stored; of a project, without items."""
    is_project = isinstance(element, FlagshipProject)
    return RollUp(
        plan=element if isinstance(element, StrategicPlan) else None,
        objective=element if isinstance(element, Objective) else None,
        lever=element if isinstance(element, Lever) else None,
        project=element if isinstance(element, FlagshipProject) else None,
        year=year,
        view=view,
        progress=mean.progress,
        expected_progress=mean.expected,
        pace=mean.pace,
        coverage=mean.coverage,
        status=mean.status,
        would_be=mean.verdict.would_be or "",
        is_estimate=mean.is_estimate,
        items=0 if is_project else mean.items,
        known_items=0 if is_project else mean.known_items,
        coverage_needed=mean.coverage_needed,
        exact_progress=mean.progress,
        exact_expected=mean.expected,
        formula_version=FORMULA_VERSION,
        inputs_hash=inputs,
        computed_at=now,
    )


@dataclass(frozen=True, slots=True)
class ElementPart:
    """One item of an element's mean, and the indicator, project or objective that it stands for."""

    of: Indicator | FlagshipProject | Objective
    item: RollUpItem
    inferred: bool = False


class TargetProgress(NamedTuple):
    """The progress toward a reference target, as an item of a mean takes it."""

    progress: Decimal | None = None
    expected: Decimal | None = None
    is_estimate: bool = False
    is_pending: bool = False

    @classmethod
    def of(cls, row: Progress) -> "TargetProgress":
        pending = row.status == Status.PENDING
        return cls(row.exact_progress, row.exact_expected, row.is_estimate, pending)


NOT_REACHED = TargetProgress()


@dataclass
class Elements:
    """One plan with its links, read once for all its years."""

    plan: StrategicPlan
    objectives: list[Objective]
    levers: list[Lever]
    projects: list[FlagshipProject]
    # the progress toward an indicator's reference target, by indicator, view and year
    progress: dict[tuple[int, str, int], TargetProgress]
    milestones: dict[int, list[MilestoneDue]] = field(default_factory=lambda: defaultdict(list))
    links: list[IndicatorLink] = field(default_factory=list)
    serves: list[Serves] = field(default_factory=list)
    followed: dict[int, FollowedIndicator] = field(default_factory=dict)  # by indicator
    # the means of objectives that are known, by objective, view and year
    standing: dict[tuple[int, str, int], ElementMean] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        plan: StrategicPlan,
        reference: Iterable[Progress],
        standing: dict[tuple[int, str, int], ElementMean] | None = None,
    ) -> "Elements":
        """Returns the plan's elements; `reference` is the progress toward reference targets, which
        may include those of other plans."""
        elements = cls(
            plan=plan,
            objectives=list(Objective.objects.ever_counting(plan)),
            levers=list(Lever.objects.ever_counting(plan)),
            projects=list(FlagshipProject.objects.ever_counting(plan)),
            progress={
                (row.target.indicator_id, row.view, row.year): TargetProgress.of(row)
                for row in reference
                if row.target.plan_id == plan.pk
            },
            links=list(
                IndicatorLink.objects.of(plan)
                .filter(indicator__in=Indicator.objects.computed())
                .select_related("indicator")
            ),
            serves=list(
                Serves.objects.filter(
                    project__in=FlagshipProject.objects.ever_counting(plan)
                ).select_related("project")
            ),
            followed={row.indicator_id: row for row in plan.followed_indicators.all()},
            standing=standing or {},
        )
        for milestone in Milestone.objects.filter(project__plan=plan):
            elements.milestones[milestone.project_id].append(
                MilestoneDue(milestone.weight, milestone.due_on, milestone.done_on)
            )
        return elements

    @property
    def all(self) -> list[Element]:
        """Returns every element, the plan last; levers count in no other mean."""
        return [*self.projects, *self.objectives, *self.levers, self.plan]

    def in_year(self, elements: Iterable[E], year: int) -> list[E]:
        """Returns those of the elements that count in a year: put aside since, or not."""
        return [
            element
            for element in elements
            if isinstance(element, StrategicPlan) or element.counts_in(year)
        ]

    def of_year(self, year: int) -> "Elements":
        """Returns the plan with its elements and links that count in a year, and no others."""
        return replace(
            self,
            objectives=self.in_year(self.objectives, year),
            levers=self.in_year(self.levers, year),
            projects=self.in_year(self.projects, year),
            links=[link for link in self.links if self.counts_in(link, year)],
            serves=[link for link in self.serves if self.counts_in(link, year)],
        )

    def counts_in(self, link: IndicatorLink | Serves, year: int) -> bool:
        """Returns whether the plan follows in a year what a link leads to. An indicator that a plan
        only links counts in all its years."""
        if isinstance(link, Serves):
            return link.project.counts_in(year)
        followed = self.followed.get(link.indicator_id)
        return followed.counts_in(year) if followed else link.indicator.archived_at is None

    def means(self, view: View, year: int, *, on: date) -> Iterator[tuple[Element, ElementMean]]:
        """Yields each element that counts in the year with its mean, the plan last."""
        for element in self.in_year(self.all, year):
            yield element, self.mean_of(element, view, year, on=on)

    def roll_ups(
        self, elements: Iterable[Element], view: View, year: int, now: datetime
    ) -> Iterator[RollUp]:
        """Yields the means of these elements as they are stored; objectives precede the plan."""
        final, thresholds = year >= self.plan.last_year, thresholds_of(self.plan)
        for element in self.in_year(elements, year):
            parts = self.parts_of(element, view, year, on=day_of(year))
            items = [part.item for part in parts]
            mean = roll_up(items, thresholds=thresholds, final=final)
            if isinstance(element, Objective):
                self.standing[element.pk, view, year] = mean
            yield roll_up_row(
                element, mean, view, year, now, fingerprint(thresholds, final, *items)
            )

    def mean_of(self, element: Element, view: View, year: int, *, on: date) -> ElementMean:
        items = [part.item for part in self.parts_of(element, view, year, on=on)]
        final = year >= self.plan.last_year
        return roll_up(items, thresholds=thresholds_of(self.plan), final=final)

    def parts_of(self, element: Element, view: View, year: int, *, on: date) -> list[ElementPart]:
        """Returns the parts of an element's mean, none in a year in which it does not count; a
        project's only part is the project itself."""
        if not self.in_year([element], year):
            return []
        if isinstance(element, StrategicPlan):
            objectives = self.in_year(self.objectives, year)
            return [self._objective(objective, view, year, on) for objective in objectives]
        if isinstance(element, FlagshipProject):
            return [ElementPart(element, project_progress(self.milestones[element.pk], on=on))]
        links = [link for link in self.links_of(element) if self.counts_in(link, year)]
        indicators = [self._indicator(link, view, year) for link in links]
        return indicators + self._projects(element, year, on)

    def _objective(self, objective: Objective, view: View, year: int, on: date) -> ElementPart:
        mean = self.standing.get((objective.pk, view, year))
        if mean is None:
            mean = self.mean_of(objective, view, year, on=on)
        return ElementPart(objective, mean.as_item(objective.weight))

    def links_of(self, element: Element) -> list[IndicatorLink]:
        return [link for link in self.links if getattr(link, _side(element)) == element.pk]

    def _indicator(self, link: IndicatorLink, view: View, year: int) -> ElementPart:
        known = self.progress.get((link.indicator_id, view, year), NOT_REACHED)
        return ElementPart(link.indicator, RollUpItem(link.weight, *known), link.inferred)

    def _projects(self, element: Element, year: int, on: date) -> list[ElementPart]:
        side = _side(element)
        return [
            ElementPart(
                serves.project,
                replace(
                    project_progress(self.milestones[serves.project_id], on=on),
                    weight=serves.weight,
                ),
                serves.inferred,
            )
            for serves in self.serves
            if getattr(serves, side) == element.pk and self.counts_in(serves, year)
        ]


def _side(element: Element) -> str:
    """Returns the column of a link that leads to an objective or a lever."""
    return "objective_id" if isinstance(element, Objective) else "lever_id"
