"""The tables of a page as files: their rows, their columns, and how a column reads its cell.

A page declares its own in a `tables.py` beside it, a line for each column and each table.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from imtplan.rest import rounded
from imtplan.spreadsheets import Column, ColumnType

DIGITS = 10  # as the API gives them
Label = Any
# The lines above a table: a heading and a text.
AboutLines = list[tuple[str, str]]


@dataclass(frozen=True)
class PageTable:
    """A table of a page: its name in the address, its heading, and its columns and rows."""

    slug: str
    label: Label
    columns: Sequence[Column] | Callable[[Any], Sequence[Column]]
    rows: Callable[[Any], Iterable[Any]]

    def columns_of(self, page: Any) -> Sequence[Column]:
        return self.columns(page) if callable(self.columns) else self.columns


# --- Columns --------------------------------------------------------------------------------------

# How a cell is read from its row: by a path of attributes, any of which may be None, or a function.
CellSource = str | Callable[[Any], Any]


def number(key: str, label: Label, source: CellSource = "") -> Column:
    def digits(row: Any) -> Any:
        value = _cell(row, source or key)
        return rounded(value, DIGITS) if isinstance(value, Decimal) else value

    return Column(key, label, digits, ColumnType.NUMBER)


def text(key: str, label: Label, source: CellSource = "") -> Column:
    return Column(key, label, lambda row: str(_cell(row, source or key) or "") or None)


def day(key: str, label: Label, source: CellSource = "") -> Column:
    return Column(key, label, lambda row: _cell(row, source or key), ColumnType.TIME)


def _cell(row: Any, source: CellSource) -> Any:
    if callable(source):
        return source(row)
    for name in source.split("."):
        row = None if row is None else getattr(row, name)
    return row
