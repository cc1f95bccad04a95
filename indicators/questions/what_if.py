"""The effect of a school's figures on the results, were they validated: computed, never stored.

The series, the rows and the means are those of `indicators.results.judging`; only the readings of
one school and year are replaced in them. Nothing is written and nothing is locked. Progress of the
other indicators is taken as it is stored.

`indicators.questions.rehearsal` computes the same by doing it, and the tests hold the two against
each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from imtplan import clock
from imtplan.accounts.models import School
from indicators.formulas.adding_up import YearValue
from indicators.formulas.readings import Reading
from indicators.formulas.roll_up import ElementMean
from indicators.models import Indicator, Progress, Target, View
from indicators.results.elements import Element, Elements, TargetProgress, day_of
from indicators.results.judging import TargetInView
from indicators.results.series import Readings, Series, all_series
from levers.models import Lever
from objectives.models import Objective, StrategicPlan

# The effect is that of figures that are submitted and validated.
VIEW = View.VALIDATED


@dataclass(frozen=True)
class IndicatorStanding:
    """The institute's value of one indicator, and the progress toward its target."""

    total: YearValue
    progress: Progress | None  # unsaved; None: the plan has no reference target for it

    @property
    def value(self) -> Decimal | None:
        return self.total.shown

    @property
    def is_estimate(self) -> bool:
        return self.total.is_estimate

    @property
    def share(self) -> Decimal | None:
        return self.progress.progress if self.progress else None


@dataclass(frozen=True)
class IndicatorMove:
    indicator: Indicator
    before: IndicatorStanding
    after: IndicatorStanding

    @property
    def change(self) -> Decimal | None:
        """Returns the change of progress, a share: 0.01 is one point. None where it is unknown."""
        return difference(self.before.share, self.after.share)


@dataclass(frozen=True)
class ElementMove:
    """An objective, a lever or the plan, before and after."""

    element: Element
    before: ElementMean
    after: ElementMean

    @property
    def change(self) -> Decimal | None:
        return difference(self.before.progress, self.after.progress)


@dataclass(frozen=True)
class Effect:
    indicators: list[IndicatorMove]
    elements: list[ElementMove]  # those in which these indicators count, the plan last


def difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


def effect(
    *, plan: StrategicPlan, school: School, year: int, readings: Mapping[int, Reading]
) -> Effect:
    """Returns what would move if the school's figures of the year were `readings`, by indicator."""
    chosen = Indicator.objects.computed().filter(pk__in=readings)
    moves = [
        IndicatorMove(
            series.indicator,
            _standing(series, plan, year),
            _standing(_changed(series, school, year, readings[series.indicator.pk]), plan, year),
        )
        for series in all_series(chosen)
        if year in series.members
    ]
    return Effect(moves, list(_element_moves(plan, year, moves)))


def _changed(series: Series, school: School, year: int, reading: Reading) -> Series:
    """Returns the series with one reading replaced, in one view, and only with the years that the
    value and the progress of the year need: a forecast, which needs all, is not shown here."""
    counted = series.readings[VIEW]
    own = {**counted.get(school.code, {}), year: reading}
    readings: Readings = {view: {} for view in View} | {VIEW: {**counted, school.code: own}}
    members = {y: series.members[y] for y in _years(series, year)}
    return replace(series, readings=readings, members=members, totals={})


def _years(series: Series, year: int) -> list[int]:
    """Returns the years that the value and the progress of the year are made of."""
    baselines = {target.baseline_year for target in series.targets}
    if series.indicator.accumulation == Indicator.Accumulation.CUMULATIVE:
        first = min(baselines, default=year)
        return [y for y in series.members if first <= y <= year]
    return [y for y in series.members if y == year or y in baselines]


def _standing(series: Series, plan: StrategicPlan, year: int) -> IndicatorStanding:
    total = series.totals[VIEW, year]
    for target in series.targets:
        if target.is_reference and target.plan_id == plan.pk:
            in_view = TargetInView(target, VIEW, series.values_for(target, VIEW))
            return IndicatorStanding(
                total, in_view.row(year, clock.now()) if year in in_view.years else None
            )
    return IndicatorStanding(total, None)


def _element_moves(
    plan: StrategicPlan, year: int, moves: list[IndicatorMove]
) -> Iterator[ElementMove]:
    elements = read_elements(plan, VIEW, year)
    before = _means(elements, year, {move.indicator.pk: move.before for move in moves})
    after = _means(elements, year, {move.indicator.pk: move.after for move in moves})
    counting = _counting(elements, {move.indicator.pk for move in moves})
    for (element, mean), (_, earlier) in zip(after, before, strict=True):
        if (type(element), element.pk) in counting:
            yield ElementMove(element, earlier, mean)


def read_elements(plan: StrategicPlan, view: View, year: int) -> Elements:
    """Returns the plan's elements that count in one year, with the progress stored for a view."""
    targets = Target.objects.in_use().reference().filter(plan=plan)
    stored = Progress.objects.filter(target__in=targets, view=view, year=year)
    return Elements.read(plan, stored.select_related("target")).of_year(year)


def _means(
    elements: Elements, year: int, standings: Mapping[int, IndicatorStanding]
) -> list[tuple[Element, ElementMean]]:
    """Returns each element with its mean, made with these standings in place of stored progress."""
    shares = {
        (pk, str(VIEW), year): TargetProgress.of(standing.progress)
        for pk, standing in standings.items()
        if standing.progress
    }
    moved = replace(elements, progress={**elements.progress, **shares})
    return list(moved.means(VIEW, year, on=day_of(year)))


def _counting(elements: Elements, indicators: set[int]) -> set[tuple[type, int | None]]:
    """Returns the elements in whose mean one of these indicators has a weight."""
    links = [link for link in elements.links if link.indicator_id in indicators and link.weight]
    objectives = {(Objective, link.objective_id) for link in links if link.objective_id}
    levers = {(Lever, link.lever_id) for link in links if link.lever_id}
    plans = {(StrategicPlan, elements.plan.pk)} if objectives else set()
    return objectives | levers | plans
