"""The styles of an XLSX workbook: their number format, and whether they hide the text."""

from dataclasses import dataclass, field
from typing import TypeVar

from imtplan.spreadsheets.package import MAX_STYLES, Package, abnormal, local
from imtplan.spreadsheets.tables import CellType
from imtplan.spreadsheets.xlsx.attribute_values import YES, whole
from imtplan.spreadsheets.xlsx.number_formats import NumberFormat

# The limits of the number formats, and of all their characters; Excel keeps some 250 formats.
MAX_FORMATS, MAX_CODES = 5_000, 200_000
T = TypeVar("T")
Attributes = dict[str, str]

# The built-in formats, which no workbook declares: dates and times, and percentages.
_DATES, _PERCENTS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}, {9, 10}
# White is written in several ways; the first colour of a theme is the ground of its pages.
_WHITE = {("rgb", "FFFFFFFF"), ("rgb", "00FFFFFF"), ("theme", "0"), ("indexed", "1")}
_WHITE |= {("indexed", "9")}


@dataclass(frozen=True)
class CellStyle:
    """The properties of a cell's style that matter to a reader."""

    format: NumberFormat = field(default_factory=NumberFormat)
    is_struck: bool = False
    is_white: bool = False  # white on white


@dataclass
class _Font:
    is_struck: bool = False
    is_white: bool = False


@dataclass
class _Fill:
    is_white: bool = True  # a cell without a pattern shows the page


class StyleReader:
    """Reads the part of the styles; cells name a style by its number in `styles`."""

    def __init__(self, package: Package, part: str) -> None:
        self.styles: list[CellStyle] = []
        self._formats = dict.fromkeys(_DATES, NumberFormat(CellType.DATE))
        self._formats |= dict.fromkeys(_PERCENTS, NumberFormat(CellType.PERCENT))
        self._fonts: list[_Font] = []
        self._fills: list[_Fill] = []
        self._path: list[str] = []
        self._codes = 0
        if part in package:
            package.parse(part, start=self._start, end=self._end)

    def _start(self, name: str, attributes: Attributes) -> None:
        self._path.append(local(name))
        match self._path[1:]:
            case ["numFmts", "numFmt"]:
                self._take_format(attributes)
            case ["fonts", "font"]:
                self._fonts.append(_Font())
            case ["fonts", "font", inside]:
                self._take_font(inside, attributes)
            case ["fills", "fill"]:
                self._fills.append(_Fill())
            case ["fills", "fill", "patternFill"]:
                self._fills[-1].is_white = attributes.get("patternType", "none") == "none"
            case ["fills", "fill", "patternFill", "fgColor"]:
                self._fills[-1].is_white |= _is_white(attributes)
            case ["cellXfs", "xf"]:
                self._take_style(attributes)

    def _take_format(self, attributes: Attributes) -> None:
        code = attributes.get("formatCode", "")
        self._codes += len(code)
        if len(self._formats) >= MAX_FORMATS or self._codes > MAX_CODES:
            raise abnormal()
        self._formats[whole(attributes.get("numFmtId"))] = NumberFormat.of(code)

    def _take_font(self, inside: str, attributes: Attributes) -> None:
        if inside == "strike":
            self._fonts[-1].is_struck = attributes.get("val", "1") in YES
        elif inside == "color":
            self._fonts[-1].is_white = _is_white(attributes)

    def _take_style(self, attributes: Attributes) -> None:
        if len(self.styles) >= MAX_STYLES:
            raise abnormal()
        format_ = self._formats.get(whole(attributes.get("numFmtId")), NumberFormat())
        font = _nth(self._fonts, attributes.get("fontId"), _Font())
        fill = _nth(self._fills, attributes.get("fillId"), _Fill())
        is_white = font.is_white and fill.is_white
        self.styles.append(CellStyle(format_, font.is_struck, is_white))

    def _end(self, _name: str) -> None:
        self._path.pop()


def _is_white(attributes: Attributes) -> bool:
    """Whether a colour is white; a tint makes it another colour."""
    plain = attributes.get("tint", "0").strip("0.-+") == ""
    return plain and any((name, text.upper()) in _WHITE for name, text in attributes.items())


def _nth(items: list[T], number: str | None, otherwise: T) -> T:
    place = whole(number)
    return items[place] if number is not None and place < len(items) else otherwise
