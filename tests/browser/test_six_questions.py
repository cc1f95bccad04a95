"""The Monday of the directorate-general: six questions, each answered in at most two clicks from
the dashboard, and the answers are those that were planted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.timezone import localtime

from imtplan.accounts.models import School
from imtplan.accounts.roles import Role
from indicators.models import Figure, RecomputeRun, StaleMark
from indicators.tasks import poke
from projects.models import DeclaredStatus, FlagshipProject
from tests import factories
from tests.worker import wait_for

pytestmark = [pytest.mark.browser]

DASHBOARD = "/tableau-de-bord/?year=2021"
SCHOOL = "IMT Atlantique"
EXPLAINED = "Le site du port est fermé depuis la tempête."
REPORTED = "Les travaux attendent le permis de construire."
# What the school says it had. In 2018 that puts the institute ahead of its path, later far behind.
STUDENTS = {2018: 3300, 2019: 900, 2020: 880, 2021: 860}


@pytest.fixture
def planted(site: str) -> str:
    """One school lost its students in 2019, its director says why, and a project waits."""
    school = School.objects.get(name=SCHOOL)
    director = factories.person("Maëlle Kerguelen", Role.DIRECTOR, school)
    figures = Figure.objects.filter(indicator__code="students", school=school)
    for year, value in STUDENTS.items():
        figures.filter(year=year).update(value=value, entered_by=director, explanation=EXPLAINED)
    factories.StatusReportFactory(
        project=FlagshipProject.objects.get(code="P01"),
        reported_on="2021-12-20",
        status=list(DeclaredStatus)[-1],
        sentence=REPORTED,
        reported_by=director,
    )
    poke()
    wait_for(lambda: not StaleMark.objects.exists(), "the planted figures")
    return site


class Reader:
    """Begins each question at the dashboard, and counts the clicks it takes."""

    def __init__(self, somebody: Any) -> None:
        self.somebody, self.page, self.clicks = somebody, somebody.page, 0

    def begin(self) -> "Reader":
        self.somebody.go(DASHBOARD)
        self.clicks = 0
        return self

    def click(self, place: str, text: str | None = None) -> "Reader":
        self.clicks += 1
        assert self.clicks <= 2, "more than two clicks"
        self.page.locator(place, has_text=text).first.click()
        self.page.wait_for_load_state()
        return self

    def open_the_most_late(self) -> "Reader":
        return self.begin().click("[aria-labelledby=objectives] .elements a.quiet")

    def sees(self, place: str) -> str:
        """The text a person sees there, with no need to unfold or to scroll sideways for it."""
        found = self.page.locator(place).first
        found.wait_for(state="visible")
        return " ".join(found.inner_text().split())


def test_six_questions(planted: str, person: Callable[..., Any]) -> None:
    somebody = person()
    somebody.sign_in("direction.generale@demo.example")
    reader = Reader(somebody)

    # Which objective is most late?
    first = reader.begin().sees("[aria-labelledby=objectives] .elements > li")
    assert first.startswith("O1 ")

    # Which school explains it?
    reader.open_the_most_late()
    assert "« Étudiants, tous cycles » le retient le plus" in reader.sees(".lead")
    reader.click(".pulls a", "Étudiants, tous cycles")
    assert f"{SCHOOL} a le moins avancé" in reader.sees("[aria-labelledby=compared] p")
    assert reader.sees("[aria-labelledby=compared] tbody th") == SCHOOL

    # Since when?
    assert "en retard sur sa trajectoire depuis 2019" in reader.open_the_most_late().sees(".lead")

    # Why?
    assert REPORTED in reader.sees(".reports")
    reader.click(".pulls a", "Étudiants, tous cycles")
    assert EXPLAINED in reader.sees(".inputs tr:has(.input-explanation)")

    # Who said so?
    number = reader.open_the_most_late().click(".pulls td.num a.why")
    said = number.sees(f"dialog[open] .inputs tr:has-text('{SCHOOL}')")
    assert "Maëlle Kerguelen" in said
    assert "860" in said

    # When was it computed?
    assert computed_at() in reader.begin().sees(".freshness")
    assert reader.clicks == 0


def computed_at() -> str:
    """When the planted figures were computed, as the page writes it."""
    return f"à {localtime(RecomputeRun.objects.latest('pk').finished_at):%H:%M}"
