"""Texts in French and English: two plain columns, read as one in the person's language."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def reader_language() -> str:
    """Returns "fr" or "en", the language of the answer."""
    return (get_language() or "fr")[:2]


class Bilingual:
    """Reads `<name>_fr` or `<name>_en`; where that is empty, the other.

    >>> class Objective:
    ...     title = Bilingual("title", marked=True)

    A `marked` text that stands in for another says in which language it is.
    """

    def __init__(self, name: str, *, marked: bool = False) -> None:
        self.name, self.marked = name, marked

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        own, other = ("en", "fr") if reader_language() == "en" else ("fr", "en")
        if text := getattr(row, f"{self.name}_{own}"):
            return text
        stand_in = getattr(row, f"{self.name}_{other}")
        return in_the_other_language(stand_in) if stand_in and self.marked else stand_in


def in_the_other_language(text: str) -> str:
    """Returns a text of the language that the reader does not read, with a word that says so."""
    words = _("%(text)s (in French)") if reader_language() == "en" else _("%(text)s (in English)")
    return words % {"text": text}
