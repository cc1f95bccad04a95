"""A block copied from a spreadsheet, laid over the grid.

Rows go down from the cell in which the person pasted, or, where the first column names indicators,
to the rows so named. Columns go right: number (or the ratio's two parts), the word instead of a
number, its reason. A first row of years keeps the column of the campaign's year alone.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from imtplan.campaigns.proposals import Stray, TypedCell
from indicators.models import Indicator

LARGEST = 200_000  # characters
YEAR = re.compile(r"(19|20)\d\d")


class Unplaceable(ValueError):
    """The block cannot be laid over the grid; the message says why."""


@dataclass(frozen=True)
class Spot:
    """One cell of the block: its text, and its row and column, counted from one."""

    text: str
    row: int
    column: int

    @property
    def where(self) -> str:
        return _("row %(row)s, column %(column)s of the block") % {
            "row": self.row,
            "column": self.column,
        }

    def stray(self, message: str) -> Stray:
        return Stray(self.where, self.text, message)


Block = list[list[Spot]]


def read_block(text: str) -> Block:
    """The cells of the clipboard's text: tabs between columns, quotes around line ends."""
    if len(text) > LARGEST:
        raise Unplaceable(_("This block is too large to be a school's figures."))
    lines = csv.reader(io.StringIO(text.replace("\x00", "\u2400")), dialect="excel-tab")
    try:
        rows = [
            [Spot(cell, row, column) for column, cell in enumerate(line, start=1)]
            for row, line in enumerate(lines, start=1)
        ]
    except csv.Error as error:
        raise Unplaceable(_("This block cannot be read: copy it again.")) from error
    return [row for row in rows if any(spot.text.strip() for spot in row)]


def cells_of_paste(
    text: str, *, indicators: Sequence[Indicator], start: str, column: str, year: int
) -> tuple[list[TypedCell], list[Stray]]:
    """The block as cells. `start`, `column`: the indicator and the field pasted into."""
    block = read_block(text)
    strays: list[Stray] = []
    names = named_rows(block, indicators)
    block, only = _without_years(block, year)
    cells = []
    for row, indicator in _placed(block, indicators, names, start, strays):
        fields = fields_from(indicator, None if names or only else column)
        spots = _spots(row, bool(names), only, strays, year)
        typed = dict(zip(fields, (spot.text for spot in spots), strict=False))
        strays += [
            spot.stray(_("No column of the grid stands here."))
            for spot in spots[len(fields) :]
            if spot.text.strip()
        ]
        if typed and any(text.strip() for text in typed.values()):
            cells.append(TypedCell(indicator, typed, where=spots[0].where))
    return cells, strays


def fields_from(indicator: Indicator, column: str | None) -> list[str]:
    """The row's fields from the one pasted into, left to right."""
    numbers = ["numerator", "denominator"] if indicator.is_ratio else ["value"]
    fields = [*numbers, "word", "reason", "explanation"]
    return fields[fields.index(column) :] if column in fields else fields


def named_rows(block: Block, indicators: Iterable[Indicator]) -> dict[int, Indicator]:
    """Which rows the first column names, by their number; none unless most are named."""
    by_name = {}
    for one in indicators:
        by_name |= {_folded(name): one for name in (one.code, one.name_fr, one.name_en)}
    found = {
        row[0].row: by_name[_folded(row[0].text)]
        for row in block
        if _folded(row[0].text) in by_name
    }
    return found if len(found) * 2 >= len(block) else {}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _without_years(block: Block, year: int) -> tuple[Block, int | None]:
    """A first row of years goes; the column of the campaign's year is then the only one used."""
    years = {
        spot.column: spot.text.strip()
        for spot in (block[0] if block else [])
        if YEAR.fullmatch(spot.text.strip())
    }
    if len(block) < 2 or str(year) not in years.values() or len(set(years.values())) < 2:
        return block, None
    return block[1:], next(column for column, text in years.items() if text == str(year))


def _placed(
    block: Block,
    indicators: Sequence[Indicator],
    names: dict[int, Indicator],
    start: str,
    strays: list[Stray],
) -> Iterator[tuple[list[Spot], Indicator]]:
    """Each row of the block with its indicator; a row that has none is left out, and said."""
    codes = [one.code for one in indicators]
    first = codes.index(start) if start in codes else 0
    top = block[0][0].row if block else 0
    for row in block:
        at = first + row[0].row - top
        if names and row[0].row in names:
            yield row, names[row[0].row]
        elif names:
            strays.append(row[0].stray(_("No indicator of this campaign has this name.")))
        elif at < len(indicators):
            yield row, indicators[at]
        else:
            strays.append(row[0].stray(_("The grid has no row here.")))


def _spots(
    row: list[Spot], named: bool, only: int | None, strays: list[Stray], year: int
) -> list[Spot]:
    """The cells of a row that are to be laid down."""
    spots = row[1:] if named else row
    if only is None:
        return spots
    message = _("Only the year %(year)s is collected.") % {"year": year}
    strays += [spot.stray(message) for spot in spots if spot.column != only and spot.text.strip()]
    return [spot for spot in spots if spot.column == only]
