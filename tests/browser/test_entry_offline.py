"""No connection: values wait in the browser, are sent once it is back, offered after a reload."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

pytestmark = [pytest.mark.browser]


def test_offline_and_back(grid: Callable[..., Any]) -> None:
    entry = grid()
    entry.person.context.set_offline(True)
    entry.type("students", "1151")
    entry.type("own-funds", "22")
    entry.wait("students", "waiting")
    entry.wait("own-funds", "waiting")
    entry.type("students", "1152")  # typed on: the last value is the one that counts
    assert entry.numbers("students") == [Decimal(1142)]
    entry.person.context.set_offline(False)
    entry.wait("students")
    entry.wait("own-funds")
    assert entry.numbers("students", "own-funds") == [Decimal(1152), Decimal(22)]
    assert entry.page.evaluate("localStorage.length") == 0


def closed_while_offline(grid: Callable[..., Any]) -> Any:
    """Typed without a connection, then the window was closed, then opened again."""
    entry = grid()
    entry.person.context.set_offline(True)
    entry.type("students", "1151")
    entry.wait("students", "waiting")
    # The browser ends the emulation before the page: a last word of it would get through.
    entry.page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('offline')); }")
    entry.page.close(run_before_unload=False)
    entry.person.context.set_offline(False)
    entry.page = entry.person.context.new_page()
    entry.page.goto(entry.person.site + entry.ADDRESS)
    entry.page.locator("[data-offer]").wait_for()
    assert entry.field("students").input_value() == "1\u202f142"
    return entry


def test_what_was_not_sent_is_put_back(grid: Callable[..., Any]) -> None:
    entry = closed_while_offline(grid)
    entry.page.click("[data-put-back]")
    entry.wait("students")
    assert entry.field("students").input_value() in ("1151", "1\u202f151")
    assert entry.numbers("students") == [Decimal(1151)]
    entry.page.reload()
    assert entry.page.locator("[data-offer]").is_hidden()
    assert entry.stored("students").version == 2


def test_what_was_not_sent_is_forgotten(grid: Callable[..., Any]) -> None:
    entry = closed_while_offline(grid)
    entry.page.click("[data-forget]")
    entry.page.reload()
    assert entry.page.locator("[data-offer]").is_hidden()
    assert entry.numbers("students") == [Decimal(1142)]


def test_a_save_whose_answer_was_lost_is_stored_once(grid: Callable[..., Any]) -> None:
    """The server stored it and the answer never came: the replay is no second save, no conflict."""
    entry = grid()
    lost = []

    def lose(route: Any) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    entry.page.route("**/valeur/students/", lose)
    entry.type("students", "1151")
    entry.wait("students", "waiting")
    assert entry.stored("students").version == 2
    entry.type("students", "1152")
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1152)]
    assert entry.stored("students").version == 3


def test_a_server_in_trouble_is_asked_again(grid: Callable[..., Any]) -> None:
    entry = grid()
    trouble = [503, 502]

    def fail(route: Any) -> None:
        if trouble:
            return route.fulfill(status=trouble.pop())
        return route.continue_()

    entry.page.route("**/valeur/students/", fail)
    entry.type("students", "1151")
    entry.wait("students", "waiting")
    entry.wait("students")
    assert entry.numbers("students") == [Decimal(1151)]


def test_leaving_asks_only_while_something_is_not_saved(grid: Callable[..., Any]) -> None:
    entry = grid()
    asked: list[str] = []

    def dismiss(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    entry.page.on("dialog", dismiss)
    entry.type("students", "1151")
    entry.wait("students")
    entry.page.reload()
    assert asked == []
    entry.page.route("**/valeur/**", lambda route: route.abort())
    entry.type("students", "1152")
    entry.wait("students", "waiting")
    entry.page.reload()
    assert asked == ["beforeunload"]
    assert entry.numbers("students") == [Decimal(1151)]
