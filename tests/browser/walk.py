"""One sequence of a walk over the entry page: what a person does, and what must then be true.

A walker drives real tabs of a real Chromium. Each number that is typed is typed nowhere else, so
that whatever stands in the database says who put it there. What the walker remembers is little: the
last text of each field of each tab, until the page has called it saved.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import F, Max
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Page
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as TooLong

from imtplan.accounts.models import School, User
from imtplan.campaigns.entry.checking.checks import EnteredCell
from imtplan.campaigns.entry.saving import save_figures
from imtplan.campaigns.models import Campaign, IdempotencyKey, KeptInput, Proposal
from indicators.models import Figure, FigureEvent, Indicator
from tests.browser.fields import (
    CODES,
    FIELDS,
    NOTE,
    PASTE,
    Tab,
    code_of,
    meaning,
    number,
    part_of,
    same,
)

ADDRESS = "/saisie/2022/imt-mines-albi/"
DIRECTOR, CONTRIBUTOR = "directrice.albi@demo.example", "contributeur.albi@demo.example"
DAY = timedelta(days=1)
# Of all sequences: what one left behind is nothing that the next one types.
NUMBERS = count(1)


class Broken(AssertionError):
    """A promise of the page that was not kept."""


@dataclass
class Walk:
    """The state of one sequence."""

    browser: Browser
    site: str
    tabs: list[Tab] = field(default_factory=list)
    # Texts of tabs that are gone, which some page must offer back: field → texts.
    orphans: dict[str, list[str]] = field(default_factory=dict)
    allowed: dict[str, set[Any]] = field(default_factory=dict)
    is_offline: bool = False
    is_open: bool = True
    is_signed_in: bool = True

    # --- before and after ------------------------------------------------------------------------

    def begin(self) -> None:
        """The campaign is open, the figures are those of the demonstration, one tab stands open."""
        self.director = User.objects.get(email=DIRECTOR)
        self.other = User.objects.get(email=CONTRIBUTOR)
        self.school = School.objects.get(code="imt-mines-albi")
        self.campaign = Campaign.objects.get(year=2022)
        self.set_open(True)
        for rows in (KeptInput, Proposal, IdempotencyKey):
            rows.objects.all().delete()
        self.figures.update(version=F("version") + 1, explanation="", confirmed={})
        self.allowed = {name: {None, ""} for name in FIELDS}
        for figure in self.figures.select_related("indicator"):
            self.allowed[f"{figure.indicator.code}-value"].add(figure.value)
        self.mark = FigureEvent.objects.aggregate(last=Max("pgh_id"))["last"] or 0
        self.context = self.browser.new_context(locale="fr-FR")
        self.sign_in()
        self.open_tab()

    @property
    def figures(self) -> Any:
        return Figure.objects.filter(school=self.school, year=2022, indicator__code__in=CODES)

    @property
    def can_load(self) -> bool:
        """A page that is asked for now is the grid, and not a refusal."""
        return self.is_signed_in and self.is_open and not self.is_offline

    def set_offline(self, is_offline: bool) -> None:
        self.is_offline = is_offline
        self.context.set_offline(is_offline)

    def expire(self) -> None:
        Session.objects.all().delete()
        self.is_signed_in = False

    def set_open(self, is_open: bool) -> None:
        self.is_open = is_open
        now = timezone.now()
        closes_at = now + DAY if is_open else now - DAY / 24
        Campaign.objects.filter(pk=self.campaign.pk).update(
            opens_at=now - 2 * DAY, closes_at=closes_at
        )

    def sign_in(self) -> None:
        """The context's cookie is the director's from now on, as after a sign-in elsewhere."""
        client = Client()
        client.force_login(self.director)
        cookie = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.site}])
        self.is_signed_in = True

    def open_tab(self) -> Tab:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on("dialog", _accept)
        page.goto(self.site + ADDRESS)
        tab = Tab(page)
        self.tabs.append(tab)
        tab.begin()
        self.must_offer(tab)
        return tab

    # --- what a person does ----------------------------------------------------------------------

    def fresh(self, name: str) -> str:
        """A number that nobody typed yet, not far from last year's; or a note like that."""
        nth = next(NUMBERS)
        if name == NOTE:
            return f"note {nth} : rentrée décalée"
        if name == "own-funds-value":
            return f"{20 + nth},5"
        return str((1100 if name == "students-value" else 100) + nth)

    def allow(self, name: str, text: str) -> None:
        """Every beginning of a text may be stored: a slow person pauses in its middle."""
        self.allowed[name] |= {meaning(name, text[:end]) for end in range(1, len(text) + 1)}

    def reach(self, tab: Tab, name: str) -> bool:
        """Come to the field, as a person does. False: a dialog stands in front of it."""
        if tab.dialog_is_open():
            return False
        field = tab.page.locator(f"[name={name}]")
        if not field.is_visible():
            tab.page.locator("#students [data-note] summary").click()
        field.focus()
        return True

    def write(self, tab: Tab, name: str, text: str) -> None:
        """Key by key, over what stands there."""
        if not self.reach(tab, name):
            return
        if not text and not tab.text(name):
            return  # nothing is cleared where nothing stands
        self.allow(name, text)
        tab.page.keyboard.press("Control+a")
        if text:
            tab.page.keyboard.type(text)
        else:
            tab.page.keyboard.press("Delete")
        if tab.dialog_is_open():
            text = tab.text(name)  # it opened over the last keys: what stands there is what counts
        elif not same(tab.text(name), text):
            raise Broken(f"{text!r} was typed in {name}, which shows {tab.text(name)!r}")
        self.remember(tab, name, text)

    def paste_cell(self, tab: Tab, name: str, text: str) -> None:
        """One cell over the number that stands there."""
        if name == NOTE or not self.reach(tab, name):
            return
        self.allow(name, text)
        tab.page.evaluate(PASTE, text)
        if same(tab.text(name), text):
            self.remember(tab, name, text)
        elif not tab.dialog_is_open():  # or it opened first, and took the paste
            raise Broken(f"a pasted cell did not replace {name}, which says {tab.text(name)!r}")

    def paste_block(self, tab: Tab, *, apply: bool) -> None:
        """Two numbers from the first row down: the preview opens, and is applied or left."""
        if not self.reach(tab, "students-value"):
            return
        texts = [self.fresh(name) for name in FIELDS[:2]]
        tab.page.evaluate(PASTE, "\n".join(texts))
        preview = tab.page.locator("#paste-preview[open]")
        try:
            preview.wait_for(timeout=1500)
        except TooLong:
            return  # no connection, a closed campaign: the page says so, and nothing was stored
        self.look(tab)
        button = preview.locator("[name=apply]")
        if not apply or not button.count():
            tab.page.keyboard.press("Escape")
            return
        for name, text in zip(FIELDS, texts, strict=False):
            self.allow(name, text)
            for forgotten in (tab.unsaved, self.orphans):
                forgotten.pop(name, None)  # what stood there gives way, and the preview said so
        self.leave_page(tab, button.click)

    def remember(self, tab: Tab, name: str, text: str) -> None:
        """The person's last word in this field; it takes the place of what was offered there."""
        tab.unsaved[name] = text
        if same(text, tab.stored[name]):
            del tab.unsaved[name]
        self.orphans.pop(name, None)

    def leave_page(self, tab: Tab, act: Callable[[], object]) -> None:
        """Go on to the same page anew: what was not saved must come back as an offer."""
        self.look(tab)
        self.abandon(tab)
        try:
            with tab.page.expect_navigation(timeout=5000):
                act()
        except (TooLong, BrowserError):
            tab.page.goto("about:blank")
        if ADDRESS not in tab.page.url or not tab.page.locator("[data-entry]").count():
            tab.page.close()
            self.tabs.remove(tab)
            return
        tab.begin()
        self.must_offer(tab)

    def abandon(self, tab: Tab) -> None:
        for name, text in tab.unsaved.items():
            self.orphans.setdefault(name, []).append(text)
        tab.unsaved = {}

    def kill(self, tab: Tab, *, crash: bool) -> None:
        """The tab goes without a word, or its whole process dies."""
        self.look(tab)
        self.abandon(tab)
        if crash:
            crash_process(tab.page)
        with suppress(BrowserError):
            tab.page.close()
        self.tabs.remove(tab)

    def save_by_another(self, code: str) -> None:
        """The contributor stores a number, elsewhere."""
        text = self.fresh(f"{code}-value")
        self.allow(f"{code}-value", text)
        stored = self.figures.filter(indicator__code=code).first()
        cell = EnteredCell(
            indicator=Indicator.objects.get(code=code),
            state=Figure.State.NUMBER,
            value=number(text),
            version=stored.version if stored else None,
            explanation=stored.explanation if stored else "",
        )
        campaign = Campaign.objects.get(pk=self.campaign.pk)
        if campaign.is_open_for(self.school):
            save_figures(
                campaign=campaign,
                school=self.school,
                cells=[cell],
                by=self.other,
                origin=Figure.Origin.FORM,
            )

    def choose(self, tab: Tab, code: str, *, mine: bool) -> None:
        """A conflict, decided."""
        if tab.dialog_is_open() or not tab.rows()[code]["inConflict"]:
            return
        for name in [name for name in tab.unsaved if code_of(name) == code]:
            if mine:
                tab.unsaved[name] = tab.text(name)  # the row as a whole, as it is shown
            else:
                del tab.unsaved[name]
        name = "keep-mine" if mine else "take-theirs"
        tab.page.locator(f"#{code} [data-{name}]").click()

    def take_offer(self, tab: Tab) -> None:
        """Put back what the page offers, one window's values after the other's."""
        button = tab.page.locator("[data-put-back]")
        if tab.dialog_is_open() or not button.is_visible():
            return
        button.click()
        wait_until_still(tab)
        for name, texts in self.orphans.items():
            for text in list(texts):
                if same(tab.text(name), text):
                    tab.unsaved[name] = text
                if self.is_kept(tab, name, text):
                    texts.remove(text)
        self.orphans = {name: texts for name, texts in self.orphans.items() if texts}

    # --- what must be true -----------------------------------------------------------------------
    def look(self, tab: Tab) -> None:
        """What a row calls saved is a version of the database, to the digit."""
        rows = tab.rows()
        for name in FIELDS:
            code, part = code_of(name), part_of(name)
            row = rows[code]
            if row["state"] != "saved":
                continue
            if not self.is_version(name, row["version"], row[part]):
                raise Broken(f"{name} calls {row[part]!r} saved as version {row['version']}")
            tab.stored[name] = row[part]
            typed = tab.unsaved.pop(name, row[part])
            if not same(typed, row[part]):
                raise Broken(f"{typed!r} was typed in {name}, which shows {row[part]!r} as saved")

    def is_version(self, name: str, version: str, text: str) -> bool:
        """The version says this, or nothing where the text is empty."""
        events = self.versions(name).filter(version=int(version or 0))
        stored = [getattr(event, part_of(name)) for event in events] or [meaning(name, "")]
        return meaning(name, text) in stored

    def versions(self, name: str) -> Any:
        """What the database held of the field, from the first to the last."""
        return FigureEvent.objects.filter(
            school_id=self.school.pk, year=2022, indicator__code=code_of(name)
        ).order_by("pgh_id")

    def must_offer(self, tab: Tab) -> None:
        """A page that opens offers what a tab that is gone left unsaved, unless it is stored."""
        lost = [
            f"{text!r} of {name}"
            for name, texts in self.orphans.items()
            for text in texts
            if not self.is_kept(tab, name, text)
        ]
        try:
            if lost:
                tab.page.locator("[data-put-back]").wait_for(timeout=5000)
        except TooLong:
            kept = tab.page.evaluate("() => JSON.stringify(localStorage)")
            text = f"typed, not stored and not offered: {', '.join(lost)}; the browser keeps {kept}"
            raise Broken(text) from None

    def is_kept(self, tab: Tab, name: str, text: str) -> bool:
        """It stands in the database, or in the field."""
        events = self.versions(name).filter(pgh_id__gt=self.mark)
        stored = [getattr(event, part_of(name)) for event in events]
        inputs = KeptInput.objects.filter(school=self.school, indicator__code=code_of(name))
        typed = [kept.typed.get(part_of(name), "") for kept in inputs]
        return meaning(name, text) in stored or text in typed or same(tab.text(name), text)

    def finish(self) -> None:
        """Everything is well again, and the person comes back: is anything missing or in excess?"""
        for tab in list(self.tabs):
            self.kill(tab, crash=False)
        self.set_offline(False)
        self.set_open(True)
        self.sign_in()
        for _attempt in range(6):
            tab = self.open_tab()
            offered = tab.page.locator("[data-put-back]").is_visible()
            self.take_offer(tab)
            self.settle(tab)
            self.kill(tab, crash=False)
            if not offered:
                break
        self.nothing_else_is_there()

    def settle(self, tab: Tab) -> None:
        """Until nothing is on its way; what is in conflict is decided for mine."""
        wait_until_still(tab)
        for code in CODES:
            self.choose(tab, code, mine=True)
        wait_until_still(tab)
        self.look(tab)

    def nothing_else_is_there(self) -> None:
        for name in FIELDS:
            for event in self.versions(name).filter(pgh_id__gt=self.mark):
                if (stored := getattr(event, part_of(name))) not in self.allowed[name]:
                    raise Broken(f"{name} holds {stored}, which nobody typed")

    def end(self) -> None:
        self.context.close()
        Session.objects.all().delete()


def wait_until_still(tab: Tab) -> None:
    """Until two looks a moment apart see the same, and no row is being saved."""
    before: object = None
    for _attempt in range(40):
        rows = tab.rows()
        if rows == before and all(row["state"] != "saving" for row in rows.values()):
            return
        before = rows
        tab.page.wait_for_timeout(250)


def crash_process(page: Page) -> None:
    """The process that shows the page ends at once: no script of it runs any more."""
    with suppress(BrowserError):
        page.goto("chrome://crash", timeout=2000)


def _accept(dialog: Dialog) -> None:
    with suppress(BrowserError):  # the tab may have gone with its question
        dialog.accept()
