"""Takes every picture of docs/screenshots anew, with the demonstration data: `make screenshots`.

The whole site runs as `make run` runs it. What is only read comes first; then somebody types,
pastes, submits and gets it back, so that one page is shown in its states. The folder then holds
these pictures and no other, of two megabytes at most. Needs a Chromium on the PATH, and poppler's
`pdftoppm` for the first pages of the PDFs.
"""

import io
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from live import (
    ALBI,
    BASE,
    DIRECTOR,
    DIRECTORATE,
    SITE,
    chromium,
    fill_the_year,
    sign_in,
    site,
)  # of this folder; sets Django up
from PIL import Image
from playwright.sync_api import Browser, Page

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review import submission_services as services

FOLDER = BASE / "docs" / "screenshots"
AT_MOST = 2_000_000  # bytes of all pictures
OFFICE = "bureau.plan@demo.example"
ENTRY = f"/saisie/2022/{ALBI}/"
DESKTOP, WIDE, PHONE = (1280, 900), (1440, 1000), (360, 740)
TALLEST = 2400  # pixels of a whole page
PASTED = """\t2021\t2022
Étudiants, tous cycles\t1 110\t1 165
Doctorants\t116\t64
Chiffre d’affaires de recherche et d’innovation\t9,1 M€\t9,4 M€
"""
# Eyes without one kind of cone, and without any, as Chromium calls them.
SIGHTS = ("protanopia", "deuteranopia", "tritanopia", "achromatopsia")
Act = Callable[[Page], object]


def nothing(page: Page) -> None:
    """The page as it comes."""


def clicked(selector: str) -> Act:
    return lambda page: page.locator(selector).first.click()


def typed(students: str) -> Act:
    """A number of students, and what the page says of it; the effect comes a moment later."""

    def act(page: Page) -> None:
        page.fill("[name=students-value]", students)
        page.locator("[name=students-value]").blur()
        page.locator("#students:is([data-state=saved], [data-state=kept-typed])").wait_for()
        page.wait_for_timeout(1500)

    return act


def pasted(page: Page) -> None:
    page.focus("[name=students-value]")
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const options = { clipboardData, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        PASTED,
    )
    page.locator("#paste-preview[open]").wait_for()


def weight_previewed(page: Page) -> None:
    """What another weight of the first objective would move."""
    page.goto(page.locator("main a[href*='/modifier/objectifs/']").first.evaluate("a => a.href"))
    page.fill("main [name=weight]", "2")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_load_state()


def frozen(page: Page) -> None:
    page.fill("main [name=title]", "Conseil d’administration")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_load_state()


@dataclass(frozen=True)
class Shot:
    """One picture: who opens which page, in what window, and what is done there first."""

    name: str
    address: str
    who: str = ""
    act: Act = nothing
    size: tuple[int, int] = DESKTOP
    whole: bool = False  # the page to its end, up to TALLEST
    locale: str = "fr-FR"
    media: tuple[tuple[str, str], ...] = ()  # what the reader's system asks for


