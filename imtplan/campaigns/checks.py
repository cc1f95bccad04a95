"""What is impossible for a figure: one place for the form, the import and the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from imtplan.numbers import format_number
from indicators.models import Figure, Indicator


@dataclass(frozen=True)
class Cell:
    """What somebody says of one indicator: a number (or its two parts), or one of three words.

    `version` is the version they saw; none means they saw an empty cell.
    """

    indicator: Indicator
    state: Figure.State = Figure.State.NUMBER
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    reason: str = ""
    version: int | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """What is compared to know whether a figure changes."""
        return (self.state, self.value, self.numerator, self.denominator, self.reason)


@dataclass(frozen=True)
class Problem:
    """Why a cell is refused, in a sentence, and which of its parts is meant."""

    part: str
    message: str | Promise


def problems(cell: Cell) -> list[Problem]:
    """Everything impossible about a cell. Empty: it may be stored."""
    if cell.state == Figure.State.NOT_AVAILABLE and not cell.reason.strip():
        return [Problem("reason", _("Say why the figure is not available."))]
    if cell.state != Figure.State.NUMBER:
        return []
    return list(_ratio_problems(cell) if cell.indicator.is_ratio else _value_problems(cell))


def _value_problems(cell: Cell) -> Iterator[Problem]:
    if cell.value is None:
        yield Problem("value", _("Enter a number, or say why there is none."))
        return
    yield from _part_problems("value", cell.value, cell.indicator)


def _part_problems(part: str, number: Decimal, indicator: Indicator) -> Iterator[Problem]:
    language = get_language() or "fr"
    if indicator.is_whole and number != number.to_integral_value():
        yield Problem(part, _("This is counted whole: write it without decimals."))
    if indicator.minimum is not None and number < indicator.minimum:
        lowest = format_number(indicator.minimum, language=language)
        yield Problem(
            part,
            format_lazy(_("This cannot be below {lowest}. Check the sign."), lowest=lowest),
        )
    if indicator.maximum is not None and number > indicator.maximum:
        highest = format_number(indicator.maximum, language=language)
        yield Problem(
            part,
            format_lazy(_("This cannot be above {highest}. Check the unit."), highest=highest),
        )


def _ratio_problems(cell: Cell) -> Iterator[Problem]:
    if cell.numerator is None:
        yield Problem("numerator", _("A ratio needs both its parts: this one is missing."))
    if cell.denominator is None:
        yield Problem("denominator", _("A ratio needs both its parts: this one is missing."))
    if cell.numerator is None or cell.denominator is None:
        return
    if cell.numerator < 0:
        yield Problem("numerator", _("This cannot be negative. Check the sign."))
    if cell.denominator <= 0:
        yield Problem("denominator", _("The whole must be above zero."))
    elif cell.indicator.scale == 100 and cell.numerator > cell.denominator:
        yield Problem("numerator", _("The part is greater than the whole."))
