"""An XLSX workbook into tables: what each cell holds, without computing or guessing anything.

Its own small reader, for four reasons found with others: a workbook with two cells, the first and
the last of a sheet, must not fill the memory; an error such as #REF! must not come as an empty
cell; 12 % must not come as 0.12 unsaid; nor a formula that was never computed as nothing.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from imtplan.numbers import plain
from imtplan.spreadsheets.package import Package, damaged, local
from imtplan.spreadsheets.tables import (
    CONTROLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Found,
    FoundCell,
    Row,
    Table,
    Unreadable,
    letters,
    one_kind_of_line_ends,
)

# Excel keeps 15 significant digits: 0.1 + 0.2 is 0.3 there, whatever the 17th digit says.
_EXCEL = Context(prec=15)


def read_xlsx(data: bytes) -> list[Table]:
    package = Package(data)
    if "xl/workbook.xml" not in package:
        raise Unreadable(_("This is not an Excel workbook. Save it as .xlsx or as CSV."))
    book = _Book.of(package)
    sheets = [(name, hidden, _Sheet(package, part)) for name, hidden, part in book.sheets]
    texts = _shared_texts(package, {index for *_rest, sheet in sheets for index in sheet.shared})
    styles = _styles(package)
    return [
        Table(sheet.rows(_Meaning(texts, styles, book)), name, is_hidden=hidden)
        for name, hidden, sheet in sheets
    ]


_YES = ("1", "true")

# --- The workbook: its sheets, its texts, its styles --------------------------------------------


@dataclass
class _Book:
    """The sheets in their order (name, hidden, part), and how their cells are meant."""

    sheets: list[tuple[str, bool, str]] = field(default_factory=list)
    first_day: date = date(1899, 12, 30)  # dates are counted from here
    is_computed: bool = True  # a program that computes nothing asks for it to be done on opening

    @classmethod
    def of(cls, package: Package) -> "_Book":
        parts: dict[str, str] = {}
        book = cls()

        def relation(name: str, attributes: dict[str, str]) -> None:
            if local(name) == "Relationship":
                target = posixpath.join("/xl", attributes.get("Target", ""))
                parts[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

        def element(name: str, attributes: dict[str, str]) -> None:
            book._take(local(name), {local(key): value for key, value in attributes.items()}, parts)

        package.parse("xl/_rels/workbook.xml.rels", start=relation)
        package.parse("xl/workbook.xml", start=element)
        # A sheet of charts has another root element, and no cells: it reads as an empty table.
        return book

    def _take(self, element: str, found: dict[str, str], parts: dict[str, str]) -> None:
        match element:
            case "workbookPr" if found.get("date1904") in _YES:
                self.first_day = date(1904, 1, 1)
            case "calcPr" if found.get("fullCalcOnLoad") in _YES:
                self.is_computed = False
            case "sheet" if part := parts.get(found.get("id", "")):
                hidden = found.get("state", "visible") != "visible"
                self.sheets.append((found.get("name", ""), hidden, part))


def _shared_texts(package: Package, wanted: set[int]) -> dict[int, str]:
    """The texts that cells name by number; only those wanted are kept."""
    reader = _Texts(package, wanted)
    if wanted:
        package.parse("xl/sharedStrings.xml", start=reader.start, end=reader.end, text=reader.add)
    return reader.texts


class _Texts:
    """Each `si` is a text: plain, or in runs of several looks; readings aloud are left out."""

    def __init__(self, package: Package, wanted: set[int]) -> None:
        self.package = package
        self.wanted, self.texts = wanted, dict[int, str]()
        self.index, self.pieces = -1, list[str]()
        self.in_text = self.in_reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "si":
                self.index, self.pieces = self.index + 1, []
            case "rPh":
                self.in_reading = True
            case "t":
                self.in_text = not self.in_reading and self.index in self.wanted

    def add(self, text: str) -> None:
        if self.in_text:
            self.pieces.append(self.package.kept(text))

    def end(self, name: str) -> None:
        match local(name):
            case "t":
                self.in_text = False
            case "rPh":
                self.in_reading = False
            case "si" if self.index in self.wanted:
                self.texts[self.index] = unescaped("".join(self.pieces))


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """XLSX writes a character that XML cannot hold as `_x000B_`. Half a character stays escaped."""
    return _ESCAPE.sub(lambda found: found[0] if found[1][0] in "dD" else _unescape(found), text)


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


# The formats that every workbook has without saying so: dates and times, and percentages.
_DATES, _PERCENTS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}, {9, 10}
# Literal text and colours do not count: [Red], "an", \a.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


def _kind_of(code: str) -> Found:
    bare = _LITERAL.sub("", code).lower()
    if "%" in bare:
        return Found.PERCENT
    return Found.DATE if re.search(r"[dmyhs]", bare.replace("general", "")) else Found.NUMBER


def _styles(package: Package) -> list[Found]:
    """For each style of cell, what a number in it means."""
    formats = dict.fromkeys(_DATES, Found.DATE) | dict.fromkeys(_PERCENTS, Found.PERCENT)
    styles: list[Found] = []
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(local(name))
        if path[-2:] == ["numFmts", "numFmt"]:
            number = _whole(attributes.get("numFmtId"))
            formats[number] = _kind_of(attributes.get("formatCode", ""))
        if path[-2:] == ["cellXfs", "xf"]:
            styles.append(formats.get(_whole(attributes.get("numFmtId")), Found.NUMBER))

    def end(name: str) -> None:
        path.pop()

    if "xl/styles.xml" in package:
        package.parse("xl/styles.xml", start=start, end=end)
    return styles


def _whole(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        raise damaged() from None


# --- A sheet ------------------------------------------------------------------------------------

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class _RawCell:
    """A cell as it is written in the file; `type` and `style` say what its text means."""

    row: int
    column: int
    type: str
    style: int
    text: str = ""
    has_formula: bool = False
    has_value: bool = False


class _Sheet:
    """The cells of a sheet that hold something, whatever size the sheet says it has."""

    def __init__(self, package: Package, part: str) -> None:
        self.package = package
        self.cells: list[_RawCell] = []
        self.row, self.column = 0, -1
        self.cell: _RawCell | None = None
        self.pieces: list[str] | None = None
        package.parse(part, start=self._start, end=self._end, text=self._text)

    @property
    def shared(self) -> Iterable[int]:
        return (_whole(cell.text) for cell in self.cells if cell.type == "s" and cell.has_value)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "row":
                self.row = _whole(attributes.get("r")) or self.row + 1
                self.column = -1
            case "c":
                self._begin(attributes)
            case "f" if self.cell:
                self.cell.has_formula = True
            case "v" | "t" if self.cell:
                self.pieces = []

    def _begin(self, attributes: dict[str, str]) -> None:
        """Where the cell is: as it says, or just after the one before."""
        self.column += 1
        if reference := attributes.get("r"):
            place = _REFERENCE.fullmatch(reference)
            if place is None:
                raise damaged()
            self.column, self.row = _number_of(place[1]), int(place[2])
        style = _whole(attributes.get("s"))
        self.cell = _RawCell(self.row, self.column, attributes.get("t", "n"), style)

    def _text(self, text: str) -> None:
        if self.pieces is not None:
            self.pieces.append(self.package.kept(text))

    def _end(self, name: str) -> None:
        match local(name):
            case "v" | "t" if self.cell and self.pieces is not None:
                self.cell.text += "".join(self.pieces)
                self.cell.has_value = bool(self.cell.text) or self.cell.type == "str"
                self.pieces = None
            case "c" if self.cell:
                if self.cell.has_value or self.cell.has_formula:
                    self._keep(self.cell)
                self.cell = None

    def _keep(self, cell: _RawCell) -> None:
        if cell.row > MAX_ROWS or cell.column >= MAX_COLUMNS:
            raise Unreadable(
                _(
                    "Cell %(cell)s is too far away: a sheet is read up to line %(rows)d"
                    " and column %(column)s."
                )
                % {
                    "cell": f"{letters(cell.column)}{cell.row}",
                    "rows": MAX_ROWS,
                    "column": letters(MAX_COLUMNS - 1),
                }
            )
        self.package.count_cell()
        self.cells.append(cell)

    def rows(self, meaning: "_Meaning") -> list[Row]:
        rows: dict[int, Row] = {}
        for cell in self.cells:
            found = meaning.of(cell)
            if found.text.strip() or found.kind is not Found.TEXT:
                rows.setdefault(cell.row, Row(cell.row)).cells[cell.column] = found
        return [rows[line] for line in sorted(rows)]


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


# --- A cell -------------------------------------------------------------------------------------

_TYPES = {"d": Found.DATE, "b": Found.BOOLEAN, "e": Found.ERROR}


@dataclass
class _Meaning:
    """What the workbook says of its cells: their texts and their styles."""

    texts: dict[int, str]
    styles: list[Found]
    book: _Book

    def of(self, cell: _RawCell) -> FoundCell:
        if cell.has_formula and not (cell.has_value and self.book.is_computed):
            return FoundCell(Found.NOT_COMPUTED, "", is_formula=True)
        return replace(self._value(cell), is_formula=cell.has_formula)

    def _value(self, cell: _RawCell) -> FoundCell:
        match cell.type:
            case "s":
                return _text(self.texts.get(_whole(cell.text), ""), cell)
            case "str" | "inlineStr":
                return _text(unescaped(cell.text), cell)
            case "n":
                return self._number(cell)
            case other:
                return FoundCell(_TYPES.get(other, Found.ERROR), cell.text)

    def _number(self, cell: _RawCell) -> FoundCell:
        kind = self.styles[cell.style] if cell.style < len(self.styles) else Found.NUMBER
        try:
            number = _EXCEL.create_decimal(cell.text.strip())
        except InvalidOperation:
            raise damaged() from None
        if not number.is_finite() or abs(number.adjusted()) > 400:
            raise damaged()
        if kind is Found.DATE:
            return FoundCell(kind, _day(number, self.book.first_day))
        return FoundCell(kind, plain(number * 100 if kind is Found.PERCENT else number))


def _text(text: str, cell: _RawCell) -> FoundCell:
    text = one_kind_of_line_ends(text)
    if CONTROLS.search(text):
        place = {"cell": f"{letters(cell.column)}{cell.row}"}
        raise Unreadable(_("There is an invisible control character in cell %(cell)s.") % place)
    return FoundCell(Found.TEXT, text)


def _day(number: Decimal, first_day: date) -> str:
    try:
        return (first_day + timedelta(days=int(number))).isoformat()
    except OverflowError:
        return plain(number)
