"""A real Chromium on the real site: the test's database, its own queue, its own worker."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from imtplan.accounts.demo_logins import DEMO_PASSWORD
from imtplan.celery import app
from indicators.models import Figure
from tests.browser.looks import found_by_axe
from tests.databases import copy_database, drop_database, use_database
from tests.worker import Queue, Worker, use_queue

# The shell without a window first: the same browser, at a quarter of the cost for each page.
NAMES = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
]
# Without these a Chromium on a machine with no way out tries many addresses, in vain.
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
# Nothing on our pages comes from another machine.
FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium was found, and CI must run the browser tests.")
        pytest.skip("No Chromium on the PATH: install one to run the browser tests.")
    # Playwright keeps an event loop in this thread; our own calls stay plain ones all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = FLAGS if os.geteuid() else [*FLAGS, "--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    """The site's web server, for the whole run: it serves whatever database is in use."""
    running = LiveServer("localhost")
    running._live_server_modified_settings.enable()
    yield running
    running._live_server_modified_settings.disable()
    running.stop()


@pytest.fixture(scope="session")
def shared_worker(
    demonstration: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A queue and a worker for the whole run, which work on the copy of whichever test runs."""
    folder = tmp_path_factory.mktemp("worker")
    with django_db_blocker.unblock(), use_database(copy_of(demonstration)):
        shared = Worker(Queue(folder / "valkey"), folder)
        environment = shared.environment()
    shared.environment = lambda: environment
    yield shared
    shared.kill()
    shared.queue.stop()


def copy_of(demonstration: str) -> str:
    return f"{demonstration}_copy"


def wait_for_answers_underway() -> None:
    """Let the web server's threads end what a closed page asked for last: one whose database is
    taken away in mid-answer leaves a cursor open, and a later test is blamed for it."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=5)


@pytest.fixture
def worker(
    shared_worker: Worker, demonstration: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Worker]:
    """The worker, on this test's own copy of the demonstration; a test may kill it."""
    before = app.conf.broker_url
    copy = copy_of(demonstration)
    with django_db_blocker.unblock():
        copy_database(demonstration, copy)
        use_queue(shared_worker.queue.broker_url)
        if not shared_worker.is_alive:
            shared_worker.start()
        with use_database(copy):
            yield shared_worker
        wait_for_answers_underway()
        use_queue(before)
        drop_database(copy)


@pytest.fixture
def site(worker: Worker, server: LiveServer) -> str:
    """The address of the site with the plan and the demonstration loaded and computed."""
    return server.url


class Person:
    """Somebody in a browser of their own; any script error or refused script fails the test."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.trouble: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message: object) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.trouble.append(message.text)

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.site + path)
        if answer and answer.status >= 500:
            self.trouble.append(f"{path} answers {answer.status}")
        return self.page

    def sign_in(self, email: str) -> Page:
        page = self.go("/compte/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", DEMO_PASSWORD)
        page.click("form button[type=submit]")
        page.wait_for_url(lambda url: "/compte/" not in url)
        return page


class Grid:
    """The entry page of Albi as its director works in it, and what the database says of it."""

    ADDRESS = "/saisie/2022/imt-mines-albi/"
    DIRECTOR, CONTRIBUTOR = "directrice.albi@demo.example", "contributeur.albi@demo.example"

    def __init__(self, person: Person, email: str = DIRECTOR) -> None:
        self.person = person
        person.sign_in(email)
        self.page = person.go(self.ADDRESS)

    def field(self, code: str, part: str = "value") -> Locator:
        return self.page.locator(f"[name={code}-{part}]")

    def focused(self) -> str | None:
        return self.page.evaluate("document.activeElement.name")

    def wait(self, code: str, state: str = "saved") -> Locator:
        """The row, once its saving has come to this state."""
        row = self.page.locator(f"#{code}[data-state={state}]")
        row.wait_for()
        return row

    def type(self, code: str, text: str, part: str = "value") -> None:
        """As a person does: what stands there is replaced, then one leaves the field."""
        self.field(code, part).fill(text)
        self.field(code, part).blur()

    def paste(self, code: str, text: str, part: str = "value") -> None:
        self.field(code, part).focus()
        self.page.evaluate(
            """text => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                const options = { clipboardData, bubbles: true, cancelable: true };
                document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
            }""",
            text,
        )

    @staticmethod
    def stored(code: str) -> Figure | None:
        return Figure.objects.filter(
            indicator__code=code, school__code="imt-mines-albi", year=2022
        ).first()

    @classmethod
    def numbers(cls, *codes: str) -> list[Decimal | None]:
        return [figure.value if (figure := cls.stored(code)) else None for code in codes]

    def found_by_axe(self) -> list[str]:
        return found_by_axe(self.page)


@pytest.fixture
def grid(person: Callable[..., Person]) -> Callable[..., Grid]:
    """`grid()` opens the entry page in a browser of its own; options are Playwright's."""

    def open_grid(email: str = Grid.DIRECTOR, **options: object) -> Grid:
        return Grid(person(**options), email)

    return open_grid


@pytest.fixture
def person(chromium: Browser, site: str, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """`person()` opens a browser of its own; options are Playwright's, `locale` for one."""
    people: list[Person] = []

    def somebody(**options: object) -> Person:
        context = chromium.new_context(**({"locale": "fr-FR"} | options))
        people.append(Person(context, site))
        return people[-1]

    yield somebody
    for one in people:
        one.context.close()
    assert [trouble for one in people for trouble in one.trouble] == []
