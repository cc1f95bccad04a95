"""“As in 2021” and a note of one's own, with a script: one key each, and saved by themselves."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]


def test_one_key_takes_over_last_years_number_and_typing_takes_the_mark_away(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    tick = entry.page.locator("#id_phd-students-same")
    tick.focus()
    entry.page.keyboard.press("Space")
    entry.wait("phd-students")
    stored = entry.stored("phd-students")
    assert (stored.origin, str(stored.number)) == ("last_year", "116.000000")
    entry.type("phd-students", "118")
    entry.wait("phd-students")
    assert not tick.is_checked()
    assert entry.stored("phd-students").origin == "form"


def test_a_note_opens_where_one_writes_and_is_stored(grid: Callable[..., Any]) -> None:
    entry = grid()
    row = entry.page.locator("#students")
    row.locator("[data-note] summary").click()
    entry.page.keyboard.type("Effectif arrêté le 15 janvier.")
    entry.wait("students")
    assert entry.stored("students").explanation == "Effectif arrêté le 15 janvier."
    assert row.locator(".entry-confirm").is_hidden()
