"""Words in cells, in either language, and what people are told of a cell."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from imtplan.spreadsheets.tables import CellType, letters

LANGUAGES = ("fr", "en")


# What programs write for one and the same sign, and what nobody sees: soft hyphens, marks of
# direction and of no width.
_ONE_SIGN = dict.fromkeys(map(ord, "’‘‛ʼ´`′＇"), "'")
_ONE_SIGN |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
_ONE_SIGN |= dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), "")
_ONE_SIGN |= {ord("œ"): "oe", ord("Œ"): "OE", ord("æ"): "ae", ord("Æ"): "AE"}
# "(1)", "[a]", "*", "¹" at the end: they lead to a note under the table. Each sign can be taken in
# one way only, and only the end of a text is looked at: a row of asterisks costs what it is long.
_FOOTNOTE = re.compile(
    r"(?:\s*(?:[*†‡⁰¹²³⁴-⁹]|\((?:\d{1,2}|[a-z]|\*+)\)|\[(?:\d{1,2}|[a-z]|\*+)\]))+[\s:]*$",
    re.IGNORECASE,
)
_LONGEST_FOOTNOTE = 60
_TWO_YEARS = re.compile(r"\b((?:19|20)\d\d) ?[-/] ?((?:19|20)?\d\d)\b")


def bare(text: str) -> str:
    """Returns a text as names, headings and words are compared.

    Small letters without accents; one kind of space, apostrophe and hyphen; no soft hyphen, no mark
    of a footnote; two years in a row as 2022-2023.
    """
    signs = text.translate(_ONE_SIGN)
    before, end = signs[:-_LONGEST_FOOTNOTE], signs[-_LONGEST_FOOTNOTE:]
    apart = unicodedata.normalize("NFKD", before + _FOOTNOTE.sub("", end))
    letters_alone = "".join(one for one in apart if not unicodedata.combining(one))
    spaced = " ".join(letters_alone.casefold().split()).rstrip(" :*")
    return re.sub(r" ?- ?", "-", _TWO_YEARS.sub(_academic_year, spaced))


def _academic_year(years: re.Match[str]) -> str:
    """ "2022/23" is 2022-2023; two years that do not follow each other stay as they stand."""
    first = int(years[1])
    return f"{first}-{first + 1}" if f"{first + 1}".endswith(years[2]) else years[0]


def in_each_language(*words: str | Promise) -> set[str]:
    """How a cell may say one of these, as `bare` leaves it."""
    return set(_said(words))


def _said(words: Iterable[str | Promise]) -> Iterable[str]:
    for language in LANGUAGES:
        with override(language):
            yield from [bare(str(word)) for word in words]


def where(line: int, column: int) -> str:
    return _("line %(line)d, column %(column)s") % {"line": line, "column": letters(column)}


NOT_TYPED = {CellType.DATE, CellType.BOOLEAN, CellType.ERROR, CellType.NOT_COMPUTED}


def not_typed(kind: CellType) -> str:
    """Why such a cell is no figure that somebody typed."""
    return {
        CellType.DATE: _("This is a date: format the cell as a number and type the figure again."),
        CellType.BOOLEAN: _("This is “true” or “false” and no number."),
        CellType.ERROR: _("This is an error of the spreadsheet: correct its formula."),
        CellType.NOT_COMPUTED: _(
            "This formula was never computed: open the file and save it again."
        ),
    }[kind]
