"""Write rows to a workbook of one sheet, to sort and filter: unlocked, without a formula."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.columns import Column, ColumnType, Flavour
from imtplan.spreadsheets.workbooks import CellOut, SheetOut

LOOKS: dict[str, dict[str, Any]] = {
    "heading": {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 2},
    "number": {"num_format": "General"},
    "text": {"num_format": "@"},
}
WIDTHS = {ColumnType.TEXT: 24, ColumnType.NUMBER: 16, ColumnType.TIME: 20}


def book_table(
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    title: str,
    book: BookFormat,
    beside: Sequence[SheetOut] = (),
) -> bytes:
    """Returns the file, with the labels as headings; the sheets in `beside` follow the table."""
    headings = [CellOut(str(column.label), "heading") for column in columns]
    body = [[_cell(column, row) for column in columns] for row in rows]
    sheet = SheetOut(
        name=sheet_name(title),
        rows=[headings, *body],
        widths=[WIDTHS[column.kind] for column in columns],
        headings=0,
        is_locked=False,
    )
    return book.write([sheet, *beside], LOOKS, {"title": title, "author": "IMT Plan"})


def sheet_name(title: str) -> str:
    """Returns a name that Excel takes: at most 31 characters, none that has a meaning there."""
    return re.sub(r"[\[\]:*?/\\]|^'|'$", " ", title[:31]).strip() or "1"


def sheet_of_pairs(pairs: Iterable[tuple[str, str]], *, title: str) -> SheetOut:
    """Returns a sheet of names and texts, to describe a table."""
    rows = [[CellOut(name, "heading"), CellOut(text, "text")] for name, text in pairs]
    return SheetOut(name=sheet_name(title), rows=rows, widths=[28, 60], is_locked=False)


def _cell(column: Column, row: Any) -> CellOut:
    """Text stays text whatever it begins with: the writer never takes it for a formula."""
    value = column.read(row)
    if value is None:
        return CellOut()
    if column.kind is ColumnType.NUMBER:
        return CellOut(Decimal(value), "number")
    if column.kind is ColumnType.TIME:
        return CellOut(column.cell(row, Flavour.EXCEL_FR), "text")
    return CellOut(str(value), "text")


def book_response(
    columns: Sequence[Column], rows: Iterable[Any], *, title: str, name: str, book: BookFormat
) -> HttpResponse:
    return book.response(book_table(columns, rows, title=title, book=book), name)
