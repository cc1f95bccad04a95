"""Measures how long a submission takes to move a number on a page that is open all along.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/live.py

The whole site runs as `make run` runs it, with the demonstration data, in a Chromium of Debian's.
A director clicks on submit; the clock stops when the directorate's open page shows the new number.
Beside it, cells of another school are saved by HTTP, as the entry grid saves them. The figures are
returned to the school after each trial. The last column holds the time against a single answer of
the dashboard in the same run, so that two machines can be compared.
"""

import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))
PORT = 8731
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "imtplan.settings",
    "SECRET_KEY": secrets.token_hex(40),
    "DEMO": "true",
    "SECURE": "false",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop in this thread
}

import django

django.setup()

from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from imtplan.accounts.demo_logins import DEMO_PASSWORD
from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.review import submission_services as services
from imtplan.numbers import format_number
from indicators.models import Figure, Indicator, InstituteValue

TRIALS, SAVES_A_SECOND = 40, 20
SITE = f"http://localhost:{PORT}"
ALBI, OTHER = "imt-mines-albi", "imt-mines-ales"
LIVE = "/tableau-de-bord/?year=2022&view=provisional"
DIRECTOR, DIRECTORATE = "directrice.albi@demo.example", "direction.generale@demo.example"
# Resolves with the moment (ms) at which the text stands on the page.
WAIT_FOR = """wanted => new Promise(resolve => {
    const look = () => document.querySelector("main").innerText.includes(wanted)
        && resolve(Date.now());
    if (look()) return;
    new MutationObserver(look).observe(
        document.body, { childList: true, subtree: true, characterData: true });
})"""


