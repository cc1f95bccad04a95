"""Typed columns, and cells that no program takes for a formula.

A column is declared once: its key for programs, its label for people, its type, and its getter.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum, auto
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.direction_signs import straight
from imtplan.numbers import plain


class ColumnType(Enum):
    TEXT = auto()
    NUMBER = auto()
    TIME = auto()


class Flavour(StrEnum):
    """The reader of the file: a program, or a person with a French Excel."""

    MACHINE = "machine"
    EXCEL_FR = "excel-fr"

    @property
    def label(self) -> Promise:
        return {
            Flavour.MACHINE: _("for programs: commas, decimal points, UTC"),
            Flavour.EXCEL_FR: _("for a French Excel: semicolons, decimal commas, Paris time"),
        }[self]

    @property
    def delimiter(self) -> str:
        return ";" if self is Flavour.EXCEL_FR else ","

    @property
    def beginning(self) -> str:
        """Returns the mark of UTF-8, without which Excel takes the file for Windows-1252."""
        return "\ufeff" if self is Flavour.EXCEL_FR else ""


@dataclass(frozen=True)
class Column:
    key: str
    label: str | Promise
    read: Callable[[Any], Any]
    kind: ColumnType = ColumnType.TEXT

    def heading(self, flavour: Flavour) -> str:
        return self.key if flavour is Flavour.MACHINE else safe_text(str(self.label))

    def cell(self, row: Any, flavour: Flavour) -> str:
        """Returns the text of the cell; a missing value is empty, never a zero or a word."""
        value = self.read(row)
        return "" if value is None else _WRITERS[self.kind](value, flavour)


# --- Cells --------------------------------------------------------------------------------------

# Line feed and tab are text. The other control characters only break readers.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile(r"\r\n?")
# Excel and LibreOffice take these for the beginning of a formula, the wide ones of Asia included.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def cleaned_text(text: str) -> str:
    """Returns the text without control characters and marks of direction, with line feeds alone."""
    return straight(_CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))


def safe_text(text: str) -> str:
    """Returns a text that stays one: an apostrophe stands before what would begin a formula."""
    cleaned = cleaned_text(text)
    return f"'{cleaned}" if _FORMULA.match(cleaned) else cleaned


def _text(value: Any, flavour: Flavour) -> str:
    return safe_text(str(value))


def _number(value: Decimal | int, flavour: Flavour) -> str:
    """Returns the number without an apostrophe: a minus before digits begins no formula."""
    text = plain(Decimal(value))
    return text.replace(".", ",") if flavour is Flavour.EXCEL_FR else text


def _time(value: date | datetime, flavour: Flavour) -> str:
    """Returns ISO 8601: in UTC for programs; in Paris time for Excel, which knows no time zones."""
    if not isinstance(value, datetime):
        return value.isoformat()
    if flavour is Flavour.MACHINE:
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


_WRITERS: dict[ColumnType, Callable[[Any, Flavour], str]] = {
    ColumnType.TEXT: _text,
    ColumnType.NUMBER: _number,
    ColumnType.TIME: _time,
}