DARK = (("color_scheme", "dark"),)
READ = [
    Shot("sign-in-desktop-fr", "/compte/login/", size=WIDE),
    Shot("sign-in-360-fr", "/compte/login/", size=PHONE),
    Shot("dashboard-desktop-fr", "/tableau-de-bord/", DIRECTORATE, size=WIDE),
    Shot("dashboard-full-fr", "/tableau-de-bord/", DIRECTORATE, size=WIDE, whole=True),
    Shot("dashboard-360-fr", "/tableau-de-bord/", DIRECTORATE, size=PHONE),
    Shot(
        "dashboard-dark-en", "/tableau-de-bord/", DIRECTORATE, size=WIDE, locale="en-GB", media=DARK
    ),
    Shot("objective-fr", "/objectifs/O1/", DIRECTORATE, size=WIDE, whole=True),
    Shot("objective-360-fr", "/objectifs/O1/", DIRECTORATE, size=PHONE),
    Shot("indicator-fr", "/indicateurs/students/", DIRECTORATE, size=WIDE, whole=True),
    Shot("matrix-fr", "/matrice/", DIRECTORATE, size=WIDE),
    Shot("schools-fr", "/ecoles/", DIRECTORATE, size=WIDE),
    Shot("school-fr", "/ecoles/imt-mines-ales/", DIRECTORATE, size=WIDE),
    Shot("school-360-fr", "/ecoles/imt-mines-ales/", DIRECTORATE, size=PHONE),
    Shot("projects-fr", "/projets/", DIRECTORATE, size=WIDE),
    Shot("explanation-fr", "/explication/cibles/students-plan-2022/?year=2021", DIRECTORATE),
    Shot("explanation-objective-fr", "/explication/objectifs/O1/?year=2021", DIRECTORATE),
    Shot("sensitivity-fr", "/sensibilite/", DIRECTORATE),
    Shot("submissions-fr", "/saisies/", DIRECTORATE),
    Shot("review-fr", "/saisie/2022/imt-atlantique/relire/", DIRECTORATE),
    Shot("plan-fr", "/plan/plans/2018-2022/", OFFICE),
    Shot("plan-preview-fr", "/plan/plans/2018-2022/", OFFICE, weight_previewed),
    Shot("control-fr", "/controle/calculs/", OFFICE),
    Shot("snapshot-fr", "/arretes/nouveau/?year=2021", OFFICE, frozen),
    Shot("home-fr", f"/accueil/{ALBI}/", DIRECTOR),
    Shot("home-360-fr", f"/accueil/{ALBI}/", DIRECTOR, size=PHONE),
    Shot("entry-en", ENTRY, DIRECTOR, locale="en-GB"),
    Shot("entry-dark-fr", ENTRY, DIRECTOR, media=DARK),
    Shot("entry-360-fr", ENTRY, DIRECTOR, size=PHONE),
    Shot("preview-fr", ENTRY, DIRECTOR, pasted),
    Shot("entry-errors-fr", ENTRY, DIRECTOR, typed("1.990")),
    Shot("entry-warnings-fr", ENTRY, DIRECTOR, typed("1 990")),
    Shot("history-fr", ENTRY + "historique/students/", DIRECTOR),
]
SUBMITTED = [
    Shot("entry-readonly-fr", ENTRY, DIRECTOR),
    Shot("receipt-fr", f"/accueil/{ALBI}/", DIRECTOR, clicked("main a[href^='/recu/']")),
]
RETURNED = [Shot("returned-fr", ENTRY, DIRECTOR)]
PRINTED = {"print-dashboard": "/tableau-de-bord/", "print-school": "/ecoles/imt-mines-ales/"}
FORCED = Shot(
    "forced-colours",
    "/tableau-de-bord/",
    DIRECTORATE,
    media=(*DARK, ("forced_colors", "active")),
)


