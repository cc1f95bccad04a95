"""Write sheets to an XLSX workbook: texts stay texts, and locked cells surround open ones.

A sheet is declared as rows of cells; each cell names its look, which the caller defines in the
words of XlsxWriter. The file holds no formula.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from imtplan.spreadsheets.columns import cleaned_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
# Spreadsheets write a day as the number of days since this one.
FIRST_DAY = date(1899, 12, 30)
# Excel's own limits: the length of a text, and the digits that a number keeps.
MAX_TEXT, MAX_DIGITS = 32_767, 15
# The longest title and text shown while a cell is being filled in.
MAX_HINT_TITLE, MAX_HINT = 32, 255

# Strings are strings, whatever they begin with; and no file of ours asks to be computed.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "in_memory": True,
}
# A locked sheet may still be made more readable.
_ALLOWED = {
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}


@dataclass(frozen=True)
class CellRule:
    """The check and the message while a cell is filled in. It warns and never forbids."""

    choices: Sequence[str] = ()
    choices_at: str = ""  # the cells that list the choices, if these are long or have commas
    lowest: Decimal | None = None
    highest: Decimal | None = None
    whole: bool = False
    hint_title: str = ""
    hint: str = ""
    warning: str = ""

    def as_options(self) -> dict[str, Any]:
        messages = {
            "input_title": self.hint_title[:MAX_HINT_TITLE],
            "input_message": self.hint[:MAX_HINT],
            "error_message": self.warning[:MAX_HINT],
            "error_type": "warning",
            "ignore_blank": True,
        }
        return self._condition() | {name: value for name, value in messages.items() if value}

    def _condition(self) -> dict[str, Any]:
        if self.choices_at:
            return {"validate": "list", "source": f"={self.choices_at}"}
        if self.choices:
            return {"validate": "list", "source": list(self.choices)}
        kind = {"validate": "integer" if self.whole else "decimal"}
        lowest, highest = self.lowest, self.highest
        if lowest is not None and highest is not None:
            limits = {"minimum": float(lowest), "maximum": float(highest)}
            return kind | {"criteria": "between"} | limits
        if lowest is not None:
            return kind | {"criteria": ">=", "value": float(lowest)}
        if highest is not None:
            return kind | {"criteria": "<=", "value": float(highest)}
        if not self.whole:
            return {"validate": "any"}
        limit = 10**MAX_DIGITS
        return kind | {"criteria": "between", "minimum": -limit, "maximum": limit}


@dataclass(frozen=True)
class CellOut:
    """A cell to write. The value None is an empty cell that keeps its look, never a zero."""

    value: str | Decimal | int | None = None
    look: str = ""
    rule: CellRule | None = None
    comment: str = ""


@dataclass
class SheetOut:
    name: str
    rows: list[list[CellOut]]
    widths: Sequence[float] = ()
    hidden_columns: Sequence[int] = ()
    # The line of headings, counted from 0: it stays in sight and begins each printed page.
    headings: int | None = None
    fixed_columns: int = 0
    is_hidden: bool = False
    is_locked: bool = True
    heights: Mapping[int, float] = field(default_factory=dict)


def workbook(
    sheets: Sequence[SheetOut],
    looks: Mapping[str, Mapping[str, Any]],
    properties: Mapping[str, str] | None = None,
) -> bytes:
    """Returns the file. A locked sheet has no password; a look with `locked: False` is open."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties(dict(properties or {}))
        book.set_calc_mode("auto")
        formats = {name: book.add_format(dict(look)) for name, look in looks.items()}
        for sheet in sheets:
            written = book.add_worksheet(sheet.name)
            _lay_out(written, sheet)
            for line, cells in enumerate(sheet.rows):
                for column, cell in enumerate(cells):
                    _write(written, line, column, cell, formats.get(cell.look))
    return file.getvalue()


def _lay_out(written: Worksheet, sheet: SheetOut) -> None:
    for column, width in enumerate(sheet.widths):
        hidden = {"hidden": True} if column in sheet.hidden_columns else {}
        written.set_column(column, column, width, None, hidden)
    for line, height in sheet.heights.items():
        written.set_row(line, height)
    written.hide_gridlines(2)
    written.set_landscape()
    written.set_paper(9)  # A4
    written.fit_to_pages(1, 0)
    written.set_footer("&L&F&C&A&R&P / &N")
    if sheet.headings is not None:
        written.freeze_panes(sheet.headings + 1, sheet.fixed_columns)
        written.repeat_rows(sheet.headings)
    if sheet.is_locked:
        written.protect("", _ALLOWED)
    if sheet.is_hidden:
        written.very_hidden()


def _write(written: Worksheet, line: int, column: int, cell: CellOut, look: Any) -> None:
    match cell.value:
        case None | "":
            written.write_blank(line, column, None, look)
        case str(text):
            written.write_string(line, column, whole_text(text), look)
        case number if is_exact(Decimal(number)):
            written.write_number(line, column, float(number), look)
        case number:
            written.write_string(line, column, f"{number:f}", look)
    if cell.rule:
        written.data_validation(line, column, line, column, cell.rule.as_options())
    if cell.comment:
        text = cleaned_text(cell.comment)[:MAX_TEXT]
        written.write_comment(line, column, text, _box_of(text))


def whole_text(text: str) -> str:
    """Returns a text that a cell can hold: no control characters, "…" at the end if it is cut."""
    cleaned = cleaned_text(text)
    return cleaned if len(cleaned) <= MAX_TEXT else f"{cleaned[: MAX_TEXT - 1]}…"


def is_exact(number: Decimal) -> bool:
    """Whether a spreadsheet keeps every digit. Any other number is written as a text."""
    return len(number.normalize().as_tuple().digits) <= MAX_DIGITS


def _box_of(comment: str) -> dict[str, float]:
    """Returns the size that shows a whole comment, in pixels: Excel shows four short lines."""
    lines = sum(1 + len(line) // 60 for line in comment.split("\n"))
    return {"width": 420, "height": max(75, 20 * lines)}
