"""The range of an incomplete value: how low and how high the institute may stand, as each missing
school stands at its floor or at its expectation.

Pure: the standard library only, `Decimal` throughout, unknown is None and never 0.

A school with a target of its own stands at the baseline or on the trajectory of that target. One
without stands at its last counted figure, or at that figure moved as the schools moved that
reported in both years; where others merged into it, it stands at each of their last figures, or at
each of these moved so. A school with neither leaves no range, unless the estimate leaves it out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from indicators.formulas.adding_up import YearValue
from indicators.formulas.mergers import NO_MERGERS, CarriedFigures, Mergers
from indicators.formulas.progress import ONE, Aggregation
from indicators.formulas.readings import Reading, added_together, is_number, whole_of
from indicators.formulas.steps import Formula


class RangeAssumption(StrEnum):
    """What places the missing schools of a range."""

    OWN_TARGET = "own_target"
    LAST_FIGURE = "last_figure"
    BOTH = "both"  # of a whole range: some schools by the one, some by the other


NOBODY = Reading()


@dataclass(frozen=True, slots=True)
class LastFigure:
    """The last counted figure of a missing school, or of one that merged into it, and the sums of
    the schools that reported both in its year (`then`) and in the year of the range (`now`)."""

    year: int
    reading: Reading
    then: Reading = NOBODY
    now: Reading = NOBODY
    missing: str = ""  # the missing school, where another one's figure stands in for it


@dataclass(frozen=True, slots=True)
class StandIn:
    """The two readings that may stand in for a missing school."""

    assumption: RangeAssumption
    floor: Reading
    expectation: Reading
    last: LastFigure | None = None

    @property
    def missing(self) -> str:
        """Returns the missing school, where another one's figure stands in for it."""
        return self.last.missing if self.last else ""


class RangeEnd(NamedTuple):
    """One end of the range of an incomplete value, and the rule that places the missing schools."""

    formula: Formula
    value: Decimal


# The rules of the two ends: the schools at their floor, at their expectation.
ENDS = {
    RangeAssumption.OWN_TARGET: (Formula.AT_BASELINE, Formula.AT_TRAJECTORY),
    RangeAssumption.LAST_FIGURE: (Formula.AT_LAST_FIGURE, Formula.AT_MOVED_FIGURE),
    RangeAssumption.BOTH: (Formula.AT_FLOOR, Formula.AT_EXPECTATION),
}
FLOORS = frozenset(floor for floor, _ in ENDS.values())


def by_own_target(baseline: Decimal | None, path: Decimal | None) -> StandIn | None:
    """Returns a school at the baseline of its target and on its trajectory; None unless both are
    known."""
    if baseline is None or path is None:
        return None
    return StandIn(RangeAssumption.OWN_TARGET, Reading(baseline), Reading(path))


def by_last_figure(last: LastFigure, aggregation: Aggregation) -> StandIn | None:
    """Returns a school at its last figure, and at that figure × now / then, a ratio in each of its
    parts.

    None where nothing says how the others moved: a growth needs a sum above zero to begin with, and
    no sum below zero at its end.
    """
    reading, then, now = last.reading, last.then, last.now
    if aggregation is Aggregation.RATIO:
        moved = Reading(
            numerator=_moved(reading.numerator, then.numerator, now.numerator),
            denominator=_moved(reading.denominator, then.denominator, now.denominator),
        )
    else:
        moved = Reading(_moved(reading.value, then.value, now.value))
    if not is_number(moved, aggregation):
        return None
    return StandIn(RangeAssumption.LAST_FIGURE, reading, moved, last)


def _moved(number: Decimal | None, then: Decimal | None, now: Decimal | None) -> Decimal | None:
    if number is None or then is None or now is None or then <= 0 or now < 0:
        return None
    return number * now / then


def last_figures(
    readings: Mapping[str, Mapping[int, Reading]],
    *,
    year: int,
    carried: Mapping[str, CarriedFigures],
    reported: Collection[str],
    aggregation: Aggregation,
    mergers: Mergers = NO_MERGERS,
) -> dict[str, LastFigure]:
    """Returns the figures that are carried for each missing school, by the school whose figure it
    is, and how the schools that reported moved since.

    A school into which another merged between the two years did not grow by that: it is not among
    those that move the others.
    """

    def counted(code: str, at: int) -> Reading | None:
        reading = readings.get(code, {}).get(at)
        return reading if reading is not None and is_number(reading, aggregation) else None

    def since(last: int) -> list[tuple[Reading, Reading]]:
        merged = {code: mergers.merged_into(code, before=year).values() for code in reported}
        pairs = [
            (counted(code, last), counted(code, year))
            for code in reported
            if all(before < last for before in merged[code])
        ]
        return [(then, now) for then, now in pairs if then is not None and now is not None]

    figures = {}
    for missing, stand_ins in carried.items():
        for school, last, reading in stand_ins:
            both = since(last)
            figures[school] = LastFigure(
                last,
                reading,
                added_together([then for then, _ in both]),
                added_together([now for _, now in both]),
                "" if school == missing else missing,
            )
    return figures


def assumption_of(stand_ins: Mapping[str, StandIn]) -> RangeAssumption:
    """Returns the assumption that places all these schools, or that they are placed by both."""
    assumptions = {stand_in.assumption for stand_in in stand_ins.values()}
    return assumptions.pop() if len(assumptions) == 1 else RangeAssumption.BOTH


def coverage_range(
    total: YearValue,
    stand_ins: Mapping[str, StandIn],
    *,
    aggregation: Aggregation,
    scale: Decimal = ONE,
) -> tuple[RangeEnd, RangeEnd] | None:
    """Returns how low and how high the institute may stand beside an estimate, in its unit: the
    aggregate with each missing school at its floor, and with each at its expectation; the lower
    comes first.

    None when no school is missing, or nothing stands in for one of them that the estimate does not
    leave out.
    """
    placed = {code: it for code, it in stand_ins.items() if (it.missing or code) in total.missing}
    covered = {stand_in.missing or code for code, stand_in in placed.items()}
    if not placed or not covered.issuperset(set(total.missing).difference(total.left_out)):
        return None
    floor, expectation = ENDS[assumption_of(placed)]
    ends = [
        (floor, [stand_in.floor for stand_in in placed.values()]),
        (expectation, [stand_in.expectation for stand_in in placed.values()]),
    ]
    count = total.reported + len(placed)
    wholes = [
        (formula, whole_of(added_together([total.counted, *added]), count, aggregation, scale))
        for formula, added in ends
    ]
    known = [RangeEnd(formula, whole) for formula, whole in wholes if whole is not None]
    if len(known) < len(wholes):
        return None
    low, high = sorted(known, key=lambda end: end.value)
    return low, high
