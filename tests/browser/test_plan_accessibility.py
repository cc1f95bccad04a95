"""Nothing is wrong with the plan office's pages, as they stand and in the middle of a change."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indicators.models import Indicator, Target
from objectives.models import Objective
from projects.models import FlagshipProject
from tests.browser.looks import wrong_with
from tests.imtplan.planning.workbooks import made

pytestmark = [pytest.mark.browser]

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


def test_nothing_is_wrong_in_the_plan(person: Callable[..., Any], tmp_path: Path) -> None:
    office = person(bypass_csp=True)
    office.sign_in("bureau.plan@demo.example")
    found = [one for path in pages() for one in wrong_with(office.go(path))]

    page = office.go(target_page())
    for typed, shown in (("beaucoup", ".errorlist"), ("21 000", "#moves")):
        page.fill("[name=value]", typed)
        page.click(STEP)
        page.wait_for_selector(shown)
        found += wrong_with(page)

    line = {"code": "O1", "title_fr": "Former davantage"}
    for weight, shown in ((1.5, "#loaded"), ("beaucoup", "#refused")):
        file = tmp_path / "plan.xlsx"
        file.write_bytes(made(objectifs=[line | {"weight": weight}]))
        page = office.go(f"{PLAN}classeur/")
        page.set_input_files("input[type=file]", file)
        page.click(STEP)
        page.wait_for_selector(shown)
        found += wrong_with(page)
    assert found == []
