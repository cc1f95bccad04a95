"""The tables of a file: cells with their type, their text and their place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Context, Decimal, InvalidOperation
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext as _

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 100
# Rows and columns alone would allow half a million cells, which nobody types.
MAX_CELLS = 50_000


class Unreadable(Exception):
    """The file is not read; `message` says why, for the person who sent it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


class CellType(Enum):
    """The type of a cell's value. A figure that was typed is a text, a number or a percentage."""

    TEXT = auto()
    NUMBER = auto()  # its text is plain: "1234.5"
    PERCENT = auto()  # a number shown as a percentage: 0.12 has the text "12"
    DATE = auto()
    BOOLEAN = auto()
    ERROR = auto()  # "#REF!"
    NOT_COMPUTED = auto()  # a formula that no program has computed yet


@dataclass(frozen=True, slots=True)
class SheetCell:
    kind: CellType
    text: str
    # Whether the value is the result of a formula.
    is_formula: bool = field(default=False, compare=False)
    # What the program displays, if it says more than the number: "20,6" for 20600000 in a format
    # of millions, "170 k€" for 170. Empty: it shows the number itself, rounded or not.
    shown: str = field(default="", compare=False)
    # The superscripts and footnotes that were left out of the text, as they stand: "1", "(a)".
    notes: str = field(default="", compare=False)
    # Whether its row or its column is hidden, filtered out, folded up, or without any size.
    is_hidden: bool = field(default=False, compare=False)
    # Whether the cell's own style crosses the text out, or writes it in white on white.
    is_struck: bool = field(default=False, compare=False)
    is_white: bool = field(default=False, compare=False)

    @property
    def is_filled(self) -> bool:
        return bool(self.text.strip()) or self.kind is not CellType.TEXT


NOTHING = SheetCell(CellType.TEXT, "")


@dataclass
class TableRow:
    """A line of the file, with its number in the spreadsheet program; columns count from 0."""

    line: int
    cells: dict[int, SheetCell] = field(default_factory=dict)
    # For each cell that a merged block covers, the block's first cell, which holds its text. They
    # are not among the cells, so that no number counts twice.
    covered: dict[int, SheetCell] = field(default_factory=dict, compare=False)

    def __getitem__(self, column: int) -> SheetCell:
        return self.cells.get(column, NOTHING)

    def spread(self, column: int) -> SheetCell:
        """Returns the cell, or the first cell of the merged block in which it lies."""
        return self.cells.get(column) or self.covered.get(column, NOTHING)

    def __iter__(self) -> Iterator[tuple[int, SheetCell]]:
        """Returns the filled cells with their columns, from left to right."""
        return iter(sorted(self.cells.items()))


@dataclass
class Table:
    """The lines of a sheet that are not empty; a CSV file is a sheet without a name."""

    rows: list[TableRow]
    name: str = ""
    is_hidden: bool = False
    # How many cells are beyond the limits and were not read; it matters only on a needed sheet.
    left_out: int = field(default=0, compare=False)

    def demand_whole(self) -> None:
        """Raise `Unreadable` if cells of this sheet, which is needed, were left out."""
        if self.left_out:
            raise Unreadable(
                _(
                    "The sheet “%(sheet)s” holds cells too far away (%(count)d): a sheet is read"
                    " up to line %(rows)d and column %(column)s, a file up to %(cells)d cells."
                )
                % {
                    "sheet": self.name,
                    "count": self.left_out,
                    "rows": MAX_ROWS,
                    "column": letters(MAX_COLUMNS - 1),
                    "cells": MAX_CELLS,
                }
            )


def rows_of(cells: Iterable[tuple[int, int, SheetCell]]) -> list[TableRow]:
    """Returns the lines of these cells (line, column, cell) in their order, without empty cells."""
    rows: dict[int, TableRow] = {}
    for line, column, cell in cells:
        if cell.text.strip() or cell.kind is not CellType.TEXT:
            rows.setdefault(line, TableRow(line)).cells[column] = cell
    return [rows[line] for line in sorted(rows)]


def letters(column: int) -> str:
    """Returns the letters of a column: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


# A displayed text without a letter, a digit or such a sign says nothing: "-", "(…)".
MEANS = re.compile(r"[^\W_]|[%‰$€£¥]")
# Line feed, carriage return and tab are text; the others break readers, or the database.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def one_kind_of_line_ends(text: str) -> str:
    """Returns the text with line feeds alone. Browsers send CR LF and spreadsheets LF: with both,
    the same text would look changed, and longer than its author counts."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def checked_text(text: str, line: int, column: int) -> str:
    """Returns a cell's text with line feeds alone; `Unreadable` if a control character is in it."""
    text = one_kind_of_line_ends(text)
    if CONTROLS.search(text):
        place = {"cell": f"{letters(column)}{line}"}
        raise Unreadable(_("There is an invisible control character in cell %(cell)s.") % place)
    return text


# Spreadsheets keep 15 significant digits: 0.1 + 0.2 is 0.3 there, whatever the 17th digit says.
# An overflow raises nothing: the number becomes infinite, and `kept_number` returns none.
_DIGITS = Context(prec=15, traps=[InvalidOperation])
MAX_EXPONENT = 400


def kept_number(text: str) -> Decimal | None:
    """Returns the number that a program wrote into a file; None if the text is no number. Only 0 to
    9 are read, as every program writes them; `Decimal` takes the digits of all scripts."""
    if not text.isascii():
        return None
    try:
        number = _DIGITS.create_decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT else None