@contextmanager
def site() -> Iterator[None]:
    """The site as `make run` starts it, on the services of this run."""
    run = subprocess.Popen(
        [sys.executable, "-m", "imtplan.run"],
        cwd=BASE,
        env=os.environ | {"PORT": str(PORT)},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not answers():
            assert run.poll() is None, "the site did not start: is `make run` running here?"
            time.sleep(0.2)
        yield
    finally:
        run.terminate()
        run.wait()


def answers() -> bool:
    try:
        return get("/sante/") == http.client.OK
    except OSError:
        return False


def get(path: str, cookie: str = "") -> int:
    connection = http.client.HTTPConnection("localhost", PORT, timeout=10)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


class Saving(threading.Thread):
    """Somebody of another school who types twenty cells a second."""

    def __init__(self, cookie: str) -> None:
        super().__init__(daemon=True)
        self.token = secrets.token_hex(16)
        self.cookie = f"{cookie}; csrftoken={self.token}"
        self.saved, self.stopped = 0, threading.Event()

    def run(self) -> None:
        begun, version = time.monotonic(), version_now()
        while not self.stopped.is_set():
            version = self.save(version)
            self.saved += 1
            ahead = begun + self.saved / SAVES_A_SECOND - time.monotonic()
            self.stopped.wait(max(ahead, 0))
        self.seconds = time.monotonic() - begun

    def save(self, version: str) -> str:
        connection = http.client.HTTPConnection("localhost", PORT, timeout=10)
        number = 60 + self.saved % 9
        connection.request(
            "POST",
            f"/saisie/2022/{OTHER}/valeur/phd-students/",
            f"phd-students-value={number}&phd-students-version={version}",
            {
                "Cookie": self.cookie,
                "X-CSRFToken": self.token,
                "Origin": SITE,
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
        )
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == http.client.OK, f"{answer.status} {text[:300]}"
        return str(json.loads(text)["version"])


def version_now() -> str:
    """Of the cell that is saved again and again; none where it was never filled."""
    cell = Figure.objects.filter(indicator__code="phd-students", school__code=OTHER, year=2022)
    return str(cell.values_list("version", flat=True).first() or "")


def sign_in(browser: Browser, email: str) -> Page:
    page = browser.new_context(locale="fr-FR").new_page()
    page.goto(f"{SITE}/compte/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url(lambda url: "/compte/" not in url)
    return page


def fill_the_year(campaign: Campaign, school: School) -> None:
    """Last year's figures once more: nothing surprises."""
    for figure in Figure.objects.filter(school=school, year=campaign.year - 1):
        if not Figure.objects.filter(
            school=school, year=campaign.year, indicator=figure.indicator
        ).exists():
            figure.pk, figure.year = None, campaign.year
            figure.status, figure.version, figure.origin = "draft", 1, Figure.Origin.FORM
            figure.save()
    Indicator.objects.update(change_limit=None)
    students = Figure.objects.get(indicator__code="students", school=school, year=campaign.year)
    count_students(campaign, school, students.value)
    reading = read(campaign, school)
    assert not [*reading.missing, *reading.to_explain]


def count_students(campaign: Campaign, school: School, students: Decimal | int) -> None:
    """The same number in both places where it is asked for: two would have to be explained."""
    figures = Figure.objects.filter(school=school, year=campaign.year)
    figures.filter(indicator__code="students").update(value=students)
    figures.filter(indicator__code="foreign-students-share").update(denominator=students)


class Trials:
    """One submission after another, each with another number of students."""

    FIRST = 3900  # far from any number that stands on the page already

    def __init__(self, director: Page, open_page: Page) -> None:
        self.campaign = Campaign.objects.get(year=2022)
        self.school = School.objects.get(code=ALBI)
        self.directorate = User.objects.get(email=DIRECTORATE)
        self.director, self.open_page = director, open_page

    def prepare(self, students: int) -> None:
        count_students(self.campaign, self.school, students)

    def give_back(self) -> None:
        services.return_to_school(
            campaign=self.campaign, school=self.school, by=self.directorate, comment="Encore."
        )
        while ALBI not in self.total().missing:
            time.sleep(0.05)

    def total(self) -> InstituteValue:
        return InstituteValue.objects.get(
            indicator__code="students", year=self.campaign.year, view="provisional"
        )

    def find_the_others(self) -> None:
        """What the other schools bring to the total that the open page shows."""
        self.prepare(self.FIRST)
        by = User.objects.get(email=DIRECTOR)
        services.submit(campaign=self.campaign, school=self.school, by=by)
        while ALBI in self.total().missing:
            time.sleep(0.05)
        self.others = self.total().shown - self.FIRST
        self.give_back()

    def run(self, number: int) -> float:
        """From the click to the number on the other page, in milliseconds."""
        students = self.FIRST + number
        self.prepare(students)
        self.director.goto(f"{SITE}/saisie/{self.campaign.code}/{ALBI}/soumettre/")
        wanted = format_number(self.others + students, language="fr")
        assert wanted not in self.open_page.inner_text("main")
        self.open_page.evaluate(f"wanted => {{ window.shown = ({WAIT_FOR})(wanted) }}", wanted)
        self.director.evaluate(
            "document.addEventListener('click', () => sessionStorage.clicked = Date.now(), true)"
        )
        self.director.get_by_role("button", name="Soumettre").click()
        shown = self.open_page.evaluate("window.shown")
        self.director.wait_for_load_state()
        clicked = int(self.director.evaluate("sessionStorage.clicked"))
        self.give_back()
        return shown - clicked


def one_answer(page: Page) -> float:
    """The median time of the dashboard itself, in milliseconds, seen from the same browser."""
    fetch = (
        "async () => { const begun = performance.now(); await (await fetch(location.href)).text();"
        " return performance.now() - begun; }"
    )
    return median(page.evaluate(fetch) for _time in range(15))


def measure(browser: Browser) -> None:
    campaign = Campaign.objects.get(year=2022)
    for code in (ALBI, OTHER):
        reopen(campaign, School.objects.get(code=code))
    fill_the_year(campaign, School.objects.get(code=ALBI))
    trials = Trials(sign_in(browser, DIRECTOR), sign_in(browser, DIRECTORATE))
    trials.open_page.goto(SITE + LIVE)
    alone = one_answer(trials.open_page)
    trials.find_the_others()
    saving = Saving(cookie_of(director_of(OTHER)))
    saving.start()
    times = [trials.run(number) for number in range(1, TRIALS + 1)]
    saving.stopped.set()
    saving.join()
    print(f"{TRIALS} submissions, {saving.saved / saving.seconds:.0f} saves a second beside them")
    print(f"{'':40}{'budget':>8}{'measured':>10}{'one dashboard':>15}")
    for name, budget, value in (
        ("click to the new number, median ms", 1000, median(times)),
        ("click to the new number, 95th % ms", 2000, quantiles(times, n=20)[-1]),
    ):
        print(f"{name:40}{budget:>8}{value:>10.0f}{value / alone:>14.1f}×")


def reopen(campaign: Campaign, school: School) -> None:
    """A school that handed in already gets its figures back."""
    submitted = Submission.objects.filter(campaign=campaign, school=school, state="submitted")
    if submitted.exists():
        by = User.objects.get(email=DIRECTORATE)
        services.return_to_school(campaign=campaign, school=school, by=by, comment="Encore.")


def director_of(code: str) -> User:
    user = User.objects.create_user(f"{code}@benchmark.example", DEMO_PASSWORD, name="Benchmark")
    Membership.objects.create(user=user, role=Role.DIRECTOR, school=School.objects.get(code=code))
    return user


@contextmanager
def chromium() -> Iterator[Browser]:
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    flags = ["--disable-gpu", "--no-sandbox"] if os.geteuid() == 0 else ["--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def main() -> None:
    with site(), chromium() as browser:
        measure(browser)


if __name__ == "__main__":
    main()
