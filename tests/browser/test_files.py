"""Files as people take them: from a menu, without a reload; and a chart as an image."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imtplan import paper
from imtplan.exports.models import Export
from tests.browser.looks import found_by_axe

pytestmark = [pytest.mark.browser]

EMAIL = "direction.generale@demo.example"
DASHBOARD = "/tableau-de-bord/?year=2021"
PNG, ZIP, PDF = b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"%PDF-"

Person = Callable[..., Any]


def taken(page: Any, act: Callable[[], None], folder: Path) -> tuple[str, bytes]:
    with page.expect_download() as waited:
        act()
    waited.value.save_as(folder / "it")
    return waited.value.suggested_filename, (folder / "it").read_bytes()


def ask_with_the_keyboard(page: Any, kind: str) -> None:
    page.locator(".export summary").focus()
    page.keyboard.press("Enter")
    page.locator(f"button[value={kind}]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/fichiers/")


@pytest.mark.parametrize(
    ("kind", "name", "begins"),
    [
        ("dashboard-slides", "imtplan-tableau-de-bord-2021.pptx", ZIP),
        pytest.param(
            "dashboard-pdf",
            "imtplan-tableau-de-bord-2021.pdf",
            PDF,
            marks=pytest.mark.skipif(not paper.is_available(), reason="Pango is not installed"),
        ),
    ],
)
def test_a_file_comes_by_itself(
    kind: str, name: str, begins: bytes, person: Person, tmp_path: Path
) -> None:
    """By the queue and the worker, and the open page hears of it."""
    somebody = person()
    somebody.sign_in(EMAIL)
    page = somebody.go(DASHBOARD)
    ask_with_the_keyboard(page, kind)
    button = page.locator(".file-made a")
    button.wait_for(timeout=60_000)
    found, content = taken(page, button.click, tmp_path)
    assert (found, content[: len(begins)]) == (name, begins)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [DASHBOARD, "/indicateurs/students/?year=2021"])
def test_a_chart_is_taken_as_an_image(
    path: str, scheme: str, person: Person, tmp_path: Path
) -> None:
    """Under the page's own Content-Security-Policy: any refusal fails the test."""
    somebody = person(color_scheme=scheme)
    somebody.sign_in(EMAIL)
    page = somebody.go(path)
    button = page.get_by_role("button", name="PNG").first
    button.scroll_into_view_if_needed()
    page.locator("[data-chart][data-drawn]").first.wait_for()
    button.focus()
    name, content = taken(page, lambda: page.keyboard.press("Enter"), tmp_path)
    assert name.endswith(".png")
    assert content.startswith(PNG)
    assert len(content) > 20_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_shelf_with_files_is_accessible(scheme: str, person: Person) -> None:
    somebody = person(bypass_csp=True, color_scheme=scheme)
    somebody.sign_in(EMAIL)
    ask_with_the_keyboard(somebody.go(DASHBOARD), "dashboard-slides")
    somebody.page.locator(".file-made a").wait_for(timeout=60_000)
    Export.objects.update(state="failed", reason="Le serveur a eu froid.")
    ask_with_the_keyboard(somebody.go("/indicateurs/students/"), "indicator-pdf")
    assert found_by_axe(somebody.page) == []


def test_the_open_menu_is_accessible_and_closes_with_escape(person: Person) -> None:
    somebody = person(bypass_csp=True)
    somebody.sign_in(EMAIL)
    for path in (DASHBOARD, "/indicateurs/students/"):
        page = somebody.go(path)
        page.locator(".export summary").click()
        assert found_by_axe(page) == []
        page.locator(".export-tables a").first.focus()
        page.keyboard.press("Escape")
        assert not page.locator(".export").evaluate("one => one.open")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_without_scripts_files_are_asked_for_and_taken_too(person: Person, tmp_path: Path) -> None:
    somebody = person(java_script_enabled=False)
    somebody.sign_in(EMAIL)
    page = somebody.go(DASHBOARD)
    page.locator(".export summary").click()
    page.locator("button[value=dashboard-slides]").click()
    for _second in range(60):
        if page.locator(".file-made a").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    _name, content = taken(page, page.locator(".file-made a").click, tmp_path)
    assert content.startswith(ZIP)
    page = somebody.go(DASHBOARD)
    assert page.get_by_role("button", name="PNG").count() == 0


def test_printed_from_the_browser_nothing_is_cut(person: Person) -> None:
    """On the width of the paper no element of the page reaches over its edge."""
    somebody = person(viewport={"width": 1030, "height": 700})
    somebody.sign_in(EMAIL)
    for path in (DASHBOARD, "/indicateurs/students/?year=2021", "/projets/P03/", "/historique/"):
        page = somebody.go(path)
        page.emulate_media(media="print")
        over = page.evaluate(
            """() => [...document.querySelectorAll("main *")].filter((one) => {
                const box = one.getBoundingClientRect();
                return box.width && box.right > document.documentElement.clientWidth + 1
                    && !one.closest(".visually-hidden, svg");
            }).map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert over == []
        assert not page.locator(".export, .chart-files, .site-header").first.is_visible()
        page.emulate_media(media="screen")
