"""Read the values of XLSX's attributes: whole numbers, sizes and references."""

import re
from contextlib import suppress

from imtplan.spreadsheets.merged_blocks import MergedBlock
from imtplan.spreadsheets.package import damaged

YES = ("1", "true", "on")
_WHOLE = re.compile(r"\s*\+?([0-9]{1,10})\s*")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


def whole(text: str | None) -> int:
    """Returns a whole number; 0 without a text; `Unreadable` for any other text."""
    if not text:
        return 0
    if number := _WHOLE.fullmatch(text[:40]):
        return int(number[1])
    raise damaged()


def is_nothing(size: str | None) -> bool:
    """Whether a width or a height is zero, so that nothing is seen."""
    with suppress(ValueError):
        return size is not None and float(size[:40]) <= 0
    return False


def place_of(reference: str) -> tuple[int, int]:
    """Returns the line, from 1, and the column, from 0, of "B7"; `Unreadable` if it is no place."""
    place = _REFERENCE.fullmatch(reference[:20])
    if place is None:
        raise damaged()
    return int(place[2]), _column(place[1])


def block_of(reference: str) -> MergedBlock:
    """Returns the block of "B7:C9", or of a single cell "B7"."""
    first, _colon, last = reference[:40].partition(":")
    line, column = place_of(first)
    return MergedBlock(line, column, *place_of(last or first))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
