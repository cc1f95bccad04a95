"""Read a file that somebody sends into tables. Its content tells its format; its name does not.

A file of another format is refused with what to do about it.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from django.utils.translation import gettext as _

from imtplan.spreadsheets.csv.reading import read_csv
from imtplan.spreadsheets.ods.reading import is_ods, read_ods
from imtplan.spreadsheets.package import ZIP, Package
from imtplan.spreadsheets.tables import MAX_BYTES, Table, Unreadable
from imtplan.spreadsheets.xlsx.reading import read_xlsx

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b", b"Rar!")
# What a file may be made of and yet hold nothing: marks of an encoding, spaces, ends of lines.
_BLANK = BOM_UTF8 + BOM_UTF16_LE + BOM_UTF16_BE + b" \t\r\n\v\f\0"
_FLAT = b"application/vnd.oasis.opendocument.spreadsheet"


def read_tables(data: bytes) -> list[Table]:
    """Returns every sheet of a workbook, or the one table of a CSV file; else `Unreadable`."""
    if len(data) > MAX_BYTES:
        raise Unreadable(
            _("This file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1024**2}
        )
    if not data.strip(_BLANK):
        raise Unreadable(_("This file is empty."))
    _refuse_others(data)
    if not data.startswith(ZIP):
        return [read_csv(data)]
    package = Package(data)
    return read_ods(package) if is_ods(package) else read_xlsx(package)


def _refuse_others(data: bytes) -> None:
    if data.startswith(_OLE):
        raise Unreadable(_ole_message(data))
    beginning = data.lstrip()[:200].lower()
    if data.startswith(_NOT_TABLES) or beginning.startswith((b"<!doctype", b"<html", b"<?xml")):
        if _FLAT in data[:5_000]:
            raise Unreadable(_("This is a flat OpenDocument file (.fods): save it as .ods."))
        raise Unreadable(
            _("This is neither a workbook nor a CSV file: save it as .xlsx or .ods, or as CSV.")
        )


def _ole_message(data: bytes) -> str:
    """Returns why an OLE file is refused: it is an old workbook, or one with a password."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _("This file is protected by a password: save it without one.")
    return _("This is the old .xls format: save it as .xlsx or .ods.")
