"""An indicator: its definition, its targets, its years, its schools, and why its numbers are so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404

from imtplan.dashboard.explanation.page import ProgressInWords, ValueInWords
from imtplan.dashboard.followed_targets import (
    FollowedTarget,
    FollowedYear,
    YearFacts,
    YearRow,
)
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.indicator.definitions import DefinitionOfYear, definition_of_year
from imtplan.dashboard.indicator.published import PublishedRow, published_rows
from imtplan.dashboard.indicator.redefinitions import Redefinition, redefinitions
from imtplan.dashboard.indicator.schools_compared import (
    SchoolComparison,
    schools_compared,
    sentence_of,
)
from imtplan.dashboard.named_totals import Totals, totals_of
from imtplan.dashboard.scope import Scope, demanded_scope, with_progress
from imtplan.dashboard.series_breaks import break_in_words
from imtplan.dashboard.target_chart import chart_of
from imtplan.dashboard.wording import Wording, perimeter_in_words
from imtplan.planning.targets.side_by_side import YearSideBySide, side_by_side
from indicators.explaining import ExplanationReader
from indicators.models import (
    FollowedIndicator,
    Indicator,
    IndicatorLink,
    InstituteValue,
    SeriesBreak,
    Target,
)
from indicators.questions.promised_years import promised_years
from indicators.questions.target_revisions import with_versions
from objectives.followed_years import counting
from objectives.models import StrategicPlan


@dataclass(frozen=True)
class IndicatorPage:
    indicator: Indicator
    followed: FollowedIndicator | None  # None: the plan never followed it
    scope: Scope
    plans: Sequence[StrategicPlan]
    followed_targets: Sequence[FollowedTarget]
    explanations: Sequence[ProgressInWords]
    value: ValueInWords | None
    years: Sequence[FollowedYear]
    definition: DefinitionOfYear
    redefinitions: Sequence[Redefinition]
    breaks: Sequence[SeriesBreak]
    published: Sequence[PublishedRow]
    compared: Sequence[SchoolComparison]
    freshness: Freshness
    links: Sequence[IndicatorLink]
    side_by_side: Sequence[YearSideBySide]  # the years with more than one target

    @cached_property
    def now(self) -> FollowedYear:
        return next(year for year in self.years if year.year == self.scope.year)

    @property
    def total(self) -> InstituteValue | None:
        return self.now.total

    @property
    def reference(self) -> FollowedTarget | None:
        return self.followed_targets[0] if self.followed_targets else None

    @property
    def corrections(self) -> list[str]:
        """Returns what was written anew since the figures of the page's year that count."""
        rows = self.value.inputs if self.value else []
        return [row.correction for row in rows if row.correction and row.source.year == self.year]

    @property
    def year(self) -> int:
        return self.scope.year

    @property
    def counted_schools(self) -> str:
        """Says which schools the totals add up."""
        return perimeter_in_words(self.now.expected_schools, self.scope.kinds_outside)

    @property
    def compared_sentence(self) -> str:
        return sentence_of(self.compared)

    @cached_property
    def chart(self) -> dict[str, Any] | None:
        if all(year.value is None for year in self.years):
            return None
        return chart_of(self.indicator, self.years, self.followed_targets, self.scope, wide=True)

    @property
    def breaks_in_words(self) -> list[str]:
        words = Wording.of(self.indicator)
        return [break_in_words(row, words) for row in self.breaks]

    @property
    def is_compared_over_a_break(self) -> bool:
        """Returns whether the schools' growth since the baseline crosses a break."""
        first = self.scope.plan.baseline_year
        return any(first < year <= self.scope.year for year in self.indicator.break_years)

    @property
    def chart_id(self) -> str:
        return f"chart-{self.indicator.code}"

    @property
    def rows(self) -> list[YearRow]:
        """Returns the same years as the chart, every number as text."""
        if self.reference:
            return self.reference.table
        words = Wording.of(self.indicator)
        return [
            YearRow(year, YearFacts.of(year, words), self.scope, indicator=self.indicator)
            for year in self.years
        ]

    @property
    def now_row(self) -> YearRow:
        return next(row for row in self.rows if row.year.year == self.scope.year)


def indicator_page(
    user: Any, code: str, parameters: Mapping[str, str], freshness: Freshness
) -> IndicatorPage:
    indicators = Indicator.objects.visible_to(user).prefetch_related("breaks")
    indicator = get_object_or_404(indicators, code=code)
    read = demanded_scope(user, parameters)
    scope = read.scope
    totals = totals_of(user, [indicator])
    reader = ExplanationReader(user, indicator, scope.view, scope.year)
    followed_targets = [
        FollowedTarget(target, scope, totals) for target in _targets(user, scope, indicator)
    ]
    value = reader.value()
    years = followed_targets[0].years if followed_targets else _years(scope, indicator, totals)
    return IndicatorPage(
        indicator=indicator,
        followed=FollowedIndicator.objects.visible_to(user)
        .filter(plan=scope.plan, indicator=indicator)
        .select_related("replaced_by", "archived_by")
        .first(),
        scope=scope,
        plans=read.plans,
        followed_targets=followed_targets,
        explanations=[
            ProgressInWords(explanation)
            for explanation in reader.progress([c.target for c in followed_targets])
        ],
        value=ValueInWords(value) if value else None,
        years=years,
        definition=definition_of_year(indicator, scope.year),
        redefinitions=redefinitions(indicator),
        breaks=indicator.breaks_in_force,
        published=published_rows(user, indicator, years),
        compared=schools_compared(user, indicator, scope),
        freshness=freshness,
        links=_links(user, scope, indicator),
        side_by_side=side_by_side(
            indicator,
            scope.plan.pk,
            promised_years(user, scope.plan, [indicator], scope.view).get(indicator.pk, []),
        ),
    )


def _links(user: Any, scope: Scope, indicator: Indicator) -> list[IndicatorLink]:
    """Returns where the indicator counts in this plan and year: objectives, then levers; then the
    projects that are to move it, whatever their weight."""
    links = IndicatorLink.objects.visible_to(user).of(scope.plan).filter(indicator=indicator)
    elements = [counting(scope.year, f"{side}__") for side in ("objective", "lever", "project")]
    return list(
        links.filter(Q(weight__gt=0) | Q(project__isnull=False), *elements)
        .select_related("objective", "lever", "project")
        .order_by(
            "objective__rank", "objective__code", "lever__rank", "lever__code", "project__code"
        )
    )


def _years(scope: Scope, indicator: Indicator, totals: Totals) -> list[FollowedYear]:
    """Returns what the schools add up to, for an indicator without a target in this plan."""
    return [
        FollowedYear(year, total=totals.get((indicator.pk, scope.view, year)))
        for year in scope.years
    ]


def _targets(user: Any, scope: Scope, indicator: Indicator) -> list[Target]:
    """Returns the institute's targets of this plan that were not put aside, the reference first. An
    indicator put aside keeps them: its page shows what was computed until then."""
    return list(
        with_versions(Target.objects.visible_to(user))
        .of_the_institute()
        .filter(plan=scope.plan, indicator=indicator, archived_at=None)
        .select_related("indicator")
        .prefetch_related(with_progress(user))
        .order_by("-is_reference", "code")
    )
