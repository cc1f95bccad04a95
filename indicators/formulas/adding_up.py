"""Adding up: what the schools' figures of one year make for the institute.

Pure: the standard library only, `Decimal` throughout, unknown is None and never 0.

A mean of the parts is not the whole: a ratio is the sum of numerators over the sum of
denominators, never an average of ratios.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from indicators.formulas.mergers import (
    NO_MERGERS,
    CarriedFigure,
    CarriedFigures,
    Carrying,
    Mergers,
)
from indicators.formulas.progress import ONE, Accumulation, Aggregation
from indicators.formulas.readings import Reading, added_together, is_number, whole_of


@dataclass(frozen=True, slots=True)
class YearValue:
    """The institute's value for one year, or what is known of it."""

    value: Decimal | None  # final: every expected school reported
    estimate: Decimal | None  # some carried forward: to be marked wherever it is shown
    expected: int
    reported: int
    missing: tuple[str, ...]  # codes of the schools expected that did not report
    carried: tuple[tuple[str, int], ...]  # in the estimate: school, year of the figure carried
    # The sum of the schools that reported.
    counted: Reading = field(default=Reading(), compare=False)
    left_out: tuple[str, ...] = ()  # of the estimate: missing schools that begin with the year

    @property
    def shown(self) -> Decimal | None:
        """Returns the value where it is final, else the estimate, else None."""
        return self.estimate if self.value is None else self.value

    @property
    def is_estimate(self) -> bool:
        return self.value is None and self.estimate is not None

    @property
    def coverage(self) -> Decimal | None:
        """Returns the share of the expected schools that reported; None where none is expected."""
        return Decimal(self.reported) / self.expected if self.expected else None


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
    mergers: Mergers = NO_MERGERS,
) -> YearValue:
    """Returns the institute's value for one year, from `readings[school][year]`.

    Expected are the members of the plan in that year, less those to which the indicator did not
    apply. With all of them there is a value; with fewer an estimate, in which each missing school
    carries its last counted figure forward, and those of the schools that merged into it
    (`indicators.formulas.mergers`), or nothing if one has none to carry or if nobody has reported
    for that year.

    `scale` multiplies a ratio (100: a percentage). A cumulative indicator sums the flows of every
    year from `baseline_year` to `year`, both included, over the members each year had, which
    `earlier_members` names: no figure is due of a school before it joined, and one that left keeps
    its part.
    """
    schools = contributions(
        readings,
        year=year,
        members=members,
        aggregation=aggregation,
        accumulation=accumulation,
        baseline_year=baseline_year,
        earlier_members=earlier_members,
        mergers=mergers,
    )
    known = _known(schools)
    counted = added_together(known.values())
    missing = tuple(code for code in schools if code not in known)
    if missing:
        unknown = YearValue(None, None, len(schools), len(known), missing, (), counted)
        is_running = accumulation is Accumulation.CUMULATIVE
        return _estimated(unknown, schools, aggregation, scale, is_running=is_running)
    value = whole_of(counted, len(schools), aggregation, scale)
    return YearValue(value, None, len(schools), len(known), (), (), counted)


def contributions(
    readings: Mapping[str, Mapping[int, Reading]],
    *,
    year: int,
    members: Collection[str],
    aggregation: Aggregation,
    accumulation: Accumulation,
    baseline_year: int | None = None,
    earlier_members: Mapping[int, Collection[str]] | None = None,
    mergers: Mergers = NO_MERGERS,
) -> "dict[str, Contribution]":
    """Returns what each expected school brings to a year, by code; see `institute_value`."""
    due = _schools_due(year, members, accumulation, baseline_year, earlier_members or {})
    return _schools(readings, due, Carrying(readings, aggregation, mergers))


