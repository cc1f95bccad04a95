"""Texts in French and English: two plain columns, read as one in the person's language."""

from typing import Any

from django.utils.translation import get_language


def reader_language() -> str:
    """Returns "fr" or "en", the language of the answer."""
    return (get_language() or "fr")[:2]


class Bilingual:
    """Reads `<name>_fr` or `<name>_en`; where that is empty, the other.

    >>> class Objective:
    ...     title = Bilingual("title")
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        own, other = ("en", "fr") if reader_language() == "en" else ("fr", "en")
        return getattr(row, f"{self.name}_{own}") or getattr(row, f"{self.name}_{other}")
