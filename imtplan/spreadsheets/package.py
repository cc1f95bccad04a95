"""The zip of a workbook. It is checked before anything is unpacked, then read in small pieces."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Container, Generator
from contextlib import closing
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.spreadsheets.tables import MAX_CELLS, Unreadable

MAX_UNPACKED = 30 * 1024 * 1024
MAX_ENTRIES = 200
MAX_RATIO = 100
# A sheet of as many cells as are read has half of these, its texts included.
MAX_ELEMENTS = 300_000
# Excel keeps as many styles of cells.
MAX_STYLES = 65_490
# All texts of a workbook together: a long novel.
MAX_CHARACTERS = 2_000_000
PIECE = 64 * 1024
# How deep elements may be nested: a text in a drawing in a group has some twenty levels.
MAX_DEPTH = 200
# The size of a tag with its attributes, or of a comment. Until it is whole, `expat` reads it again
# from its beginning with each piece.
MAX_TOKEN = 1024 * 1024
# How many names of elements, attributes and namespaces there may be; `expat` keeps them for good.
MAX_NAMES = 5_000

_ENCRYPTED = 0x1
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ZIP = b"PK\x03\x04"
# `zipfile` raises these on files with wrong positions of their parts, as random changes showed.
_BROKEN: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, struct.error, KeyError)
_BROKEN += (ValueError, OSError, EOFError, NotImplementedError, RuntimeError)

_Start = Callable[[str, dict[str, str]], None]
_Text = Callable[[str], None]


class Package:
    """The parts of a workbook, by name; `Unreadable` for a zip that is built otherwise."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            raise damaged() from None
        self._entries = {_part(entry.filename): entry for entry in self._zip.infolist()}
        _refuse_other_formats(self._entries)
        _refuse_abnormal(self._zip.infolist(), len(self._entries))
        _refuse_strange_names([entry.filename for entry in self._zip.infolist()])
        self._refuse_nested()
        self._parsed = self._elements = self._characters = self._cells = 0

    def __contains__(self, name: str) -> bool:
        return _part(name) in self._entries

    def _refuse_nested(self) -> None:
        for name in self._entries:
            if next(self.pieces(name, size=4), b"") == ZIP:
                raise abnormal()

    def pieces(self, name: str, size: int = PIECE) -> Generator[bytes, None, None]:
        """Returns the content of a part in pieces; `Unreadable` if it is damaged.

        `zipfile` reads no more than the declared size: a false size makes the checksum wrong and
        never fills the memory.
        """
        try:
            with self._zip.open(self._entries[_part(name)]) as part:
                while piece := part.read(size):
                    yield piece
        except _BROKEN:
            raise damaged() from None

    def parse(self, name: str, **handlers: Any) -> None:
        """Read an XML part with handlers for `start`, `end` and `text`."""
        parser = _Parser(**handlers | {"start": self._counting(handlers["start"])})
        with closing(self.pieces(name)) as pieces:
            for piece in pieces:
                self._count_parsed(len(piece))
                parser.feed(piece)
        parser.feed(b"", is_last=True)

    def _count_parsed(self, size: int) -> None:
        """Count what is read. A part that is named many times is read, and counts, as often."""
        self._parsed += size
        if self._parsed > MAX_UNPACKED:
            raise _too_large()

    def _counting(self, start: _Start) -> _Start:
        def counted(name: str, attributes: dict[str, str]) -> None:
            self._elements += 1
            if self._elements > MAX_ELEMENTS:
                raise too_much()
            start(name, attributes)

        return counted

    def has_room(self, cells: int = 1) -> bool:
        """Count more cells of the workbook; return False where they must be left out."""
        if self._cells + cells > MAX_CELLS:
            return False
        self._cells += cells
        return True

    def kept(self, text: str) -> str:
        """Count a text that a reader keeps, and return it; `Unreadable` beyond the limit."""
        self.count_characters(len(text))
        return text

    def count_characters(self, count: int) -> None:
        """Count characters; a text that is in many cells counts as often."""
        self._characters += count
        if self._characters > MAX_CHARACTERS:
            raise too_much()


class _Parser:
    """Feeds a part to `expat`, within the limits that `expat` itself lacks; else `Unreadable`."""

    def __init__(
        self, *, start: _Start, end: _Text | None = None, text: _Text | None = None
    ) -> None:
        self._handle_start, self._handle_end = start, end
        self._depth = self._fed = 0
        self._prefixes = set[str | None]()
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = _refuse_doctype
        self._expat.StartNamespaceDeclHandler = self._count_prefix
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = text

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        try:
            self._expat.Parse(piece, is_last)
        except (expat.ExpatError, LookupError, ValueError):  # an encoding that nobody knows, too
            raise damaged() from None
        self._fed += len(piece)
        unfinished = self._fed - self._expat.CurrentByteIndex
        if unfinished > MAX_TOKEN or len(self._expat.intern) > MAX_NAMES:
            raise abnormal()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise abnormal()
        self._handle_start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._handle_end:
            self._handle_end(name)

    def _count_prefix(self, prefix: str | None, _uri: str) -> None:
        self._prefixes.add(prefix)
        if len(self._prefixes) > MAX_NAMES:
            raise abnormal()


def local(name: str) -> str:
    """Returns a name without its namespace, which differs between strict and usual files."""
    return name.rpartition(" ")[2]


def _part(name: str) -> str:
    """Returns the name of a part for comparing: some programs write backslashes or capitals."""
    return name.replace("\\", "/").lower()


def damaged() -> Unreadable:
    return Unreadable(
        _("This workbook is damaged. Open it in your spreadsheet program and save it again.")
    )


def abnormal() -> Unreadable:
    return Unreadable(
        _(
            "This file is not built like a workbook: it was not opened."
            " Save it again as .xlsx or .ods."
        )
    )


def too_much() -> Unreadable:
    return Unreadable(_("This file holds too many cells: it is not a table of figures."))


def too_many_sheets() -> Unreadable:
    return Unreadable(_("This file has more than %(count)d sheets.") % {"count": MAX_ENTRIES})


def _too_large() -> Unreadable:
    return Unreadable(_("Unpacked, this file is abnormally large: it was not opened."))


def _refuse_doctype(*_args: object) -> None:
    raise abnormal()


# Files of other programs are recognised by a part that they all have.
_OTHERS = {
    "xl/workbook.bin": gettext_lazy("This is an Excel workbook in the binary format .xlsb."),
    "index/document.iwa": gettext_lazy("This is a file of Numbers."),
    "index.zip": gettext_lazy("This is a file of Numbers."),
    "word/document.xml": gettext_lazy("This is a text document of Word."),
    "ppt/presentation.xml": gettext_lazy("These are slides of PowerPoint."),
}


def _refuse_other_formats(parts: Container[str]) -> None:
    for part, message in _OTHERS.items():
        if part in parts:
            advice = _("Save it as .xlsx or .ods, or as CSV.")
            raise Unreadable(f"{message} {advice}")


def _refuse_abnormal(entries: list[zipfile.ZipInfo], parts: int) -> None:
    """Refuses a zip by its own directory, before anything is unpacked."""
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable(_("This file is protected by a password: save it without one."))
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        raise _too_large()
    too_many = len(entries) > MAX_ENTRIES or parts < len(entries)
    if too_many or any(entry.compress_type not in _PACKINGS for entry in entries):
        raise abnormal()


def _refuse_strange_names(names: list[str]) -> None:
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in name:
            raise abnormal()
