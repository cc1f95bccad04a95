"""The number formats of XLSX, "#,##0.0 \\"M€\\"": what a number in such a cell means and shows.

A format is read once from end to end, so that its cost is in proportion to its length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum, auto
from functools import cached_property

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number
from imtplan.spreadsheets.tables import MEANS, CellType

# Excel refuses a longer format. We then read its kind alone, so that no cell repeats a novel.
MAX_CODE = 255
_WIDE = Context(prec=1000, rounding=ROUND_HALF_UP, traps=[])


class FormatMark(Enum):
    """The role of a character in a format."""

    LITERAL = auto()
    DIGIT = auto()  # 0 # ?
    COMMA = auto()
    POINT = auto()
    PERCENT = auto()
    BRACKETS = auto()  # a colour, a condition or a currency, in brackets
    CLOCK = auto()  # d m y h s
    GENERAL = auto()
    SECTION = auto()  # positive; negative; zero; text
    OTHER = auto()  # exponents, fractions, @


_MARKS = dict.fromkeys("0#?", FormatMark.DIGIT) | dict.fromkeys("dmyhs", FormatMark.CLOCK)
_MARKS |= {
    ",": FormatMark.COMMA,
    ".": FormatMark.POINT,
    "%": FormatMark.PERCENT,
    ";": FormatMark.SECTION,
}
_MARKS |= dict.fromkeys("e/@", FormatMark.OTHER)
_WORDS = ("general", "standard")


def marks(code: str) -> Iterator[tuple[FormatMark, str]]:
    """Returns each mark of a format with its text."""
    place = 0
    while place < len(code):
        mark, text, place = _mark(code, place)
        yield mark, text


def _mark(code: str, place: int) -> tuple[FormatMark, str, int]:
    character = code[place]
    if character in '"[':
        end = code.find('"' if character == '"' else "]", place + 1)
        end = len(code) if end < 0 else end
        mark = FormatMark.LITERAL if character == '"' else FormatMark.BRACKETS
        return mark, code[place + 1 : end], end + 1
    if character in "\\_*":  # a letter as it is; a space as wide as a letter; a filling
        letter = {"\\": code[place + 1 : place + 2], "_": " ", "*": ""}[character]
        return FormatMark.LITERAL, letter, place + 2
    for word in _WORDS:
        if code[place : place + len(word)].lower() == word:
            return FormatMark.GENERAL, word, place + len(word)
    return _MARKS.get(character.lower(), FormatMark.LITERAL), character, place + 1


# --- Sections -----------------------------------------------------------------------------------

_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_COMPARISONS = {
    "<": Decimal.__lt__,
    ">": Decimal.__gt__,
    "<=": Decimal.__le__,
    ">=": Decimal.__ge__,
    "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}
_CLOCKS = re.compile(r"h+|m+|s+", re.IGNORECASE)


@dataclass
class FormatSection:
    """A section of a format: how some numbers are shown, those above zero for instance."""

    before: str = ""
    after: str = ""
    condition: tuple[str, Decimal] | None = None
    places: int = 0  # decimals
    thousands: int = 0  # commas behind the digits: each divides by a thousand
    percents: int = 0
    has_digits: bool = False
    has_point: bool = False
    is_general: bool = False  # shows every digit of the number
    is_odd: bool = False  # has exponents, fractions or dates, which we do not write

    def take(self, mark: FormatMark, text: str) -> None:
        match mark:
            case FormatMark.DIGIT:
                self.has_digits = True
                self.thousands *= self.has_point  # commas between digits group them
                self.places += self.has_point
            case FormatMark.GENERAL:
                self.has_digits = self.is_general = True
            case FormatMark.COMMA if self.has_digits:
                self.thousands += 1
            case FormatMark.POINT:
                self.has_point = True
            case FormatMark.PERCENT:
                self.percents += 1
                self._write("%")
            case FormatMark.BRACKETS:
                self._take_brackets(text)
            case FormatMark.OTHER | FormatMark.CLOCK:
                self.is_odd = True
            case _:
                self._write(text)

    def _write(self, text: str) -> None:
        if self.has_digits:
            self.after += text
        else:
            self.before += text

    def _take_brackets(self, text: str) -> None:
        if condition := _CONDITION.fullmatch(text):
            self.condition = condition[1], Decimal(condition[2])
        if text.startswith("$"):  # [$€-40C]: a currency, and whose
            self._write(text[1:].partition("-")[0])

    def holds(self, number: Decimal) -> bool:
        return self.condition is None or _COMPARISONS[self.condition[0]](number, self.condition[1])

    def text_of(self, number: Decimal) -> str:
        """Returns what the cell shows, if that is more than the number's own digits; else ""."""
        if not self.has_digits or self.is_odd:
            return self._words
        if not self.thousands and not self._words:
            return ""
        shown = number.scaleb(2 * self.percents - 3 * self.thousands, context=_WIDE)
        places = None if self.is_general else min(self.places, 30)
        text = format_number(shown, language=reader_language(), decimals=places)
        return f"{self.before}{text}{self.after}".strip()

    @property
    def _words(self) -> str:
        """Returns the words, units and digits beside the number; "" for a dash or brackets. The %
        of a percentage is left out, for it is the cell's kind already."""
        text = f"{self.before} {self.after}".strip()
        return text if MEANS.search(text.replace("%", "", self.percents)) else ""


@dataclass(frozen=True)
class NumberFormat:
    """A cell's format. `kind` says what a number in it is: a number, a percentage or a day."""

    kind: CellType = CellType.NUMBER
    sections: list[FormatSection] = field(default_factory=list)

    @classmethod
    def of(cls, code: str) -> "NumberFormat":
        kind, sections = CellType.NUMBER, [FormatSection()]
        for mark, text in marks(code):
            if mark is FormatMark.PERCENT:
                kind = CellType.PERCENT
            elif _is_of_clock(mark, text) and kind is CellType.NUMBER:
                kind = CellType.DATE
            if len(code) <= MAX_CODE:
                if mark is FormatMark.SECTION:
                    sections.append(FormatSection())
                else:
                    sections[-1].take(mark, text)
        return cls(kind, sections if len(code) <= MAX_CODE else [])

    def shown(self, number: Decimal) -> str:
        """Returns the displayed text if it says more than the number: "20,6" for 20600000 in
        millions, "170 k€". Returns "" if it shows the number, rounded or not."""
        if self.kind is CellType.DATE or not self.sections:
            return ""
        section, is_alone = self._section(number)
        return section.text_of(number if is_alone else abs(number))

    def hides(self, number: Decimal) -> bool:
        """Whether the cell looks empty: ";;;"."""
        if self.kind is CellType.DATE or len(self.sections) < 2:
            return False
        section, _is_alone = self._section(number)
        looks_empty = not f"{section.before}{section.after}".strip()
        return looks_empty and not section.has_digits and not section.is_odd

    def _section(self, number: Decimal) -> tuple[FormatSection, bool]:
        """Returns the section for a number, and whether the minus is still to be written."""
        sections = self._of_numbers
        if any(section.condition for section in sections):
            fitting = [section for section in sections if section.holds(number)]
            return (fitting or sections)[0], True
        if number < 0 and len(sections) > 1:
            return sections[1], False
        if not number and len(sections) > 2:
            return sections[2], True
        return sections[0], True

    @cached_property
    def _of_numbers(self) -> list[FormatSection]:
        return self.sections[:3]


def _is_of_clock(mark: FormatMark, text: str) -> bool:
    return mark is FormatMark.CLOCK or (
        mark is FormatMark.BRACKETS and bool(_CLOCKS.fullmatch(text))
    )
