"""Read the unit that people write beside a number: the cell's own is taken, no other is guessed.

"170 M€" in a cell of M€ is 170. "170 k€" there is refused, and the message gives 0.17: if it only
said "write the number alone", people would write 170. Nothing is ever rescaled silently. Units have
a few dimensions (money, shares, full-time equivalents, percentage points); a word that only
multiplies ("12 k", "3 millions") takes the cell's own.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from imtplan.numbers import (
    GROUP_SPACES,
    MAX_CHARACTERS,
    MAX_DECIMALS,
    MAX_WHOLE_DIGITS,
    NumberError,
    NumberProblem,
    parse_number,
)

MONEY, SHARE, FULL_TIME, POINTS, MULTIPLIER = "money", "share", "full-time", "points", "multiplier"
THOUSAND, MILLION, BILLION = Decimal(10) ** 3, Decimal(10) ** 6, Decimal(10) ** 9


@dataclass(frozen=True)
class Unit:
    """A unit, and how many of its dimension's smallest it holds: 1 M€ is 1,000,000 €."""

    name: str
    dimension: str
    factor: Decimal = Decimal(1)


EUROS = Unit("€", MONEY), Unit("k€", MONEY, THOUSAND), Unit("M€", MONEY, MILLION)
PERCENT = Unit("%", SHARE, Decimal("0.01"))

# Every spelling, folded. The multipliers also come before "€" and its spellings.
_MULTIPLIERS = {
    THOUSAND: ("k", "milliers", "mille", "thousand", "thousands", "kilo", "kilos"),
    MILLION: ("m", "million", "millions", "mio", "mln"),
    BILLION: ("md", "mds", "mrd", "milliard", "milliards", "bn"),
}
_CURRENCY = ("€", "eur", "euro", "euros")
_OTHERS = {
    PERCENT: ("%", "pour cent", "pourcent", "pourcents", "pct", "percent", "per cent"),
    Unit("‰", SHARE, Decimal("0.001")): ("‰", "pour mille", "pourmille", "per mille"),
    Unit("points", POINTS): (
        *("point", "points", "pt", "pts", "point de pourcentage", "points de pourcentage"),
        *("percentage point", "percentage points"),
    ),
    Unit("ETP", FULL_TIME): (
        *("etp", "fte", "ftes", "equivalent temps plein", "equivalents temps plein"),
        *("full time equivalent", "full time equivalents"),
    ),
}
_SYMBOLS = {THOUSAND: "k€", MILLION: "M€", BILLION: "Md€"}


def folded(text: str) -> str:
    """Returns a text without case, accents, dots, spaces and small words: "Millions d’euros" is
    "millionseuros". A minus stays: "M€-" is no unit, for "5 M€-" may be a loss."""
    bare = unicodedata.normalize("NFD", text.casefold().strip())
    words = re.sub(r"\b(?:d['’]|de |of )", "", re.sub(r"(?<=[a-z])-(?=[a-z])", " ", bare))
    return "".join(c for c in words if c != "." and unicodedata.category(c) not in ("Mn", "Zs"))


def _vocabulary() -> dict[str, Unit]:
    known = {folded(text): EUROS[0] for text in _CURRENCY}
    for factor, words in _MULTIPLIERS.items():
        for word in words:
            known[folded(word)] = Unit(word, MULTIPLIER, factor)
            money = Unit(_SYMBOLS[factor], MONEY, factor)
            known |= {folded(word + currency): money for currency in _CURRENCY}
    for unit, words in _OTHERS.items():
        known |= {folded(word): unit for word in words}
    return known


_KNOWN = _vocabulary()


def unit_named(text: str) -> Unit | None:
    """Returns the unit that a text names, or None. A small "m" names none: "12 m" are metres."""
    is_small_m = re.match(r"m(?![a-z])|meur", text.strip()) is not None
    return None if is_small_m else _KNOWN.get(folded(text))


