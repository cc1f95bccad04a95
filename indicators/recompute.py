"""Recomputing what is stale: from the figures to the plan, in one transaction.

The formulas are those of `indicators.progress` and its neighbours; here they are fed and their
results stored. Running it twice changes nothing the second time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.db import connection, transaction
from django.utils import timezone

from indicators.adding_up import YearValue
from indicators.elements import roll_ups, thresholds_of
from indicators.forecast import Forecast, forecast
from indicators.models import (
    Indicator,
    InstituteValue,
    Progress,
    RecomputeRun,
    RollUp,
    StaleMark,
    Target,
    View,
)
from indicators.progress import FORMULA_VERSION, Line, assess
from indicators.series import Series, all_series, line_of
from indicators.storing import store

# One recomputation at a time: two that each see half of the other's figures would both be wrong.
LOCK = 0x1A791A7


@transaction.atomic
def recompute_stale() -> RecomputeRun | None:
    """Take every stale mark there is and recompute what they name. None: nothing was stale."""
    started = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    marks = _claim()
    if not marks:
        return None
    changed, looked_at = recompute(None if None in marks else set(marks))
    return RecomputeRun.objects.create(
        started_at=started, marks=len(marks), indicators=looked_at, rows_changed=changed
    )


def _claim() -> list[int | None]:
    """The indicators of all marks, removed in this transaction: a crash puts them back."""
    table = StaleMark._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} FOR UPDATE SKIP LOCKED) "  # noqa: S608
            "RETURNING indicator_id"
        )
        return [indicator for (indicator,) in cursor.fetchall()]


def recompute(indicators: Collection[int | None] | None = None) -> tuple[int, int]:
    """Recompute these indicators (all, if none are named) and everything above them.

    Returns how many rows changed, and how many indicators were looked at.
    """
    now = timezone.now()
    chosen = Indicator.objects.all()
    if indicators is not None:
        chosen = chosen.filter(pk__in=indicators)
    series = all_series(chosen)
    changed = store(InstituteValue, ("indicator", "year", "view"), institute_values(series, now))
    changed += store(Progress, ("target", "year", "view"), progress_rows(series, now))
    element_key = ("plan", "objective", "lever", "project", "year", "view")
    changed += store(RollUp, element_key, roll_ups(now))
    return changed, len(series)


def institute_values(series: Iterable[Series], now: datetime) -> Iterator[InstituteValue]:
    for one in series:
        for (view, year), total in one.totals.items():
            yield InstituteValue(
                indicator=one.indicator,
                year=year,
                view=view,
                value=total.value,
                estimate=total.estimate,
                expected=total.expected,
                reported=total.reported,
                missing=list(total.missing),
                carried=dict(total.carried),
                computed_at=now,
            )


def progress_rows(series: Iterable[Series], now: datetime) -> Iterator[Progress]:
    for one in series:
        for target in one.targets:
            for view in View:
                aim = Aim(target, view, one.values_for(target, view))
                for year in aim.years:
                    yield aim.row(year, now)


@dataclass
class Aim:
    """One target in one view, and the values that are held against it."""

    target: Target
    view: View
    values: Mapping[int, YearValue]

    @cached_property
    def line(self) -> Line:
        return line_of(self.target, self.values)

    @property
    def years(self) -> list[int]:
        last = max(self.target.year, self.target.plan.last_year)
        return [year for year in self.values if self.target.baseline_year <= year <= last]

    def row(self, year: int, now: datetime) -> Progress:
        total = self.values[year]
        shown = total.estimate if total.value is None else total.value
        thresholds = thresholds_of(self.target.plan)
        found = assess(self.line, year=year, value=shown, thresholds=thresholds)
        outlook = self.outlook(year)
        return Progress(
            target=self.target,
            year=year,
            view=self.view,
            value=shown,
            is_estimate=total.value is None and shown is not None,
            baseline=self.line.baseline,
            target_value=found.target,
            expected_value=found.expected_value,
            progress=found.progress,
            expected_progress=found.expected_progress,
            pace=found.pace,
            gap=found.gap,
            status=found.status,
            reason=found.reason or "",
            needed_per_year=found.change.needed_per_year,
            needed_rate=found.change.needed_rate,
            achieved_per_year=found.change.achieved_per_year,
            achieved_rate=found.change.achieved_rate,
            forecast=outlook.value if outlook else None,
            forecast_low=outlook.low if outlook else None,
            forecast_high=outlook.high if outlook else None,
            probability=outlook.probability if outlook else None,
            forecast_points=outlook.points if outlook else 0,
            formula_version=FORMULA_VERSION,
            computed_at=now,
        )

    def outlook(self, year: int) -> Forecast | None:
        """The forecast from what was known up to `year`, the baseline included."""
        points: dict[int, Decimal] = {
            y: total.value
            for y, total in self.values.items()
            if total.value is not None and self.line.baseline_year <= y <= year
        }
        if self.line.baseline is not None:
            points[self.line.baseline_year] = self.line.baseline
        return forecast(points, at_year=self.line.target_year, line=self.line)
