"""Texts in French and English: two plain columns, read as one in the person's language."""

from typing import Any

from django.utils.translation import get_language


class Bilingual:
    """Reads `<name>_fr` or `<name>_en`; where the wanted one is empty, the other.

    >>> class Objective:
    ...     title = Bilingual("title")
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        wanted, other = ("en", "fr") if (get_language() or "fr").startswith("en") else ("fr", "en")
        return getattr(row, f"{self.name}_{wanted}") or getattr(row, f"{self.name}_{other}")
