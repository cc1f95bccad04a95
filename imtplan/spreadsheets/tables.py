"""What was found in a file: cells that know what they are and where they stand."""

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
    """Why a file is not read, as a sentence for the person who sent it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


class CellType(Enum):
    """What a cell holds. Only a text and a number are what somebody can have typed as a figure."""

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
    # Whether a formula gave it. What it holds is the same: who minds, asks.
    is_formula: bool = field(default=False, compare=False)
    # What the program displays, where that differs from the number in a way that matters: "20,6"
    # for 20600000 in a format of millions, "170 k€" for 170. Empty: it shows the number itself.
    shown: str = field(default="", compare=False)
    # The superscripts and footnotes that were left out of the text, as they stand: "1", "(a)".
    notes: str = field(default="", compare=False)
    # Whether its row or its column is hidden, filtered out, folded up, or without any size.
    is_hidden: bool = field(default=False, compare=False)
    # Whether the cell's own style crosses all of it out, or writes it in white on white.
    is_struck: bool = field(default=False, compare=False)
    is_white: bool = field(default=False, compare=False)

    @property
    def is_filled(self) -> bool:
        return bool(self.text.strip()) or self.kind is not CellType.TEXT


NOTHING = SheetCell(CellType.TEXT, "")


@dataclass
class TableRow:
    """One line of the file, numbered as the file's program numbers it; columns from 0."""

    line: int
    cells: dict[int, SheetCell] = field(default_factory=dict)
    # Where a merged block covers a cell of this line: the block's first cell, which alone holds
    # its text. Apart from the cells, so that no number counts twice.
    covered: dict[int, SheetCell] = field(default_factory=dict, compare=False)

    def __getitem__(self, column: int) -> SheetCell:
        return self.cells.get(column, NOTHING)

    def spread(self, column: int) -> SheetCell:
        """Returns the cell, or the first cell of the merged block in which it lies."""
        return self.cells.get(column) or self.covered.get(column, NOTHING)

    def __iter__(self) -> Iterator[tuple[int, SheetCell]]:
        """The cells that hold something, from left to right."""
        return iter(sorted(self.cells.items()))


@dataclass
class Table:
    """The lines of a sheet that hold something; a CSV file is one sheet without a name."""

    rows: list[TableRow]
    name: str = ""
    is_hidden: bool = False
    # How many cells stand too far away to be read: on a sheet that nobody needs, no harm.
    left_out: int = field(default=0, compare=False)

    def demand_whole(self) -> None:
        """Refuse a sheet that is needed and was not read to its end."""
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
    """The lines, in their order, of those cells that hold something: line, column, cell."""
    rows: dict[int, TableRow] = {}
    for line, column, cell in cells:
        if cell.text.strip() or cell.kind is not CellType.TEXT:
            rows.setdefault(line, TableRow(line)).cells[column] = cell
    return [rows[line] for line in sorted(rows)]


def letters(column: int) -> str:
    """The name of a column in every spreadsheet: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


# Line feed, carriage return and tab are text; the others break readers, or the database.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def one_kind_of_line_ends(text: str) -> str:
    """Browsers send line ends as CR LF, spreadsheets as LF: one of the two, or each way in would
    look like a change, and a text of many lines would be longer than its author counts."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def checked_text(text: str, line: int, column: int) -> str:
    """A cell's text with one kind of line ends. `Unreadable` where a control mark is in it."""
    text = one_kind_of_line_ends(text)
    if CONTROLS.search(text):
        place = {"cell": f"{letters(column)}{line}"}
        raise Unreadable(_("There is an invisible control character in cell %(cell)s.") % place)
    return text


# Spreadsheets keep 15 significant digits: 0.1 + 0.2 is 0.3 there, whatever the 17th digit says.
# Nothing is raised: what is too large for every program becomes infinite, and is no number.
_DIGITS = Context(prec=15, traps=[InvalidOperation])
MAX_EXPONENT = 400


def kept_number(text: str) -> Decimal | None:
    """The number that a program has written into a file; none where it is not one. Every program
    writes 0 to 9, and `Decimal` reads the digits of all scripts."""
    if not text.isascii():
        return None
    try:
        number = _DIGITS.create_decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT else None
