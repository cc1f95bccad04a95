"""Series: the figures of an indicator by view, school and year, as the formulas read them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Max, Min, Prefetch

from imtplan.accounts.models import School
from indicators.formulas.adding_up import (
    Contribution,
    RangeEnd,
    YearValue,
    contributions,
    coverage_range,
    institute_value,
)
from indicators.formulas.progress import (
    Accumulation,
    Aggregation,
    Direction,
    TargetPath,
    TrajectoryKind,
    expected_value,
    target_from_growth,
)
from indicators.formulas.readings import Reading
from indicators.formulas.steps import value_of
from indicators.models import Figure, Indicator, Target, View
from indicators.models.indicator import IndicatorQuerySet
from objectives.models import StrategicPlan

# The key of the institute's own figures among those of the schools.
THE_INSTITUTE = ""

PARTS = ("value", "numerator", "denominator")

# readings[view][school code][year]
Readings = dict[View, dict[str, dict[int, Reading]]]


@dataclass
class Series:
    """The figures and targets of one indicator, and what the schools add up to."""

    indicator: Indicator
    targets: list[Target]
    members: Mapping[int, frozenset[str]]  # the schools expected, for each year
    readings: Readings
    # By view and year; where none are given they are added up here.
    totals: dict[tuple[View, int], YearValue] = field(default_factory=dict)
    # By view and year, of the figures in a sum that the database made.
    fingerprints: Mapping[tuple[View, int], Decimal | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.totals:
            return
        for view in View:
            for year in self.members:
                expected = self._expected_in(year)
                earlier = None if self._is_the_institutes_own else self.members
                self.totals[view, year] = self._added_up(view, year, expected, earlier)

    def range_in(self, view: View, year: int) -> tuple[RangeEnd, RangeEnd] | None:
        """Returns the ends of the institute's value, with each missing school at its baseline or at
        its trajectory.

        A ratio and a running sum have no range: a school's target states neither the parts of the
        one nor the years of the other.
        """
        stand_ins = self.stand_ins(view, year)
        return coverage_range(
            self.totals[view, year],
            aggregation=Aggregation(self.indicator.aggregation),
            at_baseline={code: Reading(baseline) for code, (baseline, _) in stand_ins.items()},
            at_trajectory={code: Reading(path) for code, (_, path) in stand_ins.items()},
        )

    def stand_ins(self, view: View, year: int) -> dict[str, tuple[Decimal | None, Decimal | None]]:
        """Returns the baseline of each missing school, and what its trajectory expects; of several
        targets, the one that began last counts. Empty where one of these schools has no target."""
        missing = frozenset(self.totals[view, year].missing)
        if not self._may_have_range or not self._promising_schools >= missing:
            return {}
        promising = [
            target
            for target in self.targets
            if target.school
            and target.school.code in missing
            and target.baseline_year <= year <= target.year
        ]
        promising.sort(key=lambda target: (target.baseline_year, target.code))
        paths = {
            target.school.code: self._path_toward(target, view)
            for target in promising
            if target.school
        }
        return {
            code: (path.baseline, value_of(expected_value(path, year)))
            for code, path in paths.items()
        }

    def _path_toward(self, target: Target, view: View) -> TargetPath:
        """Returns the path of a target, made once for all the years in which it stands in."""
        key = (id(target), view)
        if key not in self._paths:
            self._paths[key] = path_of(target, self.values_for(target, view))
        return self._paths[key]

    @cached_property
    def _paths(self) -> dict[tuple[int, View], TargetPath]:
        return {}

    @cached_property
    def _promising_schools(self) -> frozenset[str]:
        return frozenset(target.school.code for target in self.targets if target.school)

    @property
    def _may_have_range(self) -> bool:
        indicator = self.indicator
        adds_up = indicator.aggregation in (Aggregation.SUM, Aggregation.MEAN)
        return adds_up and indicator.accumulation != Accumulation.CUMULATIVE

    def values_for(self, target: Target, view: View) -> dict[int, YearValue]:
        """Returns the values by year that a target is about: one school's, or the institute's."""
        if target.school is None:
            return {year: self.totals[view, year] for year in self.members}
        return {year: self._added_up(view, year, {target.school.code}) for year in self.members}

    def contributions(
        self, view: View, year: int, school: str | None = None
    ) -> dict[str, Contribution]:
        """Returns what each expected school brings to a year, or one school to its own series."""
        alone = school is not None or self._is_the_institutes_own
        return contributions(
            self.readings[view],
            year=year,
            members=self._expected_in(year) if school is None else {school},
            aggregation=Aggregation(self.indicator.aggregation),
            accumulation=Accumulation(self.indicator.accumulation),
            baseline_year=self.first_year,
            earlier_members=None if alone else self.members,
        )

    @property
    def first_year(self) -> int | None:
        """Returns the year in which a running sum begins."""
        return min((target.baseline_year for target in self.targets), default=None)

    @property
    def _is_the_institutes_own(self) -> bool:
        return self.indicator.aggregation == Indicator.Aggregation.NONE

    def _expected_in(self, year: int) -> frozenset[str]:
        return frozenset({THE_INSTITUTE}) if self._is_the_institutes_own else self.members[year]

    def _added_up(
        self,
        view: View,
        year: int,
        members: Collection[str],
        earlier: Mapping[int, Collection[str]] | None = None,
    ) -> YearValue:
        indicator = self.indicator
        return institute_value(
            self.readings[view],
            year=year,
            members=members,
            aggregation=Aggregation(indicator.aggregation),
            accumulation=Accumulation(indicator.accumulation),
            baseline_year=self.first_year,
            scale=indicator.scale,
            earlier_members=earlier,
        )


def all_series(indicators: IndicatorQuerySet) -> list[Series]:
    """Returns the series of these indicators; the number of queries does not grow with them."""
    members = _members()
    readings = readings_by_indicator(Figure.objects.filter(indicator__in=indicators))
    targets = Target.objects.in_use().select_related("plan", "school", "indicator")
    chosen = indicators.prefetch_related(
        Prefetch("targets", queryset=targets.prefetch_related("points"))
    )
    return [
        Series(indicator, list(indicator.targets.all()), members, readings[indicator.pk])
        for indicator in chosen
    ]


def _members() -> dict[int, frozenset[str]]:
    """Returns the codes of the expected schools for every year from the first to the last that has
    a plan or a figure. A draft does not count."""
    plans = StrategicPlan.objects.aggregate(first=Min("baseline_year"), last=Max("last_year"))
    figures = Figure.objects.exclude(status=Figure.Status.DRAFT).aggregate(
        first=Min("year"), last=Max("year")
    )
    first = [bounds["first"] for bounds in (plans, figures) if bounds["first"] is not None]
    last = [bounds["last"] for bounds in (plans, figures) if bounds["last"] is not None]
    if not first:
        return {}
    schools = list(School.objects.carrying_the_plan())
    return {
        year: frozenset(school.code for school in schools if school.is_member_in(year))
        for year in range(min(first), max(last) + 1)
    }


def readings_by_indicator(figures: models.QuerySet[Figure]) -> Mapping[int, Readings]:
    """Returns the figures that are a number or "not applicable", by indicator."""
    readings: dict[int, Readings] = defaultdict(lambda: {view: defaultdict(dict) for view in View})
    states = (Figure.State.NUMBER, Figure.State.NOT_APPLICABLE)
    names = ("indicator_id", "status", "school__code", "year", "state", *PARTS)
    for figure in figures.filter(state__in=states).values_list(*names, named=True):
        code = figure.school__code or THE_INSTITUTE
        for view in View:
            if figure.status in view.counted_statuses:
                readings[figure.indicator_id][view][code][figure.year] = reading_of(figure)
    return readings


def reading_of(figure: Any) -> Reading:
    """Returns the reading of a figure, of a row with its columns, or of a cell not yet stored."""
    return Reading(
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        applicable=figure.state != Figure.State.NOT_APPLICABLE,
    )


def path_of(target: Target, values: Mapping[int, YearValue]) -> TargetPath:
    """Returns the path of a target; a published baseline comes before the sum of the figures."""
    baseline = target.baseline_value
    if baseline is None and target.baseline_year in values:
        baseline = values[target.baseline_year].value
    indicator = target.indicator
    return TargetPath(
        baseline=baseline,
        baseline_year=target.baseline_year,
        target=_promised(target, baseline),
        target_year=target.year,
        direction=Direction(indicator.direction),
        trajectory=TrajectoryKind(target.trajectory),
        stated=tuple((point.year, point.value) for point in target.points.all()),
        band_low=indicator.band_low,
        band_high=indicator.band_high,
        tolerance=indicator.tolerance,
        growth_percent=target.growth_percent,
    )


def _promised(target: Target, baseline: Decimal | None) -> Decimal | None:
    if target.growth_percent is None:
        return target.value
    return target_from_growth(baseline, target.growth_percent)
