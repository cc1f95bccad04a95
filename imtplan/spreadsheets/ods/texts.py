"""Read the text of a cell: its paragraphs, without comments, footnotes and readings aloud."""

import re

from imtplan.spreadsheets.ods.styles import Styles
from imtplan.spreadsheets.ods.xml_names import repeats, short, shortened
from imtplan.spreadsheets.package import Package
from imtplan.spreadsheets.text_runs import Place, RichText, Run, without_notes

_BLANKS = re.compile(r"[ \t\r\n]+")
_NO_TEXT = {"office:annotation", "text:note-body", "text:ruby-text", "table:table"}
_NO_TEXT |= {"office:event-listeners", "table:detective", "text:tracked-changes"}
MAX_SPACES = 1_000


class CellText:
    """Gathers the text of a cell, element by element."""

    def __init__(self, package: Package, styles: Styles) -> None:
        self.package, self.styles = package, styles
        self.runs = list[Run]()
        self.paragraphs = 0
        self._looks = list[tuple[Place, bool]]()  # of each open element within a paragraph
        self._depth = 0
        self._skipped = 0  # how deep we are in elements that are no text of the cell
        self._is_new = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = short(name)
        self._depth += 1
        if self._skipped or element in _NO_TEXT or element.startswith("draw:"):
            self._skipped += 1
        elif self._looks:
            self._begin_inside(element, shortened(attributes))
        elif element == "text:p":
            self._write("\n" if self.paragraphs else "")
            self.paragraphs += 1
            self._looks.append((Place.ON_THE_LINE, False))
            self._is_new = True

    def _begin_inside(self, element: str, attributes: dict[str, str]) -> None:
        look = self._looks[-1]
        match element:
            case "text:s":
                self._write(" " * min(repeats(attributes.get("text:c")), MAX_SPACES))
            case "text:tab":
                self._write("\t")
            case "text:line-break":
                self._write("\n")
            case "text:note":
                look = Place.RAISED, False
            case "text:span":
                name = attributes.get("text:style-name", "")
                if self.styles.hides("text", name):
                    self._skipped += 1
                    return
                place, is_struck = self.styles.of_text(name)
                look = (look[0] if place is Place.ON_THE_LINE else place), is_struck or look[1]
        self._looks.append(look)

    def add(self, text: str) -> None:
        """Add a text. A line end of the XML becomes a blank, and none where a paragraph begins.
        Several spaces are kept: the standard takes them for one, but LibreOffice means them all."""
        if self._looks and not self._skipped:
            is_indent = self._is_new and text[:1] in ("\r", "\n", "\t")
            self._write(_BLANKS.sub(_laid_out, text).removeprefix(" " if is_indent else ""))

    def _write(self, text: str) -> None:
        place, is_struck = self._looks[-1] if self._looks else (Place.ON_THE_LINE, False)
        if text:
            self.runs.append(Run(self.package.kept(text), place, is_struck))
        self._is_new = False

    def end(self) -> None:
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
        elif self._looks:
            self._looks.pop()

    @property
    def is_outside(self) -> bool:
        """Whether every element inside the cell is closed, so that the cell itself ends."""
        return self._depth == 0

    def whole(self) -> RichText:
        return without_notes(self.runs)


def _laid_out(blanks: re.Match[str]) -> str:
    return " " if set(blanks[0]) - {" "} else blanks[0]
