"""axe finds nothing on the grid, whatever state it is in and however narrow it is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from imtplan.campaigns.models import Campaign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}])
def test_axe_finds_nothing_in_any_state(
    grid: Callable[..., Any], options: dict[str, object]
) -> None:
    entry = grid(bypass_csp=True, **options)
    found = entry.found_by_axe()
    entry.type("students", "12,5,3")
    entry.wait("students", "kept-typed")
    entry.type("own-funds", "43,6")
    entry.page.locator("#own-funds.asks").wait_for()
    entry.field("phd-students", "word").select_option("not_available")
    entry.page.click(".entry-help summary")
    entry.page.locator("#professor-researchers .entry-about summary").click()
    found += entry.found_by_axe()
    entry.page.click(".entry-help summary")
    entry.paste("apprenticeship-funds", "1\nx\n(3)\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13")
    entry.page.locator("#paste-preview[open]").wait_for()
    found += entry.found_by_axe()
    assert found == []
    assert entry.numbers("apprenticeship-funds") == [None]
    width = entry.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


def test_axe_finds_nothing_on_the_page_that_may_only_be_read(grid: Callable[..., Any]) -> None:
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    for options in ({}, {"viewport": PHONE}):
        entry = grid(bypass_csp=True, **options)
        assert entry.page.locator(".entry-number input").count() == 0
        assert entry.found_by_axe() == []


def test_three_hundred_and_twenty_pixels_are_enough(grid: Callable[..., Any]) -> None:
    """Which is also what a window of 1280 pixels has at 400 %."""
    entry = grid(viewport={"width": 320, "height": 600})
    width = entry.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0
