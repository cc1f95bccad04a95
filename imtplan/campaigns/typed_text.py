"""Texts that people write: kept whole, line by line, or refused with their length. Never cut."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number
from imtplan.spreadsheets.tables import one_kind_of_line_ends

LONGEST_REASON = 1000
LONGEST_EXPLANATION = 2000


def nul_shown(text: str) -> str:
    """Returns the text with a picture for each NUL, which PostgreSQL cannot store and no page can
    show: the person sees that it was there."""
    return text.replace("\x00", "\u2400")


def nuls_shown(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: nul_shown(text) for name, text in texts.items()}


def too_long(text: str, limit: int) -> str | Promise:
    """Returns the sentence for a text over its limit, with both lengths; empty for another."""
    if len(text) <= limit:
        return ""
    sentence = _("{length} characters, {limit} at most: nothing was cut, shorten it yourself.")
    return format_lazy(sentence, length=_shown(len(text)), limit=_shown(limit))


class TypedTextField(forms.CharField):
    """A text up to `max_length` characters, its lines as they were typed. The browser is told to
    count (`data-limit`), not to cut."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return str(
            super().to_python(one_kind_of_line_ends(value) if isinstance(value, str) else value)
        )

    def run_validators(self, value: str) -> None:
        if sentence := too_long(value, self.max_length or 0):
            raise forms.ValidationError(sentence, code="max_length")
        super().run_validators(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs | {"data-limit": self.max_length}


def _shown(number: int) -> str:
    return format_number(number, language=reader_language())
