"""Whatever is stuck to an edge of the window, the focus is never under it, tabbing either way."""

from collections.abc import Callable
from typing import Any

import pytest

from indicators.models import Indicator

pytestmark = [pytest.mark.browser]

# Stuck things that cover the whole of what has the focus. Sampled at nine points; one in sight is
# enough, as WCAG 2.4.11 asks.
STOP = """() => {
  const one = document.activeElement;
  if (one === document.body || one.dataset.stop === window.walk) return null;
  one.dataset.stop = window.walk;
  const box = one.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.15, 0.5, 0.85].map((y) => [x, y]));
  const isSeen = points.some(([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && (one.contains(top) || top.contains(one) || one.labels?.[0]?.contains(top));
  });
  const name = one.name || one.innerText || one.className;
  return isSeen ? '' : `${one.localName} ${name}`.slice(0, 60);
}"""
ALBI = "/saisie/2022/imt-mines-albi/"
PAGES = {
    "directrice.albi@demo.example": [ALBI, ALBI + "relire/"],
    "bureau.plan@demo.example": [
        "/campagnes/2022/",
        "/plan/plans/2018-2022/ecoles/students/",
        "/plan/modifier/indicateurs/{students}/",
    ],
    "direction.generale@demo.example": ["/sensibilite/?year=2021"],
}


def hidden_stops(page: Any, key: str) -> list[str]:
    """Tabs from where the focus is to the end, and returns the stops that nobody would see."""
    page.evaluate("window.walk = String(Math.random())")
    hidden = []
    for _ in range(300):
        page.keyboard.press(key)
        stop = page.evaluate(STOP)
        if stop is None:
            return hidden
        hidden += [f"{key}: {stop}"] if stop else []
    raise AssertionError("The focus does not come to an end.")


@pytest.mark.parametrize("email", PAGES)
def test_no_stop_is_hidden(person: Callable[..., Any], email: str) -> None:
    somebody = person(reduced_motion="reduce")
    somebody.sign_in(email)
    hidden = []
    for path in PAGES[email]:
        page = somebody.go(path.format(students=Indicator.objects.get(code="students").pk))
        assert page.locator(".foot-bar").count(), path
        for width, height in ((1280, 720), (640, 450)):
            page.set_viewport_size({"width": width, "height": height})
            found = hidden_stops(page, "Tab") + hidden_stops(page, "Shift+Tab")
            hidden += [f"{path} {width}: {one}" for one in found]
    assert hidden == []