class Camera:
    """A browser in which everybody has signed in already."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        people = (DIRECTOR, DIRECTORATE, OFFICE)
        self.cookies = {who: sign_in(browser, who).context.cookies() for who in people}
        self.taken: dict[str, int] = {}

    def open(self, shot: Shot) -> Page:
        width, height = shot.size
        context = self.browser.new_context(
            locale=shot.locale, viewport={"width": width, "height": height}
        )
        context.add_cookies(self.cookies.get(shot.who, []))
        page = context.new_page()
        page.emulate_media(**dict(shot.media), reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(SITE + shot.address)
        shot.act(page)
        return page

    def take(self, shot: Shot) -> None:
        page = self.open(shot)
        scroll(page, to_the_end=shot.whole)
        picture = page.screenshot(full_page=shot.whole)
        self.keep(shot.name, cropped(Image.open(io.BytesIO(picture))))
        page.context.close()

    def keep(self, name: str, picture: Image.Image) -> None:
        path = FOLDER / f"{name}.webp"
        # Of 256 colours each takes two thirds of the room, and nobody sees which are left out.
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).convert("RGB")
        few.save(path, "WEBP", lossless=True, method=4)
        self.taken[path.name] = path.stat().st_size
        print(f"{path.name:32}{path.stat().st_size / 1000:8.0f} KB", flush=True)

    def print(self, name: str, address: str) -> None:
        """Asks for the PDF as a person does, waits for the worker, and shows its first page."""
        page = self.open(Shot(name, address, DIRECTORATE))
        page.locator(".export summary").click()
        page.locator(".export button[value$='-pdf']").click()
        page.goto(SITE + "/fichiers/")
        with page.expect_download() as download:
            page.locator(".file").first.locator("a[download]").click(timeout=60_000)
        self.keep(name, first_page(Path(download.value.path())))
        page.context.close()

    def see_with_other_eyes(self) -> None:
        """The dashboard and the matrix, a line for each kind of sight."""
        pictures = [
            with_sight(self.open(Shot("", address, DIRECTORATE, size=(1120, 720))))
            for address in ("/tableau-de-bord/", "/matrice/")
        ]
        sheet = Image.new("RGB", (1120, 360 * len(SIGHTS)))
        for column, seen in enumerate(pictures):
            for row, picture in enumerate(seen):
                sheet.paste(picture.resize((560, 360)), (560 * column, 360 * row))
        self.keep("colour-vision", sheet)


def scroll(page: Page, *, to_the_end: bool) -> None:
    """Slowly enough for each chart in view to be drawn, and back to the top."""
    end = page.evaluate("document.body.scrollHeight") if to_the_end else 1
    for place in range(0, end, 400):
        page.evaluate("place => scrollTo(0, place)", place)
        page.wait_for_timeout(150)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(1200)


def cropped(picture: Image.Image) -> Image.Image:
    return picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))


def with_sight(page: Page) -> Iterator[Image.Image]:
    wire: Any = page.context.new_cdp_session(page)
    scroll(page, to_the_end=False)
    for sight in SIGHTS:
        wire.send("Emulation.setEmulatedVisionDeficiency", {"type": sight})
        yield Image.open(io.BytesIO(page.screenshot()))
    page.context.close()


def first_page(pdf: Path) -> Image.Image:
    command = ["pdftoppm", "-png", "-r", "85", "-f", "1", "-singlefile", str(pdf)]
    made = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own file
    return Image.open(io.BytesIO(made.stdout))


def submit_and_return(camera: Camera) -> None:
    """The year of the school, handed in, looked at, and given back with a sentence."""
    campaign, school = Campaign.objects.get(year=2022), School.objects.get(code=ALBI)
    director, directorate = (User.objects.get(email=email) for email in (DIRECTOR, DIRECTORATE))
    camera.open(Shot("", ENTRY, DIRECTOR, typed("1 142"))).context.close()
    fill_the_year(campaign, school)
    services.submit(campaign=campaign, school=school, by=director)
    for shot in SUBMITTED:
        camera.take(shot)
    services.return_to_school(
        campaign=campaign,
        school=school,
        by=directorate,
        comment="Les étudiants en double diplôme comptent une fois : merci de vérifier.",
    )
    for shot in RETURNED:
        camera.take(shot)


def main() -> None:
    with site(), chromium() as browser:
        camera = Camera(browser)
        for name, address in PRINTED.items():
            camera.print(name, address)
        for shot in [*READ, FORCED]:
            camera.take(shot)
        camera.see_with_other_eyes()
        submit_and_return(camera)
    for old in {path.name for path in FOLDER.iterdir()} - {"README.md", *camera.taken}:
        (FOLDER / old).unlink()
    total = sum(camera.taken.values())
    print(f"{len(camera.taken)} pictures, {total / 1000:.0f} KB")
    assert total <= AT_MOST, f"more than {AT_MOST / 1000:.0f} KB: leave a picture out"


if __name__ == "__main__":
    main()
