"""Series: the figures of an indicator by view, school and year, as the formulas read them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Max, Min, Prefetch

from imtplan.accounts.models import School
from indicators.formulas.adding_up import (
    Contribution,
    YearValue,
    contributions,
    institute_value,
)
from indicators.formulas.coverage_range import (
    LastFigure,
    RangeEnd,
    StandIn,
    by_last_figure,
    by_own_target,
    coverage_range,
    last_figures,
)
from indicators.formulas.mergers import NO_MERGERS, CarriedFigures, Carrying, Mergers, SchoolTerm
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
from indicators.models import (
    CountedFigure,
    Figure,
    FollowedIndicator,
    Inapplicability,
    Indicator,
    Target,
    View,
)
from indicators.models.inapplicability import InapplicabilityQuerySet
from indicators.models.indicator import IndicatorQuerySet
from objectives.models import PlanState, StrategicPlan

PARTS = ("value", "numerator", "denominator")

EXCUSED = Reading(applicable=False)

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
    # By view and year, of missing schools; None: they are looked for among the readings.
    last_figures: Mapping[tuple[View, int], Mapping[str, LastFigure]] | None = None
    mergers: Mergers = NO_MERGERS
    # The schools of the years before those, in which a running sum may begin.
    members_before: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.totals:
            return
        for view in View:
            for year in self.members:
                expected = self._expected_in(year)
                is_alone = self._is_the_institutes_own
                self.totals[view, year] = self._added_up(view, year, expected, is_alone=is_alone)

    def range_in(self, view: View, year: int) -> tuple[RangeEnd, RangeEnd] | None:
        """Returns the ends of the institute's value, each missing school at its floor or at its
        expectation; None where nothing is missing, or nothing stands in for a school."""
        return coverage_range(
            self.totals[view, year],
            self.stand_ins(view, year),
            aggregation=Aggregation(self.indicator.aggregation),
            scale=self.indicator.scale,
        )

    def stand_ins(self, view: View, year: int) -> dict[str, StandIn]:
        """Returns what may stand in for each missing school, its own target before its last figure,
        without those for which there is nothing, or which the estimate leaves out; by school, those
        that merged into a missing one too, whose figures stand in for it.

        A target from before a merger speaks of the school as it was: it does not stand in. Of a
        ratio the last figure alone: a target states no parts. Of a running sum nothing: a missing
        school lacks a flow for each year that is missing, and its total would rest on as
        many last figures, each moved over other years.
        """
        total = self.totals[view, year]
        missing = [code for code in total.missing if code not in total.left_out]
        if not (missing and self.may_have_range):
            return {}
        promised = self._promised_stand_ins(view, year, frozenset(missing))
        others = [code for code in missing if code not in promised]
        figures = self._last_figures(view, year, others) if others else {}
        aggregation = Aggregation(self.indicator.aggregation)
        moved = {code: by_last_figure(last, aggregation) for code, last in figures.items()}
        still = {figures[code].missing or code for code, it in moved.items() if it is None}
        both = promised | {
            code: stand_in
            for code, stand_in in moved.items()
            if stand_in is not None and (stand_in.missing or code) not in still
        }
        return dict(sorted(both.items()))

    def _promised_stand_ins(
        self, view: View, year: int, missing: Collection[str]
    ) -> dict[str, StandIn]:
        """Returns the missing schools that have a target of their own for the year; of several
        targets, the one that began last counts. A draft of a plan places nobody: others see these
        numbers."""
        if self.indicator.aggregation == Aggregation.RATIO:
            return {}
        promising = [
            target
            for target in self.targets
            if target.school
            and target.school.code in missing
            and target.plan.state != PlanState.DRAFT
            and target.baseline_year <= year <= target.year
            and self._begins_after_mergers(target, target.school, year)
        ]
        promising.sort(key=lambda target: (target.baseline_year, target.code))
        paths = {
            target.school.code: self._path_toward(target, view)
            for target in promising
            if target.school
        }
        stand_ins = {
            code: by_own_target(path.baseline, value_of(expected_value(path, year)))
            for code, path in paths.items()
        }
        return {code: stand_in for code, stand_in in stand_ins.items() if stand_in}

    def _begins_after_mergers(self, target: Target, school: School, year: int) -> bool:
        """Returns whether all mergers into the target's school, up to a year, are older than it."""
        mergers = self.mergers.merged_into(school.code, before=year).values()
        return all(since < target.baseline_year for since in mergers)

    def _last_figures(
        self, view: View, year: int, missing: Collection[str]
    ) -> Mapping[str, LastFigure]:
        if self.last_figures is not None:
            known = self.last_figures.get((view, year), {})
            return {code: last for code, last in known.items() if (last.missing or code) in missing}
        schools = self.contributions(view, year)
        carried: dict[str, CarriedFigures] = {
            code: figures for code in missing if (figures := schools[code].carried)
        }
        return last_figures(
            self.readings[view],
            year=year,
            carried=carried,
            reported=schools.keys() - set(self.totals[view, year].missing),
            aggregation=Aggregation(self.indicator.aggregation),
            mergers=self.mergers,
        )

    def _path_toward(self, target: Target, view: View) -> TargetPath:
        """Returns the path of a target, made once for all the years in which it stands in."""
        key = (id(target), view)
        if key not in self._paths:
            self._paths[key] = path_of(target, self.values_for(target, view))
        return self._paths[key]

    @cached_property
    def _paths(self) -> dict[tuple[int, View], TargetPath]:
        return {}

    @property
    def may_have_range(self) -> bool:
        """Returns whether schools add up to its value, year by year."""
        indicator = self.indicator
        is_running_sum = indicator.accumulation == Accumulation.CUMULATIVE
        return not (self._is_the_institutes_own or is_running_sum)

    def values_for(self, target: Target, view: View) -> dict[int, YearValue]:
        """Returns the values by year that a target is about: one school's, or the institute's."""
        if target.school is None:
            return {year: self.totals[view, year] for year in self.members}
        own = {target.school.code}
        return {year: self._added_up(view, year, own, is_alone=True) for year in self.members}

    def contributions(
        self, view: View, year: int, school: str | None = None
    ) -> dict[str, Contribution]:
        """Returns what each expected school brings to a year, or one school to its own series, in
        which no other stands in for it."""
        alone = school is not None or self._is_the_institutes_own
        return contributions(
            self.readings[view],
            year=year,
            members=self._expected_in(year) if school is None else {school},
            aggregation=Aggregation(self.indicator.aggregation),
            accumulation=Accumulation(self.indicator.accumulation),
            baseline_year=self.first_year,
            earlier_members=None if alone else self._all_members,
            mergers=NO_MERGERS if alone else self.mergers,
        )

    def unknown(self, view: View, year: int) -> dict[str, str]:
        """Returns the schools without an earlier figure that could stand in, with the missing one:
        itself, or the one it merged into."""
        aggregation = Aggregation(self.indicator.aggregation)
        carrying = Carrying(self.readings[view], aggregation, self.mergers)
        return {
            code: missing
            for missing, brought in self.contributions(view, year).items()
            for y, figures in brought.stand_ins.items()
            if figures is None
            for code in carrying.unknown_in_place_of(missing, y)
        }

    @property
    def first_year(self) -> int | None:
        """Returns the year in which a running sum begins: drafts of plans move it only where there
        is no other target."""
        published = [row for row in self.targets if row.plan.state != PlanState.DRAFT]
        return min((row.baseline_year for row in published or self.targets), default=None)

    @property
    def _is_the_institutes_own(self) -> bool:
        return self.indicator.aggregation == Indicator.Aggregation.NONE

    @property
    def _all_members(self) -> Mapping[int, frozenset[str]]:
        return {**self.members_before, **self.members}

    def _expected_in(self, year: int) -> frozenset[str]:
        institute = frozenset({School.THE_INSTITUTE})
        return institute if self._is_the_institutes_own else self.members[year]

    def _added_up(
        self, view: View, year: int, members: Collection[str], *, is_alone: bool
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
            earlier_members=None if is_alone else self._all_members,
            mergers=NO_MERGERS if is_alone else self.mergers,
        )


