"""Adding up: what the schools' figures of one year make for the institute.

Pure: the standard library only, `Decimal` throughout, unknown is None and never 0.

A mean of the parts is not the whole: a ratio is the sum of numerators over the sum of
denominators, never an average of ratios.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from indicators.formulas.progress import ONE, Accumulation, Aggregation
from indicators.formulas.readings import Reading, added_together, is_number, whole_of
from indicators.formulas.steps import Formula


@dataclass(frozen=True, slots=True)
class YearValue:
    """The institute's value for one year, or what is known of it."""

    value: Decimal | None  # final: every expected school reported
    estimate: Decimal | None  # some carried forward: to be marked wherever it is shown
    expected: int
    reported: int
    missing: tuple[str, ...]  # codes of the schools expected that did not report
    carried: tuple[tuple[str, int], ...]  # in the estimate: school, year of the figure carried
    # What the schools that reported add up to.
    counted: Reading = field(default=Reading(), compare=False)

    @property
    def shown(self) -> Decimal | None:
        """The value where it is final, else the estimate, else nothing."""
        return self.estimate if self.value is None else self.value

    @property
    def coverage(self) -> Decimal | None:
        """Schools that reported, of those expected: 0 to 1; None where none is expected."""
        return Decimal(self.reported) / self.expected if self.expected else None


class RangeEnd(NamedTuple):
    """One end of what an incomplete value may lie between, and where the missing schools stand."""

    formula: Formula
    value: Decimal


def institute_value(
    readings: Mapping[str, Mapping[int, Reading]],
    *,
    year: int,
    members: Collection[str],
    aggregation: Aggregation,
    accumulation: Accumulation,
    baseline_year: int | None = None,
    scale: Decimal = ONE,
    earlier_members: Mapping[int, Collection[str]] | None = None,
) -> YearValue:
    """One year of the institute, from `readings[school][year]`.

    Expected are the members of the plan in that year, less those to which the indicator did not
    apply. With all of them there is a value; with fewer an estimate, in which each missing school
    carries its last counted figure forward, or nothing if one has none to carry or if nobody has
    reported for that year.

    `scale` multiplies a ratio (100: a percentage). A cumulative indicator sums the flows of every
    year from `baseline_year` to `year`, both included, over the members each year had, which
    `earlier_members` names: who joined late is not asked for before, who left keeps its part.
    """
    schools = contributions(
        readings,
        year=year,
        members=members,
        aggregation=aggregation,
        accumulation=accumulation,
        baseline_year=baseline_year,
        earlier_members=earlier_members,
    )
    known = _known(schools)
    counted = added_together(known.values())
    missing = tuple(code for code in schools if code not in known)
    if missing:
        unknown = YearValue(None, None, len(schools), len(known), missing, (), counted)
        return _estimated(unknown, schools, aggregation, scale)
    value = whole_of(counted, len(schools), aggregation, scale)
    return YearValue(value, None, len(schools), len(known), (), (), counted)


def coverage_range(
    total: YearValue,
    *,
    aggregation: Aggregation,
    at_baseline: Mapping[str, Reading],
    at_trajectory: Mapping[str, Reading],
    scale: Decimal = ONE,
) -> tuple[RangeEnd, RangeEnd] | None:
    """Beside an estimate: how low and how high the institute may stand, in its unit.

    The aggregate if each missing school stood at its baseline, and if each stood at its own
    trajectory; the lower first. Both are given by school as of the year: a ratio with both parts, a
    cumulative indicator as its running sum. None when no school is missing, or one is unknown.
    """
    if not total.missing:
        return None
    ends = []
    stand_ins = {Formula.AT_BASELINE: at_baseline, Formula.AT_TRAJECTORY: at_trajectory}
    for formula, of_school in stand_ins.items():
        added = [of_school.get(code, Reading()) for code in total.missing]
        if not all(is_number(reading, aggregation) for reading in added):
            return None
        whole = added_together([total.counted, *added])
        end = whole_of(whole, total.expected, aggregation, scale)
        if end is None:
            return None
        ends.append(RangeEnd(formula, end))
    low, high = sorted(ends, key=lambda end: end.value)
    return low, high


