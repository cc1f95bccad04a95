"""Remarks for the preview: hidden cells of a sheet that are read, and notes that are not."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.planning.workbook.sheets import ColumnFormat
from imtplan.spreadsheets.cell_words import where
from imtplan.spreadsheets.tables import Table

if TYPE_CHECKING:
    from imtplan.planning.workbook.reading import WorkbookLine

FEW = 5


def remarks_of(table: Table, lines: Iterable["WorkbookLine"]) -> list[str]:
    """Returns one sentence for a hidden sheet, one for hidden cells, and one for each note."""
    cells = [(line, name, line[name]) for line in lines for name in _read(line)]
    remarks = []
    if table.is_hidden and cells:
        remarks.append(_("The sheet “%(sheet)s” is hidden, and is read.") % {"sheet": table.name})
    if hidden := [_place(line, name) for line, name, cell in cells if cell.is_hidden]:
        remarks.append(_hidden(table.name, hidden))
    for line, name, cell in cells:
        if cell.notes:
            words = {"sheet": table.name, "where": _place(line, name), "note": cell.notes}
            remarks.append(
                _("Sheet “%(sheet)s”, %(where)s: the note “%(note)s” is not read.") % words
            )
    return remarks


def _read(line: "WorkbookLine") -> list[str]:
    """Returns the names of the columns that are read and filled in this line."""
    columns = line.columns.items()
    return [
        name
        for name, column in columns
        if column.format is not ColumnFormat.BESIDE and line[name].is_filled
    ]


def _place(line: "WorkbookLine", name: str) -> str:
    return where(line.number, line.places[name])


def _hidden(sheet: str, places: list[str]) -> str:
    sentence = ngettext(
        "Sheet “%(sheet)s”: %(count)d cell in a hidden row or column is read too: %(places)s.",
        "Sheet “%(sheet)s”: %(count)d cells in hidden rows or columns are read too: %(places)s.",
        len(places),
    )
    few = " · ".join(places[:FEW]) + ("…" if len(places) > FEW else "")
    return sentence % {"sheet": sheet, "count": len(places), "places": few}
