"""Whatever a person does on the entry page, and in whatever order the world fails: what the page
called saved is in the database, what was typed and not saved is offered back, and nothing else is
there.

`make walk SEQUENCES=500 SEED=1` walks longer; what fails is printed as a list of steps.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from imtplan.accounts.demo_logins import DEMO_PASSWORD
from tests.browser.fields import CODES, FIELDS
from tests.browser.walk import Walk

pytestmark = [pytest.mark.browser]

SEQUENCES = int(os.environ.get("WALK_SEQUENCES", "10"))
SEED = int(os.environ.get("WALK_SEED", "1"))

tabs = st.integers(0, 1)  # which, of those that are open
codes, fields = st.sampled_from(CODES), st.sampled_from(FIELDS)
STEPS = st.one_of(
    st.tuples(st.just("write"), tabs, fields),
    st.tuples(st.just("write"), tabs, fields),
    st.tuples(st.just("write_nonsense"), tabs, fields),
    st.tuples(st.just("clear"), tabs, fields),
    st.tuples(st.just("paste_cell"), tabs, fields),
    st.tuples(st.just("paste_block"), tabs, st.booleans()),
    st.tuples(st.just("pause"), st.sampled_from([50, 300, 1000, 1500])),
    st.tuples(st.just("leave"), tabs),
    st.tuples(st.just("reload"), tabs),
    st.tuples(st.just("kill"), tabs, st.booleans()),
    st.tuples(st.just("open")),
    st.tuples(st.just("offline")),
    st.tuples(st.just("online")),
    st.tuples(st.just("expire")),
    st.tuples(st.just("sign_in"), tabs),
    st.tuples(st.just("close")),
    st.tuples(st.just("reopen")),
    st.tuples(st.just("another"), codes),
    st.tuples(st.just("choose"), tabs, codes, st.booleans()),
    st.tuples(st.just("take_offer"), tabs),
)


def test_nothing_typed_is_lost_and_nothing_else_is_stored(chromium: Browser, site: str) -> None:
    @seed(SEED)
    @settings(
        max_examples=SEQUENCES,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=st.lists(STEPS, min_size=4, max_size=14))
    def walk(steps: list[tuple[Any, ...]]) -> None:
        run(Walk(chromium, site), steps)

    walk()


def run(walk: Walk, steps: list[tuple[Any, ...]]) -> None:
    walk.begin()
    try:
        for step in steps:
            take(walk, *step)
            for tab in walk.tabs:
                walk.look(tab)
        walk.finish()
    except Exception as error:
        error.add_note(f"{steps = }")
        raise
    finally:
        walk.end()


def take(walk: Walk, name: str, *details: Any) -> None:
    """One step; one that is not possible now is none."""
    if name in WORLD:
        return WORLD[name](walk, *details)
    which, *details = details
    if walk.tabs:
        IN_A_TAB[name](walk, walk.tabs[which % len(walk.tabs)], *details)
    return None


def pause(walk: Walk, milliseconds: int) -> None:
    for tab in walk.tabs[:1]:
        tab.page.wait_for_timeout(milliseconds)


def open_tab(walk: Walk) -> None:
    if len(walk.tabs) < 2 and walk.can_load:
        walk.open_tab()


def reload(walk: Walk, tab: Any) -> None:
    if walk.can_load:
        walk.leave_page(tab, tab.page.reload)


def sign_in(walk: Walk, tab: Any) -> None:
    """In the dialog, where one stands open; else in another window."""
    dialog = tab.page.locator("#signin[open]")
    if not dialog.count():
        walk.sign_in()
    elif not walk.is_offline:
        dialog.locator("[name=password]").fill(DEMO_PASSWORD)
        dialog.locator(".btn-primary").click()
        dialog.wait_for(state="detached")
        walk.is_signed_in = True


WORLD = {
    "pause": pause,
    "open": open_tab,
    "offline": lambda walk: walk.set_offline(True),
    "online": lambda walk: walk.set_offline(False),
    "expire": lambda walk: walk.expire(),
    "close": lambda walk: walk.set_open(False),
    "reopen": lambda walk: walk.set_open(True),
    "another": lambda walk, code: walk.save_by_another(code),
}
IN_A_TAB = {
    "write": lambda walk, tab, name: walk.write(tab, name, walk.fresh(name)),
    "write_nonsense": lambda walk, tab, name: walk.write(tab, name, f"12,5,{walk.fresh(name)}"),
    "clear": lambda walk, tab, name: walk.write(tab, name, ""),
    "paste_cell": lambda walk, tab, name: walk.paste_cell(tab, name, walk.fresh(name)),
    "paste_block": lambda walk, tab, apply: walk.paste_block(tab, apply=apply),
    "leave": lambda walk, tab: tab.page.evaluate("() => document.activeElement.blur()"),
    "reload": reload,
    "kill": lambda walk, tab, crash: walk.kill(tab, crash=crash),
    "sign_in": sign_in,
    "choose": lambda walk, tab, code, mine: walk.choose(tab, code, mine=mine),
    "take_offer": lambda walk, tab: walk.take_offer(tab),
}
