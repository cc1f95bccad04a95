"""axe finds nothing, by day and by night, on the pages people work with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
ENTRY = "/saisie/2022/imt-mines-albi/"
PAGES = {
    "": ["/compte/login/", "/compte/password/reset/"],
    "directrice.albi@demo.example": [ENTRY, ENTRY + "relire/", "/compte/jetons/", "/nowhere/"],
    "direction.generale@demo.example": [
        "/tableau-de-bord/",
        "/tableau-de-bord/?year=2022&view=provisional",
        "/indicateurs/students/",
        "/projets/P03/",
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
    found = []
    for email, paths in PAGES.items():
        somebody = person(color_scheme=scheme, bypass_csp=True)
        if email:
            somebody.sign_in(email)
        for path in paths:
            found += found_by_axe(somebody.go(path))
    assert found == []


def test_axe_finds_nothing_on_a_form_in_error(person: Callable[..., Any]) -> None:
    director = person(bypass_csp=True, viewport={"width": 360, "height": 740})
    page = director.sign_in("directrice.albi@demo.example")
    page.fill("input[name=students-value]", "12,5,3")
    page.fill("input[name=own-funds-value]", "-4")
    page.click("button[name=save]")
    page.wait_for_load_state()
    assert "12,5,3" in page.content()
    assert found_by_axe(page) == []
