"""Measures pages as a slow phone sees them: weight, first look, layout shifts, answer to a touch.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/pages.py

The whole site runs as `make run` runs it, with the demonstration data. Each page is opened in a
Chromium of Debian's with an empty cache, a processor four times slower, 1.6 Mbit/s and 150 ms, then
scrolled to its end, so that its charts are drawn, then touched. The weight is all that came before
that, but for what draws charts. Layout shifts and answers are those of the whole visit; of three
visits the one in the middle counts. The share of the budget that is used stands beside each number.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from live import (
    DIRECTOR,
    DIRECTORATE,
    SITE,
    chromium,
    sign_in,
    site,
)  # of this folder; sets Django up
from playwright.sync_api import Browser, BrowserContext, Page

VISITS = 3
PHONE = {"width": 412, "height": 823}
SLOWER, DOWN, UP, LATENCY = 4, 1_600_000 / 8, 750_000 / 8, 150
# Largest first look (ms), answer to a touch (ms), sum of layout shifts: of every page.
MOST_LOOK, MOST_ANSWER, MOST_SHIFT = 1500, 100, 0.02
# plotly.js and what it draws with: asked for when a chart comes into view.
CHART_FILES = "plotly"

WATCH = """
window.seen = { look: 0, shift: 0, answer: 0 };
const watch = (type, options, each) => new PerformanceObserver(
    list => list.getEntries().forEach(each)).observe({ type, buffered: true, ...options });
watch("largest-contentful-paint", {}, one => { seen.look = one.startTime; });
watch("layout-shift", {}, one => { if (!one.hadRecentInput) seen.shift += one.value; });
watch("event", { durationThreshold: 16 }, one => {
    if (one.interactionId) seen.answer = Math.max(seen.answer, one.duration);
});
"""


@dataclass(frozen=True)
class Seen:
    """One visit."""

    kilobytes: float
    look: float
    shift: float
    answer: float


@dataclass(frozen=True)
class Visit:
    """A page, who opens it, how heavy it may be, and what is touched on it."""

    name: str
    address: str
    who: str
    most_kilobytes: int
    touch: Callable[[Page], None]


def unfold(page: Page) -> None:
    """The first menus and folds of the page, one after the other; at least that of the person."""
    for fold in page.locator("details > summary:visible").all()[:5]:
        fold.focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(100)


def type_a_number(page: Page) -> None:
    page.locator(".entry input[type=text]:visible").first.press_sequentially("12")
    unfold(page)


def type_an_address(page: Page) -> None:
    page.locator("input[name=login]").press_sequentially("ada@example.org")


VISITED = [
    Visit("sign-in", "/compte/login/", "", 120, type_an_address),
    Visit("dashboard", "/tableau-de-bord/", DIRECTORATE, 250, unfold),
    Visit("school sheet", "/ecoles/imt-mines-ales/", DIRECTORATE, 250, unfold),
    Visit("objective", "/objectifs/O1/", DIRECTORATE, 250, unfold),
    Visit("indicator", "/indicateurs/students/", DIRECTORATE, 250, unfold),
    Visit("matrix", "/matrice/", DIRECTORATE, 250, unfold),
    Visit("projects", "/projets/", DIRECTORATE, 250, unfold),
    Visit("entry", "/saisie/2022/imt-mines-albi/", DIRECTOR, 250, type_a_number),
]


@contextmanager
def slow_phone(browser: Browser, cookies: Any) -> Iterator[tuple[Page, list[float]]]:
    """A page with an empty cache, and the weights of what it loads until a chart is in view."""
    context: BrowserContext = browser.new_context(locale="fr-FR", viewport=PHONE)
    context.add_cookies(cookies)
    page = context.new_page()
    page.add_init_script(WATCH)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": DOWN,
            "uploadThroughput": UP,
        },
    )
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    weights: list[float] = []
    others: set[str] = set()

    def asked(event: Any) -> None:
        """What draws charts is no part of the weight, nor what an open page asks later."""
        asks_again = event["request"]["headers"].get("X-Live")
        if CHART_FILES in event["request"]["url"] or asks_again:
            others.add(event["requestId"])

    def came(event: Any) -> None:
        if event["requestId"] not in others:
            weights.append(event["encodedDataLength"] / 1024)

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", came)
    yield page, weights
    context.close()


def visit(browser: Browser, cookies: Any, what: Visit) -> Seen:
    with slow_phone(browser, cookies) as (page, weights):
        page.goto(SITE + what.address)
        page.wait_for_load_state("networkidle")
        look = page.evaluate("seen.look")
        weight = sum(weights)
        scroll_to_the_end(page)
        page.evaluate("scrollTo(0, 0)")
        what.touch(page)
        page.wait_for_timeout(500)
        seen = page.evaluate("seen")
    return Seen(weight, look, seen["shift"], seen["answer"])


def scroll_to_the_end(page: Page) -> None:
    """Slowly enough for every chart to be drawn."""
    for place in range(0, page.evaluate("document.body.scrollHeight"), PHONE["height"] // 2):
        page.evaluate("place => scrollTo(0, place)", place)
        page.wait_for_timeout(150)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)


def middle(seen: Sequence[Seen]) -> Seen:
    return Seen(*(median(values) for values in zip(*map(_values, seen), strict=True)))


def _values(one: Seen) -> tuple[float, ...]:
    return one.kilobytes, one.look, one.shift, one.answer


def report(what: Visit, seen: Seen) -> None:
    budgets = what.most_kilobytes, MOST_LOOK, MOST_SHIFT, MOST_ANSWER
    cells = (
        f"{value:9.3f}{value / budget:6.0%}" if budget < 1 else f"{value:9.0f}{value / budget:6.0%}"
        for value, budget in zip(_values(seen), budgets, strict=True)
    )
    print(f"{what.name:14}" + "".join(cells), flush=True)


def main() -> None:
    print(
        f"{'':14}{'KB':>9}{'used':>6}{'look ms':>9}{'used':>6}{'shift':>9}{'used':>6}"
        f"{'touch ms':>9}{'used':>6}"
    )
    with site(), chromium() as browser:
        jars = {who: sign_in(browser, who).context.cookies() for who in (DIRECTOR, DIRECTORATE)}
        for what in VISITED:
            if not sys.argv[1:] or what.name in sys.argv[1:]:
                seen = [visit(browser, jars.get(what.who, []), what) for _one in range(VISITS)]
                report(what, middle(seen))


if __name__ == "__main__":
    main()
