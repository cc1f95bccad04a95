"""From the first key on nothing is lost: what is not stored is offered by the next page."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.campaigns.models import Campaign, KeptInput
from tests.worker import wait_for

pytestmark = [pytest.mark.browser]

# Typed, and the page left in the same breath: no timer and no event of leaving has its turn.
TYPED = """(texts) => {
  for (const [name, text] of Object.entries(texts)) {
    const field = document.querySelector(`[name=${name}]`);
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}"""
OFFER, PASTE_OFFER = "[data-offer]", "[data-paste-offer]"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
NO_BREAK = {0x202F: " ", 0xA0: " "}


def another_window(entry: Any) -> Any:
    page = entry.person.context.new_page()
    page.goto(entry.person.site + entry.ADDRESS)
    page.wait_for_load_state("networkidle")
    return page


def test_what_was_typed_a_moment_before_a_reload_is_put_back(grid: Callable[..., Any]) -> None:
    entry = grid()
    texts = {"students-value": "1151", "own-funds-explanation": "Deux\nlignes"}
    with entry.page.expect_navigation():
        entry.page.evaluate(f"(texts) => {{ ({TYPED})(texts); location.reload(); }}", texts)
    entry.page.locator(OFFER).wait_for()
    offered = entry.page.inner_text(OFFER).translate(NO_BREAK)
    assert all(text in offered for text in ("1151", "Deux\nlignes"))
    assert entry.numbers("students") == [Decimal(1142)]
    entry.page.click("[data-put-back]")
    entry.wait("students")
    entry.wait("own-funds")
    assert entry.numbers("students") == [Decimal(1151)]
    assert entry.stored("own-funds").explanation == "Deux\nlignes"
    assert entry.page.evaluate("localStorage.length") == 0


def test_what_two_pages_left_in_one_row_is_put_back_whole(grid: Callable[..., Any]) -> None:
    """A text that is only kept has no version: the later page must not bring back its old one."""
    entry = grid()
    entry.type("students", "12,5,1")
    entry.wait("students", "kept-typed")
    entry.page.route("**/valeur/**", lambda route: route.abort())
    for name, text in (("students-value", "12,5,2"), ("students-explanation", "Une note")):
        with entry.page.expect_navigation():
            entry.page.evaluate(
                f"(texts) => {{ ({TYPED})(texts); location.reload(); }}", {name: text}
            )
        entry.page.locator(OFFER).wait_for()
    entry.page.unroute("**/valeur/**")
    entry.page.locator(OFFER).get_by_text("Une note").wait_for()
    entry.page.click("[data-put-back]")
    wait_for(lambda: entry.page.evaluate("localStorage.length") == 0, "both to be kept")
    entry.wait("students", "kept-typed")
    kept = KeptInput.objects.get()
    assert (kept.typed["value"], kept.typed["explanation"]) == ("12,5,2", "Une note")


def test_of_two_texts_that_two_pages_left_neither_is_lost(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.page.route("**/valeur/**", lambda route: route.abort())
    for text in ("12,5,2", "12,5,3"):
        with entry.page.expect_navigation():
            entry.page.evaluate(
                f"(texts) => {{ ({TYPED})(texts); location.reload(); }}", {"students-value": text}
            )
        entry.page.locator(OFFER).wait_for()
    entry.page.unroute("**/valeur/**")
    entry.page.locator(OFFER).get_by_text("12,5,3").wait_for()
    entry.page.click("[data-put-back]")
    entry.page.locator("#students [data-conflict]").wait_for()
    text = entry.page.inner_text("#students [data-conflict]")
    assert all(part in text for part in ("12,5,2", "12,5,3"))
    assert KeptInput.objects.get().typed["value"] == "12,5,2"


def test_what_two_pages_left_alike_is_stored_once_and_typed_on(grid: Callable[..., Any]) -> None:
    """The second has nothing to send: the row stands at the version that the first made."""
    entry = grid()
    entry.page.route("**/valeur/**", lambda route: route.abort())
    for _window in range(2):
        with entry.page.expect_navigation():
            entry.page.evaluate(
                f"(texts) => {{ ({TYPED})(texts); location.reload(); }}", {"students-value": "1160"}
            )
        entry.page.locator(OFFER).wait_for()
    entry.page.unroute("**/valeur/**")
    entry.page.click("[data-put-back]")
    entry.wait("students")
    wait_for(lambda: entry.page.evaluate("localStorage.length") == 0, "both to be stored")
    entry.type("students", "1161")
    wait_for(lambda: entry.numbers("students") == [Decimal(1161)], "what was typed on")
    assert entry.page.locator("#students [data-conflict]").is_hidden()


def test_each_window_keeps_its_own_and_the_next_is_offered_it(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.page.route("**/valeur/**", lambda route: route.abort())
    other = another_window(entry)
    entry.page.evaluate(TYPED, {"students-value": "1151"})
    third = another_window(entry)
    assert third.locator(OFFER).is_hidden()  # it is being typed elsewhere
    other.fill("[name=students-value]", "1160")
    other.keyboard.press("Tab")
    other.locator("#students[data-state=saved]").wait_for()
    entry.page.close(run_before_unload=False)
    third.locator(OFFER).wait_for()
    third.click("[data-put-back]")
    third.locator("#students [data-conflict]").wait_for()  # a newer version is never overwritten
    assert entry.numbers("students") == [Decimal(1160)]


def test_what_was_kept_is_for_one_person_and_seen_when_the_campaign_is_closed(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    entry.page.evaluate(TYPED, {"students-value": "1151"})
    entry.page.goto("about:blank")
    entry.person.context.clear_cookies()
    entry.person.sign_in(entry.CONTRIBUTOR)
    entry.person.go(entry.ADDRESS).wait_for_load_state("networkidle")
    assert entry.page.locator(OFFER).is_hidden()
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    entry.person.context.clear_cookies()
    entry.person.sign_in(entry.DIRECTOR)
    entry.person.go(entry.ADDRESS)
    entry.page.locator(OFFER).wait_for()
    assert "1151" in entry.page.inner_text(OFFER)
    assert entry.page.locator("[data-put-back]").is_hidden()


def test_a_block_that_was_not_applied_is_offered_until_it_is(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.person.context.set_offline(True)
    entry.paste("own-funds", "22,5\n2,7\n115")
    entry.page.locator(PASTE_OFFER).wait_for()
    entry.page.close(run_before_unload=False)
    entry.person.context.set_offline(False)
    entry.page = another_window(entry)
    entry.page.locator(PASTE_OFFER).wait_for()
    assert "22,5\n2,7\n115" in entry.page.inner_text(PASTE_OFFER)
    entry.page.click("[data-paste-show]")
    entry.page.locator("#paste-preview[open] [name=apply]").wait_for()
    entry.page.reload()  # the preview is lost, the block is not
    entry.page.locator(PASTE_OFFER).wait_for()
    entry.page.click("[data-paste-show]")
    entry.page.locator("#paste-preview[open] [name=apply]").click()
    entry.page.locator(".entry-undo").wait_for()
    assert entry.numbers("own-funds") == [Decimal("22.5")]
    wait_for(lambda: entry.page.evaluate("localStorage.length") == 0, "the block's end")
    assert entry.page.locator(PASTE_OFFER).is_hidden()


def test_a_browser_that_keeps_nothing_says_so(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.page.add_init_script(FULL)
    entry.page.reload()
    entry.person.context.set_offline(True)
    entry.field("students").press("1")
    entry.wait("students", "cannot-keep")
    entry.page.locator("[data-last].is-late").wait_for()
