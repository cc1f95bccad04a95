"""An indicator: its definition, its targets, its years, its schools, and why its numbers are so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.dashboard.courses import Course, Facts, Totals, Year, totals_of
from imtplan.dashboard.explanation import Explanation, explanations
from imtplan.dashboard.pages import chart_of
from imtplan.dashboard.pulse import Pulse
from imtplan.dashboard.scope import Scope, read_scope, with_progress
from imtplan.dashboard.wording import Wording
from indicators.models import Figure, Indicator, InstituteValue, Target, View
from objectives.models import StrategicPlan

# A number that its school has not handed in yet is the school's own affair.
PRIVATE = _("being entered")


@dataclass(frozen=True)
class SchoolRow:
    """One expected school's figure of the year, and the older one that stands in for it."""

    name: str
    code: str
    figure: Figure | None
    view: View
    carried: Figure | None = None

    @property
    def counts(self) -> bool:
        return (
            self.figure is not None
            and self.figure.status in self.view.counted_statuses
            and self.figure.state == Figure.State.NUMBER
        )

    @property
    def number(self) -> Decimal | None:
        """Shown from the moment it is handed in, whether or not it counts in this view."""
        if self.figure is None or self.figure.status == Figure.Status.DRAFT:
            return None
        return self.figure.number

    @property
    def word(self) -> Any:
        """The state in a word: what a number's status is, or why there is no number."""
        if self.figure is None:
            return Figure.State.NOT_ENTERED.label
        if self.figure.status == Figure.Status.DRAFT:
            return PRIVATE
        if self.figure.state == Figure.State.NUMBER:
            return self.figure.get_status_display()
        return self.figure.get_state_display()


@dataclass(frozen=True)
class IndicatorPage:
    indicator: Indicator
    scope: Scope
    plans: Sequence[StrategicPlan]
    courses: Sequence[Course]
    explanations: Sequence[Explanation]
    schools: Sequence[SchoolRow]
    years: Sequence[Year]
    pulse: Pulse

    @cached_property
    def now(self) -> Year:
        return next(year for year in self.years if year.year == self.scope.year)

    @property
    def total(self) -> InstituteValue | None:
        return self.now.total

    @property
    def reference(self) -> Course | None:
        return self.courses[0] if self.courses else None

    @cached_property
    def chart(self) -> dict[str, Any] | None:
        if all(year.value is None for year in self.years):
            return None
        return chart_of(self.indicator, self.years, self.courses, self.scope, wide=True)

    @property
    def chart_id(self) -> str:
        return f"chart-{self.indicator.code}"

    @property
    def rows(self) -> list[tuple[Year, Facts]]:
        """The same years as the chart, every number as text."""
        if self.reference:
            return self.reference.table
        return [(year, Facts.of(year, Wording.of(self.indicator))) for year in self.years]

    @property
    def missing(self) -> list[SchoolRow]:
        codes = self.total.missing if self.total else []
        return [row for row in self.schools if row.code in codes]


def indicator_page(user: Any, code: str, asked: Mapping[str, str], pulse: Pulse) -> IndicatorPage:
    indicator = get_object_or_404(Indicator.objects.visible_to(user), code=code)
    read = read_scope(user, asked)
    if read is None:
        raise Http404
    scope = read.scope
    totals = totals_of(user, [indicator])
    courses = [Course(target, scope, totals) for target in _targets(user, scope, indicator)]
    total = totals.get((indicator.pk, scope.view, scope.year))
    return IndicatorPage(
        indicator=indicator,
        scope=scope,
        plans=read.plans,
        courses=courses,
        explanations=explanations(courses),
        schools=_schools(user, scope, indicator, total),
        years=courses[0].years if courses else _years(scope, indicator, totals),
        pulse=pulse,
    )


def _years(scope: Scope, indicator: Indicator, totals: Totals) -> list[Year]:
    """Of an indicator without a target in this plan: what the schools add up to, no more."""
    return [Year(year, total=totals.get((indicator.pk, scope.view, year))) for year in scope.years]


def _targets(user: Any, scope: Scope, indicator: Indicator) -> list[Target]:
    """The institute's targets of this plan, the reference first."""
    return list(
        Target.objects.visible_to(user)
        .of_the_institute()
        .filter(plan=scope.plan, indicator=indicator)
        .select_related("indicator")
        .prefetch_related(with_progress(user))
        .order_by("-is_reference", "code")
    )


def _schools(
    user: Any, scope: Scope, indicator: Indicator, total: InstituteValue | None
) -> list[SchoolRow]:
    """The schools expected in the year; for an indicator of the institute, itself alone."""
    carried = total.carried if total else {}
    wanted = Q(year=scope.year)
    for school, year in carried.items():
        wanted |= Q(school__code=school, year=year)
    figures = (
        Figure.objects.visible_to(user)
        .filter(wanted, indicator=indicator)
        .select_related("school", "entered_by", "indicator")
    )
    by_place = {_place(figure): figure for figure in figures}

    def row(name: str, code: str) -> SchoolRow:
        old = by_place.get((code, carried.get(code, 0)))
        return SchoolRow(name, code, by_place.get((code, scope.year)), scope.view, old)

    if indicator.aggregation == Indicator.Aggregation.NONE:
        return [row("IMT", "")]
    members: Iterable[School] = School.objects.visible_to(user).members_in(scope.year)
    return [row(school.name, school.code) for school in members]


def _place(figure: Figure) -> tuple[str, int]:
    return (figure.school.code if figure.school else "", figure.year)
