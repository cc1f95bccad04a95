"""A text that is too long stays whole, is counted, and is refused until it is shorter."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]

PASTE = """(field, text) => {
  field.focus();
  document.execCommand("insertText", false, text);
}"""
LONG = "Deux lignes,\nde trop. " * 100
COUNTER = "#own-funds .entry-explain .limit"


def test_an_explanation_is_never_cut(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.type("own-funds", "43,6")
    entry.page.locator("#own-funds.asks").wait_for()
    field = entry.field("own-funds", "explanation")
    field.evaluate(PASTE, LONG)
    assert field.input_value() == LONG
    counter = entry.page.locator(COUNTER).inner_text()
    assert "199" in counter  # without the space at its end
    field.blur()
    entry.wait("own-funds", "kept-typed")
    assert entry.stored("own-funds").explanation == ""
    entry.type("own-funds", LONG[:1990], "explanation")
    entry.wait("own-funds")
    assert entry.page.locator(COUNTER).inner_text().endswith("10")
    assert len(entry.stored("own-funds").explanation) == 1990


def test_a_form_is_not_sent_with_a_text_that_is_too_long(person: Callable[..., Any]) -> None:
    office = person()
    office.sign_in("bureau.plan@demo.example")
    page = office.go("/campagnes/2022/imt-mines-albi/delai/")
    field = page.locator("main [name=reason]")
    field.evaluate(PASTE, "a" * 1003)
    assert len(field.input_value()) == 1003
    assert "3" in page.inner_text("main .limit.is-over")
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    assert len(page.locator("main [name=reason]").input_value()) == 1003
    assert page.locator("main .notice-success").count() == 0
