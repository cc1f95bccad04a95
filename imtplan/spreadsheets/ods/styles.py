"""The styles of an OpenDocument file that hide, raise or cross out a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from imtplan.spreadsheets.package import MAX_STYLES, abnormal
from imtplan.spreadsheets.text_runs import Place

# A style may inherit from another; this limit ends a circle of them.
_MAX_PARENTS = 10
T = TypeVar("T")
WHITE = "#ffffff"
_PAGE = {"transparent", WHITE}
_NO_SIZE = re.compile(r"0+(?:\.0*)?[a-z]*")


@dataclass
class _OdsStyle:
    parent: str = ""
    place: Place | None = None
    is_struck: bool | None = None
    is_hidden: bool = False
    colour: str | None = None
    ground: str | None = None


@dataclass
class Styles:
    """The styles by family and name, with the properties that matter to a reader."""

    known: dict[tuple[str, str], _OdsStyle] = field(default_factory=dict)
    open: _OdsStyle = field(default_factory=_OdsStyle)
    # Results that are kept, for the cells of a sheet have the same few styles.
    _texts: dict[str, tuple[Place, bool]] = field(default_factory=dict)
    _cells: dict[str, tuple[bool, bool]] = field(default_factory=dict)

    def take(self, element: str, attributes: dict[str, str]) -> None:
        """Take an element of a style, in the order of the file."""
        match element:
            case "style:style":
                if len(self.known) >= MAX_STYLES:
                    raise abnormal()
                self.open = _OdsStyle(attributes.get("style:parent-style-name", ""))
                name = attributes.get("style:family", ""), attributes.get("style:name", "")
                self.known[name] = self.open
            case "style:table-properties":
                self.open.is_hidden = attributes.get("table:display") == "false"
            case "style:table-row-properties":
                self.open.is_hidden = _is_nothing(attributes.get("style:row-height"))
            case "style:table-column-properties":
                self.open.is_hidden = _is_nothing(attributes.get("style:column-width"))
            case "style:text-properties":
                self._take_text(attributes)
            case "style:table-cell-properties":
                self.open.ground = attributes.get("fo:background-color")

    def _take_text(self, attributes: dict[str, str]) -> None:
        if position := attributes.get("style:text-position"):
            self.open.place = _place(position)
        line = attributes.get(
            "style:text-line-through-style", attributes.get("style:text-line-through-type")
        )
        if line:
            self.open.is_struck = line != "none"
        self.open.is_hidden = attributes.get("text:display") == "none"
        self.open.colour = attributes.get("fo:color")

    def hides(self, family: str, name: str | None) -> bool:
        style = self.known.get((family, name or ""))
        return style is not None and style.is_hidden

    def of_text(self, name: str) -> tuple[Place, bool]:
        """Returns the height of a text on its line, and whether it is crossed out."""
        if name not in self._texts:
            looks = self._with_parents("text", name)
            place = _first(look.place for look in looks) or Place.ON_THE_LINE
            self._texts[name] = place, bool(_first(look.is_struck for look in looks))
        return self._texts[name]

    def of_cell(self, name: str) -> tuple[bool, bool]:
        """Returns whether a cell's own style crosses out, and whether it is white on white."""
        if name not in self._cells:
            looks = self._with_parents("table-cell", name)
            ground = _first(look.ground for look in looks) or "transparent"
            is_white = _first(look.colour for look in looks) == WHITE and ground in _PAGE
            self._cells[name] = bool(_first(look.is_struck for look in looks)), is_white
        return self._cells[name]

    def _with_parents(self, family: str, name: str) -> list[_OdsStyle]:
        """Returns the style and those that it inherits from, itself first."""
        looks: list[_OdsStyle] = []
        while len(looks) < _MAX_PARENTS and (style := self.known.get((family, name))):
            looks.append(style)
            name = style.parent
        return looks


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _place(position: str) -> Place:
    """Reads the height of a text from "super 58%", "33% 58%", "-8% 58%" or "0% 100%"."""
    rise = position.split(maxsplit=1)[0] if position.split() else ""
    if rise == "super":
        return Place.RAISED
    if rise == "sub" or rise.startswith("-"):
        return Place.LOWERED
    return Place.RAISED if rise.strip("0.%") else Place.ON_THE_LINE


def _is_nothing(length: str | None) -> bool:
    return length is not None and bool(_NO_SIZE.fullmatch(length[:40]))
