"""“Same as last year”: what the tick of a row takes over, and when it cannot."""

from dataclasses import replace
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.campaigns.entry.checking.cells import CellFinding, EnteredCell, FindingLevel, shown
from imtplan.campaigns.entry.reading import SchoolFigures
from indicators.models import Figure, Indicator

PARTS = ("value", "numerator", "denominator")
Numbers = tuple[Decimal | None, ...]


def number_of_last_year(indicator: Indicator, reading: SchoolFigures) -> Figure | None:
    """Returns last year's figure where it is a number, counted as this year's is: a word is said
    anew each year."""
    before = reading.around.before(indicator)
    if before is None or before.state != Figure.State.NUMBER:
        return None
    return None if reading.around.begins_anew(indicator) else before


def taken_over(cell: EnteredCell, reading: SchoolFigures) -> tuple[EnteredCell, list[CellFinding]]:
    """Returns the cell with last year's number where it is ticked as such, and what is wrong.

    A number that stood beside an old tick and was changed is a new number: the tick goes. A new
    tick replaces the stored number, and never one that was just typed.
    """
    if not cell.same:
        return cell, []
    last = number_of_last_year(cell.indicator, reading)
    if last is None:
        text = (
            _("The series breaks here: the number of {year} is counted in another way.")
            if reading.around.begins_anew(cell.indicator)
            else _("There is no number of {year} to take over.")
        )
        year = reading.around.year_in_words(reading.campaign.year - 1)
        return cell, [_refusal(format_lazy(text, year=year))]
    typed, numbers = _numbers(cell), _numbers(last)
    if cell.state not in (Figure.State.NUMBER, Figure.State.NOT_ENTERED):
        return cell, [_refusal(_("Either a word or last year's number: take one of the two away."))]
    stored = reading.figure(cell.indicator)
    if not any(part is not None for part in typed) or typed == numbers:
        return _copy(cell, last), []
    if is_marked(stored):
        return replace(cell, same=False), []
    if stored is not None and typed == _numbers(stored):
        return _copy(cell, last), []
    text = _("This is not the number of {year}, {last}: keep one of the two.")
    year = reading.around.year_in_words(last.year)
    words = {"year": year, "last": _shown(last, cell.indicator)}
    return cell, [_refusal(format_lazy(text, **words))]


def is_marked(figure: Figure | None) -> bool:
    """Says whether a stored figure was taken over from last year."""
    return figure is not None and figure.origin == Figure.Origin.LAST_YEAR


def _numbers(row: EnteredCell | Figure) -> Numbers:
    return tuple(getattr(row, part) for part in PARTS)


def _copy(cell: EnteredCell, last: Figure) -> EnteredCell:
    parts = {part: getattr(last, part) for part in PARTS}
    return replace(cell, state=Figure.State.NUMBER, **parts)


def _shown(last: Figure, indicator: Indicator) -> str:
    number = last.number
    return shown(number, indicator) if number is not None else ""


def _refusal(message: str | Promise) -> CellFinding:
    return CellFinding(FindingLevel.IMPOSSIBLE, "same", "same", message)
