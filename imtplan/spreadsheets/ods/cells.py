"""The cells of an OpenDocument sheet: their value, and the text that the program displayed."""

import re
from decimal import Decimal

from imtplan.numbers import plain
from imtplan.spreadsheets.package import damaged
from imtplan.spreadsheets.tables import MEANS, CellType, SheetCell, kept_number
from imtplan.spreadsheets.text_runs import RichText

_NUMBERS = {"float": CellType.NUMBER, "currency": CellType.NUMBER, "percentage": CellType.PERCENT}
_CLOCKS = {"date": "office:date-value", "time": "office:time-value"}
_ERRORS = ("#", "Err:")


def cell_of(attributes: dict[str, str], rich: RichText, *, is_displayed: bool) -> SheetCell:
    """Returns the cell for these attributes and this text; `Unreadable` if it is damaged.
    `is_displayed`: the file has the text that its program shows, even if it is empty."""
    is_formula = "table:formula" in attributes
    kind = attributes.get("office:value-type", attributes.get("calcext:value-type", ""))
    if attributes.get("calcext:value-type") == "error":
        kind = "error"
    if is_formula and not _has_value(kind, attributes, is_displayed=is_displayed):
        return SheetCell(CellType.NOT_COMPUTED, "", is_formula=True)
    if kind in _NUMBERS:
        return _number(_NUMBERS[kind], attributes, rich.text, is_displayed=is_displayed)
    if kind in _CLOCKS:
        text = attributes.get(_CLOCKS[kind], rich.text)
        return SheetCell(
            CellType.DATE, text[:10] if kind == "date" else rich.text or text, is_formula
        )
    if kind == "boolean":
        text = "1" if attributes.get("office:boolean-value") == "true" else "0"
        return SheetCell(CellType.BOOLEAN, text, is_formula)
    if kind == "error" or (is_formula and rich.text.startswith(_ERRORS)):
        return SheetCell(CellType.ERROR, rich.text, is_formula)
    text = rich.text if is_displayed else attributes.get("office:string-value", "")
    return SheetCell(CellType.TEXT, text, is_formula, notes=rich.notes)


def _has_value(kind: str, attributes: dict[str, str], *, is_displayed: bool) -> bool:
    """Whether a formula was computed; else the file has it alone, or a type without a value."""
    if kind in _NUMBERS:
        return "office:value" in attributes
    return bool(kind) or is_displayed


def _number(
    kind: CellType, attributes: dict[str, str], displayed: str, *, is_displayed: bool
) -> SheetCell:
    number = kept_number(attributes.get("office:value", ""))
    if number is None:
        raise damaged()
    value = number * 100 if kind is CellType.PERCENT else number
    return SheetCell(
        kind,
        plain(value),
        "table:formula" in attributes,
        shown=_shown(value, displayed.strip(), is_percent=kind is CellType.PERCENT),
        is_hidden=is_displayed and not displayed.strip(),
    )


# --- What is displayed --------------------------------------------------------------------------

_SPACES = re.compile(r"[\s'’]+")
_DIGITS = re.compile(r"[-−+(]?((?:\d+[.,])*\d+)\)?")
# Exponents and fractions write the same number in another way: 2.06E+007, 1 1/2.
_OTHER_WAYS = re.compile(r"[-−+]?[\d.,]+E[-+]?\d+|[-−+\d\s]+/\d+", re.IGNORECASE)
MAX_DISPLAYED = 100


def _shown(value: Decimal, displayed: str, *, is_percent: bool) -> str:
    """Returns the displayed text if it says more than the number: "20,6" for 20600000, "170 k€".
    Returns "" for the number itself, rounded or written in another way, and for a dash."""
    if len(displayed) > MAX_DISPLAYED or not MEANS.search(displayed):
        return displayed if MEANS.search(displayed) else ""
    bare = _SPACES.sub("", displayed)
    digits = _DIGITS.fullmatch(bare.removesuffix("%") if is_percent else bare)
    if digits is None:
        return "" if _OTHER_WAYS.fullmatch(displayed) else displayed
    same = any(_is_rounded(abs(value), reading) for reading in _readings(digits[1]))
    return "" if same else displayed


def _readings(digits: str) -> list[Decimal]:
    """Reads the digits twice: with every mark as a group mark, and with the last as decimal."""
    whole = re.sub(r"[.,]", "", digits)
    decimals = len(digits) - 1 - max(digits.rfind("."), digits.rfind(","))
    readings = [Decimal(whole)]
    if decimals < len(digits):
        readings.append(Decimal(whole).scaleb(-decimals))
    return readings


def _is_rounded(value: Decimal, shown: Decimal) -> bool:
    half = Decimal((0, (5,), int(shown.as_tuple().exponent) - 1))
    return abs(value - shown) <= half
