"""The texts of pasted and imported cells, read by the row's own form: like what is typed."""

import re

from django.utils.translation import override

from imtplan.campaigns.entry.checking.no_number_words import word_of
from imtplan.campaigns.entry.forms import FigureForm, as_posted
from imtplan.campaigns.files.tables.typed_cells import TypedCell
from imtplan.numbers import MAX_CHARACTERS
from indicators.models import Figure

# An accountant's negative; its unit may stand inside or behind.
_BRACKETS = re.compile(r"\(\s*([^()]*[0-9][^()]*?)\s*\)(\s*[^\d()]*)")


def form_of(typed: TypedCell, stored: Figure | None) -> FigureForm:
    """Returns the row's own form: a paste is judged like what is typed."""
    indicator = typed.indicator
    with override(typed.language):
        texts = _understood(typed)
        if stored is not None:
            texts.setdefault("explanation", stored.explanation)
            texts.setdefault("reason", stored.reason if texts.get("word") else "")
            texts["confirm"] = "on" if stored.confirmed else ""
        if typed.confirm:
            texts["confirm"] = "on"
        form = FigureForm(as_posted(indicator, texts), indicator=indicator)
        form.is_valid()  # reads the numbers in the language of the file; the sentences are lazy
        return form


def _understood(typed: TypedCell) -> dict[str, str]:
    """Words for "no number" stand in the word's own field, and brackets are a minus."""
    texts = dict(typed.typed)
    parts = ("numerator", "denominator") if typed.indicator.is_ratio else ("value",)
    for part in parts:
        word = word_of(texts.get(part, ""))
        if word:
            texts |= {part: "", "word": word}
        elif part in texts:
            texts[part] = number_text(texts[part])
    texts["word"] = word_of(texts.get("word", "")) or texts.get("word", "")
    return texts


def number_text(text: str) -> str:
    """Returns a number as accountants write it, as the parser reads it: "(12) %" is "-12 %"."""
    bare = text.strip()
    bracketed = _BRACKETS.fullmatch(bare) if len(bare) <= MAX_CHARACTERS else None
    return f"-{bracketed[1]}{bracketed[2]}" if bracketed else bare
