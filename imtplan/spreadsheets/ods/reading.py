"""Read an OpenDocument spreadsheet into tables, by the same rules and limits as XLSX.

This small reader is ours; the tests compare it with python-calamine, which does not separate the
displayed text from the value, nor a raised note from the digits, and gives no hidden lines or
merged cells. A line that is repeated a million times is counted here, and never laid out.
"""

from django.utils.translation import gettext as _

from imtplan.spreadsheets.merged_blocks import cover
from imtplan.spreadsheets.ods.sheets import OdsSheet, OdsSheets
from imtplan.spreadsheets.ods.styles import Styles
from imtplan.spreadsheets.ods.xml_names import short, shortened
from imtplan.spreadsheets.package import Package
from imtplan.spreadsheets.tables import Table, Unreadable, rows_of

CONTENT, STYLES, MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"


def is_ods(package: Package) -> bool:
    """Whether the zip is an OpenDocument file, a spreadsheet or another."""
    return CONTENT in package or "encrypted-package" in package


def read_ods(package: Package) -> list[Table]:
    """Returns every sheet, in the file's order; `Unreadable` with what to do about it."""
    _refuse_encrypted(package)
    styles = Styles()

    def style(name: str, attributes: dict[str, str]) -> None:
        styles.take(short(name), shortened(attributes))

    if STYLES in package:
        package.parse(STYLES, start=style)
    sheets = OdsSheets(package, styles)
    if not sheets.is_spreadsheet:
        raise Unreadable(
            _("This is an OpenDocument file, but no spreadsheet: save its table as .ods or .xlsx.")
        )
    return [_table(sheet) for sheet in sheets.sheets]


def _table(sheet: OdsSheet) -> Table:
    rows = rows_of(sheet.cells)
    cover(rows, sheet.blocks)
    return Table(rows, sheet.name, sheet.is_hidden, left_out=sheet.left_out)


def _refuse_encrypted(package: Package) -> None:
    encrypted = "encrypted-package" in package

    def entry(name: str, _attributes: dict[str, str]) -> None:
        nonlocal encrypted
        encrypted = encrypted or short(name) == "manifest:encryption-data"

    if MANIFEST in package:
        package.parse(MANIFEST, start=entry)
    if encrypted:
        raise Unreadable(_("This file is protected by a password: save it without one."))
