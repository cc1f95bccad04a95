"""Rows out to an XLSX workbook of one sheet, to sort and filter: open, without a formula."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from imtplan.spreadsheets.columns import Column, Flavour, Kind
from imtplan.spreadsheets.workbooks import CellOut, SheetOut, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOOKS: dict[str, dict[str, Any]] = {
    "heading": {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 2},
    "number": {"num_format": "General"},
    "text": {"num_format": "@"},
}
WIDTHS = {Kind.TEXT: 24, Kind.NUMBER: 16, Kind.TIME: 20}


def xlsx_table(columns: Sequence[Column], rows: Iterable[Any], *, title: str) -> bytes:
    """The file; headings are those of people, in the language of the call."""
    headings = [CellOut(str(column.label), "heading") for column in columns]
    body = [[_cell(column, row) for column in columns] for row in rows]
    sheet = SheetOut(
        name=title[:31],  # Excel's longest name of a sheet
        rows=[headings, *body],
        widths=[WIDTHS[column.kind] for column in columns],
        headings=0,
        is_locked=False,
    )
    return workbook([sheet], LOOKS, {"title": title, "author": "IMT Plan"})


def _cell(column: Column, row: Any) -> CellOut:
    """Text stays text whatever it begins with: the writer never takes it for a formula."""
    value = column.read(row)
    if value is None:
        return CellOut()
    if column.kind is Kind.NUMBER:
        return CellOut(Decimal(value), "number")
    if column.kind is Kind.TIME:
        return CellOut(column.cell(row, Flavour.EXCEL_FR), "text")
    return CellOut(str(value), "text")


def xlsx_response(
    columns: Sequence[Column], rows: Iterable[Any], *, title: str, name: str
) -> HttpResponse:
    return xlsx_file(xlsx_table(columns, rows, title=title), f"{name}.xlsx")


def xlsx_file(data: bytes, name: str) -> HttpResponse:
    """A workbook to download, which nobody on the way keeps."""
    return HttpResponse(
        data,
        content_type=XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
