"""Words in cells, in either language, and what people are told of a cell."""

import unicodedata
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from imtplan.spreadsheets.tables import Found, letters

LANGUAGES = ("fr", "en")


def bare(text: str) -> str:
    """A text as it is compared: small letters without accents, one kind of space and apostrophe."""
    apart = unicodedata.normalize("NFKD", text.replace("’", "'"))
    letters_alone = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(letters_alone.casefold().split()).rstrip(" :*")


def in_each_language(*words: str | Promise) -> set[str]:
    """How a cell may say one of these, as `bare` leaves it."""
    return set(_said(words))


def _said(words: Iterable[str | Promise]) -> Iterable[str]:
    for language in LANGUAGES:
        with override(language):
            yield from [bare(str(word)) for word in words]


def where(line: int, column: int) -> str:
    return _("line %(line)d, column %(column)s") % {"line": line, "column": letters(column)}


NOT_TYPED = {Found.DATE, Found.BOOLEAN, Found.ERROR, Found.NOT_COMPUTED}


def not_typed(kind: Found) -> str:
    """Why such a cell is no figure that somebody typed."""
    return {
        Found.DATE: _("This is a date: format the cell as a number and type the figure again."),
        Found.BOOLEAN: _("This is “true” or “false” and no number."),
        Found.ERROR: _("This is an error of the spreadsheet: correct its formula."),
        Found.NOT_COMPUTED: _("This formula was never computed: open the file and save it again."),
    }[kind]
