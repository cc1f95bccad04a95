"""Handing over: what is typed is stored before the page is left, once, and only while it may be."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.campaigns.models import Campaign
from indicators.models import Figure
from tests import factories

pytestmark = [pytest.mark.browser]


def test_a_double_click_on_review_stores_once(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.field("students").fill("1151")
    entry.page.locator("button[name=review]").dblclick()
    entry.page.wait_for_url("**/relire/")
    assert entry.numbers("students") == [Decimal(1151)]
    assert entry.stored("students").version == 2


def test_enter_never_sends_the_form(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.field("students").fill("1151")
    entry.page.locator(".entry-number input").last.focus()
    entry.page.keyboard.press("Enter")
    entry.field("students", "word").focus()
    entry.page.keyboard.press("Enter")
    entry.wait("students")
    assert entry.page.url.endswith(entry.ADDRESS)


def test_review_waits_for_what_is_to_be_corrected(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.field("students").fill("12,5,3")
    entry.page.click("button[name=review]")
    entry.wait("students", "kept-typed")
    entry.page.locator("#students.is-wrong").wait_for()
    assert entry.page.url.endswith(entry.ADDRESS)
    assert entry.focused() == "students-value"
    assert entry.page.inner_text("[data-count=to_correct]") == "1"
    assert entry.numbers("students") == [Decimal(1142)]
    entry.page.reload()
    assert entry.field("students").input_value() == "12,5,3"


def test_review_opens_over_a_figure_that_a_rule_refuses(grid: Callable[..., Any]) -> None:
    """It is stored as a draft: the review says what holds it back."""
    entry = grid()
    factories.FigureRuleFactory(indicator=entry.stored("students").indicator)
    entry.type("students", "1151")
    entry.page.locator("#students.is-refused").wait_for()
    assert entry.page.inner_text("[data-count=to_correct]") == "1"
    entry.page.click("button[name=review]")
    entry.page.wait_for_url("**/relire/")
    assert entry.numbers("students") == [Decimal(1151)]


def test_closed_while_open_nothing_is_stored_and_the_page_says_so(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    entry.type("students", "1151")
    entry.wait("students", "not-saved")
    assert entry.page.locator("[data-refused]").is_visible()
    assert entry.field("students").input_value() == "1151"
    assert entry.numbers("students") == [Decimal(1142)]


def test_without_javascript_one_button_stores_the_whole_form(grid: Callable[..., Any]) -> None:
    entry = grid(java_script_enabled=False)
    entry.field("students").fill("1151")
    entry.field("own-funds").fill("22,5")
    entry.field("phd-students", "word").select_option("not_applicable")
    entry.field("professor-researchers").fill("1e5")
    entry.page.click("button[name=save]")
    assert entry.field("professor-researchers").input_value() == "1e5"
    assert entry.numbers("students", "own-funds") == [Decimal(1151), Decimal("22.5")]
    assert entry.stored("phd-students").state == Figure.State.NOT_APPLICABLE
    assert entry.numbers("professor-researchers") == [Decimal(112)]
