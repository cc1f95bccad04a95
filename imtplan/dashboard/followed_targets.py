"""A target with its results year by year, for pages and charts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from imtplan.dashboard.forecast_wording import chances, is_unlikely, outlook
from imtplan.dashboard.named_totals import Totals, carried_names, left_out_names, totals_of
from imtplan.dashboard.revision_wording import revision_in_words
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import Wording, left_out_in_words
from indicators.explaining import ProgressMark
from indicators.formulas.forecast import Forecast, forecast
from indicators.formulas.progress import Direction, TargetPath
from indicators.models import (
    Indicator,
    InstituteValue,
    Progress,
    ProgressStatus,
    Target,
    ValueNature,
    VerdictInWords,
    View,
)
from indicators.questions.target_revisions import TargetRevision, revisions_of

# The headline indicators that have a card or a line of their own on the dashboard, by their rank.
# More are no longer seen together, and their charts took a printer half a minute.
MOST_SHOWN = 12


def name_of(target: Target) -> str:
    """Returns what tells a target from the others of its indicator."""
    if target.is_reference or not target.perimeter:
        return _("Target %(year)s") % {"year": target.year}
    return str(target.perimeter)


@dataclass(frozen=True)
class FollowedYear:
    """One year of a series against its target. Nothing known is None, never zero.

    An estimate that rests on no figure of its own year is last year's number over again: such a
    year is shown as missing.
    """

    year: int
    stored: Progress | None = None
    total: InstituteValue | None = None

    @property
    def is_blank(self) -> bool:
        return bool(self.total and self.total.is_estimate and not self.total.reported)

    @property
    def progress(self) -> Progress | None:
        return None if self.is_blank else self.stored

    @property
    def value(self) -> Decimal | None:
        if self.is_blank:
            return None
        if self.stored:
            return self.stored.value
        return self.total.shown if self.total else None

    @property
    def is_estimate(self) -> bool:
        source = self.stored or self.total
        return bool(source and source.is_estimate and not self.is_blank)

    @property
    def nature(self) -> ValueNature | None:
        source = self.stored or self.total
        if source is None or self.value is None:
            return None
        return ValueNature.of(source.view, is_estimate=self.is_estimate)

    @property
    def expected_value(self) -> Decimal | None:
        """What the trajectory expects stands whether or not anything was counted."""
        return self.stored.expected_value if self.stored else None

    @property
    def share(self) -> Decimal | None:
        """Returns how much of the way is done: what a bar shows."""
        return self.progress.progress if self.progress else None

    @property
    def expected_share(self) -> Decimal | None:
        return self.stored.expected_progress if self.stored else None

    @property
    def status(self) -> ProgressStatus:
        return self.verdict.status

    @property
    def verdict(self) -> VerdictInWords:
        """A value that nothing was promised of is without a target, not without data."""
        if self.progress:
            return VerdictInWords.of(
                self.progress, reported=self.reported, expected=self.expected_schools
            )
        known = self.value is not None and self.stored is None
        return VerdictInWords(ProgressStatus.NO_TARGET if known else ProgressStatus.NO_DATA)

    @property
    def reported(self) -> int | None:
        return self.total.reported if self.total and self._is_of_schools else None

    @property
    def expected_schools(self) -> int | None:
        return self.total.expected if self.total and self._is_of_schools else None

    @property
    def _is_of_schools(self) -> bool:
        return self.total is not None and self.total.added_up  # type: ignore[attr-defined]

    @property
    def coverage(self) -> str:
        return f"{self.reported} / {self.expected_schools}" if self.expected_schools else ""

    @property
    def carried(self) -> list[tuple[str, int]]:
        """Returns the schools whose older figure stands in, with the year of that figure."""
        if not (self.total and self.is_estimate and self.total.carried):
            return []
        return carried_names(self.total)

    @property
    def schools_left_out(self) -> list[tuple[str, int]]:
        """Returns the schools that the estimate leaves out, with their first year."""
        return left_out_names(self.total) if self.total and self.is_estimate else []

    @property
    def left_out(self) -> list[str]:
        return [left_out_in_words(*begun, self.year) for begun in self.schools_left_out]

    @property
    def has_range(self) -> bool:
        return bool(self.total and self.total.low is not None and not self.is_blank)

    @property
    def is_complete(self) -> bool:
        return self.total is not None and self.total.reported == self.total.expected


@dataclass(frozen=True)
class YearFacts:
    """One year against its target, every number as its text; an empty one is unknown."""

    value: str
    target: str
    baseline: str
    expected_value: str
    gap: str
    progress: str
    expected_progress: str
    pace: str
    needed_per_year: str
    needed_rate: str
    achieved_per_year: str
    achieved_rate: str
    low: str
    high: str
    forecast: str
    forecast_low: str
    forecast_high: str
    chances: str
    coverage: str

    @classmethod
    def of(
        cls,
        year: FollowedYear,
        words: Wording,
        *,
        target: Decimal | None = None,
        baseline: Decimal | None = None,
    ) -> "YearFacts":
        """What was promised is known before anything is counted; the rest follows the value."""
        row = year.progress or Progress()
        return cls(
            value=words.fixed(year.value),
            target=words.number(target),
            baseline=words.number(baseline),
            expected_value=words.number(year.expected_value),
            gap=words.difference(row.gap),
            progress=words.percent(row.progress),
            expected_progress=words.percent(row.expected_progress),
            pace=words.percent(row.pace),
            needed_per_year=words.difference(row.needed_per_year),
            needed_rate=words.growth(row.needed_rate),
            achieved_per_year=words.difference(row.achieved_per_year),
            achieved_rate=words.growth(row.achieved_rate),
            low=words.fixed(year.total.low if year.total else None),
            high=words.fixed(year.total.high if year.total else None),
            forecast=words.fixed(row.forecast),
            forecast_low=words.fixed(row.forecast_low),
            forecast_high=words.fixed(row.forecast_high),
            chances="" if row.probability is None else chances(row.probability),
            coverage=year.coverage,
        )


@dataclass(frozen=True)
class FollowedTarget:
    """A target with its results of every year, in the page's view and seen from its year."""

    target: Target
    scope: Scope
    totals: Totals

    @property
    def indicator(self) -> Indicator:
        return self.target.indicator

    @cached_property
    def rows(self) -> Mapping[tuple[str, int], Progress]:
        return {(row.view, row.year): row for row in self.target.progress.all()}

    def at(self, year: int, view: View) -> FollowedYear:
        return FollowedYear(
            year,
            self.rows.get((view, year)),
            self.totals.get((self.indicator.pk, view, year)),
        )

    @cached_property
    def now(self) -> FollowedYear:
        return self.at(self.scope.year, self.scope.view)

    @cached_property
    def years(self) -> list[FollowedYear]:
        """Returns the years from the baseline to the end of the plan, in the page's view."""
        plan = self.scope.plan
        last = max(plan.last_year, self.target.year)
        return [self.at(year, self.scope.view) for year in range(plan.baseline_year, last + 1)]

    @property
    def status(self) -> ProgressStatus:
        return self.now.status

    @property
    def verdict(self) -> VerdictInWords:
        return self.now.verdict

    @property
    def target_value(self) -> Decimal | None:
        """Returns the value to reach; of a growth, that of a stored row, once it is known."""
        stored = (row.target_value for row in self.rows.values() if row.view == self.scope.view)
        return self.target.value or next((value for value in stored if value is not None), None)

    @property
    def baseline(self) -> Decimal | None:
        stored = (row.baseline for row in self.rows.values() if row.view == self.scope.view)
        return next((value for value in stored if value is not None), self.target.baseline_value)

    @cached_property
    def facts(self) -> YearFacts:
        return self.facts_of(self.now)

    def facts_of(self, year: FollowedYear) -> YearFacts:
        words = Wording.of(self.indicator)
        return YearFacts.of(year, words, target=self.target_value, baseline=self.baseline)

    @property
    def table(self) -> list["YearRow"]:
        """Returns the same years as the chart, every number as text."""
        return [YearRow(year, self.facts_of(year), self.scope, self.target) for year in self.years]

    @cached_property
    def now_row(self) -> "YearRow":
        return YearRow(self.now, self.facts, self.scope, self.target)

    @cached_property
    def revisions(self) -> list[TargetRevision]:
        """Returns what was changed of it since its plan was published."""
        return revisions_of(self.target)

    @property
    def revisions_in_words(self) -> list[str]:
        return [revision_in_words(row, Wording.of(self.indicator)) for row in self.revisions]

    @property
    def is_unlikely(self) -> bool:
        """Whether it is on its path, or close to it, and yet not likely to arrive."""
        return is_unlikely(self.now.progress)

    @property
    def mark(self) -> ProgressMark | None:
        """Returns the mark on the bar of the page's year, for what its length does not show."""
        now = self.now
        return ProgressMark.of(self.indicator.direction, now.share, is_estimate=now.is_estimate)

    @property
    def is_band(self) -> bool:
        """Whether the target is a band to stay in, which has no path."""
        return self.indicator.direction == Indicator.Direction.KEEP

    @property
    def outlook(self) -> str:
        return outlook(self.now.progress, self.target.year, Wording.of(self.indicator))

    @property
    def why_no_forecast(self) -> str:
        since = self.indicator.comparable_from(self.target.year)
        if since is None:
            return _("Too few figures to forecast.")
        return _("No forecast: the series breaks in %(year)s.") % {"year": since}

    @property
    def points(self) -> dict[int, Decimal]:
        """Returns what the institute's forecast made in the page's year rests on: the final values
        up to then, and the baseline of a year that has none."""
        points = {
            year: total.value
            for (indicator, view, year), total in self.totals.items()
            if indicator == self.indicator.pk and view == self.scope.view
            if total.value is not None and year <= self.scope.year
        }
        if self.baseline is not None:
            points.setdefault(self.target.baseline_year, self.baseline)
        # A series break leaves out all before it: the line has the last ones alone.
        count = self.now.progress.forecast_points if self.now.progress else 0
        return dict(sorted(points.items())[-count:]) if count else {}

    @property
    def line(self) -> TargetPath:
        """Returns what is promised, as far as a forecast asks for it."""
        indicator = self.indicator
        return TargetPath(
            baseline=self.baseline,
            baseline_year=self.target.baseline_year,
            target=self.target_value,
            target_year=self.target.year,
            direction=Direction(indicator.direction),
            band_low=indicator.band_low,
            band_high=indicator.band_high,
        )

    @cached_property
    def forecasts(self) -> list[tuple[int, Forecast]]:
        """Returns the same line as the stored forecast, read in each year up to the target's."""
        points = self.points
        if not points:
            return []
        ahead = range(max(points) + 1, self.target.year + 1)
        forecasts = ((year, forecast(points, at_year=year, path=self.line)) for year in ahead)
        return [(year, point) for year, point in forecasts if point is not None]

    @property
    def short_name(self) -> str:
        """Returns what stands beside its mark in a chart."""
        return name_of(self.target)

    @property
    def chart_id(self) -> str:
        return f"chart-{self.target.code}"


@dataclass(frozen=True)
class YearRow:
    """One line of a table of years, with the addresses where its numbers are explained."""

    year: FollowedYear
    facts: YearFacts
    scope: Scope
    target: Target | None = None
    indicator: Indicator | None = None

    @property
    def _then(self) -> str:
        return self.scope.of_year(self.year.year)

    @cached_property
    def value_address(self) -> str:
        indicator = self.target.indicator if self.target else self.indicator
        return reverse("explain-value", args=[indicator.code]) + self._then if indicator else ""

    @cached_property
    def progress_address(self) -> str:
        """Returns an empty text before the baseline, where nothing was promised."""
        if self.target is None or self.year.year < self.target.baseline_year:
            return ""
        return reverse("explain-progress", args=[self.target.code]) + self._then


def headline_targets(user: Any, scope: Scope, targets: Iterable[Target]) -> list[FollowedTarget]:
    headlines = [target for target in targets if target.is_headline]  # type: ignore[attr-defined]
    totals = totals_of(user, [target.indicator for target in headlines])
    return [FollowedTarget(target, scope, totals) for target in headlines]
