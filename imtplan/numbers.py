"""French and English numbers: text to Decimal and back. The product's one parser, one formatter.

People and programs have two readers: `parse_number` takes what people write in a language, and
`parse_plain` the one notation that `plain` writes, for a program's "21,800" is a mistake of the
program, and a person's is a habit.

The rule above all others: a number is read as it was meant or refused with a reason. Never a
silent factor of 10, 100 or 1000; an empty text is a problem, never zero.

What decides between two readings, in this order:

1. Both marks present: the last is decimal, the other groups by three ("1,234.5", "1.234,5").
2. One mark, several times: it groups by three ("1.234.567"), or the text is refused.
3. One mark, once, the language's own decimal mark: decimal. So "13,400" on a French page is
   13.4, the French standard; the check that a head count is whole catches the other intent.
4. One mark, once, the other language's: decimal when it cannot group ("12.5", "0.125",
   "1234.567" in French; "12,5" in English). When it can, English reads "1,234" as 1234, its
   own standard, and everything else is AMBIGUOUS ("1.234" in French).

A zero in front ("0125", "00,5") is refused: it is a code, or a forgotten decimal mark.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from enum import StrEnum
from functools import cache, cached_property

# The database column holds 15 digits before the mark and 6 after it.
MAX_WHOLE_DIGITS = 15
MAX_DECIMALS = 6
# Far above the longest number we accept; keeps the work on a pasted novel small.
MAX_CHARACTERS = 100

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
# Plain, no-break, narrow no-break, thin, and figure space, which typesetters put in tables.
GROUP_SPACES = " \u00a0\u202f\u2009\u2007"

# A cell copied from Excel ends with a line feed; a tab between digits is two cells, refused.
_OUTER_SPACES = GROUP_SPACES + "\t\r\n"
_APOSTROPHES = "'\u2019"
# In this order it also goes into a character class of a regular expression as it is.
_SIGNS = f"{MINUS}+-"
_EXPONENTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


class NumberProblem(StrEnum):
    """Why a text is not taken as a number. The value is the code that pages and the API use."""

    EMPTY = "empty"  # nothing but spaces
    NOT_A_NUMBER = "not_a_number"  # "NC", "1_000", "0x1F", "<5", "NaN"
    HIDDEN_CHARACTER = "hidden_character"  # NUL, tab inside, zero-width, direction mark, odd space
    OTHER_DIGITS = "other_digits"  # full-width, Arabic, "½": other than 0 to 9
    SCIENTIFIC = "scientific"  # "1e5", "1,2E+03", "3 x 10^4"
    BRACKETS = "brackets"  # "(1 234)", an accountant's negative
    UNIT = "unit"  # "60 %", "12 k€", "40 ETP": the unit is beside the field
    DATE = "date"  # "2022-01-01", "01/02/2022", "1er janvier 2022", "2024-2025"
    LONG_DASH = "long_dash"  # U+2013 and its kin before 5: a minus, or a bullet?
    MISPLACED_SIGN = "misplaced_sign"  # "5-", "--5", "10-12"
    UNFINISHED = "unfinished"  # "5,", "-", ".": still being typed
    TWO_DECIMAL_MARKS = "two_decimal_marks"  # "12,5,3", "12.05.3"
    AMBIGUOUS = "ambiguous"  # "1.234" in French: 1234 or 1,234?
    BAD_GROUPING = "bad_grouping"  # "1 23 456", "1,5 3": groups are of three digits
    LEADING_ZERO = "leading_zero"  # "007", "0125"
    TOO_LONG = "too_long"  # over 15 digits before the mark, or over 100 characters
    TOO_PRECISE = "too_precise"  # over 6 decimals; never rounded silently
    NOT_PLAIN = "not_plain"  # of a program's text alone: "21,800", " 7 ", "+5", "1e5"


class NumberError(ValueError):
    """A text that is not taken as a number: the problem, and the text exactly as typed."""

    def __init__(self, problem: NumberProblem, text: str) -> None:
        super().__init__(problem, text)
        self.problem = problem
        self.text = text

    def __str__(self) -> str:
        return f"{self.problem}: {self.text!r}"


@dataclass(frozen=True)
class _NumberStyle:
    decimal: str
    group: str
    percent: str

    @cached_property
    def marks(self) -> dict[int, str]:
        """Maps Python's own marks, as in "1,234.5", to those of this language."""
        return str.maketrans({",": self.group, ".": self.decimal})


