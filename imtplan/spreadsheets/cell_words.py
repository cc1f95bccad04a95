"""The words in cells, in either language, and the sentences about a cell."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from imtplan.spreadsheets.tables import CellType, letters

LANGUAGES = ("fr", "en")


# Variants of a sign, and characters that nobody sees: soft hyphens, marks of direction or no width.
_ONE_SIGN = dict.fromkeys(map(ord, "’‘‛ʼ´`′＇"), "'")
_ONE_SIGN |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
_ONE_SIGN |= dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), "")
_ONE_SIGN |= {ord("œ"): "oe", ord("Œ"): "OE", ord("æ"): "ae", ord("Æ"): "AE"}
# "(1)", "[a]", "*" or "¹" at the end of a text leads to a note under the table. Each sign can match
# in one way only, and only the end is searched, so that a long row of asterisks costs little.
_FOOTNOTE = re.compile(
    r"(?:\s*(?:[*†‡⁰¹²³⁴-⁹]|\((?:\d{1,2}|[a-z]|\*+)\)|\[(?:\d{1,2}|[a-z]|\*+)\]))+[\s:]*$",
    re.IGNORECASE,
)
_LONGEST_FOOTNOTE = 60
_TWO_YEARS = re.compile(r"\b((?:19|20)\d\d) ?[-/] ?((?:19|20)?\d\d)\b")


def bare(text: str) -> str:
    """Returns the form of a text in which names, headings and words are compared.

    Small letters without accents; one kind of space, apostrophe and hyphen; no soft hyphen, no mark
    of a footnote; two years in a row as 2022-2023.
    """
    signs = text.translate(_ONE_SIGN)
    before, end = signs[:-_LONGEST_FOOTNOTE], signs[-_LONGEST_FOOTNOTE:]
    apart = unicodedata.normalize("NFKD", before + _FOOTNOTE.sub("", end))
    letters_alone = "".join(letter for letter in apart if not unicodedata.combining(letter))
    spaced = " ".join(letters_alone.casefold().split()).rstrip(" :*")
    return re.sub(r" ?- ?", "-", _TWO_YEARS.sub(_academic_year, spaced))


def _academic_year(years: re.Match[str]) -> str:
    """Returns 2022-2023 for "2022/23"; two years that do not follow each other stay as they are."""
    first = int(years[1])
    return f"{first}-{first + 1}" if f"{first + 1}".endswith(years[2]) else years[0]


def in_each_language(*words: str | Promise) -> set[str]:
    """Returns these words in each language, in the form that `bare` gives to a cell's text."""
    return set(_spellings(words))


def _spellings(words: Iterable[str | Promise]) -> Iterable[str]:
    for language in LANGUAGES:
        with override(language):
            yield from [bare(str(word)) for word in words]


def where(line: int, column: int) -> str:
    return _("line %(line)d, column %(column)s") % {"line": line, "column": letters(column)}


NOT_TYPED = {CellType.DATE, CellType.BOOLEAN, CellType.ERROR, CellType.NOT_COMPUTED}


def not_typed(kind: CellType) -> str:
    """Returns why such a cell is no figure that somebody typed."""
    return {
        CellType.DATE: _("This is a date: format the cell as a number and type the figure again."),
        CellType.BOOLEAN: _("This is “true” or “false” and no number."),
        CellType.ERROR: _("This is an error of the spreadsheet: correct its formula."),
        CellType.NOT_COMPUTED: _(
            "This formula was never computed: open the file and save it again."
        ),
    }[kind]
