"""axe finds nothing on the grid, whatever state it is in and however narrow it is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.accounts.roles import Role
from imtplan.campaigns.models import Campaign, Submission
from tests import factories
from tests.browser.conftest import Grid
from tests.browser.looks import wrong_with

pytestmark = [pytest.mark.browser]

PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}])
def test_axe_finds_nothing_in_any_state(
    grid: Callable[..., Any], options: dict[str, object]
) -> None:
    entry = grid(bypass_csp=True, **options)
    found = wrong_with(entry.page)
    entry.type("students", "12,5,3")
    entry.wait("students", "kept-typed")
    entry.type("own-funds", "43,6")
    entry.page.locator("#own-funds.asks").wait_for()
    entry.field("phd-students", "word").select_option("not_available")
    entry.page.click(".entry-help summary")
    entry.page.locator("#professor-researchers .entry-about summary").click()
    found += wrong_with(entry.page)
    entry.page.click(".entry-help summary")
    entry.paste("apprenticeship-funds", "1\nx\n(3)\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13")
    entry.page.locator("#paste-preview[open]").wait_for()
    found += wrong_with(entry.page)
    assert found == []
    assert entry.numbers("apprenticeship-funds") == [None]
    width = entry.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


def test_nothing_is_wrong_in_the_middle_of_trouble(grid: Callable[..., Any]) -> None:
    """Somebody else was quicker; then the session ends; then a wrong password."""
    entry, other = grid(bypass_csp=True), grid(Grid.CONTRIBUTOR)
    other.type("students", "1155")
    other.wait("students")
    entry.type("students", "1160")
    entry.page.locator("#students [data-conflict]").wait_for()
    found = wrong_with(entry.page)
    Session.objects.all().delete()
    entry.type("own-funds", "22")
    entry.page.locator("#signin[open]").wait_for()
    found += wrong_with(entry.page)
    entry.page.fill("#signin [name=password]", "wrong")
    entry.page.click("#signin .btn-primary")
    entry.page.locator("#signin [data-error]").wait_for()
    assert found + wrong_with(entry.page) == []


def test_nothing_is_wrong_from_handing_in_to_the_receipt(person: Callable[..., Any]) -> None:
    """What was returned, with what was said of it; handed in again; its receipt."""
    director = person(bypass_csp=True)
    returned = Submission.objects.get(state=Submission.State.RETURNED)
    factories.MembershipFactory(
        user=User.objects.get(email=Grid.DIRECTOR), role=Role.DIRECTOR, school=returned.school
    )
    director.sign_in(Grid.DIRECTOR)
    address = f"/saisie/2022/{returned.school.code}/"
    found = wrong_with(director.go(address))
    page = director.go(f"{address}relire/")
    found += wrong_with(page)
    page.get_by_role("link", name="Soumettre").click()
    page.get_by_role("button", name="Soumettre").click()
    receipt = page.locator("main a[href^='/recu/']").first
    receipt.wait_for()
    found += wrong_with(page)
    receipt.click()
    page.wait_for_url("**/recu/**")
    assert found + wrong_with(page) == []


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