_STYLES = {
    "fr": _NumberStyle(decimal=",", group=NARROW_SPACE, percent=f"{NARROW_SPACE}%"),
    "en": _NumberStyle(decimal=".", group=",", percent="%"),
}


def _style(language: str) -> _NumberStyle:
    if language not in _STYLES:
        raise ValueError(f"language must be one of {', '.join(_STYLES)}, not {language!r}")
    return _STYLES[language]


# --- text to number ------------------------------------------------------------------------------


def parse_number(text: str, *, language: str) -> Decimal:
    """The number a person typed on a page in `language`, exact; NumberError when in any doubt."""
    style = _style(language)
    try:
        return _read(text.strip(_OUTER_SPACES), style)
    except NumberError as error:
        # The helpers see fragments; the person must get back what they typed.
        raise NumberError(error.problem, text) from None


def parse_rounded(text: str, *, language: str, decimals: int) -> Decimal:
    """Returns as `parse_number` the number of a spreadsheet's cell; where it has more decimals than
    are kept (a formula's 21.8333333333) it is rounded to `decimals`. Show both to the person."""
    try:
        number = _read(text.strip(_OUTER_SPACES), _style(language), most=MAX_CHARACTERS)
    except NumberError as error:
        raise NumberError(error.problem, text) from None
    is_kept = int(number.as_tuple().exponent) >= -MAX_DECIMALS
    return number if is_kept else _rounded(number, decimals)


def _read(body: str, style: _NumberStyle, *, most: int = MAX_DECIMALS) -> Decimal:
    _refuse_strangers(body)
    sign, unsigned = _split_sign(body)
    whole, decimals = _split_decimals(unsigned, style)
    whole = _ungrouped(whole)
    _refuse_oversize(whole, decimals, body, most)
    number = Decimal(f"{sign}{whole or '0'}.{decimals}")
    return number or number.copy_abs()  # "-0" is 0


# Unicode's categories of what nobody sees, hence cannot correct: we say so, and drop nothing.
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"}

_MONTHS = (
    r"(?:jan(?:v|uary|vier)?|f[ée]v(?:r|rier)?|feb(?:ruary)?|mar(?:s|ch)?|avr(?:il)?|apr(?:il)?|"
    r"mai|may|juin|june?|juil(?:let)?|july?|ao[uû]t|aug(?:ust)?|sep(?:t|tembre|tember)?|"
    r"oct(?:obre|ober)?|nov(?:embre|ember)?|d[ée]c(?:embre)?|dec(?:ember)?)\.?"
)
_DASHES = "\u2010-\u2015\u2212-"  # the last is the minus key itself
_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:1[89]|20)[0-9]{2}"
# A day with its year, by any mark, or two years that follow each other; never "10-12" or "1/2".
_DATES = (
    rf"{_DAY}([./{_DASHES}]){_MONTH}\1(?:{_YEAR}|[0-9]{{2}})",
    rf"{_MONTH}/{_DAY}/{_YEAR}",
    rf"{_YEAR}([./{_DASHES}]){_MONTH}\2{_DAY}(?:[T ][0-9:.Z+-]*)?",
    rf"(?:{_DAY}(?:er|st|nd|rd|th)?[\s-])?{_MONTHS}[\s,-]+(?:{_DAY},?\s+)?(?:{_YEAR}|[0-9]{{2}})",
    rf"{_YEAR}\s?[/{_DASHES}]\s?{_YEAR}",
)

# The first that matches names the problem, so the particular come before the general.
_STRANGERS = (
    (NumberProblem.DATE, rf"(?i:^(?:{'|'.join(_DATES)})$)"),
    (NumberProblem.SCIENTIFIC, rf"[0-9.,]\s*[eE]\s*[{_SIGNS}]?\s*[0-9]"),
    (NumberProblem.SCIENTIFIC, rf"[0-9]\s*[\u00d7xX*\u00b7\u22c5]\s*10\s*[\^{_EXPONENTS}⁺⁻]"),
    (NumberProblem.BRACKETS, rf"^[{_SIGNS}]?\s*\([^()]*[0-9][^()]*\)[\s%€]*$"),
    (NumberProblem.UNIT, r"[0-9].*[%‰€$£]|[%‰€$£].*[0-9]"),
    # Digits, then words to the end: "12 k", "40 étudiants", "1200 m²"; but "0xFF" is no unit.
    (NumberProblem.UNIT, r"^(?!0[xXbBoO])[\W\d]*[0-9]\W*[^\W\d_][^0-9_]*$"),
    (NumberProblem.LONG_DASH, r"[\u2010-\u2015\ufe63\uff0d].*[0-9]|[0-9].*[\u2010-\u2015]"),
    (NumberProblem.NOT_A_NUMBER, rf"[^0-9.,{_APOSTROPHES}{GROUP_SPACES}{_SIGNS}]"),
)
_STRANGER_PATTERNS = tuple((problem, re.compile(pattern)) for problem, pattern in _STRANGERS)


