"""How people write that there is no number, and what counts as an explanation.

The words are typed in a number's own field, pasted, or found in a file: one reading for all.
"""

import re
import unicodedata
from functools import cache

from django.utils.translation import override

from indicators.models import Figure

State = Figure.State

# "-" is none of them: it may be a zero or a gap.
_NOT_AVAILABLE = {
    *("nc", "non communique", "nd", "non disponible", "not available", "non renseigne", "nr"),
    *("indisponible", "pas disponible", "inconnu", "unknown", "not known"),
}
_NOT_APPLICABLE = {"so", "sans objet", "non applicable", "not applicable"}
# Not available, or not applicable: in French it is the first, in English either. Nobody guesses.
_EITHER = {"na"}

# An explanation says something: "." and "-" do not, nor does "ok".
FEWEST_LETTERS = 3


def bare_words(text: str) -> str:
    """Returns a text without case, accents, dots, slashes, needless spaces: "N.C." and "n/c" are
    "nc"."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("_", " "))
    letters = "".join(c for c in plain if c.isalnum() or c.isspace())
    return " ".join(letters.split())


def word_of(text: str) -> str:
    """Returns the state that a text names, or nothing. "NA" names none: it may be either."""
    words = bare_words(text)
    if not words:
        return ""
    if words in _NOT_AVAILABLE or words in _labels(State.NOT_AVAILABLE):
        return State.NOT_AVAILABLE
    if words in _NOT_APPLICABLE or words in _labels(State.NOT_APPLICABLE):
        return State.NOT_APPLICABLE
    return ""


def may_be_either(text: str) -> bool:
    """Says whether a text may mean "not available" as well as "not applicable"."""
    return bare_words(text) in _EITHER


@cache
def _labels(state: Figure.State) -> set[str]:
    labels = {bare_words(state.value)}
    for language in ("fr", "en"):
        with override(language):
            labels.add(bare_words(str(state.label)))
    return labels


def says_something(text: str) -> bool:
    """Says whether an explanation or a reason has a word in it: three letters at least."""
    return len(re.findall(r"[^\W\d_]", text)) >= FEWEST_LETTERS
