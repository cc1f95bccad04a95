"""Write rows to a CSV file, in pieces."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation

from imtplan.spreadsheets.columns import Column, Flavour, safe_text

ROWS_AT_A_TIME = 500


def csv_lines(columns: Sequence[Column], rows: Iterable[Any], flavour: Flavour) -> Iterator[str]:
    """Returns the file in pieces, so that a long one is never whole in memory. The pieces are made
    after the view has returned, in the language of this call."""
    return _pieces(columns, rows, flavour, translation.get_language())


def _pieces(
    columns: Sequence[Column], rows: Iterable[Any], flavour: Flavour, language: str | None
) -> Iterator[str]:
    piece = io.StringIO()
    writer = csv.writer(piece, delimiter=flavour.delimiter, lineterminator="\r\n")
    with translation.override(language):
        piece.write(flavour.beginning)
        writer.writerow([column.heading(flavour) for column in columns])
    for number, row in enumerate(rows, start=1):
        # Switched for each row: at a `yield` the language would leak into another request.
        with translation.override(language):
            writer.writerow([column.cell(row, flavour) for column in columns])
        if number % ROWS_AT_A_TIME == 0:
            yield _taken(piece)
    yield _taken(piece)


def _taken(piece: io.StringIO) -> str:
    text = piece.getvalue()
    piece.seek(0)
    piece.truncate()
    return text


def csv_with_preface(
    preface: Iterable[tuple[str, str]],
    columns: Sequence[Column],
    rows: Iterable[Any],
    flavour: Flavour,
) -> str:
    """Returns a whole file that begins with lines describing it, then an empty line."""
    first = io.StringIO()
    writer = csv.writer(first, delimiter=flavour.delimiter, lineterminator="\r\n")
    writer.writerows([safe_text(name), safe_text(text)] for name, text in preface)
    table = "".join(csv_lines(columns, rows, flavour)).removeprefix(flavour.beginning)
    return f"{flavour.beginning}{first.getvalue()}\r\n{table}"


def csv_response(
    columns: Sequence[Column], rows: Iterable[Any], *, flavour: Flavour, name: str
) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_lines(columns, rows, flavour),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )
