"""The effect of a school's own figures, as the school may know it without learning any other's.

A school's people see their own figures and the published targets, never the institute's totals, its
roll-ups, or another school's figures. They could try the effect of any number, as often as they
like, before anything is stored. So the effect is computed from the school's own figures and the
published targets alone: no figure of another school is read here, and therefore none can be
derived, whether the institute has two schools or twenty. The schools that merged into it are no
others: it reports for them, and sees their earlier figures beside its own. In particular:

- for a sum against a published baseline b and target T, the institute's progress moves by
  Δa / (T − b), the same whatever the others entered: it is shown in points;
- where the baseline is itself added up from the figures, T − b would reveal the others' baseline:
  only the direction is shown;
- a mean with several figures in place of the school's own divides by fewer schools once it
  reports: which way that moves it is for the others' figures to decide;
- for a ratio, the move depends on the others' numerators and denominators, and even its direction
  is shown only where it holds for all of them (a part that grows in a whole that does not);
- for an objective, the move depends on the others too, because a mean takes progress between 0 and
  1: large numbers would show where it stops, and so the total. Only its direction is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from django.db.models import Prefetch, Q

from imtplan import clock
from imtplan.accounts.models import School
from indicators.formulas.mergers import CarriedFigures, Carrying, Mergers
from indicators.formulas.progress import ZERO, Accumulation, Aggregation, Direction
from indicators.formulas.readings import Reading, added_together
from indicators.models import (
    CountedFigure,
    Inapplicability,
    Indicator,
    IndicatorLink,
    Progress,
    Target,
    View,
)
from indicators.results.judging import TargetInView
from indicators.results.series import Series, mergers_of, path_of, readings_by_indicator
from objectives.models import Objective, StrategicPlan

VIEW = View.VALIDATED


class ContributionDirection(StrEnum):
    """The way in which the school's figure moves the institute's progress."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    OPEN = "open"  # the other schools' figures decide
    FIRST = "first"  # the school has no earlier figure to compare with
    MISSING = "missing"  # there is no number: the institute's figure stays incomplete
    OUTSIDE = "outside"  # the indicator does not apply: the school is not expected


@dataclass(frozen=True)
class Share:
    """The school's part in the institute's move, compared with its last figure that counts, and
    with those of the schools that merged into it until it reports for both.

    `points` is a share of progress (0.01 is one point); None where it must not be shown.
    """

    way: ContributionDirection
    points: Decimal | None = None


@dataclass(frozen=True)
class OwnMove:
    """The move of one indicator of one school, with the figure that is tried."""

    indicator: Indicator
    progress: Progress | None  # toward the school's own target; unsaved
    before: Progress | None  # the same, of the year before
    since: int | None  # the year of the last figure that counts
    share: Share | None  # None: the figure counts toward no target of the institute
    objectives: list[Objective] = field(default_factory=list)
    # The figures that it takes the place of, where others merged into the school: names, years.
    merged: Sequence[tuple[str, int]] = ()

    @property
    def change(self) -> Decimal | None:
        """Returns the school's progress less that of the year before, a share."""
        if self.progress is None or self.before is None:
            return None
        now, then = self.progress.progress, self.before.progress
        return None if now is None or then is None else now - then


def own_moves(
    *, plan: StrategicPlan, school: School, year: int, readings: Mapping[int, Reading]
) -> list[OwnMove]:
    """Returns the move of each indicator of `readings`, were that the school's figure."""
    targets = Target.objects.in_use().counting_in(year)
    targets = targets.filter(Q(school=school) | Q(is_reference=True), plan=plan)
    links = IndicatorLink.objects.filter(
        objective__in=Objective.objects.counting_in(plan, year), weight__gt=0
    )
    chosen = Indicator.objects.computed().prefetch_related(
        Prefetch(
            "targets",
            targets.select_related("plan", "school").prefetch_related("points"),
        ),
        Prefetch("links", links.select_related("objective")),
        "breaks",
    )
    past = _Past.before(year, school, readings)
    return [
        _SchoolIndicator(plan, school, year, row, past).move(readings[row.pk])
        for row in chosen.filter(pk__in=readings)
    ]


@dataclass(frozen=True)
class _Past:
    """The figures that count before a year, of a school and of those that merged into it."""

    readings: Mapping[int, Mapping[str, Mapping[int, Reading]]]  # indicator, school, year
    mergers: Mergers
    names: Mapping[str, str]

    @classmethod
    def before(cls, year: int, school: School, indicators: Mapping[int, Reading]) -> "_Past":
        schools = list(School.objects.carrying_the_plan())
        mergers = mergers_of(schools)
        codes = mergers.merged_into(school.code, before=year)
        keys = [school.pk, *(row.pk for row in schools if row.code in codes)]
        figures = CountedFigure.objects.in_view(VIEW).filter(
            school__in=keys, indicator__in=indicators, year__lt=year
        )
        declared = Inapplicability.objects.filter(school__in=keys, indicator__in=indicators)
        by_view = readings_by_indicator(figures, declared)
        readings = {pk: views[VIEW] for pk, views in by_view.items()}
        return cls(readings, mergers, {row.code: row.name for row in schools})

    def of(self, indicator: Indicator, school: School) -> dict[int, Reading]:
        """Returns the numbers of the school itself, by year."""
        own = self.readings.get(indicator.pk, {}).get(school.code, {})
        return {year: reading for year, reading in own.items() if reading.applicable}

    def has_merged(self, school: School, year: int) -> bool:
        return bool(self.mergers.merged_into(school.code, before=year))

    def in_place_of(self, indicator: Indicator, school: School, year: int) -> CarriedFigures | None:
        """Returns the figures that stand in for that of the school until it reports."""
        readings = self.readings.get(indicator.pk, {})
        carrying = Carrying(readings, Aggregation(indicator.aggregation), self.mergers)
        return carrying.in_place_of(school.code, year)


