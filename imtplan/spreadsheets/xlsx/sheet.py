"""Read a sheet of XLSX: the cells that hold something, whatever the size that it declares."""

from collections.abc import Iterable
from dataclasses import dataclass

from imtplan.spreadsheets.merged_blocks import MergedBlock, keep
from imtplan.spreadsheets.package import Package, local, too_much
from imtplan.spreadsheets.tables import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from imtplan.spreadsheets.xlsx.attribute_values import YES, block_of, is_nothing, place_of, whole
from imtplan.spreadsheets.xlsx.texts import Runs, unescaped


@dataclass(slots=True)
class RawCell:
    """A cell as it is written in the file; `type` and `style` say what its text means."""

    row: int
    column: int
    type: str
    style: int
    is_hidden: bool
    text: str = ""
    notes: str = ""
    has_formula: bool = False
    has_value: bool = False

    def give(self, text: str, notes: str = "") -> None:
        self.text, self.notes = self.text + text, notes
        self.has_value = bool(self.text) or self.type == "str"


class XlsxSheet:
    """Reads a sheet's part. Cells beyond the limits are counted and left out."""

    def __init__(self, package: Package, part: str) -> None:
        self.package = package
        self.cells: list[RawCell] = []
        self.blocks: list[MergedBlock] = []
        self.left_out = 0
        self._row, self._column, self._row_is_hidden = 0, -1, False
        self._columns: dict[int, bool] = {}  # whether each is hidden
        self._laid_out = 0
        self._others_are_hidden = False
        self._cell: RawCell | None = None
        self._value: list[str] | None = None
        self._runs: Runs | None = None
        package.parse(part, start=self._start, end=self._end, text=self._text)

    @property
    def shared(self) -> Iterable[int]:
        """Returns the numbers of the shared texts that this sheet names."""
        return (whole(cell.text) for cell in self.cells if cell.type == "s" and cell.has_value)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "row":
                self._begin_row(attributes)
            case "c":
                self._begin(attributes)
            case "f" if self._cell:
                self._cell.has_formula = True
            case "v" if self._cell:
                self._value = []
            case "is" if self._cell:
                self._runs = Runs(self.package.kept)
            case element if self._runs:
                self._runs.start(element, attributes)
            case element if not self._cell:
                self._take_layout(element, attributes)

    def _take_layout(self, element: str, attributes: dict[str, str]) -> None:
        match element:
            case "col":
                hidden = _is_hidden(attributes, "width")
                first = max(whole(attributes.get("min")), 1)
                last = min(whole(attributes.get("max")), MAX_COLUMNS)
                columns = range(first - 1, last)
                self._laid_out += len(columns)
                if self._laid_out > MAX_CELLS:  # real ones never overlap
                    raise too_much()
                self._columns |= dict.fromkeys(columns, hidden)
            case "sheetFormatPr":
                self._others_are_hidden = is_nothing(attributes.get("defaultColWidth"))
            case "mergeCell":
                keep(self.blocks, block_of(attributes.get("ref", "")))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row = whole(attributes.get("r")) or self._row + 1
        self._column = -1
        self._row_is_hidden = _is_hidden(attributes, "ht")

    def _begin(self, attributes: dict[str, str]) -> None:
        """Begin a cell at its reference; without one, just after the cell before it."""
        self._column += 1
        if reference := attributes.get("r"):
            self._row, self._column = place_of(reference)
        hidden = self._columns.get(self._column, self._others_are_hidden) or self._row_is_hidden
        style, kind = whole(attributes.get("s")), attributes.get("t", "n")
        self._cell = RawCell(self._row, self._column, kind, style, hidden)

    def _text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(self.package.kept(text))
        elif self._runs:
            self._runs.add(text)

    def _end(self, name: str) -> None:
        match local(name):
            case "v" if self._cell and self._value is not None:
                text = "".join(self._value)
                self._cell.give(unescaped(text) if self._cell.type == "str" else text)
                self._value = None
            case "is" if self._cell and self._runs:
                rich = self._runs.whole()
                self._cell.give(rich.text, rich.notes)
                self._runs = None
            case "c" if self._cell:
                if self._cell.has_value or self._cell.has_formula:
                    self._keep(self._cell)
                self._cell = None
            case element if self._runs:
                self._runs.end(element)

    def _keep(self, cell: RawCell) -> None:
        is_far = cell.row > MAX_ROWS or cell.column >= MAX_COLUMNS
        if is_far or not self.package.has_room():
            self.left_out += 1
        else:
            self.cells.append(cell)


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Whether a row or column is hidden, by hand, by a filter or by folding, or has no size."""
    return attributes.get("hidden") in YES or is_nothing(attributes.get(size))