@dataclass(frozen=True, slots=True)
class Contribution:
    """One expected school: the years for which a figure is due, its figures that count, and what
    stands in for each missing one, as `Carrying.in_place_of` gives it."""

    years: tuple[int, ...]
    counted: Mapping[int, Reading]
    stand_ins: Mapping[int, CarriedFigures | None] = field(default_factory=dict)

    @property
    def total(self) -> Reading | None:
        """Returns the sum over the years that are due; None where a figure is missing."""
        if self.stand_ins:
            return None
        return added_together([self.counted[year] for year in self.years])

    @property
    def carried(self) -> CarriedFigures | None:
        """Returns the figures that stand in for missing ones; None where a year has nothing to
        carry forward."""
        known = [figures for figures in self.stand_ins.values() if figures is not None]
        complete = len(known) == len(self.stand_ins)
        return tuple(figure for figures in known for figure in figures) if complete else None

    @property
    def estimate(self) -> Reading | None:
        """Returns the sum with the figures that stand in; None where there is nothing to add."""
        added = self.own_readings + [figure.reading for figure in self.carried or ()]
        return added_together(added) if added and self.carried is not None else None

    @property
    def own_readings(self) -> list[Reading]:
        return [self.counted[year] for year in self.years if year not in self.stand_ins]

    @property
    def is_left_out(self) -> bool:
        """Returns whether nothing stands in for a year because the school begins with it."""
        return any(figures == () for figures in self.stand_ins.values())

    @property
    def carried_years(self) -> list[int]:
        """Returns the years of the figures that stand in for missing ones, each once."""
        return sorted({figure.year for figure in self.carried or ()})


def _schools_due(
    year: int,
    members: Collection[str],
    accumulation: Accumulation,
    baseline_year: int | None,
    earlier_members: Mapping[int, Collection[str]],
) -> dict[int, Collection[str]]:
    """Returns the schools whose figures make the value, for the year itself, or for each year since
    the baseline. A running sum without a beginning, or before it, has none.
    """
    if accumulation is not Accumulation.CUMULATIVE:
        return {year: members}
    if baseline_year is None or year < baseline_year:
        return {}
    earlier = range(baseline_year, year)
    return {y: earlier_members.get(y, members) for y in earlier} | {year: members}


def _schools(
    readings: Mapping[str, Mapping[int, Reading]],
    due: Mapping[int, Collection[str]],
    carrying: Carrying,
) -> dict[str, Contribution]:
    """Returns the expected schools by code: those due in a year to which the indicator applies."""
    schools = {}
    for code in sorted(set().union(*due.values())):
        own = readings.get(code, {})
        excused = {y for y, reading in own.items() if not reading.applicable}
        years = tuple(y for y, codes in due.items() if code in codes and y not in excused)
        if years:
            counted = {
                y: reading for y, reading in own.items() if is_number(reading, carrying.aggregation)
            }
            missing = {y: carrying.in_place_of(code, y) for y in years if y not in counted}
            schools[code] = Contribution(years, counted, missing)
    return schools


def _known(schools: Mapping[str, Contribution]) -> dict[str, Reading]:
    """Returns what each school that reported brings to the year."""
    totals = {code: school.total for code, school in schools.items()}
    return {code: total for code, total in totals.items() if total is not None}


def _estimated(
    unknown: YearValue,
    schools: Mapping[str, Contribution],
    aggregation: Aggregation,
    scale: Decimal,
    *,
    is_running: bool,
) -> YearValue:
    """Returns the year with older figures in place of the missing ones, if every school has one.

    A year in which nobody has reported has no estimate: it would be last year's number under
    another year's name, and would judge a target before its year.
    """
    year = max(year for school in schools.values() for year in school.years)
    if not any(year in school.counted for school in schools.values()):
        return unknown
    missing = unknown.missing
    if any(schools[code].carried is None for code in missing):
        return unknown
    carried = [figure for code in missing for figure in schools[code].carried or ()]
    added = [reading for school in schools.values() for reading in school.own_readings]
    whole = added_together(added + [figure.reading for figure in carried])
    within = _schools_within(schools, carried, is_running=is_running)
    return replace(
        unknown,
        estimate=whole_of(whole, len(within), aggregation, scale),
        carried=tuple(sorted({(figure.school, figure.year) for figure in carried})),
        left_out=tuple(code for code in missing if schools[code].is_left_out),
    )


def _schools_within(
    schools: Mapping[str, Contribution], carried: Collection[CarriedFigure], *, is_running: bool
) -> set[str]:
    """Returns the schools by which the mean of an estimate divides: those with a number within.

    Schools that merged are as many as in their last year, so that a merger by itself moves no mean;
    in a running sum, those that have a year of their own within.
    """
    own = {code for code, school in schools.items() if school.own_readings}
    others = {figure.school for figure in carried}
    return own | (others & schools.keys() if is_running else others)