@dataclass(frozen=True)
class CellUnit:
    """The unit of a cell: its name on the page, and its spellings in each language.

    `is_part`: the cell is a part of a ratio, a plain count, and not in the ratio's own unit ("%").
    """

    name: str = ""
    spellings: tuple[str, ...] = ()
    is_part: bool = False

    @property
    def unit(self) -> Unit | None:
        known = (unit_named(text) for text in self.spellings)
        return None if self.is_part else next((unit for unit in known if unit), None)

    def is_own(self, text: str) -> bool:
        """Whether a text is the cell's own unit, in either language, singular or plural."""
        own = {folded(spelling).rstrip("s") for spelling in self.spellings} - {""}
        return folded(text).rstrip("s") in own


class UnitError(NumberError):
    """A number with another unit than the cell's.

    `number` and `unit` are as they were typed; `converted` is the number in the cell's unit, if it
    can be computed exactly; `is_known` says whether it is a unit at all.
    """

    def __init__(
        self,
        problem: NumberProblem,
        text: str,
        number: Decimal | None = None,
        unit: str = "",
        converted: Decimal | None = None,
        is_known: bool = False,
    ) -> None:
        super().__init__(problem, text)
        self.number, self.unit = number, unit
        self.converted, self.is_known = converted, is_known


def parse_quantity(text: str, *, language: str, cell: CellUnit) -> Decimal:
    """Returns the number a person typed, with the cell's own unit beside it or none.

    `UnitError` if it has another unit, `NumberError` if it is no number.
    """
    try:
        return parse_number(text, language=language)
    except NumberError as error:
        if error.problem not in (NumberProblem.UNIT, NumberProblem.NOT_A_NUMBER):
            raise
        halves = _split(text)
        if halves is None:
            raise
        number_text, unit_text = halves
        known = unit_named(unit_text)
        if error.problem is NumberProblem.NOT_A_NUMBER and not (known or cell.is_own(unit_text)):
            raise  # "env. 12" is no unit
    try:
        number = parse_number(number_text, language=language)
    except NumberError as error:
        raise NumberError(error.problem, text) from None  # the person gets back what was typed
    if cell.is_own(unit_text):
        return number
    converted = _converted(number, known, cell)
    if converted == number:
        return number
    raise UnitError(NumberProblem.UNIT, text, number, unit_text, _storable(converted), bool(known))


# A number with a possible unit after it, or before it.
_NUMBER = rf"[{GROUP_SPACES}]*[0-9](?:[0-9.,'’{GROUP_SPACES}]*[0-9])?"
_QUANTITY = re.compile(
    rf"(?P<sign>[+\u2212-]?)\s*(?P<before>[^\W\d_]*[€$£]?)\s*"
    rf"(?P<inner>(?:[+\u2212-](?=[0-9]))?)(?P<number>{_NUMBER})"
    r"\s*(?P<after>(?:(?:[^\W\d_]|[%‰€$£(])\D*)?)"
)


def _split(text: str) -> tuple[str, str] | None:
    """Returns the number and the unit as texts, or None. "€12m" has its unit on both sides."""
    quantity = text.strip()
    match = _QUANTITY.fullmatch(quantity) if len(quantity) <= MAX_CHARACTERS else None
    if match is None or (match["sign"] and match["inner"]):
        return None
    before, after = match["before"].strip(), match["after"].strip()
    if before and after:
        if before != "€" or not _KNOWN.get(folded(after)):
            return None
        after = after.upper() if after == "m" else after
    unit = after + before
    if not any(character.isalpha() or character in "%‰€$£" for character in unit):
        return None
    return match["sign"] + match["inner"] + match["number"].strip(), unit


def _converted(number: Decimal, known: Unit | None, cell: CellUnit) -> Decimal | None:
    """Returns the number in the cell's unit; None if the two units have not the same dimension."""
    own = cell.unit
    if known is None:
        return None
    if known.dimension == MULTIPLIER:
        if own is None:
            return number * known.factor
        return number * known.factor / own.factor if own.dimension == MONEY else None
    if own is None or own.dimension != known.dimension:
        return None
    return number * known.factor / own.factor


def _storable(number: Decimal | None) -> Decimal | None:
    if number is None or number.adjusted() >= MAX_WHOLE_DIGITS:
        return None
    return number if number == round(number, MAX_DECIMALS) else None
