"""Read a CSV file into rows; recognise its encoding and its separator, or refuse it and say why.

A doubtful encoding is refused, so that no letter is ever read as another.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from imtplan.spreadsheets.columns import safe_text
from imtplan.spreadsheets.tables import (
    CONTROLS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    CellType,
    SheetCell,
    Table,
    TableRow,
    Unreadable,
    one_kind_of_line_ends,
)

# The first is preferred where two of them cut every line alike: a comma is also a decimal mark.
DELIMITERS = "\t;,"
# A sheet has as many columns, and some programs write them all, though they are empty.
WIDEST = 16_384

_MARKS = (
    (codecs.BOM_UTF32_LE, None),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_csv(data: bytes) -> Table:
    text = decoded(data)
    _refuse_wide(text)
    delimiter, text, lines_before = _delimiter(text)
    rows: list[TableRow] = []
    kept = 0
    for line, cells in _records(text, delimiter):
        present = ((column, text) for column, text in enumerate(cells) if text.strip())
        filled = list(islice(present, MAX_COLUMNS + 1))
        kept += len(filled)
        _refuse_excess(len(rows) + bool(filled), filled[-1][0] if filled else 0, kept)
        if filled:
            row_cells = {
                column: SheetCell(CellType.TEXT, _as_meant(text)) for column, text in filled
            }
            rows.append(TableRow(line + lines_before, row_cells))
    return Table(rows)


def _as_meant(text: str) -> str:
    """Returns the text without the apostrophe that `safe_text` writes before a formula's sign."""
    text = one_kind_of_line_ends(text)
    return text[1:] if text.startswith("'") and safe_text(text[1:]) == text else text


def _refuse_excess(rows: int, last_column: int, cells: int) -> None:
    """Refuses a file over the limits as soon as that is known, before it fills the memory."""
    if rows > MAX_ROWS:
        raise Unreadable(_("This file has more than %(count)d lines.") % {"count": MAX_ROWS})
    if last_column >= MAX_COLUMNS:
        raise _too_wide()
    if cells > MAX_CELLS:
        raise Unreadable(_("This file holds too many cells: it is not a table of figures."))


def _refuse_wide(text: str) -> None:
    """Refuses too wide a line before it is cut: its cells would take fifty times its memory."""
    for line in io.StringIO(text, newline=""):
        if len(line) > WIDEST and any(line.count(mark) > WIDEST for mark in DELIMITERS):
            raise _too_wide()


def _too_wide() -> Unreadable:
    return Unreadable(_("This file has more than %(count)d columns.") % {"count": MAX_COLUMNS})


# --- Encoding -----------------------------------------------------------------------------------


def decoded(data: bytes) -> str:
    """Returns the text of a file in UTF-8, UTF-16 or Windows-1252; `Unreadable` when in doubt."""
    text = _marked(data) or _utf_16(data) or _unmarked(data)
    _refuse_damage(text)
    return text


