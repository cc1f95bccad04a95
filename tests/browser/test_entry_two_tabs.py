"""Two people, or two windows, on one cell: nothing is overwritten until somebody has seen both."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from imtplan.campaigns.models import KeptInput

pytestmark = [pytest.mark.browser]


def in_conflict(grid: Callable[..., Any]) -> Any:
    """The director's page, in which the contributor's later value is news."""
    entry = grid()
    other = grid(entry.CONTRIBUTOR)
    other.type("students", "1155")
    other.wait("students")
    entry.type("students", "1160")
    entry.page.locator("#students [data-conflict]").wait_for()
    assert entry.numbers("students") == [Decimal(1155)]
    text = entry.page.inner_text("#students [data-conflict]")
    assert all(part in text for part in ("Karim Benali", "1\u202f155", "1160"))
    return entry


def test_keep_mine(grid: Callable[..., Any]) -> None:
    entry = in_conflict(grid)
    entry.page.click("#students [data-keep-mine]")
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1160)]


def test_take_theirs(grid: Callable[..., Any]) -> None:
    entry = in_conflict(grid)
    entry.page.click("#students [data-take-theirs]")
    entry.wait("students")
    assert entry.field("students").input_value() == "1\u202f155"
    assert entry.numbers("students") == [Decimal(1155)]


def test_a_stale_window_does_not_overwrite_by_itself(grid: Callable[..., Any]) -> None:
    """The conflict stays until a choice is made: no timer and no leaving of the field sends it."""
    entry = in_conflict(grid)
    entry.type("students", "1161")
    entry.type("own-funds", "22")
    entry.wait("own-funds")
    assert entry.numbers("students", "own-funds") == [Decimal(1155), Decimal(22)]


def test_two_windows_on_different_cells_are_no_conflict(grid: Callable[..., Any]) -> None:
    entry, other = grid(), grid()
    entry.type("students", "1155")
    other.type("own-funds", "22")
    entry.wait("students")
    other.wait("own-funds")
    assert entry.numbers("students", "own-funds") == [Decimal(1155), Decimal(22)]


def test_typing_on_while_a_save_is_on_its_way_keeps_the_last_value(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    field = entry.field("students")
    for text in ("1151", "1152", "1153", "1154"):
        field.fill(text)
        field.blur()
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1154)]


def test_a_text_that_cannot_be_stored_does_not_hide_what_another_stored(
    grid: Callable[..., Any],
) -> None:
    entry, other = grid(), grid()
    other.type("students", "1155")
    other.wait("students")
    entry.type("students", "12,5,3")
    entry.wait("students", "kept-typed")
    entry.type("students", "1160")
    entry.page.locator("#students [data-conflict]").wait_for()
    assert entry.numbers("students") == [Decimal(1155)]


def both_refused(grid: Callable[..., Any]) -> Any:
    """The director's page, in which the contributor's text is news; neither can be stored."""
    entry = grid()
    other = grid(entry.CONTRIBUTOR)
    other.type("students", "12,5,1")
    other.wait("students", "kept-typed")
    entry.type("students", "12,5,2")
    entry.page.locator("#students [data-conflict]").wait_for()
    assert KeptInput.objects.get().typed["value"] == "12,5,1"
    text = entry.page.inner_text("#students [data-conflict]")
    parts = ("Karim Benali", "12,5,1", "12,5,2", "pas enregistré non plus")
    assert all(part in text for part in parts)
    assert entry.page.locator("#students [data-kept]").is_hidden()
    return entry


def test_of_two_texts_that_cannot_be_stored_both_are_shown(grid: Callable[..., Any]) -> None:
    entry = both_refused(grid)
    entry.page.click("#students [data-keep-mine]")
    entry.wait("students", "kept-typed")
    assert KeptInput.objects.get().typed["value"] == "12,5,2"
    entry.type("students", "1160")  # and the text that was seen gives way
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1160)]
    assert not KeptInput.objects.exists()


def test_of_two_texts_that_cannot_be_stored_theirs_can_be_taken(grid: Callable[..., Any]) -> None:
    entry = both_refused(grid)
    entry.page.click("#students [data-take-theirs]")
    entry.wait("students", "kept-typed")
    assert entry.field("students").input_value() == "12,5,1"
    assert "Karim Benali" in entry.page.inner_text("#students [data-kept]")
    entry.page.reload()
    entry.type("students", "1160")
    entry.wait("students")
    assert not KeptInput.objects.exists()


def test_the_back_button_shows_what_is_stored(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.type("students", "1155")
    entry.wait("students")
    entry.person.go(f"{entry.ADDRESS}relire/")
    entry.page.go_back()
    assert entry.field("students").input_value() == "1\u202f155"
    entry.type("students", "1160")
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1160)]


def test_ones_own_other_window_is_called_so(grid: Callable[..., Any]) -> None:
    entry, other = grid(), grid()
    other.type("students", "1155")
    other.wait("students")
    entry.type("students", "1160")
    conflict = entry.page.locator("#students [data-conflict]")
    conflict.wait_for()
    text = conflict.inner_text()
    assert "Vous, dans une autre fenêtre" in text
    assert "Prendre celle de l’autre fenêtre" in text
    conflict.locator("[data-take-theirs]").click()
    entry.wait("students")
    assert entry.field("students").input_value() == "1\u202f155"
