"""Work out the value of an XLSX cell from its type, its text and its format."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from imtplan.numbers import plain
from imtplan.spreadsheets.package import damaged
from imtplan.spreadsheets.tables import CellType, SheetCell, checked_text, kept_number
from imtplan.spreadsheets.text_runs import RichText
from imtplan.spreadsheets.xlsx.attribute_values import whole
from imtplan.spreadsheets.xlsx.book import XlsxBook
from imtplan.spreadsheets.xlsx.sheet import RawCell
from imtplan.spreadsheets.xlsx.styles import CellStyle
from imtplan.spreadsheets.xlsx.texts import SharedTexts

_TYPES = {"d": CellType.DATE, "b": CellType.BOOLEAN, "e": CellType.ERROR}


@dataclass
class CellReader:
    """Makes cells of raw ones, with the texts and the styles of their workbook."""

    texts: SharedTexts
    book: XlsxBook

    def of(self, cell: RawCell) -> SheetCell:
        if cell.has_formula and not (cell.has_value and self.book.is_computed):
            return SheetCell(CellType.NOT_COMPUTED, "", is_formula=True, is_hidden=cell.is_hidden)
        value, style = self._value(cell), self._style(cell)
        return replace(
            value,
            is_formula=cell.has_formula,
            is_hidden=value.is_hidden or cell.is_hidden,
            is_struck=style.is_struck,
            is_white=style.is_white,
        )

    def _style(self, cell: RawCell) -> CellStyle:
        styles = self.book.styles
        return styles[cell.style] if cell.style < len(styles) else CellStyle()

    def _value(self, cell: RawCell) -> SheetCell:
        match cell.type:
            case "s":
                return _text(self.texts.take(whole(cell.text)), cell)
            case "str" | "inlineStr":
                return _text(RichText(cell.text, cell.notes), cell)
            case "n":
                return self._number(cell)
            case other:
                return SheetCell(_TYPES.get(other, CellType.ERROR), cell.text)

    def _number(self, cell: RawCell) -> SheetCell:
        format_ = self._style(cell).format
        number = kept_number(cell.text)
        if number is None:
            raise damaged()
        if format_.kind is CellType.DATE:
            return SheetCell(format_.kind, _day(number, self.book.first_day))
        shown, hidden = format_.shown(number), format_.hides(number)
        text = plain(number * 100 if format_.kind is CellType.PERCENT else number)
        return SheetCell(format_.kind, text, shown=shown, is_hidden=hidden)


def _text(rich: RichText, cell: RawCell) -> SheetCell:
    return SheetCell(
        CellType.TEXT, checked_text(rich.text, cell.row, cell.column), notes=rich.notes
    )


def _day(number: Decimal, first_day: date) -> str:
    try:
        return (first_day + timedelta(days=int(number))).isoformat()
    except OverflowError:
        return plain(number)
