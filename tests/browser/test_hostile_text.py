"""Every name and comment is a trap and an endless word: no page opens a dialog, runs it, breaks its
policy, or is wider than its window."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from imtplan.accounts.models import User
from indicators.recomputing.recompute import recompute
from tests.walk import pages

TRAP = (
    "\u202e</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\"' onmouseover=alert(3) x='javascript:alert(4)"
)
# Where people write what they want. Codes, addresses and choices are held by the database.
WRITTEN = ("name", "title", "definition", "description", "comment", "sentence", "reason", "source")
WRITTEN += ("explanation", "leader", "perimeter", "unit", "sites", "region")
PEOPLE = ["directrice.albi@demo.example", "bureau.plan@demo.example"]


# An address without a space, as people paste it; before the trap, a sign that turns the writing.
ENDLESS = "https://example.org/" + "rapport-annuel" * 16
# What is cut at the edge of its own box widens nothing: its whole text stands elsewhere too.
WIDEST = """() => {
  const wide = [];
  const isCut = (box) => box && (
    (/hidden|clip/.test(getComputedStyle(box).overflowX) && box.clientWidth <= window.innerWidth)
    || isCut(box.parentElement)
  );
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (!text.data.includes("rapport-annuel") || !text.parentElement.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const width = range.getBoundingClientRect().width;
    const hidden = text.parentElement.closest(".visually-hidden, option, svg, script, style");
    if (width > window.innerWidth && !hidden && !isCut(text.parentElement)) {
      const place = text.parentElement.closest("td, th, li, p, h1, h2, dd, div");
      wide.push(Math.round(width) + " " + place.outerHTML.slice(0, 90));
    }
  }
  return wide;
}"""


def set_traps() -> int:
    """In every free text of every table of ours, past triggers and forms."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, coalesce(character_maximum_length, 300) "
            "FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying') AND is_updatable = 'YES' "
            "AND column_name ~ %s AND table_name !~ '^(django|auth|account)_'",
            [rf"^({'|'.join(WRITTEN)})(_fr|_en)?$"],
        )
        columns = cursor.fetchall()
        cursor.execute("SET session_replication_role = replica")
        for table, column, length in columns:
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = left(%s || "{column}", {length}) '  # noqa: S608
                f"WHERE \"{column}\" <> ''",
                [TRAP + ENDLESS],
            )
        cursor.execute(
            "UPDATE accounts_school SET earlier_names = jsonb_set(earlier_names, '{0,name}', "
            "to_jsonb(left(%s, 120))) WHERE earlier_names <> '[]'",
            [TRAP + ENDLESS],
        )
        cursor.execute("SET session_replication_role = origin")
    return len(columns)


TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("email", PEOPLE)
def test_no_text_springs_widens_a_page_or_turns_another(
    person: Callable[..., Any], site: str, email: str
) -> None:
    somebody = person()
    somebody.sign_in(email)
    assert set_traps() > 20
    recompute()
    sprung: list[str] = []
    somebody.page.on("dialog", lambda dialog: (sprung.append(dialog.message), dialog.dismiss()))
    reader = Client()
    reader.force_login(User.objects.get(email=email))
    faults: list[str] = []
    harmless = endless = 0
    for path, body in pages(reader, "/", of_a_kind=1):
        page = somebody.go(path)
        page.mouse.wheel(0, 4000)  # charts are drawn when they come into view
        harmless += "&lt;script&gt;alert" in body
        endless += "rapport-annuel" in body
        faults += [f"{path}: {fault}" for fault in [*sprung_from(page, body), *widened(page)]]
        if TURNS & set(page.locator("body").inner_text()):
            faults.append(f"{path}: turned text")
    assert faults == [], "\n".join(faults)
    assert sprung == []
    assert harmless > 5  # the traps were there to be seen
    assert endless > 5


def sprung_from(page: Any, body: str) -> list[str]:
    """Return what of a trap became a part of the page."""
    parts = "img[onerror], [onmouseover], a[href^='javascript:']"
    found = ["a script"] if "<script>alert" in body else []
    return found + (["an element"] if page.locator(parts).count() else [])


def widened(page: Any) -> Iterator[str]:
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            yield f"at {width}: {over} px too wide"
        yield from (f"at {width}: {wide}" for wide in page.evaluate(WIDEST))
