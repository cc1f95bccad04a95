"""The guide of the API, walked: a key made on the page, and a figure entered with it."""

import json
import re
import shlex
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from indicators.models import Figure
from tests.browser.conftest import Grid, Person

pytestmark = [pytest.mark.browser]

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
ADDRESS = "https://plan.example.org"


def example(begins: str) -> list[str]:
    """The words of the guide's command that begins so."""
    text = GUIDE.read_text(encoding="utf-8").replace("\\\n", " ")
    return shlex.split(next(line for line in text.splitlines() if line.startswith(begins)))


def ask(address: str, key: str, **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}"} | options.pop("headers", {})
    with urlopen(Request(address, headers=headers, **options)) as answer:  # noqa: S310 - our server
        return json.load(answer)


def make_key(person: Person, *, may_enter: bool) -> str:
    page = person.go("/compte/jetons/")
    page.fill("[name=name]", "Envoi de la scolarité")
    page.locator("[name=may_enter]").set_checked(may_enter)
    page.get_by_role("button", name="Créer le jeton").click()
    return page.locator("#new-key ~ pre code").first.inner_text()


def test_a_figure_is_entered_as_the_guide_says(person: Callable[..., Person], site: str) -> None:
    director = person()
    director.sign_in(Grid.DIRECTOR)
    key = make_key(director, may_enter=True)
    assert re.fullmatch(r"imtplan_[\w-]{43}", key)
    words = example("curl -X PUT")
    address = next(word for word in words if word.startswith(ADDRESS)).replace(ADDRESS, site)
    headers = dict(
        word.replace("…", "0").split(": ", 1) for word in words if re.match(r"[A-Z][\w-]+: ", word)
    )
    assert headers.pop("Authorization") == "Bearer imtplan_0"
    cells = ask(address.removesuffix("students/"), key)["cells"]
    body = json.loads(words[words.index("-d") + 1])
    body["value"] = "1143"  # the number of the guide stands there already
    body["version"] = next(cell["version"] for cell in cells if cell["indicator"] == "students")
    answer = ask(
        address,
        key,
        data=json.dumps(body).encode(),
        method=words[words.index("-X") + 1],
        headers=headers,
    )
    assert (answer["outcome"], answer["value"]) == ("saved", body["value"])
    stored = Grid.stored("students")
    assert stored is not None
    assert (stored.value, stored.origin) == (Decimal(body["value"]), Figure.Origin.API)
    assert stored.entered_by.email == Grid.DIRECTOR
    assert "peut saisir des valeurs" in director.go("/compte/jetons/").inner_text("tbody")


def test_a_key_without_the_tick_reads_alone(person: Callable[..., Person], site: str) -> None:
    director = person()
    director.sign_in(Grid.DIRECTOR)
    key = make_key(director, may_enter=False)
    address = f"{site}/api/v1/entries/2022/imt-mines-albi/"
    assert ask(address, key)["cells"]
    answer = director.page.request.put(
        f"{address}students/",
        headers={"Authorization": f"Bearer {key}"},
        data={"value": "1", "version": None},
    )
    assert answer.status == 403
