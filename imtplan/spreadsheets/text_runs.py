"""Texts in runs of several looks. Some runs are notes beside a number or a name.

"1142" with a small raised 1 behind it is 1142, and never 11421; the 1 is kept as a note.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

# A number alone, with its signs, marks and perhaps a unit of one word: "1 142", "12,5 %".
_NUMBER = re.compile(r"[\s(+\-−–~≈<>]*\d[\d\s.,'’]*[^\W\d_€$£¥%‰]{0,5}[\s€$£¥%‰)]*")
MAX_NUMBER = 100
# The mark of a note, raised behind a word: "1", "(2)", "*". Letters belong to the word.
_CALL = re.compile(r"[\s\d()\[\].,;*†‡§#¹²³⁰⁴-⁹]*")
# A length, before the digit of m² or km³, which belongs to the unit.
_LENGTH = re.compile(r"(?:^|\W)[cdkm]?m$")


class Place(Enum):
    """The height of a piece of text on its line."""

    ON_THE_LINE = auto()
    RAISED = auto()
    LOWERED = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one look."""

    text: str
    place: Place = Place.ON_THE_LINE
    is_struck: bool = False

    @property
    def is_plain(self) -> bool:
        return not self.text.strip() or (self.place is Place.ON_THE_LINE and not self.is_struck)


@dataclass(frozen=True, slots=True)
class RichText:
    """A text without its notes, and the notes as they stand."""

    text: str
    notes: str = ""


def without_notes(runs: Sequence[Run]) -> RichText:
    """Returns the text and its notes apart.

    Beside a number, every raised, lowered or crossed-out run is a note. Beside words only the mark
    of a note is one: "m²", "CO₂" and "1ᵉʳ" stay whole.
    """
    plain = "".join(run.text for run in runs if run.is_plain)
    if not plain.strip():
        return RichText("".join(run.text for run in runs))
    is_number = len(plain) <= MAX_NUMBER and bool(_NUMBER.fullmatch(plain))
    has_word = is_number and any(map(str.isalpha, plain))
    kept, notes = list[str](), list[str]()
    for run in runs:
        is_note = _is_beside(run, has_word) if is_number else _calls(run, kept)
        (notes if is_note else kept).append(run.text)
    return RichText("".join(kept), " ".join(" ".join(notes).split()))


def _is_beside(run: Run, has_word: bool) -> bool:
    """Whether a run is a note beside a number. Raised letters may be a word's: "1ᵉʳ cycle"."""
    is_word = has_word and any(map(str.isalpha, run.text))
    return not run.is_plain and (run.is_struck or not is_word)


def _calls(run: Run, before: Sequence[str]) -> bool:
    if run.is_plain or run.place is not Place.RAISED or not _CALL.fullmatch(run.text):
        return False
    is_power = run.text.strip() in ("2", "3") and _LENGTH.search(_end_of(before))
    return not is_power


def _end_of(pieces: Sequence[str]) -> str:
    """Returns the last four letters of all pieces."""
    return "".join(piece[-4:] for piece in pieces[-3:])[-4:]
