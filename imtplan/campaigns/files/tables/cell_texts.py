"""The texts of a sheet's cells as the entry form takes them, and what is to be said of them."""

import re
from dataclasses import dataclass, field

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from imtplan.campaigns.entry.checking.number_sentences import rounded_for
from imtplan.campaigns.files.tables.typed_cells import CellClaim, TypedCell
from imtplan.campaigns.files.workbook import PARTS
from imtplan.spreadsheets.cell_words import LANGUAGES, bare
from imtplan.spreadsheets.tables import CellType, SheetCell
from indicators.models import Figure, Indicator

# What is said of a note: enough to know it again.
LONGEST_NOTE = 80
# Numbers in our CSV for programs: a point, and no groups.
_OF_PROGRAMS = re.compile(r"-?\d+\.\d+")


@dataclass
class CellTexts:
    """The texts of one indicator's cells, and what is to be said of them."""

    language: str
    indicator: Indicator
    is_for_programs: bool = False
    remarks: list[str] = field(default_factory=list)

    def read(self, name: str, cell: SheetCell, unit: str = "") -> str:
        """Returns the text as the form's own readers take it."""
        self._remark(cell)
        if name == "word":
            return _word(cell.text)
        if name not in PARTS:
            return cell.text.strip()
        text = self._number(cell, name)
        return f"{text} {unit}" if unit and text and text[-1].isdigit() else text

    def _remark(self, cell: SheetCell) -> None:
        if cell.is_hidden and cell.is_filled:
            self.remarks.append(_("In a hidden row or column."))
        if cell.is_struck and cell.is_filled:
            self.remarks.append(_("Crossed out there."))
        if cell.is_white and cell.is_filled:
            self.remarks.append(_("Written there in white on white."))
        if cell.notes:
            message = _("The note “%(note)s” beside it is not part of the number.")
            self.remarks.append(message % {"note": Truncator(cell.notes).chars(LONGEST_NOTE)})

    def _number(self, cell: SheetCell, part: str) -> str:
        """Returns the number as its parser reads it without a doubt: with the language's decimal
        mark."""
        is_plain = cell.kind in (CellType.NUMBER, CellType.PERCENT)
        if self.is_for_programs and _OF_PROGRAMS.fullmatch(cell.text.strip()):
            is_plain = True
        text = cell.text.replace(".", ",") if is_plain and self.language == "fr" else cell.text
        if short := rounded_for(self.indicator, part, text, language=self.language):
            text = short[0]
            self.remarks.append(str(short[1]))
        return f"{text} %" if cell.kind is CellType.PERCENT else text

    def cell(self, typed: dict[str, str], shown: dict[str, str], place: str) -> TypedCell:
        claims = []
        if shown != typed:
            claims = [
                CellClaim(shown, place, _("as the sheet shows it")),
                CellClaim(typed, place, _("as the cell holds it")),
            ]
        return TypedCell(
            indicator=self.indicator,
            typed={} if claims else typed,
            where=place,
            language=self.language,
            remarks=list(dict.fromkeys(self.remarks)),
            claims=claims,
        )


def _word(text: str) -> str:
    """Returns the state that a text names, in either language. Numbers, and nothing yet, need
    none."""
    name = bare(text)
    for language in LANGUAGES:
        with override(language):
            for state in Figure.State:
                if name in (state.value, bare(str(state.label))):
                    is_none = state in (Figure.State.NUMBER, Figure.State.NOT_ENTERED)
                    return "" if is_none else state.value
    return text.strip()
