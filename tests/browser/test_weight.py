"""What a slow line carries before a chart comes into view, and that nothing moves under the eye."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]

PHONE = {"width": 412, "height": 823}
# Kilobytes at most, as they are sent: pages and files compressed, fonts and pictures as they are.
BUDGETS = {"/compte/login/": 120, "/tableau-de-bord/": 250, "/ecoles/imt-mines-ales/": 250}
CHARTS, POLL = "plotly", "x-live"
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  if (!one.hadRecentInput) window.shifts += one.value;
})).observe({ type: 'layout-shift', buffered: true });
"""


def kilobytes(answer: Any) -> float:
    body = answer.body()
    is_packed = answer.url.endswith((".woff2", ".png"))
    return len(body if is_packed else gzip.compress(body)) / 1024


def weight_of(page: Any, address: str) -> float:
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - of Python
    page.goto(address)
    page.wait_for_load_state("networkidle")
    sent = [one for one in answers if one.ok and POLL not in one.request.headers]
    assert len(sent) > 3
    return sum(kilobytes(one) for one in sent if CHARTS not in one.url)


def test_pages_are_light_until_a_chart_is_in_view(person: Callable[..., Any]) -> None:
    somebody = person(viewport=PHONE)
    weights = {}
    for address in BUDGETS:
        if "login" not in address:
            somebody.context.clear_cookies()
            somebody.sign_in("direction.generale@demo.example")
        fresh = somebody.context.new_page()
        fresh.context.new_cdp_session(fresh).send(
            "Network.setCacheDisabled", {"cacheDisabled": True}
        )
        weights[address] = weight_of(fresh, somebody.site + address)
        fresh.close()
    assert {one: round(found) for one, found in weights.items() if found > BUDGETS[one]} == {}
    assert weights["/tableau-de-bord/"] > weights["/compte/login/"] > 20  # a font at the least


def test_nothing_moves_while_charts_are_drawn(person: Callable[..., Any]) -> None:
    somebody = person(viewport=PHONE)
    somebody.page.add_init_script(SHIFTS)
    somebody.sign_in("direction.generale@demo.example")
    page = somebody.go("/tableau-de-bord/?year=2021")
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        chart.locator(".main-svg").first.wait_for()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") <= 0.02
    # The measure itself: what is put above the reader's eye is seen.
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("document.querySelector('main').style.paddingTop = '300px'")
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") > 0.02
