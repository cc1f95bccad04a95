"""A block from a spreadsheet: seen first, applied as one, taken back as one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]

CODES = ["students", "own-funds", "apprenticeship-funds", "professor-researchers", "phd-students"]
# Six rows of four columns, as Excel puts them on the clipboard: a row of years, then five names.
BLOCK = "\r\n".join(
    [
        "\t2020\t2021\t2022",
        "students\t1064\t1110\t1 160",
        "own-funds\t16,9\t20,2\t(3)",
        "apprenticeship-funds\t2,37\t2,49\t2,6 M€",
        "professor-researchers\t103\t109\t12,5,3",
        "phd-students\t113\t116\tNC",
        "",
    ]
)


def test_a_block_is_shown_applied_and_taken_back(grid: Callable[..., Any]) -> None:
    entry = grid()
    before = entry.numbers(*CODES)
    entry.paste("students", BLOCK)
    preview = entry.page.locator("#paste-preview[open]")
    preview.wait_for()
    assert entry.numbers(*CODES) == before  # nothing is stored yet
    assert preview.locator("tbody tr").count() == 5
    assert preview.locator("tr.is-refused").count() == 3  # below zero, no number, no reason given
    assert "2020, 2021" in preview.locator(".proposal-remarks").inner_text()  # the other years

    preview.locator("[name=apply]").click()
    undo = entry.page.locator(".entry-undo button")
    undo.wait_for()
    after = [Decimal(1160), before[1], Decimal("2.6"), before[3], before[4]]
    assert entry.numbers(*CODES) == after

    with entry.page.expect_navigation():
        undo.click()
    assert entry.numbers(*CODES) == before
    assert entry.page.locator(".entry-undo").count() == 0


def test_a_paste_that_is_cancelled_changes_nothing(grid: Callable[..., Any]) -> None:
    entry = grid()
    before = entry.numbers(*CODES)
    entry.paste("students", "1\n2\n3")
    preview = entry.page.locator("#paste-preview[open]")
    preview.wait_for()
    entry.page.keyboard.press("Escape")
    preview.wait_for(state="detached")
    assert entry.focused() == "students-value"
    assert entry.numbers(*CODES) == before


def test_a_column_falls_down_from_the_field_in_which_it_is_pasted(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    entry.paste("own-funds", "22,5\n2,7\n115")
    entry.page.locator("#paste-preview[open] [name=apply]").click()
    entry.page.locator(".entry-undo").wait_for()
    assert entry.numbers(*CODES[1:4]) == [Decimal("22.5"), Decimal("2.7"), Decimal(115)]


def test_a_lone_cell_takes_the_place_of_the_number(grid: Callable[..., Any]) -> None:
    entry = grid()
    field = entry.field("own-funds")
    entry.paste("own-funds", "22\r\n")
    assert field.input_value() == "22"
    entry.page.keyboard.press("Control+Z")
    assert field.input_value() == "21,8"
    entry.page.keyboard.press("Control+Y")
    entry.wait("own-funds")
    assert entry.page.locator("#paste-preview[open]").count() == 0
    assert entry.numbers("own-funds") == [Decimal(22)]


def test_a_click_selects_the_number_and_a_second_one_sets_the_caret(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    field = entry.field("own-funds")
    selected = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    field.click()
    assert field.evaluate(selected) == "21,8"
    field.click()
    assert field.evaluate(selected) == ""
    entry.page.keyboard.press("ArrowUp")
    entry.page.keyboard.type("1151")
    assert entry.field("students").input_value() == "1151"


def test_a_year_on_top_is_asked_about_and_enter_stores_nothing(grid: Callable[..., Any]) -> None:
    """The focus begins at the heading; what surprises is said and can be explained there."""
    entry = grid()
    before = entry.numbers(*CODES)
    entry.paste("students", "2022\n1990\n22")
    preview = entry.page.locator("#paste-preview[open]")
    preview.wait_for()
    assert entry.page.evaluate("document.activeElement.tagName") == "H2"
    entry.page.keyboard.press("Enter")
    assert preview.locator("[name=apply]").count() == 0
    assert preview.locator("[name=answer]").count() == 2

    preview.locator("[name=answer]").first.click()
    preview.locator("tr.is-changed, tr.is-new").first.wait_for()
    assert entry.page.evaluate("document.activeElement.tagName") == "H2"
    assert entry.numbers(*CODES) == before
    assert entry.found_by_axe() == []
    preview.locator("[name=explain-students]").fill("Un site de plus.")
    preview.locator("[name=apply]").click()
    entry.page.locator(".entry-undo").wait_for()
    assert entry.numbers(*CODES[:2]) == [Decimal(1990), Decimal(22)]
    assert entry.stored("students").explanation == "Un site de plus."