def _refuse_strangers(body: str) -> None:
    """After this, the text has only ASCII digits, marks, signs and the spaces of groups."""
    if not body:
        raise NumberError(NumberProblem.EMPTY, body)
    if len(body) > MAX_CHARACTERS:
        raise NumberError(NumberProblem.TOO_LONG, body)
    for character in body:
        _refuse_character(character)
    for problem, pattern in _STRANGER_PATTERNS:
        if pattern.search(body):
            raise NumberError(problem, body)


def _refuse_character(character: str) -> None:
    # An exponent is left to the patterns: "m²" is a unit, "10⁵" scientific.
    if character.isnumeric() and not character.isascii() and character not in _EXPONENTS:
        raise NumberError(NumberProblem.OTHER_DIGITS, character)
    if character not in GROUP_SPACES and unicodedata.category(character) in _HIDDEN:
        raise NumberError(NumberProblem.HIDDEN_CHARACTER, character)


def _split_sign(body: str) -> tuple[str, str]:
    sign = body[0] if body[0] in _SIGNS else ""
    unsigned = body[len(sign) :].lstrip(GROUP_SPACES)
    if any(character in _SIGNS for character in unsigned):
        raise NumberError(NumberProblem.MISPLACED_SIGN, body)
    if not unsigned or unsigned[-1] in ".," + _APOSTROPHES:
        raise NumberError(NumberProblem.UNFINISHED, body)
    return ("-" if sign in ("-", MINUS) else ""), unsigned


# One to three digits, then threes. Kinds of space may mix (a paste, then typing); no other marks.
_GROUPED = re.compile(
    r"[1-9][0-9]{0,2}(?:"
    + "|".join(rf"(?:[{marks}][0-9]{{3}})+" for marks in (GROUP_SPACES, _APOSTROPHES, ".", ","))
    + ")"
)
# What may stand before a mark that groups: no zero in front, no four digits in a row.
_BEFORE_A_GROUP = re.compile(rf"[1-9][0-9]{{0,2}}(?:[{GROUP_SPACES}{_APOSTROPHES}][0-9]{{3}})*")


def _split_decimals(body: str, style: _NumberStyle) -> tuple[str, str]:
    """The part before the decimal mark, still with its group marks, and the decimals."""
    mark = next((character for character in reversed(body) if character in ".,"), "")
    if not mark:
        return body, ""
    if body.count(mark) > 1:
        if not _GROUPED.fullmatch(body):
            raise NumberError(NumberProblem.TWO_DECIMAL_MARKS, body)
        return body, ""
    whole, _, decimals = body.partition(mark)
    if mark != style.decimal and _may_group(whole, decimals):
        if mark == style.group and whole.isdecimal():
            return body, ""
        raise NumberError(NumberProblem.AMBIGUOUS, body)
    if not decimals.isdecimal():
        raise NumberError(NumberProblem.BAD_GROUPING, body)
    return whole, decimals


def _may_group(whole: str, decimals: str) -> bool:
    """Could the mark between these two be a group mark? "1 234.567" counts: we do not guess."""
    return bool(_BEFORE_A_GROUP.fullmatch(whole) and re.fullmatch("[0-9]{3}", decimals))


def _ungrouped(whole: str) -> str:
    if not whole or whole.isdecimal():
        if len(whole) > 1 and whole.startswith("0"):
            raise NumberError(NumberProblem.LEADING_ZERO, whole)
        return whole
    if not _GROUPED.fullmatch(whole):
        raise NumberError(NumberProblem.BAD_GROUPING, whole)
    return re.sub(r"[^0-9]", "", whole)


def _refuse_oversize(whole: str, decimals: str, body: str, most: int) -> None:
    if len(whole) > MAX_WHOLE_DIGITS:
        raise NumberError(NumberProblem.TOO_LONG, body)
    if len(decimals) > most:
        raise NumberError(NumberProblem.TOO_PRECISE, body)


