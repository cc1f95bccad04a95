"""What was typed and cannot be stored as a figure: kept as typed, and never replaced unseen.

One text for a cell. Another text is another row with another key, so that a page can say which one
it showed when somebody typed over it.
"""

from collections.abc import Mapping
from dataclasses import replace

from imtplan.accounts.models import User
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.forms import TYPED_FIELDS
from imtplan.campaigns.entry.reading import SchoolFigures
from imtplan.campaigns.models import KeptInput
from imtplan.campaigns.typed_text import nul_shown, nuls_shown
from indicators.models import Figure, Indicator

# A tick says nothing that could be lost.
TEXTS = tuple(name for name in TYPED_FIELDS if name not in ("confirm", "same"))


def unseen(
    reading: SchoolFigures, indicator: Indicator, typed: Mapping[str, str], key: int | None
) -> KeptInput | None:
    """Returns the kept text of a cell that a page did not show when `typed` was typed there.

    `key`: of the text that it did show. The same text typed twice hides nothing.
    """
    kept = reading.kept.get(indicator.pk)
    if kept is None or kept.pk == key or texts_of(kept.typed) == texts_of(typed):
        return None
    return kept


def as_seen(cell: EnteredCell, reading: SchoolFigures) -> EnteredCell:
    """Returns the cell as of somebody who saw what is kept of it now."""
    kept = reading.kept.get(cell.indicator.pk)
    return replace(cell, kept=kept.pk if kept else None)


def in_words(kept: KeptInput) -> str:
    """Returns a kept text on one line: its numbers or its word, and what is written about it."""
    texts = texts_of(kept.typed)
    numbers = [texts[name] for name in ("value", "numerator", "denominator") if texts[name]]
    words = dict(Figure.State.choices)
    word = str(words.get(texts["word"], texts["word"]))
    about = [texts["reason"], texts["explanation"]]
    return " · ".join(text for text in (" / ".join(numbers), word, *about) if text)


def texts_of(typed: Mapping[str, str]) -> dict[str, str]:
    """Returns each text of a row by its field, empty where nothing was typed."""
    return {name: nul_shown(typed.get(name, "")).strip() for name in TEXTS}


def keep(reading: SchoolFigures, typed: Mapping[Indicator, Mapping[str, str]], *, by: User) -> None:
    """Keep each row's texts in place of what was kept of it. Call with the lock on the school's
    part of the campaign, and after `unseen`."""
    for indicator, texts in typed.items():
        storable = nuls_shown(texts)
        kept = reading.kept.get(indicator.pk)
        if kept and kept.typed == storable:
            continue
        forget(reading, indicator)
        reading.kept[indicator.pk] = KeptInput.objects.create(
            campaign=reading.campaign,
            school=reading.school,
            indicator=indicator,
            typed=storable,
            by=by,
        )


def forget(reading: SchoolFigures, indicator: Indicator) -> None:
    """Let a kept text go: the cell says something that can be stored now, or is as it was."""
    if kept := reading.kept.pop(indicator.pk, None):
        kept.delete()
