"""Write sheets to an OpenDocument spreadsheet, from the same declaration as the XLSX workbook.

No library is used: odfpy has had no release since 2020, and it has no functions for locked cells,
lists to choose from and panes that stay in sight, which are most of this code.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number
from imtplan.spreadsheets.columns import cleaned_text
from imtplan.spreadsheets.ods.cell_rules import Rules
from imtplan.spreadsheets.ods.cell_styles import cell_styles, decimals_of, shows_days, style_name
from imtplan.spreadsheets.ods.markup import document, paragraphs, tag
from imtplan.spreadsheets.ods.package_parts import MASTER, packed
from imtplan.spreadsheets.workbooks import (
    FIRST_DAY,
    MAX_TEXT,
    CellOut,
    SheetOut,
    is_exact,
    whole_text,
)

Looks = Mapping[str, Mapping[str, Any]]


def ods_workbook(
    sheets: Sequence[SheetOut], looks: Looks, properties: Mapping[str, str] | None = None
) -> bytes:
    """Returns the file. A locked sheet has no password; a look with `locked: False` is open."""
    rules = Rules()
    tables = [_Table(place, sheet, looks, rules) for place, sheet in enumerate(sheets)]
    written = [table.written() for table in tables]
    styles = cell_styles(looks) + "".join(table.styles() for table in tables)
    content = document(
        "document-content",
        tag("office:automatic-styles", {}, styles),
        tag("office:body", {}, tag("office:spreadsheet", {}, rules.written(), *written)),
    )
    return packed(content, sheets, properties or {})


class _Table:
    """Writes a sheet, and its own styles: the widths of its columns, the heights of its lines."""

    def __init__(self, place: int, sheet: SheetOut, looks: Looks, rules: Rules) -> None:
        self.place, self.sheet, self.looks, self.rules = place, sheet, looks, rules

    def styles(self) -> str:
        shown = {"table:display": "false" if self.sheet.is_hidden else "true"}
        named = {"style:master-page-name": MASTER}
        return "".join(
            [
                self._style("table", "ta", tag("style:table-properties", shown), named),
                *[
                    self._style("table-column", f"co{place}", _width(width))
                    for place, width in enumerate(self.sheet.widths)
                ],
                *[
                    self._style("table-row", f"ro{place}", _height(height))
                    for place, height in self.sheet.heights.items()
                ],
                self._style("table-row", "ro", tag("style:table-row-properties", _OPTIMAL)),
            ]
        )

    def _style(
        self, family: str, name: str, inside: str, more: dict[str, str] | None = None
    ) -> str:
        named = {"style:name": self._name(name), "style:family": family}
        return tag("style:style", named | (more or {}), inside)

    def _name(self, name: str) -> str:
        return f"s{self.place}_{name}"

    def written(self) -> str:
        attributes = {"table:name": self.sheet.name, "table:style-name": self._name("ta")}
        inside = [*self._columns(), *self._rows()]
        if self.sheet.is_locked:
            attributes["table:protected"] = "true"
            inside.insert(0, _PROTECTION)
        return tag("table:table", attributes, *inside)

    def _columns(self) -> Iterator[str]:
        for place in range(len(self.sheet.widths)):
            attributes = {"table:style-name": self._name(f"co{place}")}
            if place in self.sheet.hidden_columns:
                attributes["table:visibility"] = "collapse"
            yield tag("table:table-column", attributes)
        if not self.sheet.widths:
            yield tag("table:table-column")

    def _rows(self) -> Iterator[str]:
        for line, cells in enumerate(self.sheet.rows):
            name = f"ro{line}" if line in self.sheet.heights else "ro"
            written = [self._cell(line, column, cell) for column, cell in enumerate(cells)]
            inside = written or ["<table:table-cell/>"]
            row = tag("table:table-row", {"table:style-name": self._name(name)}, *inside)
            is_heading = line == self.sheet.headings
            yield tag("table:table-header-rows", {}, row) if is_heading else row

    def _cell(self, line: int, column: int, cell: CellOut) -> str:
        attributes = {}
        if cell.look in self.looks:
            attributes["table:style-name"] = style_name(cell.look)
        if cell.rule:
            name = self.rules.name_of(cell.rule, self.sheet.name, line, column)
            attributes["table:content-validation-name"] = name
        value, inside = self._value(cell)
        return tag("table:table-cell", attributes | value, _comment(cell.comment), inside)

    def _value(self, cell: CellOut) -> tuple[dict[str, str], str]:
        """Returns the attributes and the text of a cell; an inexact number is written as text."""
        match cell.value:
            case None | "":
                return {}, ""
            case str(text):
                return _STRING, paragraphs(whole_text(text))
            case number if shows_days(self.looks.get(cell.look, {})):
                day = FIRST_DAY + timedelta(days=int(number))
                typed = {"office:value-type": "date", "office:date-value": day.isoformat()}
                return typed, paragraphs(f"{day:%d/%m/%Y}")
            case number if is_exact(Decimal(number)):
                typed = {"office:value-type": "float", "office:value": f"{Decimal(number):f}"}
                return typed, paragraphs(self._displayed(Decimal(number), cell.look))
            case number:
                return _STRING, paragraphs(f"{number:f}")

    def _displayed(self, number: Decimal, look: str) -> str:
        language = reader_language()
        decimals = decimals_of(self.looks.get(look, {}))
        return format_number(number, language=language, decimals=decimals)


_STRING = {"office:value-type": "string"}
_OPTIMAL = {"style:use-optimal-row-height": "true"}
_PROTECTION = tag(
    "loext:table-protection",
    {"loext:select-protected-cells": "true", "loext:select-unprotected-cells": "true"},
)


def _comment(text: str) -> str:
    if not text:
        return ""
    size = {"svg:width": "7cm", "svg:height": "3cm"}
    return tag("office:annotation", size, paragraphs(cleaned_text(text)[:MAX_TEXT]))


def _width(characters: float) -> str:
    """Returns the width of a column, from a width in digits of Excel's font. Excel counts 7 pixels
    for a digit and 5 around; LibreOffice's usual font is wider: 7.8 pixels."""
    width = {"style:column-width": f"{(characters * 7.8 + 5) / 96:.3f}in"}
    return tag("style:table-column-properties", width)


def _height(points: float) -> str:
    height = {"style:row-height": f"{points}pt", "style:use-optimal-row-height": "false"}
    return tag("style:table-row-properties", height)