def contributions(
    readings: Mapping[str, Mapping[int, Reading]],
    *,
    year: int,
    members: Collection[str],
    aggregation: Aggregation,
    accumulation: Accumulation,
    baseline_year: int | None = None,
    earlier_members: Mapping[int, Collection[str]] | None = None,
) -> "dict[str, Contribution]":
    """What each expected school brings to a year, by code; see `institute_value`."""
    asked = _asked(year, members, accumulation, baseline_year, earlier_members or {})
    return _schools(readings, asked, aggregation)


@dataclass(frozen=True, slots=True)
class Contribution:
    """One expected school: the years asked of it, and its figures that count."""

    years: tuple[int, ...]
    counted: Mapping[int, Reading]

    @property
    def total(self) -> Reading | None:
        """What it brings to the year; unknown as soon as one year asked is."""
        if any(year not in self.counted for year in self.years):
            return None
        return added_together([self.counted[year] for year in self.years])

    @property
    def sources(self) -> tuple[int, ...] | None:
        """For each year asked, the last one with a figure; None if one has nothing to carry."""
        found = [max((y for y in self.counted if y <= asked), default=None) for asked in self.years]
        sources = tuple(year for year in found if year is not None)
        return sources if len(sources) == len(found) else None

    @property
    def carried_years(self) -> list[int]:
        """The years of the figures that stand in for missing ones, each once."""
        pairs = zip(self.years, self.sources or (), strict=False)
        return sorted({source for asked, source in pairs if asked != source})


def _asked(
    year: int,
    members: Collection[str],
    accumulation: Accumulation,
    baseline_year: int | None,
    earlier_members: Mapping[int, Collection[str]],
) -> dict[int, Collection[str]]:
    """Whose figures of which years make the value: of the year itself, or since the baseline.

    A running sum without a beginning, or before it, asks nobody for anything.
    """
    if accumulation is not Accumulation.CUMULATIVE:
        return {year: members}
    if baseline_year is None or year < baseline_year:
        return {}
    earlier = range(baseline_year, year)
    return {y: earlier_members.get(y, members) for y in earlier} | {year: members}


def _schools(
    readings: Mapping[str, Mapping[int, Reading]],
    asked: Mapping[int, Collection[str]],
    aggregation: Aggregation,
) -> dict[str, Contribution]:
    """The schools expected, by code: asked for at least one year to which the indicator applies."""
    schools = {}
    for code in sorted(set().union(*asked.values())):
        said = readings.get(code, {})
        excused = {y for y, reading in said.items() if not reading.applicable}
        years = tuple(y for y, those in asked.items() if code in those and y not in excused)
        if years:
            counted = {y: reading for y, reading in said.items() if is_number(reading, aggregation)}
            schools[code] = Contribution(years, counted)
    return schools


def _known(schools: Mapping[str, Contribution]) -> dict[str, Reading]:
    """What each school that reported brings to the year."""
    totals = {code: school.total for code, school in schools.items()}
    return {code: total for code, total in totals.items() if total is not None}


def _estimated(
    unknown: YearValue,
    schools: Mapping[str, Contribution],
    aggregation: Aggregation,
    scale: Decimal,
) -> YearValue:
    """The same year with what is missing carried forward, if every missing school can.

    Of a year in which nobody has reported there is no estimate: it would be last year's number
    under another year's name, and would judge a target before its year.
    """
    year = max(year for school in schools.values() for year in school.years)
    if not any(year in school.counted for school in schools.values()):
        return unknown
    parts = []
    for school in schools.values():
        if school.sources is None:
            return unknown
        parts.append(added_together([school.counted[year] for year in school.sources]))
    return replace(
        unknown,
        estimate=whole_of(added_together(parts), len(parts), aggregation, scale),
        carried=tuple((code, y) for code in unknown.missing for y in schools[code].carried_years),
    )