def all_series(indicators: IndicatorQuerySet) -> list[Series]:
    """Returns the series of these indicators; the number of queries does not grow with them."""
    schools = list(School.objects.carrying_the_plan())
    members, ends, mergers = _members(schools), _ends(indicators), mergers_of(schools)
    first = min(members, default=0)
    readings = readings_by_indicator(
        CountedFigure.objects.filter(indicator__in=indicators),
        Inapplicability.objects.filter(indicator__in=indicators),
    )
    targets = Target.objects.to_judge()
    chosen = indicators.prefetch_related(
        Prefetch("targets", queryset=targets.prefetch_related("points")), "breaks"
    )
    return [
        Series(
            indicator,
            list(indicator.targets.all()),
            {
                year: codes
                for year, codes in members.items()
                if year <= ends.get(indicator.pk, year)
            },
            readings[indicator.pk],
            mergers=mergers,
            members_before={
                year: _codes_in(schools, year)
                for year in range(_earliest_baseline(indicator, first), first)
            },
        )
        for indicator in chosen
    ]


def _ends(indicators: IndicatorQuerySet) -> dict[int, int]:
    """Returns the last year of each indicator that was put aside: a plan followed it until then."""
    aside = FollowedIndicator.objects.filter(
        indicator__in=indicators.filter(archived_at__isnull=False), last_year__isnull=False
    )
    latest_last = aside.order_by("last_year").values_list("indicator", "last_year")
    return {indicator: year for indicator, year in latest_last if year is not None}


