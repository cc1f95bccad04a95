"""The schools of one indicator with their years, for `indicators.formulas.school_parts`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from imtplan.accounts.models import School
from indicators.formulas.adding_up import Contribution
from indicators.formulas.readings import Reading
from indicators.formulas.school_parts import NOTHING, SchoolYears, followed
from indicators.models import View
from indicators.results.series import Series


@dataclass(frozen=True)
class Bearers:
    """The schools that bear an indicator in one year, and what is particular about some of them."""

    schools: list[SchoolYears]
    carried: dict[str, list[int]] = field(default_factory=dict)  # the years of older figures
    joined: frozenset[str] = frozenset()  # not expected in the baseline year
    left: frozenset[str] = frozenset()  # not expected in the year
    left_out: frozenset[str] = frozenset()  # of the estimate: nothing stands in as they begin
    merged: dict[str, list[str]] = field(default_factory=dict)  # by successor


def bearers(
    series: Series,
    view: View,
    *,
    baseline_year: int,
    year: int,
    target_year: int,
    schools: Iterable[School],
) -> Bearers:
    """Returns the schools that bear the indicator in the baseline year or in this one, those that
    merged added to their successor. Their points are the years counted as the target's year is."""
    since = series.indicator.comparable_from(target_year) or baseline_year
    then = series.contributions(view, baseline_year) if baseline_year in series.members else {}
    now = series.contributions(view, year)
    points = {
        y: series.contributions(view, y)
        for y in range(max(baseline_year, since), year + 1)
        if (view, y) in series.totals and series.totals[view, y].value is not None
    }
    codes = sorted({*then, *now}.union(*points.values()))
    into = {code: last for code in codes if (last := series.mergers.successor(code, year=year))}
    rows = [
        SchoolYears(
            code,
            _reading(then.get(code)),
            _reading(now.get(code), carry=True),
            {y: _reading(brought.get(code)) or NOTHING for y, brought in points.items()},
        )
        for code in codes
    ]
    members = {school.code for school in schools if school.is_member_in(year)}
    kept = [school for school in followed(rows, into) if _bears(school)]
    return Bearers(
        kept,
        carried={code: years for code, brought in now.items() if (years := brought.carried_years)},
        joined=frozenset({s.code for s in kept} - {into.get(code, code) for code in then}),
        left=frozenset({s.code for s in kept} - members),
        left_out=frozenset(code for code, brought in now.items() if brought.is_left_out),
        merged={
            last: sorted(code for code in into if into[code] == last) for last in set(into.values())
        },
    )


def _reading(brought: Contribution | None, *, carry: bool = False) -> Reading | None:
    """Returns what a school brought to a year: nothing if it was not expected, None if unknown."""
    if brought is None:
        return NOTHING
    return brought.estimate if carry else brought.total


def _bears(school: SchoolYears) -> bool:
    """Returns whether the school has a part in either year; one that came and went between has
    none."""
    return not (school.then == school.now == NOTHING)
