"""Read the texts of a workbook, plain or in runs of several looks, without readings aloud."""

import re
from collections.abc import Callable

from imtplan.spreadsheets.package import Package, local
from imtplan.spreadsheets.text_runs import Place, RichText, Run, without_notes
from imtplan.spreadsheets.xlsx.attribute_values import YES

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACES = {"superscript": Place.RAISED, "subscript": Place.LOWERED}


def unescaped(text: str) -> str:
    """Returns a text with `_x000B_`, by which XLSX writes what XML cannot hold, as its character.
    Half a character stays escaped."""
    return _ESCAPE.sub(
        lambda escape: escape[0] if escape[1][0] in "dD" else _unescape(escape), text
    )


def _unescape(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


class Runs:
    """Gathers the runs of one text, as the elements below `si` or `is` come."""

    def __init__(self, kept: Callable[[str], str]) -> None:
        self.kept = kept
        self.runs = list[Run]()
        self.pieces: list[str] | None = None
        self.is_reading = self.is_struck = False
        self.place = Place.ON_THE_LINE

    def start(self, element: str, attributes: dict[str, str]) -> None:
        match element:
            case "r":
                self.place, self.is_struck = Place.ON_THE_LINE, False
            case "rPh":
                self.is_reading = True
            case "vertAlign":
                self.place = _PLACES.get(attributes.get("val", ""), Place.ON_THE_LINE)
            case "strike" | "dstrike":
                self.is_struck = attributes.get("val", "1") in YES
            case "t" if not self.is_reading:
                self.pieces = []

    def add(self, text: str) -> None:
        if self.pieces is not None:
            self.pieces.append(self.kept(text))

    def end(self, element: str) -> None:
        match element:
            case "r":
                self.place, self.is_struck = Place.ON_THE_LINE, False
            case "rPh":
                self.is_reading = False
            case "t" if self.pieces is not None:
                text = unescaped("".join(self.pieces))
                self.runs.append(Run(text, self.place, self.is_struck))
                self.pieces = None

    def whole(self) -> RichText:
        return without_notes(self.runs)


class SharedTexts:
    """The texts that cells name by number; only those in `named` are kept."""

    def __init__(self, package: Package, part: str, named: set[int]) -> None:
        self.package, self.named = package, named
        self.texts = dict[int, RichText]()
        self.taken = set[int]()
        self.index = -1
        self.runs: Runs | None = None
        if named:
            package.parse(part, start=self._start, end=self._end, text=self._add)

    def take(self, index: int) -> RichText:
        """Returns a text for one more cell; it counts toward the limit for each cell."""
        text = self.texts.get(index, RichText(""))
        if index in self.taken:
            self.package.count_characters(len(text.text))
        self.taken.add(index)
        return text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = local(name)
        if element == "si":
            self.index += 1
            self.runs = Runs(self.package.kept) if self.index in self.named else None
        elif self.runs:
            self.runs.start(element, attributes)

    def _add(self, text: str) -> None:
        if self.runs:
            self.runs.add(text)

    def _end(self, name: str) -> None:
        element = local(name)
        if element == "si" and self.runs:
            self.texts[self.index], self.runs = self.runs.whole(), None
        elif self.runs:
            self.runs.end(element)
