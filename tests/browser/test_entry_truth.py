"""The sign of a row says what is stored; and the numbers are written as they were understood."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.campaigns.models import Campaign
from tests.worker import wait_for

pytestmark = [pytest.mark.browser]

ANSWERS = {
    "other_person": (409, '{"outcome": "other_person", "message": "Une autre personne."}'),
    "gone": (404, ""),
    "forbidden": (403, ""),
    "too much": (413, ""),
    "trouble": (503, ""),
}
RATIO = "foreign-students-share"


def sign(entry: Any, code: str) -> str:
    return entry.page.locator(f"#{code} .sign").get_attribute("class").removeprefix("sign sign-")


def answering(**answer: Any) -> Callable[[Any], None]:
    return lambda route: route.fulfill(**answer)


def test_no_state_leaves_a_green_sign_on_what_is_not_stored(grid: Callable[..., Any]) -> None:
    entry = grid()
    assert sign(entry, "students") == "number"
    seen = {}
    for name, (status, body) in ANSWERS.items():
        kind = "application/json" if body else "text/html"
        answer = {"status": status, "body": body, "content_type": kind}
        entry.page.route("**/valeur/**", answering(**answer))
        entry.field("students").fill("1151")
        assert sign(entry, "students") == "typing"
        entry.field("students").blur()
        entry.page.locator("#students.is-unsaved").wait_for()
        seen[name] = sign(entry, "students")
        # The page goes before the way is free again: what waits is tried anew by itself.
        entry.page.evaluate("localStorage.clear()")
        entry.page.reload()
        entry.page.unroute("**/valeur/**")
    assert seen == dict.fromkeys(ANSWERS, "unsaved") | {"trouble": "waiting"}
    assert entry.numbers("students") == [Decimal(1142)]


def test_closed_while_open_every_row_that_is_not_stored_says_so(grid: Callable[..., Any]) -> None:
    entry = grid()
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    entry.field("professor-researchers").fill("130")
    entry.page.keyboard.press("Enter")
    entry.wait("professor-researchers", "not-saved")
    entry.page.keyboard.type("77")  # nobody's typing is interrupted
    notice = entry.page.locator("[data-refused]")
    notice.locator("li").nth(1).wait_for()
    entry.page.locator("[data-count=unsaved]", has_text="2").wait_for()
    assert all(text in notice.inner_text() for text in ("130", "77"))
    # The notice may be out of sight: the bar, which never is, says why.
    entry.page.locator("[data-last].is-late", has_text="close").wait_for()
    for code in ("professor-researchers", "phd-students"):
        assert sign(entry, code) == "unsaved"
    assert entry.field("phd-students").input_value() == "77"
    assert sign(entry, "students") == "number"  # that one is stored, and says so
    entry.page.click("[data-jump=is-unsaved]")
    assert entry.focused() == "professor-researchers-value"


def test_a_number_is_written_back_as_it_was_understood(grid: Callable[..., Any]) -> None:
    entry = grid()
    field = entry.field("students")
    field.fill("1151")
    entry.wait("students")
    assert field.input_value() == "1151"  # not under the caret
    field.blur()
    wait_for(lambda: field.input_value() == "1\u202f151", "the number as understood")
    entry.type("own-funds", "1.234,5")
    entry.wait("own-funds")
    assert entry.field("own-funds").input_value() == "1\u202f234,5"
    assert sign(entry, "own-funds") == "asks"


def test_beside_a_text_that_is_only_kept_stands_what_is_stored(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.type("students", "12,5,3")
    entry.wait("students", "kept-typed")
    beside = entry.page.locator("#students [data-kept]")
    assert all(text in beside.inner_text() for text in ("1\u202f142", "Claire Martin"))
    entry.page.reload()
    assert all(text in beside.inner_text() for text in ("1\u202f142", "Claire Martin"))
    entry.type("students", "1151")
    entry.wait("students")
    assert beside.is_hidden()


def test_nc_leads_to_the_word_and_its_reason(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.type("phd-students", "NC")
    entry.wait("phd-students", "kept-typed")
    entry.page.click("#phd-students [data-suggest]")
    assert entry.focused() == "phd-students-reason"
    entry.page.keyboard.type("Fermé")
    entry.wait("phd-students")
    assert entry.stored("phd-students").state == "not_available"


def test_half_a_ratio_is_no_mistake_before_the_row_is_left(grid: Callable[..., Any]) -> None:
    entry = grid()
    sent: list[str] = []
    entry.page.on("request", lambda one: sent.append(one.url) if "/valeur/" in one.url else None)
    entry.field(RATIO, "numerator").fill("310")
    entry.page.keyboard.press("Tab")
    entry.page.wait_for_timeout(1200)  # longer than the pause after which a row is sent
    assert sent == []
    assert sign(entry, RATIO) == "typing"
    entry.page.keyboard.type("1142")
    entry.wait(RATIO)
    entry.type(RATIO, "", "denominator")
    entry.wait(RATIO, "kept-typed")
    assert len(sent) == 2


def test_both_parts_emptied_are_not_stored_before_the_row_is_left(
    grid: Callable[..., Any],
) -> None:
    """Emptied to be typed anew: a pause between is no answer."""
    entry = grid()
    for part, text in (("numerator", "310"), ("denominator", "1142")):
        entry.type(RATIO, text, part)
    entry.wait(RATIO)
    version = entry.stored(RATIO).version
    for part in ("numerator", "denominator"):
        entry.field(RATIO, part).fill("")
    entry.page.wait_for_timeout(1500)  # longer than the pause after which a row is sent
    assert entry.stored(RATIO).version == version
    entry.field(RATIO, "denominator").blur()
    entry.wait(RATIO)
    assert entry.stored(RATIO).state == "not_entered"


def test_the_bar_says_saved_of_what_was_typed_and_of_nothing_else(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    entry.paste("students", "1151\n22,5")
    entry.page.locator("#paste-preview[open]").wait_for()
    entry.page.keyboard.press("Escape")
    assert entry.page.inner_text("[data-last]") == ""
    entry.type("students", "1151")
    entry.wait("students")
    assert "enregistré" in entry.page.inner_text("[data-last]").lower()


@pytest.mark.parametrize("is_typing", [True, False])
def test_closed_while_open_the_heading_and_the_buttons_say_so(
    grid: Callable[..., Any], is_typing: bool
) -> None:
    """At the first value that is refused, or at the hour itself."""
    Campaign.objects.update(closes_at=timezone.now() + timedelta(hours=1))
    entry = grid()
    entry.page.clock.install()
    entry.page.reload()
    facts, bar = entry.page.locator("[data-facts]"), entry.page.locator(".entry-bar")
    assert "Ferme le" in facts.inner_text()
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    if is_typing:
        entry.type("students", "1151")
    else:
        entry.page.clock.fast_forward("01:00:02")
    bar.locator("[data-see-entered]").wait_for()
    assert "Ferme le" not in facts.inner_text()
    assert bar.locator("button:visible").count() == 0
    assert entry.page.locator("[data-refused]").is_visible()


def test_typing_moves_nothing_below_and_everything_is_announced(grid: Callable[..., Any]) -> None:
    entry = grid(reduced_motion="reduce")  # no smooth scroll: what moves is the layout
    below = entry.page.locator("#phd-students")
    entry.field("professor-researchers").focus()
    entry.page.keyboard.type("9")  # from here on the window has no reason to scroll
    place = below.bounding_box()["y"]
    entry.page.keyboard.type("00")
    entry.page.locator("#professor-researchers.asks").wait_for()
    assert entry.page.locator("#professor-researchers .finding-surprising").is_visible()
    assert below.bounding_box()["y"] == pytest.approx(place, abs=1)
    entry.page.keyboard.press("Enter")
    place = entry.field("phd-students").bounding_box()["y"]
    entry.field("professor-researchers", "explanation").wait_for()
    assert entry.field("phd-students").bounding_box()["y"] == pytest.approx(place, abs=1)
    entry.type("phd-students", "118")
    entry.wait("phd-students")
    announced = entry.page.locator("[data-announce]").inner_text()
    assert all(text in announced for text in ("900", "Doctorants"))
    assert entry.page.locator("output, [aria-live=assertive]").count() == 0


def test_a_percentage_moves_by_points_as_it_is_typed_and_once_it_is_stored(
    grid: Callable[..., Any],
) -> None:
    entry = grid()
    change, quotient = (
        entry.page.locator(f"#{RATIO} [data-{name}]") for name in ("change", "ratio")
    )
    entry.field(RATIO, "numerator").fill("50")
    entry.field(RATIO, "denominator").fill("1000")
    typed = change.inner_text()
    assert re.fullmatch(r"[+−]\d+(,\d)? points?", typed)
    entry.field(RATIO, "denominator").blur()
    entry.wait(RATIO)
    assert change.inner_text() == typed
    entry.field(RATIO, "numerator").fill("99997")
    entry.field(RATIO, "denominator").fill("100000")
    assert quotient.inner_text() == "= 99,9 %"
