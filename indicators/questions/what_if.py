"""What a school's figures would make of the results, were they validated: computed, never stored.

The series, the rows and the means are those of `indicators.results.judging`; only the readings of
one school and year are replaced in them. Nothing is written and nothing is locked. Progress of the
other indicators is taken as it is stored.

`indicators.questions.rehearsal` answers the same by doing it, and the tests hold the two against
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

# What is asked is what would be, once submitted and validated.
VIEW = View.VALIDATED


@dataclass(frozen=True)
class IndicatorStanding:
    """Where the institute stands with one indicator: its value, and the way toward its target."""

    total: YearValue
    progress: Progress | None  # unsaved; None: the plan has no reference target for it

    @property
    def value(self) -> Decimal | None:
        return self.total.estimate if self.total.value is None else self.total.value

    @property
    def is_estimate(self) -> bool:
        return self.total.value is None and self.total.estimate is not None

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
        """In progress, a share: 0.01 is one point. None where one of the two is unknown."""
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
    """What would move if the school's figures of the year were these. `readings`: by indicator."""
    chosen = Indicator.objects.in_use().filter(pk__in=readings)
    moves = [
        IndicatorMove(
            one.indicator,
            _standing(one, plan, year),
            _standing(_changed(one, school, year, readings[one.indicator.pk]), plan, year),
        )
        for one in all_series(chosen)
        if year in one.members
    ]
    return Effect(moves, list(_element_moves(plan, year, moves)))


def _changed(series: Series, school: School, year: int, reading: Reading) -> Series:
    """With one reading replaced, and of the rest no more than the year needs: one view, and not
    every year (a forecast would want those, and is not told here)."""
    counted = series.readings[VIEW]
    own = {**counted.get(school.code, {}), year: reading}
    readings: Readings = {view: {} for view in View} | {VIEW: {**counted, school.code: own}}
    members = {one: series.members[one] for one in _years(series, year)}
    return replace(series, readings=readings, members=members, totals={})


def _years(series: Series, year: int) -> list[int]:
    """What the value and the progress of the year are made of, the others being left alone."""
    baselines = {target.baseline_year for target in series.targets}
    if series.indicator.accumulation == Indicator.Accumulation.CUMULATIVE:
        first = min(baselines, default=year)
        return [one for one in series.members if first <= one <= year]
    return [one for one in series.members if one == year or one in baselines]


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
    """The plan with the progress that is stored for one year and view."""
    targets = Target.objects.in_use().reference().filter(plan=plan)
    stored = Progress.objects.filter(target__in=targets, view=view, year=year)
    return Elements.read(plan, stored.select_related("target"))


def _means(
    elements: Elements, year: int, standings: Mapping[int, IndicatorStanding]
) -> list[tuple[Element, ElementMean]]:
    """Each element, with these standings in place of the stored progress of their indicators."""
    shares = {
        (pk, str(VIEW), year): TargetProgress.of(standing.progress)
        for pk, standing in standings.items()
        if standing.progress
    }
    moved = replace(elements, progress={**elements.progress, **shares})
    return list(moved.means(VIEW, year, on=day_of(year)))


def _counting(elements: Elements, indicators: set[int]) -> set[tuple[type, int | None]]:
    """The elements in whose mean one of these indicators has a weight."""
    links = [link for link in elements.links if link.indicator_id in indicators and link.weight]
    objectives = {(Objective, link.objective_id) for link in links if link.objective_id}
    levers = {(Lever, link.lever_id) for link in links if link.lever_id}
    plans = {(StrategicPlan, elements.plan.pk)} if objectives else set()
    return objectives | levers | plans
