"""Words in place of a number, and what counts as an explanation."""

import pytest

from imtplan.campaigns.entry.checking.no_number_words import may_be_either, says_something, word_of
from indicators.models import Figure

State = Figure.State


@pytest.mark.parametrize(
    "text",
    [
        *("NC", "n.c.", "N/C", "nd", "N.D.", "Non communiqué", "non  disponible", "NON COMMUNIQUE"),
        *("Non\u00a0communiqué", "not available", "not_available", "indisponible", "inconnu"),
    ],
)
def test_words_for_not_available(text: str) -> None:
    assert word_of(text) == State.NOT_AVAILABLE


@pytest.mark.parametrize("text", ["s.o.", "Sans objet", "not applicable", "sans  objet", "S/O"])
def test_words_for_not_applicable(text: str) -> None:
    assert word_of(text) == State.NOT_APPLICABLE


@pytest.mark.parametrize("text", ["NA", "N/A", "n.a.", "#N/A"])
def test_na_may_be_either_and_is_neither(text: str) -> None:
    assert may_be_either(text)
    assert word_of(text) == ""


@pytest.mark.parametrize("text", ["", "-", "zéro", "nsp", "nombre", "12", "12 nc"])
def test_other_words_are_no_words(text: str) -> None:
    assert word_of(text) == ""
    assert not may_be_either(text)


@pytest.mark.parametrize("text", ["Fusion.", "oui, deux sites", "cf. RH 2021", "Été"])
def test_an_explanation_has_three_letters(text: str) -> None:
    assert says_something(text)


@pytest.mark.parametrize("text", ["", ".", "-", "ok", "...", "  \n", "12", "??", "👍", "— 1 142"])
def test_a_sign_is_no_explanation(text: str) -> None:
    assert not says_something(text)