def _earliest_baseline(indicator: Indicator, default: int) -> int:
    return min((target.baseline_year for target in indicator.targets.all()), default=default)


def _codes_in(schools: Iterable[School], year: int) -> frozenset[str]:
    return frozenset(school.code for school in schools if school.is_member_in(year))


def _members(schools: Iterable[School]) -> dict[int, frozenset[str]]:
    """Returns the codes of the expected schools for every year from the first to the last that has
    a plan or a figure that counts."""
    plans = StrategicPlan.objects.aggregate(first=Min("baseline_year"), last=Max("last_year"))
    figures = CountedFigure.objects.aggregate(first=Min("year"), last=Max("year"))
    first = [bounds["first"] for bounds in (plans, figures) if bounds["first"] is not None]
    last = [bounds["last"] for bounds in (plans, figures) if bounds["last"] is not None]
    if not first:
        return {}
    return {year: _codes_in(schools, year) for year in range(min(first), max(last) + 1)}


def mergers_of(schools: Iterable[School]) -> Mergers:
    """Returns the terms of these schools, and which of them merged into which."""
    codes: dict[int | None, str] = {school.pk: school.code for school in schools}
    return Mergers(
        {
            row.code: SchoolTerm(row.first_year, row.last_year, codes.get(row.merged_into_id))
            for row in schools
        }
    )


def readings_by_indicator(
    figures: models.QuerySet[CountedFigure], declared: InapplicabilityQuerySet
) -> Mapping[int, Readings]:
    """Returns the figures that are a number or "not applicable", by indicator; the years without a
    number that the plan office declared not applicable are so too."""
    readings: dict[int, Readings] = defaultdict(lambda: {view: defaultdict(dict) for view in View})
    states = (Figure.State.NUMBER, Figure.State.NOT_APPLICABLE)
    names = ("indicator_id", "view", "school__code", "year", "state", *PARTS)
    for figure in figures.filter(state__in=states).values_list(*names, named=True):
        by_school = readings[figure.indicator_id][View(figure.view)]
        by_school[figure.school__code][figure.year] = reading_of(figure)
    for row in declared.in_force().select_related("school"):
        for by_school in readings[row.indicator_id].values():
            own = by_school[row.school.code]
            for year in row.years:
                own.setdefault(year, EXCUSED)
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
