"""Somebody who loads a workbook sees how many of its lines are through."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from imtplan.planning.workbook.load_progress import LoadProgress
from tests.browser.looks import wrong_with
from tests.imtplan.planning.workbooks import made

pytestmark = [pytest.mark.browser]


def test_the_bar_says_how_far_it_is(person: Callable[..., Any], tmp_path: Path) -> None:
    office = person(locale="fr-FR", bypass_csp=True)
    office.sign_in("bureau.plan@demo.example")
    file = tmp_path / "plan.xlsx"
    file.write_bytes(made(objectifs=[{"code": "O1", "title_fr": "Former davantage"}]))
    page = office.go("/plan/plans/2018-2022/classeur/")
    bar = page.locator("#load-progress")
    expect(bar).to_be_hidden()
    page.set_input_files("input[type=file]", file)
    # An answer without a page: the browser stays, as while it waits for one.
    page.route(
        re.compile("/classeur/"),
        lambda route: (
            route.fulfill(status=204) if route.request.method == "POST" else route.continue_()
        ),
    )
    page.click("main form button.btn-primary")
    expect(bar).to_be_visible()
    LoadProgress(page.input_value("[name=progress]"), 40).count()
    expect(bar).to_contain_text("Lignes passées\N{NARROW NO-BREAK SPACE}: 1 sur 40.")
    assert page.locator("#load-progress progress").evaluate("(one) => one.position") == 1 / 40
    assert wrong_with(page) == []
    page.unroute(re.compile("/classeur/"))
    page.click("main form button.btn-primary")
    page.wait_for_selector("#loaded")
    expect(page.locator("#load-progress")).to_be_hidden()
