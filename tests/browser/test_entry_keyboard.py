"""A year typed without touching the mouse, and stored as it is typed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]


def test_a_column_is_typed_with_enter_and_stored(grid: Callable[..., Any]) -> None:
    entry = grid()
    keyboard = entry.page.keyboard
    entry.field("students").focus()
    entry.page.keyboard.press("Control+A")
    for text in ("1 150", "21,5", "2,5"):
        keyboard.type(text)
        keyboard.press("Enter")
    for code in ("students", "own-funds", "apprenticeship-funds"):
        entry.wait(code)
    assert entry.page.url.endswith(entry.ADDRESS)
    assert entry.numbers("students", "own-funds", "apprenticeship-funds") == [
        Decimal(1150),
        Decimal("21.5"),
        Decimal("2.5"),
    ]


def test_arrows_and_shift_enter_go_both_ways(grid: Callable[..., Any]) -> None:
    entry = grid()
    keyboard = entry.page.keyboard
    entry.field("students").focus()
    seen = []
    for key in ("ArrowDown", "Enter", "ArrowUp", "Shift+Enter"):
        keyboard.press(key)
        seen.append(entry.focused())
    assert seen == [
        "own-funds-value",
        "apprenticeship-funds-value",
        "own-funds-value",
        "students-value",
    ]
    assert entry.numbers("students") == [Decimal(1142)]  # nothing was typed, nothing changed


def test_escape_puts_back_what_was_there_even_if_it_was_saved_since(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    entry.field("students").focus()
    entry.page.keyboard.press("Control+A")
    entry.page.keyboard.type("1151")
    entry.wait("students")  # after the pause, and still in the field
    assert entry.numbers("students") == [Decimal(1151)]
    with entry.page.expect_response("**/valeur/students/"):
        entry.page.keyboard.press("Escape")
    entry.wait("students")
    assert entry.focused() == "students-value"
    assert entry.numbers("students") == [Decimal(1142)]


def test_tab_leaves_the_grid(grid: Callable[..., Any]) -> None:
    """No trap: from the last field, a few steps of Tab lead to the buttons below."""
    entry = grid()
    entry.page.locator(".entry-number input").last.focus()
    reached = []
    for _step in range(4):
        entry.page.keyboard.press("Tab")
        reached.append(entry.focused())
    assert "save" in reached
    entry.page.keyboard.press("Shift+Tab")
    assert entry.focused() != "save"


def test_the_definition_is_one_key_away(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.field("students").focus()
    entry.page.keyboard.press("?")
    assert entry.page.locator("#students .entry-about-text").is_visible()
    assert entry.field("students").input_value() == "1\u202f142"
    entry.page.keyboard.press("?")
    assert entry.page.locator("#students .entry-about-text").is_hidden()


def test_a_word_in_place_of_a_number_and_its_reason(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.field("phd-students", "word").select_option("not_available")
    entry.type("phd-students", "Le service est fermé.", "reason")
    entry.wait("phd-students")
    stored = entry.stored("phd-students")
    assert (stored.state, stored.reason) == ("not_available", "Le service est fermé.")


def test_a_ratio_shows_its_quotient_while_it_is_typed(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.field("foreign-students-share", "numerator").fill("310")
    entry.field("foreign-students-share", "denominator").fill("1142")
    quotient = entry.page.locator("#foreign-students-share [data-ratio]")
    assert quotient.inner_text().startswith("= 27,1")
    entry.page.keyboard.press("Enter")
    entry.wait("foreign-students-share")
    stored = entry.stored("foreign-students-share")
    assert (stored.numerator, stored.denominator) == (310, 1142)


def test_a_surprise_is_explained_in_the_row(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.type("own-funds", "43,6")
    entry.page.locator("#own-funds.asks").wait_for()
    entry.type("own-funds", "Un legs exceptionnel.", "explanation")
    entry.page.locator("#own-funds:not(.asks)").wait_for()
    stored = entry.stored("own-funds")
    assert (stored.value, stored.explanation) == (Decimal("43.6"), "Un legs exceptionnel.")
    assert stored.confirmed


def test_a_bigger_surprise_is_confirmed_anew(grid: Callable[..., Any]) -> None:
    entry = grid()
    for text in ("43,6", "80"):
        entry.type("own-funds", text)
        entry.page.locator("#own-funds.asks").wait_for()
        assert not entry.field("own-funds", "confirm").is_checked()
        entry.field("own-funds", "confirm").check()
        entry.page.locator("#own-funds:not(.asks)").wait_for()
    assert entry.numbers("own-funds") == [Decimal(80)]