def _marked(data: bytes) -> str:
    """Returns the text of a file that begins with the mark of its encoding; else ""."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    return ""


def _strictly(data: bytes, encoding: str | None) -> str:
    try:
        return data.decode(encoding or "ascii")
    except UnicodeDecodeError:
        raise _unknown_encoding() from None


def _unknown_encoding() -> Unreadable:
    return Unreadable(
        _("The letters of this file cannot be read with certainty. Save it as “CSV UTF-8”.")
    )


def _utf_16(data: bytes) -> str:
    """Returns the text of UTF-16 without a mark: nearly every second byte is zero; else ""."""
    if b"\x00" not in data:
        return ""
    pairs = len(data) // 2
    first, second = data[0::2].count(0), data[1::2].count(0)
    if second > 0.7 * pairs and not first:
        return _strictly(data, "utf-16-le")
    if first > 0.7 * pairs and not second:
        return _strictly(data, "utf-16-be")
    raise Unreadable(_("This file is not text: it is neither a CSV file nor a workbook."))


# Among the bytes that Windows-1252 has beyond Latin-1, these are in French or English texts:
# € … ‰ Œ quotes • – — ™ œ Ÿ. The others are é and è of MS-DOS and of the old Macintosh.
_WINDOWS_ONLY = set(b"\x80\x85\x89\x8c\x91\x92\x93\x94\x95\x96\x97\x99\x9c\x9f")
# These letters of Icelandic are frequent letters of Russian or Greek in other encodings.
_ELSEWHERE = set("ÐðÞþÝý".encode("cp1252"))


def _unmarked(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        strangers = set(range(0x80, 0xA0)) - _WINDOWS_ONLY | _ELSEWHERE
        if strangers.intersection(data):
            raise _unknown_encoding() from None
        return data.decode("cp1252")


# UTF-8 of two or three bytes that was read as Windows-1252: "Ã©", "â€™". A first byte is never a
# later one, so that a text is searched once, whatever its length.
_LAST_BYTES = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0))
_TWICE = re.compile(f"[Â-ß][{re.escape(_LAST_BYTES)}]|[à-ï][{re.escape(_LAST_BYTES)}]{{2}}")
# The characters of French and English that a second encoding turns into "Ã©" or "â€™".
_FRENCH = re.compile(r"[\u00a0-\u00ffŒœŸ€‘’“”–—…\u202f\u2212•™]+")


def _refuse_damage(text: str) -> None:
    if "\ufffd" in text:
        raise Unreadable(_("Letters of this file were lost already when it was saved."))
    if control := CONTROLS.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise Unreadable(
            _("There is an invisible control character in line %(line)d.") % {"line": line}
        )
    for twice in _TWICE.findall(text):
        if right := _undone(twice):
            raise Unreadable(
                _(
                    "This file was saved in the wrong encoding: “%(wrong)s” stands where"
                    " “%(right)s” was meant. Open the original again and save it as “CSV UTF-8”."
                )
                % {"wrong": twice, "right": right}
            )


def _undone(piece: str) -> str:
    """Returns the French letter or mark that was encoded twice; "" if it is none."""
    try:
        letter = piece.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""
    return letter if len(letter) == 1 and _FRENCH.fullmatch(letter) else ""


# --- Separator ----------------------------------------------------------------------------------

_SEP_LINE = re.compile(r"\"?sep=([;,\t])\"?[;,\t]*(\r\n|\r|\n|$)", re.IGNORECASE)


def _delimiter(text: str) -> tuple[str, str, int]:
    """Returns the separator, the text without a line "sep=;", and the number of such lines."""
    if sep_line := _SEP_LINE.match(text):
        return sep_line[1], text[sep_line.end() :], 1
    present = [mark for mark in DELIMITERS if mark in text]
    if len(present) < 2:
        return (present or [";"])[0], text, 0
    return _best(text, present), text, 0


def _best(text: str, candidates: list[str]) -> str:
    """Returns the separator that cuts all lines alike; or the one that cuts the headings most."""
    widths = {mark: _widths(text, mark) for mark in candidates}
    regular = [mark for mark in candidates if len(set(widths[mark])) == 1 and widths[mark][0] > 1]
    if regular:
        return regular[0]
    ranked = sorted(candidates, key=lambda mark: -(widths[mark] or [0])[0])
    best, second = ((widths[mark] or [0])[0] for mark in ranked[:2])
    if best == second:
        raise Unreadable(
            _(
                "It is not certain what separates the cells of this file."
                " Write “sep=;” alone on its first line."
            )
        )
    return ranked[0]


def _widths(text: str, delimiter: str) -> list[int]:
    """Returns how many cells each line has; [] if the file cannot be cut by this separator."""
    try:
        return [len(cells) for _line, cells in _records(text, delimiter) if any(cells)]
    except Unreadable:
        return []


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Returns each record with the line on which it begins: a quoted cell may have several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _broken(line, text) from None
        yield line, cells


def _broken(line: int, text: str) -> Unreadable:
    """Returns why a line is not read: an open quotation mark, or a text beyond `csv`'s limit."""
    if '"' in text:
        message = _("Line %(line)d cannot be read: is a quotation mark never closed?")
    else:
        message = _("Line %(line)d holds far too long a text: it is not a table of figures.")
    return Unreadable(message % {"line": line})
