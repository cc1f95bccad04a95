"""The two formats of our workbooks: the same sheets as XLSX or as OpenDocument."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from django.http import HttpResponse
from django.urls import register_converter

from imtplan.spreadsheets.ods.writing import ods_workbook
from imtplan.spreadsheets.workbooks import ODS, XLSX, SheetOut, workbook


class BookFormat(StrEnum):
    """A format, by the ending of the file's name."""

    XLSX = "xlsx"
    ODS = "ods"

    @property
    def content_type(self) -> str:
        return {BookFormat.XLSX: XLSX, BookFormat.ODS: ODS}[self]

    @classmethod
    def accepted(cls) -> str:
        """Returns the `accept` of a field for files: the endings and the types of all formats."""
        return ",".join([*(f".{book}" for book in cls), *(book.content_type for book in cls)])

    def write(
        self,
        sheets: Sequence[SheetOut],
        looks: Mapping[str, Mapping[str, Any]],
        properties: Mapping[str, str] | None = None,
    ) -> bytes:
        """Returns the file, which holds no formula."""
        writers = {BookFormat.XLSX: workbook, BookFormat.ODS: ods_workbook}
        return writers[self](sheets, looks, properties)

    def response(self, data: bytes, name: str) -> HttpResponse:
        """Returns a workbook to download, which no cache keeps; `name` has no ending."""
        return HttpResponse(
            data,
            content_type=self.content_type,
            headers={
                "Content-Disposition": f'attachment; filename="{name}.{self}"',
                "Cache-Control": "private, no-store",
            },
        )


class BookConverter:
    """Converts the ending in an address: `classeur.<book:book>`."""

    regex = "|".join(BookFormat)

    def to_python(self, value: str) -> BookFormat:
        return BookFormat(value)

    def to_url(self, value: str) -> str:
        return value


register_converter(BookConverter, "book")
