"""A number opens its explanation in place, and on its own page where that cannot be."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looks import found_by_axe

pytestmark = [pytest.mark.browser]

PROGRESS = "a.why[href*='students-plan-2022'][href$='#progress']:visible"


def dashboard(person: Callable[..., Any], **options: Any) -> Any:
    somebody = person(**options)
    somebody.sign_in("direction.generale@demo.example")
    return somebody.go("/tableau-de-bord/?year=2021")


def test_one_click_opens_it_and_escape_goes_back_to_the_number(person: Callable[..., Any]) -> None:
    page = dashboard(person, bypass_csp=True)
    number = page.locator(PROGRESS).first.text_content()
    page.locator(PROGRESS).first.click()
    step = page.locator("dialog[open] .step.is-asked")
    step.wait_for()
    assert number in step.text_content()
    assert page.url.endswith("/tableau-de-bord/?year=2021")
    assert found_by_axe(page) == []
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    assert page.evaluate("document.activeElement.hash") == "#progress"


def test_without_scripts_the_number_is_a_link_to_it(person: Callable[..., Any]) -> None:
    page = dashboard(person, java_script_enabled=False)
    page.locator(PROGRESS).first.click()
    page.wait_for_url(lambda url: "/explication/cibles/students-plan-2022/" in url)
    assert page.locator("#progress").is_visible()
    assert page.locator("h1").count() == 1


def test_on_a_telephone_nothing_is_cut(person: Callable[..., Any]) -> None:
    page = dashboard(person, viewport={"width": 360, "height": 760})
    page.locator(PROGRESS).first.click()
    page.locator("dialog[open] .step.is-asked").wait_for()
    width = "dialog => dialog.scrollWidth <= dialog.clientWidth"
    assert page.locator("dialog[open]").evaluate(width)
