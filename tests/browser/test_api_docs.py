"""The page that describes the API works under the site's own content policy."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from imtplan.accounts.models import User

pytestmark = [pytest.mark.browser]


def test_the_page_tries_a_list_out_and_breaks_no_rule(
    chromium: Browser,
    live_server: LiveServer,
    alice: User,
    signed_in: Callable[[User], Client],
) -> None:
    session = signed_in(alice).cookies["sessionid"].value
    complaints: list[str] = []
    context = chromium.new_context()
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(live_server.url + "/api/v1/docs/")
    policy = answer.headers["content-security-policy"] if answer else ""
    operation = page.locator("#operations-plan-schools_list")
    operation.locator(".opblock-summary-control").click()
    operation.locator(".try-out__btn").click()
    operation.locator(".execute").click()
    operation.locator(".live-responses-table").get_by_text("IMT Mines Albi").wait_for()
    context.close()
    assert policy
    assert "unsafe" not in policy
    assert complaints == []
