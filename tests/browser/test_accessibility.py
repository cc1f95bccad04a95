"""axe finds nothing, by day and by night, on the pages people work with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imtplan.integrity import reports
from indicators.models import Progress

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
ENTRY = "/saisie/2022/imt-mines-albi/"
PAGES = {
    "": ["/compte/login/", "/compte/password/reset/", "/accessibilite/"],
    "directrice.albi@demo.example": [
        ENTRY,
        ENTRY + "relire/",
        ENTRY + "importer/",
        ENTRY + "historique/students/",
        "/ecole/imt-mines-albi/personnes/",
        "/compte/jetons/",
        "/guide/",
        "/ecoles/imt-mines-albi/",
        "/nowhere/",
    ],
    "bureau.plan@demo.example": [
        "/campagnes/",
        "/campagnes/nouvelle/",
        "/campagnes/2022/",
        "/campagnes/2022/imt-mines-albi/delai/",
        "/fichiers/",
        "/controle/courriels/",
        "/controle/",
        "/controle/calculs/",
        "/controle/calculs/tout/",
    ],
    "direction.generale@demo.example": [
        "/tableau-de-bord/",
        "/tableau-de-bord/?year=2022&view=provisional",
        "/indicateurs/students/",
        "/matrice/",
        "/matrice/?year=2022&view=provisional&by=theme",
        "/matrice/?indicator=students",
        "/projets/",
        "/projets/P03/",
        "/ecoles/",
        "/ecoles/imt-mines-ales/",
        "/objectifs/O1/",
        "/leviers/L2/",
        "/explication/indicateurs/students/?year=2022&view=provisional",
        "/explication/cibles/students-plan-2022/?year=2021",
        "/explication/objectifs/O1/?year=2021",
        "/explication/projets/P03/?year=2021",
        "/saisies/",
        "/saisie/2022/imt-atlantique/",
        "/saisie/2022/imt-atlantique/relire/",
    ],
}


def found_by_axe(page: Any) -> list[str]:
    """What is wrong with the page as it stands, each with the first place where it is."""
    page.evaluate(AXE + ";0")
    violations = page.evaluate("axe.run()")["violations"]
    return [f"{page.url} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in violations]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(person: Callable[..., Any], scheme: str) -> None:
    Progress.objects.filter(year=2021).update(value=1)  # a check that found something
    reports.ask(by=None)
    assert reports.make().findings
    found = []
    for email, paths in PAGES.items():
        somebody = person(color_scheme=scheme, bypass_csp=True)
        if email:
            somebody.sign_in(email)
        for path in paths:
            found += found_by_axe(somebody.go(path))
    assert found == []


def test_no_page_is_wider_than_a_small_screen(person: Callable[..., Any]) -> None:
    """320 pixels: a small telephone, and a page enlarged to 400 %. Tables scroll in themselves."""
    wider = []
    for email, paths in PAGES.items():
        somebody = person(viewport={"width": 320, "height": 640})
        if email:
            somebody.sign_in(email)
        for path in paths:
            width = somebody.go(path).evaluate("document.documentElement.scrollWidth")
            if width > 320:
                wider.append(f"{path}: {width}")
    assert wider == []
