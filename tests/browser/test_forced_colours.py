"""With the colours of the reader's system, as Windows' high contrast has, no drawing is lost."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]

# Each drawing, and the property that draws it.
DRAWN = {
    "/tableau-de-bord/": {
        ".bullet-bar": "fill",
        ".bullet-track": "stroke",
        ".bullet-mark": "stroke",
        ".chip": "border-top-color",
        ".chip .icon": "fill",
        ".card": "border-top-color",
        ".chart .scatterlayer .js-line": "stroke",
        ".mark-path": "stroke",
        ".segmented a[aria-current]": "outline-color",
        ".export summary": "border-top-color",
    },
    "/projets/": {
        ".time-mark.time-done": "fill",
        ".time-mark.time-late": "fill",
        ".time-mark.time-to_come": "stroke",
        ".time-now": "stroke",
        ".time-base": "stroke",
    },
    "/matrice/": {".legend-state": "border-top-color", ".cell strong": "color"},
    "/saisies/": {".chip .icon": "fill"},
}
SEEN = """([selector, property]) => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const ground = channels(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll(selector)].map((place) => {
    const found = channels(getComputedStyle(place)[property]);
    return found[3] === 0 ? 0 : Math.max(...[0, 1, 2].map((i) => Math.abs(found[i] - ground[i])));
  });
}"""
FAR = 100  # of 255: between the ground and what stands on it
FOCUS = """() => {
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement);
  return [outlineStyle, parseFloat(outlineWidth) >= 2, outlineColor];
}"""


def faint(page: Any, drawn: dict[str, str]) -> list[str]:
    """What is not there, or too near to the ground it stands on."""
    contrasts = {one: page.evaluate(SEEN, [one, by]) for one, by in drawn.items()}
    return [
        f"{one}: {found[:5]}" for one, found in contrasts.items() if min(found, default=0) < FAR
    ]


def ringed(page: Any, place: str) -> bool:
    page.locator(place).first.focus()
    style, is_wide, colour = page.evaluate(FOCUS)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return style == "solid" and is_wide and colour != ground


def test_what_is_drawn_stands_out_and_the_focus_is_seen(person: Callable[..., Any]) -> None:
    somebody = person(forced_colors="active")
    page = somebody.go("/compte/login/")
    for place in ("input[name=login]", "form button[type=submit]", "main a"):
        assert ringed(page, place), place
    somebody.sign_in("direction.generale@demo.example")
    for path, drawn in DRAWN.items():
        page = somebody.go(path)
        if "/tableau" in path:
            page.locator(".chart .js-line").first.wait_for(state="attached")
        assert faint(page, drawn) == [], path
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(300)  # charts are drawn anew
        assert faint(page, drawn) == [], path
        page.emulate_media(color_scheme="light")
