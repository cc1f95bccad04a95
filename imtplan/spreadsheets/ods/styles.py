"""What the styles of an OpenDocument file hide, raise or cross out."""

import re
from dataclasses import dataclass, field

from imtplan.spreadsheets.runs import Place

# A style may inherit from another; a circle of them must end.
_MAX_PARENTS = 10
_NO_SIZE = re.compile(r"0+(?:\.0*)?[a-z]*")


@dataclass
class _Style:
    parent: str = ""
    place: Place | None = None
    is_struck: bool | None = None
    is_hidden: bool = False


@dataclass
class Styles:
    """The styles by family and name. Only what matters of them is kept."""

    known: dict[tuple[str, str], _Style] = field(default_factory=dict)
    open: _Style = field(default_factory=_Style)

    def take(self, element: str, found: dict[str, str]) -> None:
        """One element of a style, as the parts of the file are read."""
        match element:
            case "style:style":
                self.open = _Style(found.get("style:parent-style-name", ""))
                name = found.get("style:family", ""), found.get("style:name", "")
                self.known[name] = self.open
            case "style:table-properties":
                self.open.is_hidden = found.get("table:display") == "false"
            case "style:table-row-properties":
                self.open.is_hidden = _is_nothing(found.get("style:row-height"))
            case "style:table-column-properties":
                self.open.is_hidden = _is_nothing(found.get("style:column-width"))
            case "style:text-properties":
                self._take_text(found)

    def _take_text(self, found: dict[str, str]) -> None:
        if position := found.get("style:text-position"):
            self.open.place = _place(position)
        line = found.get("style:text-line-through-style", found.get("style:text-line-through-type"))
        if line:
            self.open.is_struck = line != "none"
        self.open.is_hidden = found.get("text:display") == "none"

    def hides(self, family: str, name: str | None) -> bool:
        style = self.known.get((family, name or ""))
        return style is not None and style.is_hidden

    def of_text(self, name: str) -> tuple[Place, bool]:
        """Where a text stands to its line, and whether it is crossed out."""
        place: Place | None = None
        is_struck: bool | None = None
        for _step in range(_MAX_PARENTS):
            style = self.known.get(("text", name))
            if style is None:
                break
            place = style.place if place is None else place
            is_struck = style.is_struck if is_struck is None else is_struck
            name = style.parent
        return place or Place.ON_THE_LINE, bool(is_struck)


def _place(position: str) -> Place:
    """From "super 58%", "33% 58%", "-8% 58%" or "0% 100%"."""
    rise = position.split(maxsplit=1)[0] if position.split() else ""
    if rise == "super":
        return Place.RAISED
    if rise == "sub" or rise.startswith("-"):
        return Place.LOWERED
    return Place.RAISED if rise.strip("0.%") else Place.ON_THE_LINE


def _is_nothing(length: str | None) -> bool:
    return length is not None and bool(_NO_SIZE.fullmatch(length[:40]))
