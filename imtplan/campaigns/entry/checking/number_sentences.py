"""What is said of a number that cannot be taken: what is wrong, and what to do about it.

The advice is followed to the letter. So another unit is answered with the value converted, and no
sentence says "write the number alone".
"""

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import reader_language
from imtplan.numbers import (
    MAX_DECIMALS,
    NumberError,
    NumberProblem,
    format_number,
    parse_number,
    parse_rounded,
)
from imtplan.units import CellUnit, UnitError, unit_named
from indicators.models import Indicator

# A test holds that none is forgotten.
NUMBER_SENTENCES: dict[NumberProblem, str | Promise] = {
    NumberProblem.EMPTY: _("Enter a number, or say why there is none."),
    NumberProblem.NOT_A_NUMBER: _("This is not a number. Write digits only, for instance 1 234,5."),
    NumberProblem.HIDDEN_CHARACTER: _(
        "There is an invisible character here. Clear the field and type the number again."
    ),
    NumberProblem.OTHER_DIGITS: _("Write the number with the digits 0 to 9."),
    NumberProblem.SCIENTIFIC: _("Write the number in full: 100 000 and not 1e5."),
    NumberProblem.BRACKETS: _("Write a negative number with a minus sign and no brackets."),
    NumberProblem.UNIT: _("Write here a number in the unit of this field, and nothing else."),
    NumberProblem.DATE: _("This is a date or a year, and not a number."),
    NumberProblem.LONG_DASH: _("Is this a minus? Write it with the minus key: -5."),
    NumberProblem.MISPLACED_SIGN: _("A sign stands before the number: -5."),
    NumberProblem.UNFINISHED: _("This number is not finished: is something missing?"),
    NumberProblem.TWO_DECIMAL_MARKS: _(
        "There are two decimal marks here. Keep one: 12,5 for instance."
    ),
    NumberProblem.AMBIGUOUS: _(
        "This can be read in two ways. Write 1234 for a thousand and more, 1,234 for one and some."
    ),
    NumberProblem.BAD_GROUPING: _("Digits are grouped by three: 1 234 567. Check this number."),
    NumberProblem.LEADING_ZERO: _("This begins with a zero. Is a decimal mark missing?"),
    NumberProblem.TOO_LONG: _("This number is too long: 15 digits at most before the decimals."),
    NumberProblem.TOO_PRECISE: _("Keep six decimals at most: nothing is rounded for you."),
    NumberProblem.NOT_PLAIN: _(
        'Send a number of JSON, or a text of digits with a point as decimal mark: "1234.5".'
    ),
}


def sentence_of(error: NumberError, cell: CellUnit) -> str | Promise:
    """Returns the sentence for a text that is not taken as a number in a cell counted in `cell`."""
    return (
        _of_unit(error, cell) if isinstance(error, UnitError) else NUMBER_SENTENCES[error.problem]
    )


def _of_unit(error: UnitError, cell: CellUnit) -> Promise:
    words = {"typed": error.text.strip(), "unit": cell.name}
    if error.converted is not None:
        words["converted"] = _shown(error.converted)
        return format_lazy(
            _("{typed} is {converted} {unit}: write {converted}.")
            if cell.name
            else _("{typed} is {converted}: write {converted}."),
            **words,
        )
    if cell.is_part and (unit := unit_named(error.unit)) and unit.dimension == "share":
        text = _("A count is asked here, not a percentage: {typed} is worked out from both parts.")
        return format_lazy(text, **words)
    if not cell.name:
        return format_lazy(_("“{beside}” cannot be read beside this number."), beside=error.unit)
    text = (
        _("This cell is counted in {unit}: {typed} is something else. Convert it first.")
        if error.is_known
        else _(
            "This cell is counted in {unit}: “{beside}” cannot be read beside the number."
            " A note goes into the explanation."
        )
    )
    return format_lazy(text, **words, beside=error.unit)


def _shown(number: Decimal) -> str:
    return format_number(number, language=reader_language())


def unit_of(indicator: Indicator, part: str = "value") -> CellUnit:
    """Returns in what a cell of the indicator is counted; a ratio's part is called by its own
    name."""
    if part == "value":
        return CellUnit(str(indicator.unit), (indicator.unit_fr, indicator.unit_en))
    names = [getattr(indicator, f"{part}_{language}", "") for language in ("fr", "en")]
    return CellUnit("", tuple(name for name in names if name), is_part=True)


def rounded_for(
    indicator: Indicator, part: str, text: str, *, language: str
) -> tuple[str, Promise] | None:
    """Returns for a number of a spreadsheet with more decimals than are kept what to propose, and a
    sentence that shows both. None for any other text.

    It has the indicator's decimals, or six where things are counted whole: what is then not whole
    is refused as such.
    """
    decimals = indicator.decimals if part == "value" and indicator.decimals else MAX_DECIMALS
    try:
        parse_number(text, language=language)
    except NumberError as error:
        if error.problem is not NumberProblem.TOO_PRECISE:
            return None
        number = parse_rounded(text, language=language, decimals=decimals)
        proposed = format_number(number, language=language)
        sentence = _("{typed} has more decimals than are kept: {proposed} is proposed.")
        return proposed, format_lazy(sentence, typed=text.strip(), proposed=proposed)
    return None