@dataclass(frozen=True)
class _SchoolIndicator:
    """One indicator of the school, with the school's figures of earlier years. The indicator comes
    with the school's own targets, the reference target, and the links to objectives alone."""

    plan: StrategicPlan
    school: School
    year: int
    indicator: Indicator
    past_figures: _Past

    @cached_property
    def past(self) -> dict[int, Reading]:
        return self.past_figures.of(self.indicator, self.school)

    @cached_property
    def stand_ins(self) -> CarriedFigures | None:
        return self.past_figures.in_place_of(self.indicator, self.school, self.year)

    def move(self, reading: Reading) -> OwnMove:
        in_view, now = self._own_target(reading), clock.now()
        share, last = self._share(reading), self.year - 1
        is_compared = in_view and last in in_view.years and not self._counted_otherwise(last)
        return OwnMove(
            self.indicator,
            progress=in_view.row(self.year, now) if in_view else None,
            before=in_view.row(last, now) if in_view and is_compared else None,
            since=max(self.past, default=None),
            share=share,
            objectives=self._objectives if share else [],
            merged=self._merged,
        )

    def _counted_otherwise(self, year: int) -> bool:
        """Returns whether the series breaks between an earlier year and this one."""
        return year < (self.indicator.comparable_from(self.year) or year)

    @property
    def _merged(self) -> list[tuple[str, int]]:
        rows = [(row.school, row.year) for row in self.stand_ins or ()]
        if all(code == self.school.code for code, _year in rows):
            return []
        return [(self.past_figures.names.get(code, code), year) for code, year in rows]

    @property
    def _objectives(self) -> list[Objective]:
        return [link.objective for link in self.indicator.links.all() if link.objective]

    def _own_target(self, reading: Reading) -> TargetInView | None:
        """Returns the school's own target with its values; of several, the one that began last."""
        is_institute = self.school.is_the_institute
        own = [
            target
            for target in self.indicator.targets.all()
            if target.school_id == (None if is_institute else self.school.pk)
        ]
        begun = [target for target in own if target.baseline_year <= self.year]
        if not begun:
            return None
        first = min(target.baseline_year for target in begun)
        years = range(first, max(self.year, self.plan.last_year) + 1)
        members = dict.fromkeys(years, frozenset({self.school.code}))
        readings = {self.school.code: {**self.past, self.year: reading}}
        series = Series(self.indicator, begun, members, dict.fromkeys(View, readings))
        latest = max(begun, key=lambda target: (target.baseline_year, target.code))
        in_view = TargetInView(latest, VIEW, series.values_for(latest, VIEW))
        return in_view if self.year in in_view.years else None

    def _share(self, reading: Reading) -> Share | None:
        target = next((row for row in self.indicator.targets.all() if row.is_reference), None)
        is_the_institutes_own = self.indicator.aggregation == Aggregation.NONE
        if target is None or is_the_institutes_own or not self.school.is_member_in(self.year):
            return None
        if not reading.applicable:
            return Share(ContributionDirection.OUTSIDE)
        if reading.value is None and reading.numerator is None:
            return Share(ContributionDirection.MISSING)
        if self.indicator.accumulation == Accumulation.CUMULATIVE:
            # The new figure is added to the sum.
            return share_of(target, Reading(ZERO, ZERO, ZERO), reading)
        return self._share_against_stand_ins(target, reading)

    def _share_against_stand_ins(self, target: Target, reading: Reading) -> Share:
        figures = self.stand_ins
        has_merged = self.past_figures.has_merged(self.school, self.year)
        is_mean = self.indicator.aggregation == Aggregation.MEAN
        if (figures is None and has_merged) or (is_mean and len(figures or ()) > 1):
            return Share(ContributionDirection.OPEN)
        if not figures:
            return Share(ContributionDirection.FIRST)
        if any(self._counted_otherwise(row.year) for row in figures):
            return Share(ContributionDirection.OPEN)
        return share_of(target, added_together([row.reading for row in figures]), reading)


def share_of(target: Target, held: Reading, reading: Reading) -> Share:
    """Returns which way `reading` in place of `held` moves the institute's progress toward its
    target, and by how much where that may be shown."""
    rise = _rise(target.indicator, held, reading)
    if rise is None or target.indicator.direction == Direction.KEEP:
        return Share(ContributionDirection.OPEN)
    if rise == 0:
        return Share(ContributionDirection.SAME, ZERO)
    is_good = (rise > 0) == (target.indicator.direction == Direction.INCREASE)
    return Share(
        ContributionDirection.UP if is_good else ContributionDirection.DOWN, _points(target, rise)
    )


def _rise(indicator: Indicator, held: Reading, reading: Reading) -> Decimal | None:
    """Returns how much the school's figure rose. For a ratio only the sign means something; None
    says that the sign of the institute's rise depends on the other schools."""
    if indicator.aggregation != Aggregation.RATIO:
        return (reading.value or ZERO) - (held.value or ZERO)
    part = (reading.numerator or ZERO) - (held.numerator or ZERO)
    whole = (reading.denominator or ZERO) - (held.denominator or ZERO)
    if part >= 0 >= whole or part <= 0 <= whole:
        return part - whole
    return None


def _points(target: Target, rise: Decimal) -> Decimal | None:
    """Returns Δa / (T − b), for a sum with a published baseline and a target on its good side."""
    if target.indicator.aggregation != Aggregation.SUM or target.baseline_value is None:
        return None
    path = path_of(target, {})
    if path.target is None or path.baseline is None:
        return None
    way = path.target - path.baseline
    is_right = way > 0 if path.direction is Direction.INCREASE else way < 0
    return rise / way if is_right else None
