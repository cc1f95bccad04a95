"""Readings: a school's figure of one year as the formulas read it, and how several add up.

Pure: the standard library only, `Decimal` throughout, unknown is None and never 0.

A mean of the parts is not the whole: a ratio is the sum of numerators over the sum of
denominators, never an average of ratios.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from indicators.formulas.progress import ZERO, Aggregation


@dataclass(frozen=True, slots=True)
class Reading:
    """The figure of one school and year, among those that count in the view.

    It is a number (`value`, or for a ratio both parts), or the word "not applicable", and then the
    school is not expected.
    """

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    applicable: bool = True


def is_number(reading: Reading, aggregation: Aggregation) -> bool:
    """Returns whether the reading is a number; a ratio is one only with both of its parts."""
    if not reading.applicable:
        return False
    if aggregation is Aggregation.RATIO:
        return reading.numerator is not None and reading.denominator is not None
    return reading.value is not None


def added_together(parts: Collection[Reading]) -> Reading:
    """Returns the readings added part by part; a part that none of them has stays unknown."""
    return Reading(
        value=_sum(part.value for part in parts),
        numerator=_sum(part.numerator for part in parts),
        denominator=_sum(part.denominator for part in parts),
    )


def _sum(numbers: Iterable[Decimal | None]) -> Decimal | None:
    known = [number for number in numbers if number is not None]
    return sum(known, ZERO) if known else None


def whole_of(
    parts: Reading, count: int, aggregation: Aggregation, scale: Decimal
) -> Decimal | None:
    """Returns what `count` complete parts, added together, make: a sum, a mean, a ratio of sums."""
    if aggregation is Aggregation.RATIO:
        return ratio(parts.numerator, parts.denominator, scale)
    if aggregation is Aggregation.MEAN and parts.value is not None:
        return parts.value / count
    return parts.value


def number_of(
    value: Decimal | None,
    numerator: Decimal | None,
    denominator: Decimal | None,
    scale: Decimal,
) -> Decimal | None:
    """Returns what one figure comes to, in the indicator's unit: the ratio of its parts where it
    has them, else its value."""
    share = ratio(numerator, denominator, scale)
    return value if share is None else share


def ratio(numerator: Decimal | None, denominator: Decimal | None, scale: Decimal) -> Decimal | None:
    """Returns r = n × s / d, s being 100 for a percentage; None where a part is unknown or d is 0.

    The scale multiplies first: 1 of 3 on a scale of 300 is 100; a third times 300 falls short.
    """
    if numerator is None or not denominator:
        return None
    return numerator * scale / denominator
