"""Reads a workbook into lines, each cell as the text that a form of the pages takes.

The forms check the values; this module only reads them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.number_sentences import sentence_of
from imtplan.day_field import NO_DAY
from imtplan.numbers import NumberError, format_number
from imtplan.planning.forms import NOT_WHOLE
from imtplan.planning.plan_fields import NO_UNIT
from imtplan.planning.workbook.sheets import (
    FORMAT,
    GUIDE,
    LISTS,
    MARKER,
    SHEETS,
    ColumnFormat,
    PlanColumn,
    PlanSheet,
)
from imtplan.planning.workbook.unread_remarks import remarks_of
from imtplan.spreadsheets.cell_words import (
    LANGUAGES,
    NOT_TYPED,
    bare,
    in_each_language,
    not_typed,
    where,
)
from imtplan.spreadsheets.tables import NOTHING, CellType, SheetCell, Table, TableRow, Unreadable
from imtplan.units import CellUnit, parse_quantity

LINES_BEFORE_HEADINGS = 5
# The preview stores each line and takes it back, while nobody else can store. A plan of 300
# indicators, each followed, linked and with a target, has about 1,200 lines.
MAX_LINES = 2_500
# Beyond this the refusals are only counted: it is probably the wrong file.
MAX_REFUSALS = 100
_YEAR = re.compile(r"\d{4}")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Refusal:
    """A cell that is refused: where it is, what was typed, and `why`, with what to do."""

    sheet: str
    where: str
    column: str
    typed: str
    why: str


class CellRefused(Exception):
    """The cell of the column `name` is refused, for the reason in `message`."""

    def __init__(self, name: str, message: str | Promise) -> None:
        super().__init__(message)
        self.name, self.message = name, str(message)


@dataclass(frozen=True, eq=False)
class WorkbookLine:
    """A line of a sheet. `places` has the place of each column that is in the file."""

    sheet: PlanSheet
    number: int
    row: TableRow
    places: Mapping[str, int]
    columns: Mapping[str, PlanColumn]
    language: str  # of its numbers

    def __getitem__(self, name: str) -> SheetCell:
        return self.row[self.places[name]] if name in self.places else NOTHING

    def raw(self, name: str) -> str:
        return self[name].text.strip()

    def text(self, name: str, *, unit: CellUnit = NO_UNIT) -> str:
        """Returns a cell as its form takes it, in the reader's language; `CellRefused` otherwise. A
        number may be written with its `unit`."""
        if name not in self.places:
            return ""
        cell, column = self[name], self.columns[name]
        if cell.is_formula:
            raise CellRefused(name, _("No formula is read here: paste its value alone."))
        try:
            return _text(cell, column, self.language, unit)
        except _TextRefused as refusal:
            raise CellRefused(name, refusal.message) from None

    @property
    def is_blank(self) -> bool:
        return not any(
            self[name].is_filled
            for name, column in self.columns.items()
            if column.format != ColumnFormat.BESIDE
        )

    def refused(self, name: str, why: str) -> Refusal:
        """Returns the refusal of a cell; of the first one, where the sheet has no such column."""
        at = name if name in self.places else next(iter(self.places))
        return Refusal(
            str(self.sheet.title),
            where(self.number, self.places[at]),
            self.columns[at].heading,
            shortened(self[at].text.strip()),
            why,
        )


def shortened(text: str, most: int = 120) -> str:
    """Returns the beginning of a cell's text, with an ellipsis where more follows."""
    return Truncator(text).chars(most)


