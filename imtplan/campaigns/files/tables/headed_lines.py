"""A table with a line of headings, line by line: what each says of which cell.

What belongs to no cell is told with its place and the reason, never dropped unsaid.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from imtplan.campaigns.files.tables.cell_texts import CellTexts
from imtplan.campaigns.files.tables.headings import (
    ANSWERS,
    BESIDE,
    NAMING,
    TYPED,
    Headings,
    is_target,
)
from imtplan.campaigns.files.tables.table_names import (
    Destination,
    did_you_mean,
    is_number,
    is_part_of_a_year,
    year_of,
)
from imtplan.campaigns.files.tables.table_units import texts_of, unit_beside, unit_of_table
from imtplan.campaigns.files.tables.typed_cells import StrayText, TypedCell
from imtplan.campaigns.files.workbook import PARTS
from imtplan.spreadsheets.cell_words import NOT_TYPED, bare, not_typed, where
from imtplan.spreadsheets.tables import CellType, Table, TableRow
from imtplan.units import unit_named
from indicators.models import Indicator


class CellLeftOut(Exception):
    """Why something on a line is left out, and of which column."""

    def __init__(self, column: int, text: str, message: str) -> None:
        super().__init__(message)
        self.column, self.text, self.message = column, text, message


@dataclass
class HeadedSheet:
    """A table with its headings, and what is left out of it while it is read."""

    table: Table
    headings: Headings
    destination: Destination
    is_named: bool = False  # whether each place names the sheet too
    strays: list[StrayText] = field(default_factory=list)
    _others: dict[int, bool] = field(default_factory=dict)

    @cached_property
    def unit(self) -> str:
        """Returns the unit in which all of the table is, by titles, name or heading."""
        if self.destination.is_ours or self.headings.is_for_programs:
            return ""
        above = texts_of(self.table.rows[: self.headings.place])
        naming = [column for column, name in self.headings.fields.items() if name in NAMING]
        heads = [self.headings.row[column].text for column in naming]
        return unit_of_table([*above, *heads, self.table.name])

    @property
    def columns(self) -> dict[str, int]:
        return self.headings.columns

    def read(self) -> Iterator[TypedCell]:
        for column, cell in self.headings.row:
            if column in self.headings.across:
                continue
            if not self.headings.fields[column]:
                message = _("This column is not known: it is left out.")
                message = did_you_mean(message, self.destination.near(cell.text))
                self._stray(self.headings.row, CellLeftOut(column, cell.text, message))
            elif self.headings.across and self.headings.fields[column] in TYPED:
                message = _("This column does not say of which indicator it is: it is left out.")
                self._stray(self.headings.row, CellLeftOut(column, cell.text, message))
        for row in self.table.rows[: self.headings.place]:
            self._leave_numbers_above(row)
        for row in self.table.rows[self.headings.place + 1 :]:
            yield from self._read_or_leave(row)

    def _leave_numbers_above(self, row: TableRow) -> None:
        """Titles above the headings say nothing of a cell; numbers there might."""
        for column, cell in row:
            if is_number(cell) and year_of(cell.text) is None:
                message = _("This line stands above the headings: it is left out.")
                return self._stray(row, CellLeftOut(column, cell.text, message))
        return None

    def _read_or_leave(self, row: TableRow) -> Iterator[TypedCell]:
        try:
            yield from self._across(row) if self.headings.across else self._along(row)
        except CellLeftOut as left:
            self._stray(row, left)

    def _stray(self, row: TableRow, left: CellLeftOut) -> None:
        self.strays.append(StrayText(self.where(row, left.column), left.text[:200], left.message))

    def where(self, row: TableRow, column: int) -> str:
        place = where(row.line, column)
        if not self.is_named:
            return place
        return _("sheet “%(sheet)s”, %(place)s") % {"sheet": self.table.name, "place": place}

    # --- One line for each school or year, one column for each indicator ------------------------

    def _across(self, row: TableRow) -> Iterator[TypedCell]:
        columns = [column for column in self.headings.across if row[column].is_filled]
        if not columns:
            return
        self._refuse_other_place(row)
        for column in columns:
            try:
                yield self._of_column(row, column)
            except CellLeftOut as left:
                self._stray(row, left)

    def _of_column(self, row: TableRow, column: int) -> TypedCell:
        indicator = self.headings.across[column]
        if indicator.code not in self.destination.asked_codes:
            message = _("This indicator is not asked for in this campaign.")
            raise CellLeftOut(column, self.headings.row[column].text, message)
        if indicator.is_ratio:
            message = _("This indicator has a numerator and a denominator: enter both.")
            raise CellLeftOut(column, row[column].text, message)
        return self._cell(row, indicator, {"value": column}, "")

    # --- One line for each indicator ------------------------------------------------------------

    def _along(self, row: TableRow) -> Iterator[TypedCell]:
        """A line that says nothing gives nothing; one of ours that was emptied says so."""
        filled = {name for name in TYPED & set(self.columns) if row[self.columns[name]].is_filled}
        version = row[self.columns["version"]].text if "version" in self.columns else ""
        indicator, unit = self._indicator(row, filled)
        if indicator is None or not (filled or (self.destination.is_ours and version)):
            return
        self._refuse_other_place(row, indicator)
        self._refuse_cells_without_heading(row)
        self._refuse_wrong_parts(row, indicator, filled)
        names = _parts(indicator) | TYPED - set(PARTS)
        read = names & (set(self.columns) if self.destination.is_ours else filled)
        unit = unit or self._unit_beside(row, indicator)
        cell = self._cell(row, indicator, {name: self.columns[name] for name in read}, unit)
        if self.destination.is_ours:
            yield _with_version(cell, version)
        elif cell.claims or self._says_something(row, cell.typed, filled):
            yield cell

    def _indicator(self, row: TableRow, filled: set[str]) -> tuple[Indicator | None, str]:
        """Returns the one that the line names. None: the line says nothing."""
        if self.headings.only is not None:
            return self.headings.only, ""
        names = [self.columns[name] for name in ("code", "name") if name in self.columns]
        texts = {column: row.spread(column).text for column in names}
        texts = {column: text for column, text in texts.items() if text.strip()}
        matches = [self.destination.indicator_names.find(text) for text in texts.values()]
        known = [indicators for indicators, _unit in matches if indicators]
        in_all = [own for own in known[0] if all(own in more for more in known)] if known else []
        if len(in_all) == 1 and in_all[0].code in self.destination.asked_codes:
            return in_all[0], next((unit for _known, unit in matches if unit), "")
        if filled:
            column, text = next(iter(texts.items()), (names[0], ""))
            raise CellLeftOut(column, text, _why_none(in_all, known, self.destination.near(text)))
        return None, ""

    def _unit_beside(self, row: TableRow, indicator: Indicator) -> str:
        """Another unit than the indicator's, in a column of units: the reader of numbers minds."""
        if "unit" not in self.columns or self.destination.is_ours or self.headings.is_for_programs:
            return ""
        text = row.spread(self.columns["unit"]).text.strip()
        is_own = bare(text) in {bare(indicator.unit_fr), bare(indicator.unit_en)}
        return text if unit_named(text) and not is_own else ""

    def _refuse_other_place(self, row: TableRow, indicator: Indicator | None = None) -> None:
        """Refuses a line of another school, of another year, or of a part of one."""
        for column in self.headings.places("school"):
            if message := self._other_school(self._place(row, column, "school")):
                raise CellLeftOut(column, row.spread(column).text, message)
        for column in self.headings.places("year"):
            if message := self._other_year(self._place(row, column, "year"), indicator):
                raise CellLeftOut(column, row.spread(column).text, message)
        for column in self.headings.places("part_of_year"):
            if (text := row.spread(column).text.strip()) and bare(text) not in _WHOLE_YEAR:
                message = _("This line is of a part of the year: the whole year is collected.")
                raise CellLeftOut(column, text, message)
        self._refuse_unlabelled_place(row)

    def _refuse_unlabelled_place(self, row: TableRow) -> None:
        """Refuses another school or year in a column without a heading that we know."""
        for column, cell in row:
            name = self.headings.fields.get(column, "")
            if name not in ("", BESIDE) or column in self.headings.across:
                continue
            if is_target(cell.text):
                message = _("This line is of a target or a forecast, not of the figure itself.")
                raise CellLeftOut(column, cell.text, message)
            if name:
                continue
            school = self.destination.school_names.exact(cell.text)
            if school and school.code != self.destination.school.code:
                raise CellLeftOut(column, cell.text, _("This line is of another school."))
            if self.headings.across and self._other_bare_year(cell.text):
                raise CellLeftOut(column, cell.text, _("This line is of another year."))

    def _other_bare_year(self, text: str) -> bool:
        year = year_of(text) if bare(text).replace("-", "").isdigit() else None
        return year not in (None, self.destination.year)

    def _place(self, row: TableRow, column: int, name: str) -> str:
        """Returns the text that says whose line it is. Empty ones are refused where others are
        named."""
        text = row.spread(column).text.strip()
        if text or not self._names_others(column, name):
            return text
        message = _("This line does not say of which school it is.")
        if name == "year":
            message = _("This line does not say of which year it is.")
        raise CellLeftOut(column, "", message)

    def _names_others(self, column: int, name: str) -> bool:
        """Says whether some line of the column is of another school or year; looked at once."""
        if column not in self._others:
            is_other = self._other_school if name == "school" else self._other_year
            below = self.table.rows[self.headings.place + 1 :]
            self._others[column] = any(is_other(row.spread(column).text) for row in below)
        return self._others[column]

    def _other_school(self, text: str) -> str:
        school = self.destination.school_names.find(text)
        if not text.strip() or (school and school.code == self.destination.school.code):
            return ""
        if school is None:
            return _("This is not the name of your school.")
        return _("This line is of another school.")

    def _other_year(self, text: str, indicator: Indicator | None = None) -> str:
        if not text.strip():
            return ""
        if is_part_of_a_year(text):
            return _("This line is of a part of the year: the whole year is collected.")
        is_academic = indicator is None or indicator.year_kind == Indicator.YearKind.ACADEMIC
        is_whole = is_academic or "-" not in bare(text)
        if year_of(text) == self.destination.year and is_whole:
            return ""
        return _("This line is of another year.")

    def _refuse_cells_without_heading(self, row: TableRow) -> None:
        """Refuses cells under no heading: decimals that a comma has cut off, maybe."""
        for column, cell in row:
            if column not in self.headings.fields and cell.text.strip():
                message = _("This cell stands under no heading: the line is left out.")
                raise CellLeftOut(column, cell.text, message)

    def _refuse_wrong_parts(self, row: TableRow, indicator: Indicator, filled: set[str]) -> None:
        """A ratio has two numbers, another indicator one; beside its two, a quotient is no harm."""
        wrong = filled & set(PARTS) - _parts(indicator)
        if not wrong or (indicator.is_ratio and filled & _parts(indicator)):
            return
        column = min(self.columns[name] for name in wrong)
        message = (
            _("This indicator has a numerator and a denominator: enter both.")
            if indicator.is_ratio
            else _("This indicator has one value, no numerator and no denominator.")
        )
        raise CellLeftOut(column, row[column].text, message)

    def _says_something(self, row: TableRow, typed: dict[str, str], filled: set[str]) -> bool:
        """An explanation without its figure is told; "not yet entered" says nothing."""
        if any(typed.get(name) for name in ANSWERS):
            return True
        if beside := filled - ANSWERS:
            column = min(self.columns[name] for name in beside)
            message = _("There is no figure on this line: its explanation alone is left out.")
            raise CellLeftOut(column, row[column].text, message)
        return False

    # --- A cell ---------------------------------------------------------------------------------

    def _cell(
        self, row: TableRow, indicator: Indicator, columns: dict[str, int], unit: str
    ) -> TypedCell:
        """Returns what the columns say, by field; as shown and as held where they differ."""
        texts = CellTexts(self.destination.language, indicator, self.headings.is_for_programs)
        typed, shown = {}, {}
        for name, column in sorted(columns.items()):
            cell = row[column]
            if cell.kind in NOT_TYPED and (name in PARTS or cell.kind is not CellType.DATE):
                raise CellLeftOut(column, cell.text, not_typed(cell.kind))
            unit_here = self.headings.units.get(column, unit) or unit_beside(indicator, self.unit)
            typed[name] = texts.read(name, cell, unit_here)
            shown[name] = cell.shown if name in PARTS and cell.shown else typed[name]
        filled = [column for name, column in columns.items() if row[column].is_filled]
        numbers = [columns[name] for name in ANSWERS & set(columns) if columns[name] in filled]
        place = self.where(row, min(numbers or filled or columns.values()))
        return texts.cell(typed, shown, place)


_WHOLE_YEAR = {"annee", "annuel", "annuelle", "total", "year", "annual", "full year", "t", "a"}


def _parts(indicator: Indicator) -> set[str]:
    return {"numerator", "denominator"} if indicator.is_ratio else {"value"}


def _why_none(in_all: list[Indicator], known: list[list[Indicator]], near: str) -> str:
    """Says why a line that says something belongs to no indicator of the campaign. `near`: the name
    that it is nearest to."""
    if not known:
        return did_you_mean(_("This names no indicator that we know."), near)
    if not in_all:
        return _("The code and the name on this line are of two indicators.")
    if len(in_all) > 1:
        return _("Several indicators have this name: write the code.")
    return _("This indicator is not asked for in this campaign.")


def _with_version(cell: TypedCell, text: str) -> TypedCell:
    """Returns the cell with the version that the workbook was made from; 0, an empty cell."""
    version = int(text) if text.isascii() and text.isdigit() else 0
    return TypedCell(**{**cell.__dict__, "version": version})
