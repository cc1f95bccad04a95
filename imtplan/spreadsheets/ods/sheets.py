"""Read the sheets of an OpenDocument file. Repeated lines and cells are counted first, and laid out
within the limits alone."""

from dataclasses import dataclass, field, replace

from imtplan.spreadsheets.merged_blocks import MergedBlock, keep
from imtplan.spreadsheets.ods.cells import cell_of
from imtplan.spreadsheets.ods.styles import Styles
from imtplan.spreadsheets.ods.texts import CellText
from imtplan.spreadsheets.ods.xml_names import repeats, short, shortened
from imtplan.spreadsheets.package import MAX_ENTRIES, Package, too_many_sheets
from imtplan.spreadsheets.tables import (
    MAX_COLUMNS,
    MAX_ROWS,
    CellType,
    SheetCell,
    checked_text,
)

Attributes = dict[str, str]
_CELLS = ("table:table-cell", "table:covered-table-cell")
_COLUMN_GROUP, _ROW_GROUP = "table:table-column-group", "table:table-row-group"
_UNSEEN = ("collapse", "filter")


@dataclass
class OdsSheet:
    """The cells and blocks read so far; `line` and `column` are the place of the next element."""

    name: str
    is_hidden: bool
    cells: list[tuple[int, int, SheetCell]] = field(default_factory=list)
    blocks: list[MergedBlock] = field(default_factory=list)
    left_out: int = 0
    columns: int = 0
    hidden_columns: set[int] = field(default_factory=set)
    line: int = 1
    column: int = 0


@dataclass
class _OpenCell:
    attributes: Attributes
    is_covered: bool
    text: CellText


class OdsSheets:
    """Reads `content.xml`; `styles` knows the styles of the other parts already."""

    def __init__(self, package: Package, styles: Styles) -> None:
        self.package, self.styles = package, styles
        self.sheets: list[OdsSheet] = []
        self.is_spreadsheet = False
        self._sheet: OdsSheet | None = None
        self._groups: dict[str, list[bool]] = {_ROW_GROUP: [], _COLUMN_GROUP: []}  # hidden?
        self._rows, self._row_is_hidden = 1, False
        self._row: list[tuple[int, int, SheetCell]] = []  # column, how often, what
        self._cell: _OpenCell | None = None
        package.parse("content.xml", start=self._start, end=self._end, text=self._text)

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._cell:
            self._cell.text.start(name, attributes)
            return
        element = short(name)
        if element.startswith("style:"):
            self.styles.take(element, shortened(attributes))
        elif element == "office:spreadsheet":
            self.is_spreadsheet = True
        elif element == "table:table":
            self._begin_sheet(shortened(attributes))
        elif self._sheet:
            self._begin(self._sheet, element, shortened(attributes))

    def _begin_sheet(self, attributes: Attributes) -> None:
        hidden = self.styles.hides("table", attributes.get("table:style-name"))
        name = self.package.kept(attributes.get("table:name", ""))
        if len(self.sheets) >= MAX_ENTRIES:  # the same limit as in XLSX, where each is a part
            raise too_many_sheets()
        self._sheet = OdsSheet(name, hidden)
        self.sheets.append(self._sheet)
        self._groups = {_ROW_GROUP: [], _COLUMN_GROUP: []}

    def _begin(self, sheet: OdsSheet, element: str, attributes: Attributes) -> None:
        if element in self._groups:
            around = self._groups[element][-1:] == [True]
            self._groups[element].append(around or attributes.get("table:display") == "false")
        elif element == "table:table-column":
            self._take_columns(sheet, attributes)
        elif element == "table:table-row":
            self._rows = repeats(attributes.get("table:number-rows-repeated"))
            self._row_is_hidden = self._is_hidden("table-row", attributes, _ROW_GROUP)
            self._row, sheet.column = [], 0
        elif element in _CELLS:
            text = CellText(self.package, self.styles)
            self._cell = _OpenCell(attributes, element != _CELLS[0], text)

    def _is_hidden(self, family: str, attributes: Attributes, group: str) -> bool:
        if attributes.get("table:visibility") in _UNSEEN or self._groups[group][-1:] == [True]:
            return True
        return self.styles.hides(family, attributes.get("table:style-name"))

    def _take_columns(self, sheet: OdsSheet, attributes: Attributes) -> None:
        first = sheet.columns
        sheet.columns += repeats(attributes.get("table:number-columns-repeated"))
        if self._is_hidden("table-column", attributes, _COLUMN_GROUP):
            sheet.hidden_columns.update(range(first, min(sheet.columns, MAX_COLUMNS)))

    def _text(self, text: str) -> None:
        if self._cell:
            self._cell.text.add(text)

    def _end(self, name: str) -> None:
        element = short(name)
        if self._cell and not (element in _CELLS and self._cell.text.is_outside):
            self._cell.text.end()
        elif self._sheet:
            self._finish(self._sheet, element)

    def _finish(self, sheet: OdsSheet, element: str) -> None:
        if element in self._groups:
            self._groups[element].pop()
        elif element == "table:table":
            self._sheet = None
        elif element == "table:table-row":
            self._keep_row(sheet)
        elif self._cell and element in _CELLS:
            self._keep_cell(sheet, self._cell)
            self._cell = None

    # --- Cells and rows -------------------------------------------------------------------------

    def _keep_cell(self, sheet: OdsSheet, open_: _OpenCell) -> None:
        attributes = open_.attributes
        times = repeats(attributes.get("table:number-columns-repeated"))
        cell = cell_of(attributes, open_.text.whole(), is_displayed=open_.text.paragraphs > 0)
        down = repeats(attributes.get("table:number-rows-spanned"))
        across = repeats(attributes.get("table:number-columns-spanned"))
        if max(down, across) > 1:
            last = sheet.line + down - 1, sheet.column + across - 1
            keep(sheet.blocks, MergedBlock(sheet.line, sheet.column, *last))
        if cell.text.strip() or cell.kind is not CellType.TEXT:
            if not open_.text.paragraphs:  # its text is an attribute
                self.package.count_characters(len(cell.text))
            is_struck, is_white = self.styles.of_cell(attributes.get("table:style-name", ""))
            cell = replace(
                cell,
                is_struck=is_struck,
                is_white=is_white,
                text=checked_text(cell.text, sheet.line, sheet.column),
                is_hidden=cell.is_hidden or open_.is_covered or self._row_is_hidden,
            )
            self._row.append((sheet.column, times, cell))
        sheet.column += times

    def _keep_row(self, sheet: OdsSheet) -> None:
        for column, times, cell in self._row:
            self._lay_out(sheet, column, times, cell)
        sheet.line += self._rows

    def _lay_out(self, sheet: OdsSheet, column: int, times: int, cell: SheetCell) -> None:
        """Add a cell with its repetitions; those beyond the limits are only counted."""
        lines = max(min(self._rows, MAX_ROWS - sheet.line + 1), 0)
        columns = max(min(times, MAX_COLUMNS - column), 0)
        count = lines * columns
        if not self.package.has_room(count):
            count = 0
        sheet.left_out += self._rows * times - count
        if not count:
            return
        self.package.count_characters(len(cell.text) * (count - 1))
        hidden = replace(cell, is_hidden=True)
        for line in range(sheet.line, sheet.line + lines):
            for place in range(column, column + columns):
                is_hidden = place in sheet.hidden_columns
                sheet.cells.append((line, place, hidden if is_hidden else cell))
