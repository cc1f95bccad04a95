"""Explanations made from the figures as they stand, for what a person may see.

Each begins with the fresh computation of `indicators.results.judging`; the stored row is held
against it. The number of queries does not grow with schools, years or items.
"""

from collections.abc import Sequence
from typing import Any

from imtplan import clock
from indicators.explaining.agreement import Agreement
from indicators.explaining.inputs import Figures, Inputs, figures_of, school_names
from indicators.explaining.progress import ProgressExplanation, YearPoint
from indicators.explaining.roll_ups import MilestoneExplanation, RollUpExplanation
from indicators.explaining.values import ValueExplanation
from indicators.formulas.adding_up import YearValue
from indicators.models import Indicator, IndicatorLink, InstituteValue, Progress, RollUp, View
from indicators.models import Target as Promise
from indicators.results.elements import Element, Elements, day_of, roll_up_row
from indicators.results.judging import TargetInView, value_row
from indicators.results.series import Series, all_series
from projects.models import FlagshipProject, Milestone


class ExplanationReader:
    """One indicator in one view and year, read once for its value and all its targets."""

    def __init__(self, user: Any, indicator: Indicator, view: View, year: int) -> None:
        self.user, self.view, self.year = user, view, year
        self.series = series_of(indicator)
        self.figures: Figures = figures_of(user, indicator, until=year)
        self.names = school_names(user)

    def value(self) -> ValueExplanation | None:
        """None: nothing is known, nor expected, of that year."""
        total = self.series.totals.get((self.view, self.year))
        if total is None:
            return None
        fresh = value_row(self.series, self.view, self.year, clock.now())
        stored = (
            InstituteValue.objects.visible_to(self.user)
            .filter(indicator=self.series.indicator, view=self.view, year=self.year)
            .first()
        )
        return ValueExplanation(
            indicator=self.series.indicator,
            inputs=self._inputs(total, None),
            total=total,
            ends=self.series.range_in(self.view, self.year),
            agreement=Agreement(stored, fresh),
        )

    def progress(self, targets: Sequence[Promise]) -> list[ProgressExplanation]:
        """Toward each of these targets of the indicator that speaks of the year."""
        rows = Progress.objects.visible_to(self.user).filter(
            target__in=targets, view=self.view, year=self.year
        )
        stored = {row.target_id: row for row in rows}
        whole = self.value()
        found = [self._toward(target, stored.get(target.pk), whole) for target in targets]
        return [one for one in found if one is not None]

    def _toward(
        self, target: Promise, stored: Progress | None, whole: ValueExplanation | None
    ) -> ProgressExplanation | None:
        promised = next((one for one in self.series.targets if one.pk == target.pk), target)
        in_view = TargetInView(promised, self.view, self.series.values_for(promised, self.view))
        if self.year not in in_view.years:
            return None
        value = whole if promised.school is None else self._of_school(promised, in_view)
        if value is None:
            return None
        row = in_view.row(self.year, clock.now())
        return ProgressExplanation(
            target=promised,
            value=value,
            path=in_view.path,
            assessment=in_view.assessment(self.year),
            forecast=in_view.forecast(self.year),
            row=row,
            points=[YearPoint(*point) for point in sorted(in_view.points(self.year).items())],
            agreement=Agreement(stored, row),
        )

    def _of_school(self, target: Promise, in_view: TargetInView) -> ValueExplanation:
        """A school's own series, which is stored with its progress alone."""
        total: YearValue = in_view.values[self.year]
        return ValueExplanation(
            indicator=self.series.indicator,
            inputs=self._inputs(total, target.school.code if target.school else None),
            total=total,
            ends=None,
            agreement=Agreement(None, None),
        )

    def _inputs(self, total: YearValue, school: str | None) -> Inputs:
        estimated = total.estimate is not None
        return Inputs(
            self.series, self.view, self.year, self.figures, self.names, estimated, school
        )


def series_of(indicator: Indicator) -> Series:
    return all_series(Indicator.objects.filter(pk=indicator.pk))[0]


def explain_roll_up(
    user: Any, element: Element, plan: Any, view: View, year: int
) -> RollUpExplanation:
    """Of an objective, a lever, a project or the plan itself, with what is above nothing else."""
    day = day_of(year)
    elements = Elements.read(plan, _reference_progress(plan, view, year))
    mean = elements.mean_of(element, view, year, on=day)
    fresh = roll_up_row(element, mean, view, year, clock.now())
    stored = RollUp.objects.visible_to(user).filter(
        **{kind_of(element): element}, year=year, view=view
    )
    return RollUpExplanation(
        element=element,
        view=view,
        year=year,
        day=day,
        parts=elements.parts_of(element, view, year, on=day),
        rule=mean.verdict.rule,
        milestones=_milestones(user, element, day),
        row=fresh,
        agreement=Agreement(stored.first(), fresh),
    )


def kind_of(element: Element) -> str:
    """The column of a roll-up that names this element."""
    names = {"strategicplan": "plan", "flagshipproject": "project"}
    name = element._meta.model_name or ""
    return names.get(name, name)


def _reference_progress(plan: Any, view: View, year: int) -> list[Progress]:
    """Of the indicators that the plan's elements are made of, for one view and year alone."""
    linked = IndicatorLink.objects.of(plan).values("indicator")
    rows = []
    for series in all_series(Indicator.objects.in_use().filter(pk__in=linked)):
        for target in series.targets:
            if target.is_reference and target.plan_id == plan.pk:
                in_view = TargetInView(target, view, series.values_for(target, view))
                rows += [in_view.row(year, clock.now())] if year in in_view.years else []
    return rows


def _milestones(user: Any, element: Element, day: Any) -> list[MilestoneExplanation]:
    if not isinstance(element, FlagshipProject):
        return []
    milestones = Milestone.objects.visible_to(user).filter(project=element)
    return [MilestoneExplanation(one, day) for one in milestones.order_by("due_on", "pk")]
