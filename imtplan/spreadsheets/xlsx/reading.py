"""Read an XLSX workbook into tables: what each cell holds, without computing or guessing anything.

This small reader is ours, for in others two cells, the first and the last of a sheet, fill the
memory; #REF! reads as an empty cell, 12 % as 0.12, and a formula that was never computed as
nothing; a raised note becomes digits of the number, and hidden rows are not marked. python-calamine
is no exception: it gives "11421" for 1142 with a raised 1, an empty text for #DIV/0! and for a
formula without its value, and no format, no hidden row and no note; the tests compare both readers.
"""

from imtplan.spreadsheets.merged_blocks import cover
from imtplan.spreadsheets.package import Package
from imtplan.spreadsheets.tables import Table, TableRow, rows_of
from imtplan.spreadsheets.xlsx.book import XlsxBook
from imtplan.spreadsheets.xlsx.cells import CellReader
from imtplan.spreadsheets.xlsx.sheet import XlsxSheet
from imtplan.spreadsheets.xlsx.texts import SharedTexts


def read_xlsx(package: Package) -> list[Table]:
    """Returns every sheet, in the workbook's order; `Unreadable` with what to do about it."""
    book = XlsxBook.of(package)
    sheets = [(listed, XlsxSheet(package, listed.part)) for listed in book.sheets]
    named = {index for _listed, sheet in sheets for index in sheet.shared}
    meaning = CellReader(SharedTexts(package, book.texts, named), book)
    return [
        Table(_rows(sheet, meaning), listed.name, listed.is_hidden, left_out=sheet.left_out)
        for listed, sheet in sheets
    ]


def _rows(sheet: XlsxSheet, meaning: CellReader) -> list[TableRow]:
    rows = rows_of((cell.row, cell.column, meaning.of(cell)) for cell in sheet.cells)
    cover(rows, sheet.blocks)
    return rows
