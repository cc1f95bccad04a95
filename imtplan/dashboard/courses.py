"""A target and the years that are held against it, as pages and charts read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import Wording
from indicators.models import (
    Indicator,
    InstituteValue,
    Progress,
    ProgressStatus,
    Target,
    View,
)

# By indicator, view and year.
Totals = Mapping[tuple[int, str, int], InstituteValue]


def totals_of(user: Any, indicators: Iterable[Indicator]) -> Totals:
    """What the schools add up to, by indicator, view and year."""
    values = InstituteValue.objects.visible_to(user).filter(indicator__in=list(indicators))
    return {(value.indicator_id, value.view, value.year): value for value in values}


@dataclass(frozen=True)
class Year:
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
    def expected_value(self) -> Decimal | None:
        """What the trajectory expects stands whether or not anything was counted."""
        return self.stored.expected_value if self.stored else None

    @property
    def share(self) -> Decimal | None:
        """How much of the way is done: what a bar shows."""
        return self.progress.progress if self.progress else None

    @property
    def expected_share(self) -> Decimal | None:
        return self.stored.expected_progress if self.stored else None

    @property
    def status(self) -> ProgressStatus:
        return ProgressStatus(self.progress.status) if self.progress else ProgressStatus.NO_DATA

    @property
    def reported(self) -> int | None:
        return self.total.reported if self.total else None

    @property
    def expected_schools(self) -> int | None:
        return self.total.expected if self.total else None

    @property
    def is_complete(self) -> bool:
        return self.total is not None and self.total.reported == self.total.expected


@dataclass(frozen=True)
class Facts:
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

    @classmethod
    def of(
        cls,
        year: Year,
        words: Wording,
        *,
        target: Decimal | None = None,
        baseline: Decimal | None = None,
    ) -> "Facts":
        """What was promised is known before anything is counted; the rest follows the value."""
        row = year.progress or Progress()
        return cls(
            value=words.fixed(year.value),
            target=words.number(target),
            baseline=words.number(baseline),
            expected_value=words.number(year.expected_value),
            gap=words.number(row.gap, sign=True),
            progress=words.percent(row.progress),
            expected_progress=words.percent(row.expected_progress),
            pace=words.percent(row.pace),
            needed_per_year=words.number(row.needed_per_year, sign=True),
            needed_rate=words.percent(row.needed_rate, sign=True),
            achieved_per_year=words.number(row.achieved_per_year, sign=True),
            achieved_rate=words.percent(row.achieved_rate, sign=True),
        )


@dataclass(frozen=True)
class Course:
    """One target in one view, year after year, seen from one of the years."""

    target: Target
    scope: Scope
    totals: Totals

    @property
    def indicator(self) -> Indicator:
        return self.target.indicator

    @cached_property
    def rows(self) -> Mapping[tuple[str, int], Progress]:
        return {(row.view, row.year): row for row in self.target.progress.all()}

    def at(self, year: int, view: View) -> Year:
        return Year(
            year,
            self.rows.get((view, year)),
            self.totals.get((self.indicator.pk, view, year)),
        )

    @cached_property
    def now(self) -> Year:
        return self.at(self.scope.year, self.scope.view)

    @cached_property
    def years(self) -> list[Year]:
        """From the baseline to the end of the plan, in the page's view."""
        plan = self.scope.plan
        last = max(plan.last_year, self.target.year)
        return [self.at(year, self.scope.view) for year in range(plan.baseline_year, last + 1)]

    @property
    def status(self) -> ProgressStatus:
        return self.now.status

    @property
    def target_value(self) -> Decimal | None:
        """A growth has a value only once its baseline is known: then a stored row has it."""
        stored = (row.target_value for row in self.rows.values() if row.view == self.scope.view)
        return self.target.value or next((value for value in stored if value is not None), None)

    @property
    def baseline(self) -> Decimal | None:
        stored = (row.baseline for row in self.rows.values() if row.view == self.scope.view)
        return next((value for value in stored if value is not None), self.target.baseline_value)

    @cached_property
    def facts(self) -> Facts:
        return self.facts_of(self.now)

    def facts_of(self, year: Year) -> Facts:
        words = Wording.of(self.indicator)
        return Facts.of(year, words, target=self.target_value, baseline=self.baseline)

    @property
    def table(self) -> list[tuple[Year, Facts]]:
        """The same years as the chart, every number as text."""
        return [(year, self.facts_of(year)) for year in self.years]

    @property
    def short_name(self) -> str:
        """What stands beside its mark in a chart."""
        if self.target.is_reference or not self.target.perimeter:
            return _("Target %(year)s") % {"year": self.target.year}
        return str(self.target.perimeter)

    @property
    def chart_id(self) -> str:
        return f"chart-{self.target.code}"


def lateness(course: Course) -> tuple[bool, Decimal]:
    """Sorts what is furthest behind its path first, and what has no pace last."""
    pace = course.now.progress.pace if course.now.progress else None
    return (pace is None, pace or Decimal(0))
