"""The tables of a sheet, one under another, each with its own headings and the lines above them.

A title says of which school and year its table is, where no column says it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils.translation import gettext as _

from imtplan.campaigns.files.tables.headings import PLACES, Headings, HeadingWords
from imtplan.campaigns.files.tables.table_names import (
    Destination,
    is_number,
    is_part_of_a_year,
    year_of,
)
from imtplan.spreadsheets.tables import CellType, SheetCell, Table, TableRow

# A day in a title is when the table was printed, unless it ends a year.
_DAY = re.compile(r"\b(?!31[/.-]12)\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b")
_LONGEST_TITLE = 200


@dataclass(frozen=True)
class OtherPerimeter:
    """What says that a table is of another school or year, and the sentence."""

    text: str
    message: str
    is_title: bool


@dataclass(frozen=True)
class TableSection:
    """One table of a sheet: the lines above its headings, them, and those below."""

    table: Table
    headings: Headings
    destination: Destination
    words: HeadingWords

    @classmethod
    def all_of(
        cls, table: Table, destination: Destination, words: HeadingWords
    ) -> list["TableSection"]:
        """Returns every table of the sheet; none where no line is one of headings."""
        first = Headings.of(table, destination, words)
        if not first:
            return []
        later = [] if destination.is_ours or first.across else _later(table, first, words)
        all_headings = [first, *later]
        starts = [0]
        for before, headings in pairwise(all_headings):
            starts.append(_title_of(table, before.place, headings.place, destination))
        ends = [*starts[1:], len(table.rows)]
        return [
            cls(
                replace(table, rows=table.rows[start:end]),
                replace(headings, place=headings.place - start),
                destination,
                words,
            )
            for headings, start, end in zip(all_headings, starts, ends, strict=True)
        ]

    # --- Whose it is --------------------------------------------------------------------------

    def other(self) -> OtherPerimeter | None:
        """Says why it is left out: its title, or its sheet, says another school or year, and no
        column says it."""
        if self.destination.is_ours:
            return None
        says = PLACES & set(self.headings.fields.values())
        return self._other_school(says) or self._other_year(says)

    def _other_school(self, says: set[str]) -> OtherPerimeter | None:
        if "school" in says:
            return None
        message = _("This table is of another school: it is left out.")
        if other := self._foreign([text for text, _cell, _row in self._titles()], self._school):
            return OtherPerimeter(other, message, is_title=True)
        if other := self._foreign([self.table.name], self._school):
            return OtherPerimeter(
                other, _("This sheet is of another school: it is left out."), False
            )
        return None

    def _other_year(self, says: set[str]) -> OtherPerimeter | None:
        heads = [cell.text for _column, cell in self.headings.row]
        if "year" in says or any(year_of(text) for text in heads):
            return None
        titles = [text for text, cell, row in self._titles() if self._may_be_a_year(cell, row)]
        if other := self._foreign(titles, self._year):
            return OtherPerimeter(
                other, _("This table is of another year: it is left out."), is_title=True
            )
        if other := self._foreign([self.table.name], self._year):
            return OtherPerimeter(other, _("This sheet is of another year: it is left out."), False)
        return None

    def _foreign(self, texts: list[str], is_own: Callable[[str], bool | None]) -> str:
        """Returns the first text that names another, where none names the own."""
        judged = [(text, is_own(text)) for text in texts]
        others = [text for text, own in judged if own is False]
        return others[0] if others and not any(own for _text, own in judged) else ""

    def _school(self, text: str) -> bool | None:
        school = self.destination.school_names.find(text)
        return None if school is None else school.code == self.destination.school.code

    def _year(self, text: str) -> bool | None:
        year = None if is_part_of_a_year(text) else year_of(_DAY.sub("", text))
        return None if year is None else year == self.destination.year

    def _titles(self) -> Iterator[tuple[str, SheetCell, TableRow]]:
        for row in self.table.rows[: self.headings.place]:
            for _column, cell in row:
                if cell.kind is not CellType.DATE and len(cell.text) <= _LONGEST_TITLE:
                    yield cell.text.strip(), cell, row

    def _may_be_a_year(self, cell: SheetCell, row: TableRow) -> bool:
        """A number says a year where it stands alone, or where its line says that it does."""
        is_alone = len(row.cells) == 1
        names = {self.words.field(other.text)[0] for _column, other in row}
        return not is_number(cell) or is_alone or "year" in names


def _later(table: Table, first: Headings, words: HeadingWords) -> list[Headings]:
    """Returns the lines further down that are headings again."""
    below = list(enumerate(table.rows))[first.place + 1 :]
    rows = [(place, row) for place, row in below if _may_be_headings(row)]
    again = (Headings.plain(row, place, words) for place, row in rows)
    return [headings for headings in again if headings.is_repeated(first)]


def _may_be_headings(row: TableRow) -> bool:
    """Headings are short, and no numbers but years; most lines end here."""
    return all(
        len(cell.text) <= _LONGEST_TITLE and (not is_number(cell) or year_of(cell.text))
        for _column, cell in row
    )


def _title_of(table: Table, before: int, place: int, destination: Destination) -> int:
    """Returns the first line above these headings that is no longer of the table before."""
    while place - 1 > before and not _names_an_indicator(table.rows[place - 1], destination):
        place -= 1
    return place


def _names_an_indicator(row: TableRow, destination: Destination) -> bool:
    return any(destination.indicator_names.find(cell.text)[0] for _column, cell in row)
