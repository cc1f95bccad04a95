"""Every page that people work with, in every state it comes in, has nothing that axe minds.

One browser, one data set: each page is loaded once and looked at as `looks` says.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils.timezone import localdate
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from imtplan.accounts.models import User
from imtplan.accounts.roles import Role
from imtplan.exports.models import Export
from imtplan.integrity import reports
from imtplan.integrity.models import Report
from indicators.models import Progress
from indicators.recomputing.recompute import recompute_stale
from tests import factories
from tests.browser.conftest import Person
from tests.browser.looks import wrong_with
from tests.worker import Worker

pytestmark = [pytest.mark.browser]

DIRECTOR, OFFICE, GENERAL = (
    f"{name}@demo.example" for name in ("directrice.albi", "bureau.plan", "direction.generale")
)
ENTRY = "/saisie/2022/imt-mines-albi/"
SUBMIT = "main form button.btn-primary"
MISTAKE = "main :is(.errorlist, [aria-invalid=true], .notice-error)"
Act = Callable[[Any], object]
Place = str | tuple[str, Act]


def clicked(*selectors: str) -> Act:
    """A state that one comes to by clicking, one thing after another."""

    def act(page: Any) -> None:
        for selector in selectors:
            page.locator(selector).first.click()
        page.wait_for_load_state()

    return act


def unfolded(page: Any) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")


def typed(**fields: str) -> Act:
    """A form filled and sent."""

    def act(page: Any) -> None:
        for name, text in fields.items():
            page.fill(f"main [name={name}]", text)
        clicked(SUBMIT)(page)

    return act


def refused(**fields: str) -> Act:
    """The form sent as it stands, or wrongly filled, and what it says to that."""

    def act(page: Any) -> None:
        page.evaluate("document.querySelectorAll('form').forEach((one) => (one.noValidate = true))")
        typed(**fields)(page)
        page.locator(MISTAKE).first.wait_for(timeout=5_000)

    return act


NOBODYS: list[Place] = [
    ("/compte/login/", refused(login=DIRECTOR, password="wrong")),
    "/compte/login/",
    "/compte/password/reset/",
    ("/compte/password/reset/", refused(email="not an address")),
    ("/compte/password/reset/", typed(email=DIRECTOR)),
    "/compte/password/reset/key/0-wrong/",
    "/accessibilite/",
]
DIRECTORS: list[Place] = [
    ENTRY + "relire/",
    ENTRY + "importer/",
    (ENTRY + "importer/", refused()),
    ENTRY + "historique/students/",
    "/accueil/imt-mines-albi/",
    ENTRY + "formulaire/",
    "/ecole/imt-mines-albi/personnes/",
    ("/ecole/imt-mines-albi/personnes/", refused()),
    "/compte/jetons/",
    ("/compte/jetons/", refused()),
    "/compte/password/change/",
    ("/compte/password/change/", refused()),
    "/compte/email/",
    "/compte/logout/",
    "/guide/",
    ("/ecoles/imt-mines-albi/", unfolded),
    "/fichiers/",  # none yet
    "/nowhere/",
    "/controle/",  # refused
    "/saisie/2022/imt-mines-ales/",  # of another school
]
OFFICES: list[Place] = [
    "/campagnes/",
    "/campagnes/nouvelle/",
    ("/campagnes/nouvelle/", refused(year="")),
    "/campagnes/2022/",
    "/campagnes/2022/supprimer/",
    "/campagnes/2022/imt-mines-albi/delai/",
    ("/campagnes/2022/imt-mines-albi/delai/", refused()),
    "/controle/courriels/",
    ("/controle/", unfolded),
    "/controle/calculs/",
    "/controle/calculs/tout/",
    "/historique/",  # nothing frozen
    ("/arretes/nouveau/?year=2021", refused()),
    ("/arretes/nouveau/?year=2021", typed(title="Comité")),
    "/historique/",
    ("/historique/comparer/?before=snapshot-1", unfolded),
]
GENERALS: list[Place] = [
    ("/tableau-de-bord/", unfolded),
    ("/tableau-de-bord/", clicked(".export summary")),
    ("/tableau-de-bord/?year=2022&view=provisional", clicked("header .menu summary")),
    ("/indicateurs/students/", unfolded),
    ("/indicateurs/students/", clicked("main .why")),  # explained in place
    "/matrice/",
    "/matrice/?year=2022&view=provisional&by=theme",
    "/matrice/?year=2022&view=provisional&only=missing",
    "/matrice/?only=missing",  # nothing is
    "/matrice/?indicator=students",
    "/matrice/?school=imt-mines-ales",
    ("/projets/", unfolded),
    "/projets/?status=off_track",
    ("/projets/P03/", unfolded),
    "/ecoles/",
    ("/ecoles/imt-mines-ales/", unfolded),
    ("/objectifs/O1/", unfolded),
    "/leviers/L2/",
    "/leviers/L3/",  # without data
    "/sensibilite/",
    ("/sensibilite/", clicked(SUBMIT)),
    "/explication/indicateurs/students/?year=2022&view=provisional",
    "/explication/cibles/students-plan-2022/?year=2021",
    "/explication/plan/?year=2021",
    "/explication/objectifs/O1/?year=2021",
    "/explication/leviers/L2/?year=2021",
    "/explication/projets/P03/?year=2021",
    "/saisies/",
    "/saisie/2022/imt-atlantique/",
    "/saisie/2022/imt-atlantique/relire/",
    ("/saisie/2022/imt-atlantique/relire/", clicked("button[name=return]")),  # without a reason
    "/fichiers/",  # one waits, one is being made, one was not made, one is ready
    "/charte/",
]


EMPTY: list[Place] = [
    "/tableau-de-bord/",
    "/matrice/",
    "/projets/",
    "/ecoles/",
    "/historique/",
    "/sensibilite/",
    "/campagnes/",
    "/saisies/",
    "/plan/",
    "/fichiers/",
    "/controle/",
    "/controle/calculs/",
    "/controle/courriels/",
]


def walked(somebody: Any, places: list[Place]) -> list[str]:
    found = []
    for place in places:
        path, act = (place, None) if isinstance(place, str) else place
        page = somebody.go(path)
        if act:
            act(page)
        found += [f"{path} {one}" for one in wrong_with(page)]
    return found


SEEN = (
    "image-alt",
    "by night, color-contrast",
    "wider than 320",
    "cut when spaced",
    "broken word",
)


def test_the_looks_see_what_is_wrong(chromium: Browser) -> None:
    page = chromium.new_context().new_page()
    page.set_content(
        """<html lang="fr"><title>x</title><meta name="color-scheme" content="light dark">
        <style>
          .wide { width: 30rem } .cut { overflow: hidden; height: 1.2em }
          @media (prefers-color-scheme: dark) { .faint { color: #333; background: #111 } }
        </style>
        <main><h1>x</h1><p class="wide">x</p><p class="cut">"""
        + "a word " * 400
        + """</p>
        <p class="faint">faint</p>
        <button class="btn" style="width: 4ch; overflow-wrap: anywhere">Confirm</button>
        <img src="data:,"></main></html>"""
    )
    found = " ".join(wrong_with(page))
    for words in SEEN:
        assert words in found, words
    page.context.close()


@pytest.fixture
def findings(site: str) -> None:
    """A check of the data that found something."""
    # The worker makes reports as well: it may take up this one before the wrong number is there, or
    # mend the number, or be at work on results, which puts the report off.
    for _attempt in range(60):
        recompute_stale()  # nothing is on its way then, which a report would wait for
        Progress.objects.filter(year=2021).update(value=1)
        reports.ask(by=None)
        reports.make()
        if any(report.findings for report in Report.objects.made()):
            return
        time.sleep(0.5)
    pytest.fail("no report came")


@pytest.fixture
def files(site: str) -> None:
    """A shelf with a file in each state. The worker has none of these to make."""
    general = User.objects.get(email=GENERAL)
    for year, state in enumerate(Export.State, start=2018):
        said = {"reason": "Le disque est plein."} if state == Export.State.FAILED else {}
        made = {"content": b"x", "sha256": "0", "size": 1, "made_at": general.date_joined}
        Export.objects.create(
            **(made if state == Export.State.MADE else said),
            by=general,
            kind="dashboard-slides",
            title=f"Tableau de bord {state}",
            asked={"year": year, "view": "validated"},
            language="fr",
            state=state,
            tries=Export.TRIES,
        )


def invitation(email: str) -> str:
    """The address in the mail with which somebody chooses a password."""
    user = User.objects.get(email=email)
    key = default_token_generator.make_token(user)
    return f"/compte/password/reset/key/{user_pk_to_url_str(user)}-{key}/"


def answering(body: str) -> Callable[[Any], None]:
    """The server's last words, which it has no reason to say here."""
    return lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8")


def in_english(person: Callable[..., Any]) -> list[str]:
    """The pages with the most words, and what is said when the server gives up."""
    somebody = person(bypass_csp=True, locale="en-GB")
    somebody.sign_in(GENERAL)
    found = walked(somebody, ["/tableau-de-bord/", "/matrice/", "/indicateurs/students/"])
    for name in ("400", "500", "403_csrf"):
        somebody.page.route(f"**/{name}/", answering(render_to_string(f"{name}.html")))
        found += walked(somebody, [f"/{name}/"])
    return found


@pytest.mark.usefixtures("findings", "files")
def test_nothing_is_wrong_with_any_page_in_any_state(
    person: Callable[..., Any], worker: Worker
) -> None:
    worker.kill()  # files that wait go on waiting
    today = f"/tableau-de-bord/?as_of={localdate()}"
    link = invitation(DIRECTOR)
    walks = {
        "": [*NOBODYS, link, (link, refused(password1="a", password2="b"))],
        DIRECTOR: DIRECTORS,
        OFFICE: OFFICES,
        GENERAL: [*GENERALS, today],
    }
    found = []
    for email, places in walks.items():
        somebody = person(bypass_csp=True)
        if email:
            somebody.sign_in(email)
        found += walked(somebody, places)
    assert found + in_english(person) == []


def test_nothing_is_wrong_where_there_is_nothing_yet(
    chromium: Browser, live_server: LiveServer
) -> None:
    """No plan, no school, no figure, no campaign: each page says what to do first."""
    client = Client()
    client.force_login(factories.person("Paul", Role.PLAN_OFFICE))
    context = chromium.new_context(locale="fr-FR", bypass_csp=True)
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )
    paul = Person(context, live_server.url)
    found = walked(paul, EMPTY)
    context.close()
    assert found == []
