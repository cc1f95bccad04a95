"""What machines find wrong with a page as it stands: as it is, by night, at 320 pixels, and with
the spacing that a reader may set. The page is loaded once and looked at four times."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import TimeoutError as TooLong

AXE = (Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 320, "height": 640}
# Every rule by day; by night only what colours can break. `target-size` is WCAG 2.2, 2.5.8.
BY_DAY = "{resultTypes: ['violations'], preload: false, rules: {'target-size': {enabled: true}}}"
BY_NIGHT = (
    "{resultTypes: ['violations'], preload: false, "
    "runOnly: ['color-contrast', 'link-in-text-block']}"
)
# WCAG 2.2, 1.4.12: nothing is lost with these.
SPACING = """*:not(svg, svg *) {
  line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
} p { margin-bottom: 2em !important; }"""
# Text that stands in a box which hides what does not fit. What is said elsewhere too is exempt:
# the names along the line of time are hidden from readers and stand in full in its table.
CUT = """() => [...document.querySelectorAll('main *, header *, dialog[open] *')]
  .filter((box) => box.checkVisibility())
  .filter((box) => !box.closest('svg, .visually-hidden, [aria-hidden=true], .chart'))
  .filter((box) => [...box.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((box) => /hidden|clip/.test(getComputedStyle(box).overflow))
  .filter((box) => box.scrollWidth > box.clientWidth + 2 || box.scrollHeight > box.clientHeight + 2)
  .map((box) => box.outerHTML.slice(0, 120))"""
# A word of a button or a heading that stands on two lines: it was squeezed.
BROKEN = """() => [...document.querySelectorAll('.btn, h1, h2')]
  .filter((button) => button.checkVisibility())
  .filter((button) => [...button.childNodes].some((node) => node.nodeType === 3
    && [...node.data.matchAll(/\\S+/g)].some((word) => {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
    })))
  .map((button) => button.outerHTML.slice(0, 120))"""
# What sticks to an edge of the window covers whatever happens to be below it, which one scrolls to;
# for the time of a look everything stands in its place.
UNSTUCK = """() => [...document.querySelectorAll('body *')]
  .filter((box) => getComputedStyle(box).position === 'sticky')
  .forEach((box) => {
    box.dataset.stuck = box.style.cssText;
    Object.assign(box.style, { position: 'relative', inset: 'auto' });
  })"""
STUCK = """() => document.querySelectorAll('[data-stuck]').forEach((box) => {
  box.style.cssText = box.dataset.stuck;
  delete box.dataset.stuck;
})"""
# What colours depend on: the sheets of the page, and each element's name, classes and marks below
# those of what it stands in. Returns each such path, or marks the elements of these.
COLOURED = """(marked) => {
  const MARKS = ['aria-current', 'aria-invalid', 'data-state', 'open', 'scope', 'type'];
  const name = (box) => [box.localName, box.className.baseVal ?? box.className,
    ...MARKS.map((mark) => box.getAttribute(mark))].join('.');
  const sheets = [...document.styleSheets].map((sheet) => sheet.href).join(' ');
  const paths = new Map([...document.querySelectorAll('body *')].map((box) => {
    const path = [sheets];
    for (let up = box; up && path.length < 5; up = up.parentElement) path.push(name(up));
    return [box, path.join(' < ')];
  }));
  const wanted = new Set(marked);
  paths.forEach((path, box) => box.toggleAttribute('data-by-night', wanted.has(path)));
  return [...new Set(paths.values())];
}"""
NEW_BY_NIGHT = "{include: [['[data-by-night]']]}"
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


def found_by_axe(page: Any, options: str = BY_DAY, place: str = "document") -> list[str]:
    """Each rule that is broken, with the first place where it is."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE} }} }}")
    page.evaluate(UNSTUCK)
    violations = page.evaluate(f"axe.run({place}, {options}).then((run) => run.violations)")
    page.evaluate(STUCK)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in violations]


def wider_than_the_window(page: Any) -> list[str]:
    """Charts take the new width a moment later."""
    with suppress(TooLong):
        page.wait_for_function(f"{WIDER} <= 0", timeout=2_000)
        return []
    return [f"wider than 320: {page.evaluate(WIDER)}"]


_seen_by_night: set[str] = set()


def wrong_by_night(page: Any) -> list[str]:
    """Look by night at each element that no page before had in such a place."""
    new = set(page.evaluate(COLOURED, [])) - _seen_by_night
    if not new:
        return []
    page.evaluate(COLOURED, list(new))
    page.emulate_media(color_scheme="dark")
    found = [f"by night, {rule}" for rule in found_by_axe(page, BY_NIGHT, NEW_BY_NIGHT)]
    page.emulate_media(color_scheme="light")
    page.evaluate(COLOURED, [])
    if not found:
        _seen_by_night.update(new)
    return found


def wrong_with(page: Any) -> list[str]:
    """The page is as it was afterwards, by day."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = found_by_axe(page)
    found += [f"broken word: {button}" for button in page.evaluate(BROKEN)]
    found += wrong_by_night(page)
    before = page.viewport_size or WIDE
    page.set_viewport_size(NARROW)
    found += wider_than_the_window(page)
    style = page.add_style_tag(content=SPACING)
    page.set_viewport_size(WIDE)
    found += [f"cut when spaced: {box}" for box in page.evaluate(CUT)]
    style.evaluate("(element) => element.remove()")
    page.set_viewport_size(before)
    return [f"{page.url} {one}" for one in found]
