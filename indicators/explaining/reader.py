"""Reads what a person may see and explains results from the figures as they stand.

Each begins with the fresh computation of `indicators.results.judging`; the stored row is held
against it. The number of queries does not grow with schools, years or items.
"""

from collections.abc import Sequence
from typing import Any

from imtplan import clock
from indicators.explaining.agreement import Agreement
from indicators.explaining.inputs import Inputs, KnownFigures, figures_of, school_names
from indicators.explaining.progress_explanation import ProgressExplanation, YearPoint
from indicators.explaining.roll_up_explanation import MilestoneExplanation, RollUpExplanation
from indicators.explaining.value_explanation import ValueExplanation
from indicators.formulas.adding_up import YearValue
from indicators.models import (
    Indicator,
    IndicatorLink,
    InstituteValue,
    Progress,
    RollUp,
    Target,
    View,
)
from indicators.results.elements import Element, Elements, day_of, roll_up_row
from indicators.results.judging import TargetInView, value_row
from indicators.results.series import Series, all_series
from projects.models import FlagshipProject, Milestone


class ExplanationReader:
    """One indicator in one view and year, read once for its value and all its targets."""

    def __init__(self, user: Any, indicator: Indicator, view: View, year: int) -> None:
        self.user, self.view, self.year = user, view, year
        self.series = series_of(indicator)
        self.figures: KnownFigures = figures_of(user, indicator, view, until=year)
        self.names = school_names(user, year)

    def value(self) -> ValueExplanation | None:
        """Returns how the institute's value was made; None where nothing is expected that year."""
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

    def progress(self, targets: Sequence[Target]) -> list[ProgressExplanation]:
        """Returns the explanation of the progress toward each target that speaks of the year."""
        rows = Progress.objects.visible_to(self.user).filter(
            target__in=targets, view=self.view, year=self.year
        )
        stored = {row.target_id: row for row in rows}
        whole = self.value()
        explanations = (self._toward(row, stored.get(row.pk), whole) for row in targets)
        return [explanation for explanation in explanations if explanation is not None]

    def _toward(
        self, row: Target, stored: Progress | None, whole: ValueExplanation | None
    ) -> ProgressExplanation | None:
        target = next((known for known in self.series.targets if known.pk == row.pk), row)
        in_view = TargetInView(target, self.view, self.series.values_for(target, self.view))
        if self.year not in in_view.years:
            return None
        value = whole if target.school is None else self._of_school(target, in_view)
        if value is None:
            return None
        fresh = in_view.row(self.year, clock.now())
        return ProgressExplanation(
            target=target,
            value=value,
            path=in_view.path,
            assessment=in_view.assessment(self.year),
            forecast=in_view.forecast(self.year),
            row=fresh,
            points=[YearPoint(*point) for point in sorted(in_view.points(self.year).items())],
            agreement=Agreement(stored, fresh),
        )

    def _of_school(self, target: Target, in_view: TargetInView) -> ValueExplanation:
        """Returns how a school's own value was made; it is stored with its progress alone."""
        total: YearValue = in_view.values[self.year]
        return ValueExplanation(
            indicator=self.series.indicator,
            inputs=self._inputs(total, target.school.code if target.school else None),
            total=total,
            ends=None,
            agreement=Agreement(None, None),
        )

    def _inputs(self, total: YearValue, school: str | None) -> Inputs:
        is_estimated = total.estimate is not None
        return Inputs(
            self.series, self.view, self.year, self.figures, self.names, is_estimated, school
        )


def series_of(indicator: Indicator) -> Series:
    return all_series(Indicator.objects.filter(pk=indicator.pk))[0]


def explain_roll_up(
    user: Any, element: Element, plan: Any, view: View, year: int
) -> RollUpExplanation:
    """Returns the explanation of the mean of an objective, a lever, a project or the plan."""
    day = day_of(year)
    elements = Elements.read(plan, _progress_below(element, plan, view, year))
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
        # In a year in which it does not count there is nothing to store.
        agreement=Agreement(stored.first(), fresh if elements.in_year([element], year) else None),
    )


def kind_of(element: Element) -> str:
    """Returns the column of a roll-up that names this element."""
    names = {"strategicplan": "plan", "flagshipproject": "project"}
    name = element._meta.model_name or ""
    return names.get(name, name)


def _progress_below(element: Element, plan: Any, view: View, year: int) -> list[Progress]:
    """Returns the progress toward the reference targets below an element, in one view and year."""
    if isinstance(element, FlagshipProject):
        return []  # it has milestones
    above = {"objective__isnull": False} if element == plan else {kind_of(element): element}
    linked = IndicatorLink.objects.of(plan).filter(**above).values("indicator")
    rows = []
    for series in all_series(Indicator.objects.computed().filter(pk__in=linked)):
        for target in series.targets:
            if target.is_reference and target.plan_id == plan.pk:
                in_view = TargetInView(target, view, series.values_for(target, view))
                rows += [in_view.row(year, clock.now())] if year in in_view.years else []
    return rows


def _milestones(user: Any, element: Element, day: Any) -> list[MilestoneExplanation]:
    if not isinstance(element, FlagshipProject):
        return []
    milestones = Milestone.objects.visible_to(user).filter(project=element)
    return [MilestoneExplanation(row, day) for row in milestones.order_by("due_on", "pk")]
