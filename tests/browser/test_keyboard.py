"""The dashboard with the Tab key alone: in the order seen, always seen, never behind the bar."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]

# Where the focus is: what it says, in which part of the page, and whether it can be seen there.
HERE = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const [x, y] = [box.left + Math.min(box.width / 2, 20), box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return {
    name: (one.getAttribute('aria-label') || one.innerText || one.name || '').trim().slice(0, 60),
    part: one.closest('header.site-header, main, footer')?.localName ?? 'skip',
    y: Math.round(box.top + scrollY),
    seen: !!top && (one.contains(top) || top.contains(one)),
    inside: box.top >= 0 && box.top < innerHeight,
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    ends: one === document.body,
  };
}"""


def tabbed(page: Any, most: int = 250) -> list[dict[str, Any]]:
    """Every stop of the Tab key, from the top of the page to its end."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(HERE)
        if stop["ends"]:
            return stops
        stops.append(stop)
    pytest.fail(f"The focus does not come to an end: {stops[-3:]}")


@pytest.fixture
def page(person: Callable[..., Any]) -> Any:
    somebody = person(reduced_motion="reduce")
    somebody.sign_in("direction.generale@demo.example")
    return somebody.go("/tableau-de-bord/?year=2021")


def test_the_focus_goes_as_one_reads_and_is_always_seen(page: Any) -> None:
    for width, height in ((1280, 720), (640, 360)):  # the second is the first at 200 %
        page.set_viewport_size({"width": width, "height": height})
        page.reload()
        stops = tabbed(page)
        assert stops[0]["name"] == "Aller au contenu"
        parts = [stop["part"] for stop in stops]
        assert parts == sorted(parts, key=["skip", "header", "main", "footer"].index)
        assert parts.count("main") > 40
        assert [one for one in stops if not (one["seen"] and one["inside"] and one["ringed"])] == []


def test_menus_charts_and_the_way_past_the_bar(page: Any) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(HERE)["part"] == "main"

    for menu in ("header details.menu", "main details.export"):
        page.locator(f"{menu} > summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('details.menu[open]') !== null")
        page.keyboard.press("Escape")
        assert page.locator(f"{menu}[open]").count() == 0
        assert page.evaluate("document.activeElement.localName") == "summary"

    card = page.locator(".headline").first
    assert "tableau" in card.locator(".chart").get_attribute("aria-label")
    card.locator("details > summary").focus()
    page.keyboard.press("Enter")
    table = card.locator("details table").last
    assert table.is_visible()
    assert "15\u202f780" in table.inner_text()
