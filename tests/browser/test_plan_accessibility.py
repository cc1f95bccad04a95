"""axe finds nothing in the plan office's pages, as they stand and in the middle of a change."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indicators.models import Indicator, Target
from objectives.models import Objective
from projects.models import FlagshipProject
from tests.browser.test_accessibility import found_by_axe
from tests.imtplan.planning.workbooks import made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAN = "/plan/plans/2018-2022/"
STEP = "main form button.btn-primary"


def pages() -> list[str]:
    """One of each sort."""
    return [
        "/plan/",
        PLAN,
        f"{PLAN}ecoles/students/",
        f"{PLAN}classeur/",
        "/plan/classeur/",
        "/plan/ecoles/",
        "/plan/ajouter/plans/",
        f"/plan/modifier/objectifs/{Objective.objects.get(code='O1').pk}/",
        f"/plan/modifier/projets/{FlagshipProject.objects.get(code='P03').pk}/",
        f"/plan/modifier/indicateurs/{Indicator.objects.get(code='students').pk}/",
        target_page(),
        f"/plan/archiver/objectifs/{Objective.objects.get(code='O1').pk}/",
    ]


def target_page() -> str:
    return f"/plan/modifier/cibles/{Target.objects.get(code='students-plan-2022').pk}/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_plan(
    person: Callable[..., Any], scheme: str, tmp_path: Path
) -> None:
    office = person(color_scheme=scheme, bypass_csp=True)
    office.sign_in("bureau.plan@demo.example")
    found = [one for path in pages() for one in found_by_axe(office.go(path))]

    page = office.go(target_page())
    for typed, shown in (("beaucoup", ".errorlist"), ("21 000", "#moves")):
        page.fill("[name=value]", typed)
        page.click(STEP)
        page.wait_for_selector(shown)
        found += found_by_axe(page)

    line = {"code": "O1", "title_fr": "Former davantage"}
    for weight, shown in ((1.5, "#loaded"), ("beaucoup", "#refused")):
        file = tmp_path / "plan.xlsx"
        file.write_bytes(made(objectifs=[line | {"weight": weight}]))
        page = office.go(f"{PLAN}classeur/")
        page.set_input_files("input[type=file]", file)
        page.click(STEP)
        page.wait_for_selector(shown)
        found += found_by_axe(page)
    assert found == []