@dataclass
class PlanWorkbook:
    """The lines of each sheet by its slug, the marks of the hidden sheet, refusals and remarks."""

    lines: dict[str, list[WorkbookLine]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Returns the number of its lines."""
        return sum(len(lines) for lines in self.lines.values())


def book_of(tables: Iterable[Table]) -> PlanWorkbook:
    """Returns the lines of every known sheet; `Unreadable` if the file is no plan's workbook."""
    return _WorkbookReader(list(tables)).book


class _WorkbookReader:
    def __init__(self, tables: list[Table]) -> None:
        self.book = PlanWorkbook(marks=_marks(tables))
        self.language = self.book.marks.get("language", reader_language())
        known = {name: sheet for sheet in SHEETS for name in sheet.known_as}
        for table in tables:
            sheet = known.get(bare(table.name))
            if sheet and sheet.slug in self.book.lines:
                raise Unreadable(_("Two sheets are called “%(name)s”.") % {"name": table.name})
            if sheet:
                self.book.lines[sheet.slug] = lines = list(self._lines(sheet, table))
                self.book.remarks += remarks_of(table, lines)
            elif not table.is_hidden and bare(table.name) not in self._beside:
                self._remark_sheet(table)
        if not self.book.lines:
            raise Unreadable(
                _("This is not a plan’s workbook: none of its sheets was found. Download it first.")
            )
        if self.book.size > MAX_LINES:
            raise Unreadable(
                _("This workbook has more than %(count)d lines: load it in several parts.")
                % {"count": MAX_LINES}
            )

    @cached_property
    def _beside(self) -> set[str]:
        """Returns the names of the sheets that only help."""
        return in_each_language(GUIDE, LISTS)

    def _remark_sheet(self, table: Table) -> None:
        if table.rows:
            words = {"name": table.name}
            self.book.remarks.append(
                _("The sheet “%(name)s” is not known: it is left out.") % words
            )

    def _lines(self, sheet: PlanSheet, table: Table) -> Iterator[WorkbookLine]:
        for place, row in enumerate(table.rows[:LINES_BEFORE_HEADINGS]):
            column_at = _headings(sheet, row)
            if set(sheet.key) <= {column.name for column in column_at.values()}:
                return self._below(sheet, row, column_at, table.rows[place + 1 :])
        if table.rows:
            raise Unreadable(
                _("The sheet “%(sheet)s” has no line of headings with “%(heading)s”.")
                % {"sheet": table.name, "heading": _heading_of(sheet, sheet.key[0])}
            )
        return iter(())

    def _below(
        self,
        sheet: PlanSheet,
        row: TableRow,
        column_at: dict[int, PlanColumn],
        rows: list[TableRow],
    ) -> Iterator[WorkbookLine]:
        columns = {column.name: column for column in column_at.values()}
        places = {column.name: place for place, column in column_at.items()}
        self._look_at_headings(sheet, row, column_at, places)
        for table_row in rows:
            line = WorkbookLine(sheet, table_row.line, table_row, places, columns, self.language)
            stray = [
                place for place, cell in table_row if place not in column_at and cell.is_filled
            ]
            unnamed = [place for place in stray if not row[place].is_filled]
            if unnamed:
                self._refuse_unnamed(line, unnamed[0])
            if not line.is_blank:
                yield line

    def _look_at_headings(
        self,
        sheet: PlanSheet,
        row: TableRow,
        column_at: dict[int, PlanColumn],
        places: dict[str, int],
    ) -> None:
        if len(places) < len(column_at):
            twice = next(
                column for place, column in column_at.items() if places[column.name] != place
            )
            raise Unreadable(
                _("Two columns of the sheet “%(sheet)s” say the same thing: %(heading)s.")
                % {"sheet": sheet.title, "heading": twice.heading}
            )
        for place, cell in row:
            if place not in column_at:
                self.book.remarks.append(
                    _("The column “%(heading)s” of the sheet “%(sheet)s” is left out: not known.")
                    % {"heading": shortened(cell.text, 60), "sheet": sheet.title}
                )

    def _refuse_unnamed(self, line: WorkbookLine, place: int) -> None:
        self.book.refusals.append(
            Refusal(
                str(line.sheet.title),
                where(line.number, place),
                "",
                shortened(line.row[place].text),
                _("This cell stands under no heading."),
            )
        )


def _marks(tables: Iterable[Table]) -> dict[str, str]:
    for table in tables:
        if table.name == MARKER:
            marks = {row[0].text: row[1].text for row in table.rows}
            if marks.get("format") != FORMAT or marks.get("language") not in LANGUAGES:
                raise Unreadable(_("This workbook is of an older kind: download yours again."))
            return marks
    return {}


def _headings(sheet: PlanSheet, row: TableRow) -> dict[int, PlanColumn]:
    years = {int(year) for _place, cell in row for year in _YEAR.findall(cell.text)}
    columns = sheet.columns_for(sorted(years))
    known = {name: column for column in columns for name in column.known_as}
    texts = {place: bare(cell.text) for place, cell in row}
    return {place: known[text] for place, text in texts.items() if text in known}


def _heading_of(sheet: PlanSheet, name: str) -> str:
    return next(column.heading for column in sheet.columns if column.name == name)


# --- Cells --------------------------------------------------------------------------------------


class _TextRefused(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _text(cell: SheetCell, column: PlanColumn, language: str, unit: CellUnit) -> str:
    if not cell.is_filled:
        return ""
    if cell.kind is CellType.ERROR:
        raise _TextRefused(not_typed(cell.kind))
    match column.format:
        case ColumnFormat.NUMBER:
            return _number(cell, language, unit)
        case ColumnFormat.YES:
            return _yes(cell)
        case ColumnFormat.DAY:
            return _day(cell)
        case ColumnFormat.WORD:
            return _word(cell, column)
        case ColumnFormat.WHOLE:
            return _whole(cell, language)
        case _:
            return _words(cell)


def _number(cell: SheetCell, language: str, unit: CellUnit) -> str:
    """Reads a number: a numeric cell as it is, a text in the file's language and with its unit."""
    if cell.kind in NOT_TYPED:
        raise _TextRefused(not_typed(cell.kind))
    is_in_percent = any("%" in text for text in unit.spellings)
    if cell.kind is CellType.PERCENT and not is_in_percent:
        raise _TextRefused(_("This is a percentage, and this column is not counted in percent."))
    is_plain = cell.kind is not CellType.TEXT
    text = _in_french(cell.text) if is_plain else cell.text.strip()
    number = _quantity(text, "fr" if is_plain else language, unit)
    if cell.shown and not _is_same(number, cell.shown, unit):
        words = {"shown": cell.shown, "held": format_number(number, language=reader_language())}
        raise _TextRefused(
            _("This cell shows %(shown)s and holds %(held)s. Write the one that is meant.") % words
        )
    return format_number(number, language=reader_language())


def _quantity(text: str, language: str, unit: CellUnit) -> Decimal:
    try:
        return parse_quantity(text, language=language, cell=unit)
    except NumberError as error:
        raise _TextRefused(str(sentence_of(error, unit))) from None


def _is_same(number: Decimal, shown: str, unit: CellUnit) -> bool:
    """Whether a cell shows its own number in the unit of its column: "272 M€" for 272."""
    try:
        return parse_quantity(shown, language=reader_language(), cell=unit) == number
    except NumberError:
        return False


def _in_french(plain: str) -> str:
    """Writes 1.234 as "1,234": in French, only "." could group the digits of this text."""
    return plain.strip().replace(".", ",")


def _whole(cell: SheetCell, language: str) -> str:
    if cell.kind is CellType.TEXT and not cell.text.strip().isdecimal():
        raise _TextRefused(str(NOT_WHOLE))
    if cell.kind not in (CellType.TEXT, CellType.NUMBER) or "." in cell.text:
        raise _TextRefused(str(NOT_WHOLE))
    return cell.text.strip()


def _yes(cell: SheetCell) -> str:
    word = bare(cell.text)
    if word in in_each_language(_("yes")) | {"oui", "yes", "x", "1", "true", "vrai"}:
        return "on"
    if word in {"non", "no", "0", "false", "faux"}:
        return ""
    raise _TextRefused(_("Write yes or no."))


def _day(cell: SheetCell) -> str:
    """Returns an ISO date, of a cell with a date or of "15/12/2022": the month is never first."""
    text = cell.text.strip()
    try:
        if day := _DAY.fullmatch(text):
            return date(int(day[3]), int(day[2]), int(day[1])).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise _TextRefused(str(NO_DAY)) from None


def _word(cell: SheetCell, column: PlanColumn) -> str:
    word = bare(cell.text)
    for value, label in column.words:
        if word in {value, *in_each_language(label)}:
            return str(value)
    words = ", ".join(f"“{label}”" for _value, label in column.words)
    raise _TextRefused(
        _("This word is none of the column’s. Choose one of: %(words)s.") % {"words": words}
    )


def _words(cell: SheetCell) -> str:
    if cell.kind is CellType.DATE:
        raise _TextRefused(_("This is a date: format the cell as text and type it again."))
    if cell.kind is CellType.BOOLEAN:
        raise _TextRefused(_("This is “true” or “false” and no text."))
    return f"{cell.text} %" if cell.kind is CellType.PERCENT else cell.text.strip()
