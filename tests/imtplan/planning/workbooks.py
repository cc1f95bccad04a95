"""Workbooks of plans as people make them: opened, changed in some cells, and saved."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from imtplan.planning.workbook.sheets import MARKER, SHEETS, PlanSheet
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import CellType, SheetCell

Rows = list[list[Any]]


@dataclass(frozen=True)
class Formula:
    text: str
    value: Any = 0


def opened(data: bytes) -> dict[str, Rows]:
    """Every sheet by its name, as values."""
    found = {}
    for table in read_tables(data):
        last = max((row.line for row in table.rows), default=0)
        rows: Rows = [[] for _line in range(last)]
        for row in table.rows:
            width = max(row.cells) + 1
            rows[row.line - 1] = [_value(row[place]) for place in range(width)]
        found[table.name] = rows
    return found


def _value(cell: SheetCell) -> Any:
    match cell.kind:
        case CellType.NUMBER:
            return float(cell.text)
        case CellType.DATE:
            return date.fromisoformat(cell.text)
        case _:
            return cell.text or None


def saved(sheets: dict[str, Rows]) -> bytes:
    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        looks = {kind: book.add_format({"num_format": kind}) for kind in ("dd/mm/yyyy", "0.0%")}
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name == MARKER:
                sheet.very_hidden()
            for line, row in enumerate(rows):
                for column, value in enumerate(row):
                    _write(sheet, line, column, value, looks)
    return file.getvalue()


def _write(sheet: Any, line: int, column: int, value: Any, looks: dict[str, Any]) -> None:
    if isinstance(value, Formula):
        sheet.write_formula(line, column, value.text, None, value.value)
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, looks["dd/mm/yyyy"])
    elif isinstance(value, tuple):  # a percentage as spreadsheets keep it
        sheet.write_number(line, column, value[0], looks["0.0%"])
    elif value is not None:
        sheet.write(line, column, value)


def _sheet(slug: str) -> PlanSheet:
    return next(sheet for sheet in SHEETS if sheet.slug == slug)


def title(slug: str) -> str:
    return str(_sheet(slug).title)


def heading(slug: str, name: str) -> str:
    return next(column.heading for column in _sheet(slug).columns if column.name == name)


def changed(data: bytes, slug: str, code: str, **cells: Any) -> bytes:
    """The file with some cells of one line changed, found by their headings."""
    sheets = opened(data)
    rows = sheets[title(slug)]
    line = next(row for row in rows if heading_row(slug, rows, "code", row) == code)
    for name, value in cells.items():
        _put(line, rows[0].index(heading(slug, name)), value)
    return saved(sheets)


def heading_row(slug: str, rows: Rows, name: str, row: list[Any]) -> Any:
    place = rows[0].index(heading(slug, name))
    return row[place] if place < len(row) else None


def with_lines(data: bytes, lines: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Return the file with these lines more, by the slugs of their sheets."""
    sheets = opened(data)
    for slug, more in lines.items():
        rows = sheets[title(slug)]
        for cells in more:
            line: list[Any] = []
            for name, value in cells.items():
                _put(line, rows[0].index(heading(slug, name)), value)
            rows.append(line)
    return saved(sheets)


def _put(line: list[Any], place: int, value: Any) -> None:
    line.extend([None] * (place + 1 - len(line)))
    line[place] = value


def made(**sheets: list[dict[str, Any]]) -> bytes:
    """A workbook of somebody's own: each sheet with the columns that are spoken of."""
    return saved({title(slug): table(lines) for slug, lines in sheets.items()})


def table(lines: list[dict[str, Any]]) -> Rows:
    names = list(dict.fromkeys(name for line in lines for name in line))
    return [names, *([line.get(name) for name in names] for line in lines)]
