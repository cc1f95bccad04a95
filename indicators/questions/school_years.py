"""The schools of one indicator as `school_parts` wants them, and what stands in for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from imtplan.accounts.models import School
from indicators.formulas.adding_up import Contribution
from indicators.formulas.readings import Reading, added_together
from indicators.formulas.school_parts import NOTHING, SchoolYears, followed
from indicators.models import View
from indicators.results.series import Series


@dataclass(frozen=True)
class Bearers:
    """The schools that bear an indicator in one year, with what is to be said of some of them."""

    schools: list[SchoolYears]
    carried: dict[str, list[int]] = field(default_factory=dict)  # the years of older figures
    joined: frozenset[str] = frozenset()  # not expected in the baseline year
    left: frozenset[str] = frozenset()  # not expected in the year
    merged: dict[str, list[str]] = field(default_factory=dict)  # by successor


def bearers(
    series: Series, view: View, *, baseline_year: int, year: int, schools: Iterable[School]
) -> Bearers:
    """Who bore the indicator then or bears it now; those that merged stand with their successor."""
    then = series.contributions(view, baseline_year) if baseline_year in series.members else {}
    now = series.contributions(view, year)
    points = {
        one: series.contributions(view, one)
        for one in range(baseline_year, year + 1)
        if (view, one) in series.totals and series.totals[view, one].value is not None
    }
    codes = sorted({*then, *now}.union(*points.values()))
    into = {code: last for code, last in successors(schools, year).items() if code in codes}
    found = [
        SchoolYears(
            code,
            _reading(then.get(code)),
            _reading(now.get(code), carry=True),
            {one: _reading(those.get(code)) or NOTHING for one, those in points.items()},
        )
        for code in codes
    ]
    standing = {school.code for school in schools if school.is_member_in(year)}
    kept = [one for one in followed(found, into) if _bears(one)]
    return Bearers(
        kept,
        carried={
            code: years
            for code, one in now.items()
            if one.total is None and (years := one.carried_years)
        },
        joined=frozenset(
            one.code for one in kept if one.code not in {into.get(code, code) for code in then}
        ),
        left=frozenset(one.code for one in kept if one.code not in standing),
        merged={
            last: sorted(code for code in into if into[code] == last) for last in set(into.values())
        },
    )


def _reading(brought: Contribution | None, *, carry: bool = False) -> Reading | None:
    """What a school brought to a year; who was not expected brought nothing."""
    if brought is None:
        return NOTHING
    if brought.total is None and carry and brought.sources is not None:
        return added_together([brought.counted[year] for year in brought.sources])
    return brought.total


def _bears(school: SchoolYears) -> bool:
    """Not one that came and went between, and leaves no trace in either year."""
    return not (school.then == school.now == NOTHING)


def successors(schools: Iterable[School], year: int) -> Mapping[str, str]:
    """Of each school that is no longer expected in a year: the last one it merged into."""
    by_pk = {school.pk: school for school in schools}
    found = {}
    for school in by_pk.values():
        last, seen = school, {school.pk}
        while not last.is_member_in(year) and last.merged_into_id in by_pk.keys() - seen:
            last = by_pk[last.merged_into_id]
            seen.add(last.pk)
        if last is not school:
            found[school.code] = last.code
    return found