# --- a program's text or number ------------------------------------------------------------------

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def parse_plain(sent: str | int | Decimal) -> Decimal:
    """The number a program sent, exact: a number of JSON, or the text that `plain` writes.

    A text is digits, a minus before and a point inside, and nothing else: NumberError otherwise.
    A number keeps its value, however JSON spells it; it is never a float, whose digits are others.
    """
    text = str(sent)
    if isinstance(sent, str):
        if len(text) > MAX_CHARACTERS:
            raise NumberError(NumberProblem.TOO_LONG, text)
        if not _PLAIN.fullmatch(text):
            raise NumberError(NumberProblem.NOT_PLAIN, text)
    number = _checked(Decimal(sent)) or Decimal(0)  # "-0" is 0, and so is 0e99999
    if number.adjusted() >= MAX_WHOLE_DIGITS:
        raise NumberError(NumberProblem.TOO_LONG, text)
    if int(number.as_tuple().exponent) < -MAX_DECIMALS:
        raise NumberError(NumberProblem.TOO_PRECISE, text)
    return number


# --- number to text ------------------------------------------------------------------------------

# The thread's own context may be short, and would round; formatting must not depend on it.
_WIDE = Context(prec=1000, rounding=ROUND_HALF_UP)


def format_number(
    value: Decimal | int | None,
    *,
    language: str,
    decimals: int | None = None,
    sign: bool = False,
    in_percent: bool = False,
) -> str:
    """The number for people; "" for None, whose words are the caller's.

    Without `decimals`, its own digits, so that `parse_number` gives it back exactly. With it,
    always that many, halves away from zero as people round. `sign` puts "+" before positives.
    `in_percent`: it is a percentage, and rounded as `rounded_percentage` does.
    """
    style = _style(language)
    if value is None:
        return ""
    if decimals is None:
        return _dressed(_checked(value), style, trim=True, sign=sign)
    rounded = rounded_percentage if in_percent else _rounded
    return _dressed(rounded(_checked(value), decimals), style, trim=False, sign=sign)


def format_percent(
    ratio: Decimal | None, *, language: str, decimals: int = 2, sign: bool = False
) -> str:
    """A ratio as a percentage, at most `decimals` after the mark: 0.2424 is "24.24%"."""
    style = _style(language)
    if ratio is None:
        return ""
    return _dressed(percentage(ratio, decimals), style, trim=True, sign=sign) + style.percent


def percentage(ratio: Decimal, decimals: int = 2) -> Decimal:
    """A ratio in per cent as it is written: 0.2424 is 24.24."""
    return rounded_percentage(_checked(ratio).scaleb(2, context=_WIDE), decimals)


def rounded_percentage(exact: Decimal, decimals: int) -> Decimal:
    """A percentage of at most `decimals`; what is not the whole is never rounded to it.

    399,999 of 400,000 is 99.99 %, or 99.9 % where whole per cents are asked: "100 %" would say
    that all is there. So is a hair above the whole more than 100 %.
    """
    rounded = _rounded(exact, decimals)
    if abs(rounded) != 100 or rounded == exact:
        return rounded
    away = ROUND_DOWN if abs(exact) < 100 else ROUND_UP
    return exact.quantize(_unit(max(decimals, 1)), rounding=away, context=_WIDE)


def plain(value: Decimal) -> str:
    """The number for machines (JSON, CSV, attributes of HTML): "1234.5", "0", "-0.5"."""
    text = _trimmed(f"{_checked(value):f}")
    return "0" if text == "-0" else text


def _checked(value: Decimal | int) -> Decimal:
    """Refuses floats, whose digits are not those that were typed, and NaN and infinities."""
    if not isinstance(value, Decimal | int):
        raise TypeError(f"a number is a Decimal or an int, not {type(value).__name__}")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{number} is not a number to show")
    return number


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(_unit(decimals), context=_WIDE)


@cache
def _unit(decimals: int) -> Decimal:
    """One in the last place that is kept."""
    return Decimal((0, (1,), -decimals))


def _dressed(number: Decimal, style: _NumberStyle, *, trim: bool, sign: bool) -> str:
    """In the language's marks. What rounds to zero is zero: neither "-0" nor "+0"."""
    text = f"{number.copy_abs():,f}"
    if trim:
        text = _trimmed(text)
    lead = MINUS if number < 0 else "+" if sign and number > 0 else ""
    return lead + text.translate(style.marks)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
