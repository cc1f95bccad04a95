"""A block from a spreadsheet: seen first, applied as one, taken back as one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.worker import wait_for

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


# --- Explained in the preview, and not applied --------------------------------------------------

SURPRISING = "students\t1990"
EXPLAIN = "#paste-preview[open] [name=explain-students], main [name=explain-students]"
LEFT = "[data-preview-offer]"


def explain(entry: Any, text: str) -> None:
    """As people type, and the page goes in the same breath."""
    entry.page.locator(EXPLAIN).wait_for()
    entry.page.locator(EXPLAIN).press_sequentially(text)


def test_what_was_explained_in_a_preview_comes_back_with_the_block(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    entry.paste("students", SURPRISING + "\nown-funds\t22")
    explain(entry, "Un site de plus.")
    entry.page.reload()
    entry.page.locator("[data-paste-show]").click()
    entry.page.locator(EXPLAIN).wait_for()
    assert entry.page.locator(EXPLAIN).input_value() == "Un site de plus."
    assert entry.page.locator("#paste-preview [data-back]").is_visible()
    entry.page.locator("#paste-preview[open] [name=apply]").click()
    entry.page.locator(".entry-undo").wait_for()
    assert entry.stored("students").explanation == "Un site de plus."
    wait_for(lambda: entry.page.evaluate("localStorage.length") == 0, "the texts' end")
    assert entry.page.locator(LEFT).is_hidden()


def test_a_preview_that_is_closed_after_an_explanation_offers_its_block_again(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    entry.paste("students", SURPRISING + "\nown-funds\t22")
    explain(entry, "Un site de plus.")
    entry.page.keyboard.press("Escape")
    entry.page.locator("[data-paste-offer]").wait_for()
    entry.page.locator("[data-paste-show]").click()
    entry.page.locator(EXPLAIN).wait_for()
    assert entry.page.locator(EXPLAIN).input_value() == "Un site de plus."


def test_what_was_explained_in_the_preview_of_a_file_is_put_back_and_offered(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Indicateur;2022\nstudents;1990\n"}
    page = entry.page
    page.goto(entry.person.site + entry.ADDRESS + "importer/")
    page.set_input_files("input[type=file]", file)
    page.click("main form .btn-primary")
    explain(entry, "Un site de plus.")
    preview = page.url
    entry.person.context.clear_cookies(name="sessionid")
    page.click("[name=apply]")  # the session has ended: nothing is applied
    page.wait_for_url(lambda url: "/compte/" in url)
    entry.person.sign_in(entry.DIRECTOR)
    entry.person.go(entry.ADDRESS)
    page.locator(LEFT).wait_for()
    assert "Un site de plus." in page.inner_text(LEFT)
    page.click(f"{LEFT} a")
    page.wait_for_url(preview)
    assert page.locator(EXPLAIN).input_value() == "Un site de plus."
    page.click("[name=apply]")
    page.locator(".entry-undo").wait_for()
    assert entry.stored("students").explanation == "Un site de plus."
    wait_for(lambda: page.evaluate("localStorage.length") == 0, "the texts' end")
    assert page.locator(LEFT).is_hidden()
