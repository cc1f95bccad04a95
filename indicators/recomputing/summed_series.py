"""The series of some indicators, added up by the database for a recomputation.

Only the schools with a target of their own are read figure by figure, and only where their progress
is computed or a number of theirs stands in for a missing one.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Prefetch

from imtplan.accounts.models import School
from indicators.database import ask
from indicators.formulas.adding_up import YearValue
from indicators.formulas.coverage_range import LastFigure
from indicators.formulas.progress import Aggregation
from indicators.formulas.readings import Reading, whole_of
from indicators.models import (
    CountedFigure,
    Inapplicability,
    Indicator,
    InstituteValue,
    Target,
    View,
)
from indicators.recomputing.scope import IndicatorYears, RecomputeScope
from indicators.results.series import Readings, Series, mergers_of, readings_by_indicator
from indicators.results.sums_in_sql import YearRelation, last_figures_query, sums_query

_SUMS = {years: sums_query(years) for years in YearRelation}
_LAST_FIGURES = last_figures_query()


class SummedYear(NamedTuple):
    """One indicator, year and view, added up by the database."""

    indicator: int
    year: int
    view: str
    expected: int
    reported: int
    is_whole: bool  # every expected school reported, or something stands in for it
    figures: int  # by how many the mean of an estimate divides
    missing: list[str]
    left_out: list[str]
    carried: str  # JSON: for each missing school, the years of the figures carried, by school
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    counted_value: Decimal | None  # of the schools that reported
    counted_numerator: Decimal | None
    counted_denominator: Decimal | None
    fingerprint: Decimal | None

    def total(self, aggregation: Aggregation, scale: Decimal) -> YearValue:
        """Returns what the sums make: a value, an estimate, or neither."""
        is_complete = self.reported == self.expected
        parts = Reading(self.value, self.numerator, self.denominator)
        counted = Reading(self.counted_value, self.counted_numerator, self.counted_denominator)
        if is_complete:
            value = whole_of(parts, self.expected, aggregation, scale) if self.is_whole else None
            return YearValue(value, None, self.expected, self.reported, (), (), counted=counted)
        unknown = YearValue(
            None, None, self.expected, self.reported, tuple(self.missing), (), counted=counted
        )
        if not self.is_whole:
            return unknown
        return replace(
            unknown,
            estimate=whole_of(parts, self.figures, aggregation, scale),
            carried=self._carried,
            left_out=tuple(self.left_out),
        )

    @property
    def _carried(self) -> tuple[tuple[str, int], ...]:
        by_school = (rows for rows in json.loads(self.carried) for rows in rows or () if rows)
        return tuple(sorted({pair for years in by_school for pair in years.items()}))


def summed_series(scope: RecomputeScope) -> Iterator[tuple[IndicatorYears, Series]]:
    """Yields each indicator of a scope that is in use, with its series over all years: the years of
    the scope added up now, the others as they are stored."""
    for years in YearRelation:
        parts = [part for part in scope.parts if part.in_use and part.years is years]
        if parts:
            yield from _series(years, parts, scope)


def _series(
    years: YearRelation, parts: list[IndicatorYears], scope: RecomputeScope
) -> Iterator[tuple[IndicatorYears, Series]]:
    sums = _sums(years, parts, often=not scope.wholes)
    stored = _stored_totals([part for part in parts if not part.whole])
    indicators = _with_targets(parts)
    readings = _readings_of_schools(indicators.values(), sums, scope)
    mergers = mergers_of(School.objects.carrying_the_plan())
    last_figures = _last_figures(sums, indicators) if years is YearRelation.APART else {}
    for part in parts:
        indicator = indicators[part.indicator]
        totals = stored[part.indicator]
        for row in sums[part.indicator]:
            aggregation = Aggregation(indicator.aggregation)
            totals[View(row.view), row.year] = row.total(aggregation, indicator.scale)
        yield (
            part,
            Series(
                indicator,
                list(indicator.targets.all()),
                dict.fromkeys(sorted({year for _, year in totals}), frozenset()),
                readings[part.indicator],
                totals,
                {(View(row.view), row.year): row.fingerprint for row in sums[part.indicator]},
                last_figures.get(part.indicator, {}),
                mergers,
            ),
        )


def _sums(
    years: YearRelation, parts: Iterable[IndicatorYears], *, often: bool
) -> Mapping[int, list[SummedYear]]:
    pairs = [(part.indicator, y) for part in parts for y in range(part.first, part.last + 1)]
    parameters = {
        "pair_indicators": [indicator for indicator, _ in pairs],
        "pair_years": [year for _, year in pairs],
    }
    sums: dict[int, list[SummedYear]] = defaultdict(list)
    for row in ask(_SUMS[years], parameters, often=often):
        sums[row[0]].append(SummedYear(*row))
    return sums


def _last_figures(
    sums: Mapping[int, list[SummedYear]], indicators: Mapping[int, Indicator]
) -> Mapping[int, dict[tuple[View, int], dict[str, LastFigure]]]:
    """Returns the figures that are carried for the schools that are missing in a year of which
    others reported, by indicator, view and year."""
    figures: dict[int, dict[tuple[View, int], dict[str, LastFigure]]] = {}
    pairs = sorted(
        {
            (row.indicator, row.year)
            for rows in sums.values()
            for row in rows
            if row.missing and row.reported and indicators[row.indicator].aggregation != "none"
        }
    )
    if not pairs:
        return figures
    parameters = {
        "pair_indicators": [indicator for indicator, _ in pairs],
        "pair_years": [year for _, year in pairs],
    }
    rows = ask(_LAST_FIGURES, parameters, often=True)
    for indicator, year, view, missing, code, since, *numbers in rows:
        reading, then, now = (Reading(*numbers[start : start + 3]) for start in (0, 3, 6))
        in_view = figures.setdefault(indicator, {}).setdefault((View(view), year), {})
        in_view[code] = LastFigure(since, reading, then, now, "" if code == missing else missing)
    return figures


def _stored_totals(
    parts: Collection[IndicatorYears],
) -> Mapping[int, dict[tuple[View, int], YearValue]]:
    """Returns the stored totals of every year, with what the progress toward a target needs."""
    totals: dict[int, dict[tuple[View, int], YearValue]] = defaultdict(dict)
    if not parts:
        return totals
    rows = InstituteValue.objects.filter(indicator__in=[part.indicator for part in parts])
    names = ("indicator_id", "view", "year", "value", "exact", "expected", "reported")
    for indicator, view, year, value, exact, expected, reported in rows.values_list(*names):
        final, estimate = (None, exact) if value is None else (exact, None)
        total = YearValue(final, estimate, expected, reported, (), ())
        totals[indicator][View(view), year] = total
    return totals


def _with_targets(parts: Iterable[IndicatorYears]) -> dict[int, Indicator]:
    targets = Target.objects.to_judge()
    chosen = Indicator.objects.filter(pk__in=[part.indicator for part in parts])
    together = Prefetch("targets", queryset=targets.prefetch_related("points"))
    return {indicator.pk: indicator for indicator in chosen.prefetch_related(together, "breaks")}


def _readings_of_schools(
    indicators: Iterable[Indicator], sums: Mapping[int, list[SummedYear]], scope: RecomputeScope
) -> Mapping[int, Readings]:
    """Returns the figures of the schools with a target of their own, by indicator, where a school's
    progress is computed or may stand in for a missing figure."""
    chosen = [row.pk for row in indicators if _rests_on_schools(row, sums[row.pk], scope)]
    figures = CountedFigure.objects.none()
    declared = Inapplicability.objects.filter(indicator__in=chosen)
    if chosen:
        own = Target.objects.in_use().filter(
            indicator=OuterRef("indicator"), school=OuterRef("school")
        )
        figures = CountedFigure.objects.filter(Exists(own), indicator__in=chosen).order_by()
    return readings_by_indicator(figures, declared)


def _rests_on_schools(
    indicator: Indicator, sums: Iterable[SummedYear], scope: RecomputeScope
) -> bool:
    """Returns whether a school's progress is computed, or a missing school has a target, which may
    place it in the range of an estimate."""
    own = [target for target in indicator.targets.all() if target.school]
    if any(scope.judges(target) for target in own):
        return True
    codes = {target.school.code for target in own if target.school}
    return any(not codes.isdisjoint(row.missing) for row in sums)
