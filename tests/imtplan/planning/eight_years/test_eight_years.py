"""Eight years of an institute, from an empty product, over its pages and its API.

`by_hand.csv` has what is to be read after each step. It was worked out apart from the product:

- students want 1,500 in 2022 from 1,000 in 2017 (1,400 once revised), funds 60 % more than 200,
  partners 60 from 40, alliances, which replace them, 80 in 2022 from 50 in 2019; progress is
  (value - baseline) / (target - baseline), the pace that over the share of the years gone by;
- the estimate of 2021 is 500 of the North, and 430 and 360 that the South and the East had last;
- a forecast is the line of least squares through the values and the baseline, read in the target's
  year; of funds there is none once they break in 2021, for one point makes no line.

An empty cell means that there is nothing to read there.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from indicators.models import FollowedIndicator, Indicator
from objectives.models import StrategicPlan
from tests.imtplan.planning.eight_years.institute import Institute

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND = "2018-2022", "2023-2027"
SCHOOLS = ("nord", "sud", "est")
NUMBERS = ("value", "estimate", "progress", "pace", "forecast")

Row = dict[str, str]


def expected() -> dict[str, list[Row]]:
    by_step: dict[str, list[Row]] = {}
    with (Path(__file__).parent / "by_hand.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            by_step.setdefault(row.pop("step"), []).append(row)
    return by_step


@dataclass
class Reading:
    """What the API gives after each step, held against the table, and when that was."""

    institute: Institute
    table: dict[str, list[Row]] = field(default_factory=expected)
    moments: list[tuple[str, datetime]] = field(default_factory=list)

    def after(self, step: str) -> None:
        self.institute.settle()
        self.compare(step)
        self.moments.append((step, timezone.now()))

    def compare(self, step: str, **where: str) -> None:
        for row in self.table[step]:
            assert self.read(row, **where) == row, (step, where)

    def read(self, row: Row, **where: str) -> Row:
        about = {name: row[name] for name in ("indicator", "year", "view")} | where
        [value] = self.institute.read("values", **about) or [{}]
        [progress] = self.institute.read("progress", **about, plan=row["plan"]) or [{}]
        if not where and progress:
            self.explain(progress)
        found = {**progress, **value}
        percent = progress.get("progress")
        found["progress"] = None if percent is None else Decimal(percent) * 100
        read = {name: "" if (it := found.get(name)) is None else str(it) for name in row}
        return read | {name: _rounded(read[name]) for name in NUMBERS} | {"plan": row["plan"]}

    def explain(self, progress: dict[str, Any]) -> None:
        """The explanation comes to the number that it explains."""
        address = f"/api/v1/progress/{progress['id']}/explain/"
        explanation = self.institute.reader.get(address).json()
        assert explanation["status"] == progress["status"]
        steps = {step["result"]: step["outcome"] for step in explanation["steps"]}
        if progress["progress"] is not None:
            assert _rounded(steps["progress"]) == _rounded(progress["progress"])


def _rounded(text: str) -> str:
    """To four decimals, without zeros at the end."""
    return f"{round(Decimal(text), 4).normalize():f}" if text else ""


@pytest.fixture
def institute(office: Any, diane: User, signed_in: Callable[[User], Client]) -> Institute:
    return Institute(office, signed_in(diane), signed_in)


def first_page(client: Client) -> str:
    """The words of the page on which somebody lands, without what was said once of a last act."""
    text = client.get("/", follow=True).content.decode()
    text = re.sub(r'<ul class="plain messages">.*?</ul>', "", text, flags=re.DOTALL)
    text = re.sub(r"\b\d{1,2}:\d\d\b", "", text)  # when it was computed last
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def make_the_first_plan(here: Institute) -> None:
    here.plan(FIRST, (2018, 2022))
    for code, name in zip(
        SCHOOLS, ("École du Nord", "École du Sud", "École de l’Est"), strict=True
    ):
        here.school(code, name)
    for code in ("students", "funds", "partners"):
        here.indicator(FIRST, code, is_headline="on")
    base = {"baseline_year": "2017", "baseline_source": "Bilan 2017."}
    here.target(FIRST, "students", 2022, value="1500", baseline_value="1000", **base)
    here.target(FIRST, "funds", 2022, growth_percent="60", baseline_value="200", **base)
    here.target(FIRST, "partners", 2022, value="60", baseline_value="40", **base)
    here.objective(FIRST, "O1", "students")
    here.objective(FIRST, "O2", "funds", "partners")
    here.publish(FIRST)


def collect(here: Institute, year: int, figures: dict[str, tuple[int, ...]]) -> None:
    """One campaign from its opening to its closing, all schools validated."""
    here.campaign(year, FIRST, *ASKED[year])
    for school, numbers in figures.items():
        typed = {code: str(number) for code, number in zip(ASKED[year], numbers, strict=True)}
        here.hand_in(year, school, **typed)
    here.move_closing(year, days=-1)


THREE = ("students", "funds", "partners")
WITH_ALLIANCES = ("students", "funds", "alliances")
ASKED = {2018: THREE, 2019: THREE, 2020: WITH_ALLIANCES, 2021: WITH_ALLIANCES, 2022: WITH_ALLIANCES}


def test_eight_years(institute: Institute, office: Any) -> None:
    here, reading = institute, Reading(institute)
    make_the_first_plan(here)
    the_year_2018(here, reading)
    collect(here, 2019, {"nord": (450, 100, 18), "sud": (400, 80, 16), "est": (350, 60, 14)})
    reading.after("2019 validated")
    alliances_replace_partners(here)
    reading.after("partners replaced")
    collect(here, 2020, {"nord": (470, 110, 20), "sud": (420, 90, 20), "est": (360, 68, 18)})
    reading.after("2020 validated")
    a_return_after_the_closing(here, reading)
    a_new_name_and_a_merger(here, reading)
    the_year_2021(here, reading)
    a_break_and_a_revision(here, reading)
    a_year_opened_again(here, reading)
    the_second_plan(here, reading)
    the_institutes_own_years(here, reading)
    what_readers_see(here)
    for step, moment in reading.moments:
        reading.compare(step, as_of=moment.isoformat())
    out = io.StringIO()
    call_command("check_integrity", stdout=out)
    assert "✗" not in out.getvalue()


def the_year_2018(here: Institute, reading: Reading) -> None:
    here.campaign(2018, FIRST, *THREE)
    figures = {"nord": (400, 90, 15), "sud": (350, 70, 15), "est": (300, 52, 12)}
    for school, numbers in figures.items():
        here.type(2018, school, **dict(zip(THREE, map(str, numbers), strict=True)))
    reading.after("2018 typed")
    for school in SCHOOLS:
        here.submit(2018, school)
    reading.after("2018 submitted")
    for school in SCHOOLS:
        here.decide(2018, school)
    here.move_closing(2018, days=-1)
    reading.after("2018 validated")


def alliances_replace_partners(here: Institute) -> None:
    here.indicator(FIRST, "alliances", is_headline="on")
    base = {"baseline_year": "2019", "baseline_value": "50", "baseline_source": "Bilan 2019."}
    here.target(FIRST, "alliances", 2022, value="80", **base)
    partners = FollowedIndicator.objects.get(indicator__code="partners")
    here.office.do(
        f"/plan/archiver/suivis/{partners.pk}/",
        "Les alliances comptent désormais.",
        last_year="2019",
        end_reason="replaced",
        replaced_by=str(Indicator.objects.get(code="alliances").pk),
    )
    here.objective(FIRST, "O2", "alliances")


def a_return_after_the_closing(here: Institute, reading: Reading) -> None:
    refused = here.send_back(2020, "sud", comment="Un site manque.")
    assert refused.status_code == 422
    assert "faites d’abord accorder un délai" in refused.content.decode()
    here.give_time(2020, "sud")
    assert here.send_back(2020, "sud", comment="Un site manque.").status_code == 302
    reading.after("2020 returned")
    here.correct(2020, "sud", "students", "430")
    reading.after("2020 being corrected")
    here.submit(2020, "sud")
    here.decide(2020, "sud")
    reading.after("2020 corrected")


def a_new_name_and_a_merger(here: Institute, reading: Reading) -> None:
    here.edit("ecoles", School.objects.get(code="nord"), name="École du Grand Nord")
    reading.after("renamed")
    south = School.objects.get(code="sud")
    east = School.objects.get(code="est")
    here.edit("ecoles", east, last_year="2020", merged_into=str(south.pk))
    reading.after("merged")


def the_year_2021(here: Institute, reading: Reading) -> None:
    here.campaign(2021, FIRST, *WITH_ALLIANCES)
    here.hand_in(2021, "nord", students="500", funds="120", alliances="24")
    reading.after("2021 of one school")
    here.hand_in(2021, "sud", students="800", funds="150", alliances="40")
    here.move_closing(2021, days=-1)
    reading.after("2021 validated")


def a_break_and_a_revision(here: Institute, reading: Reading) -> None:
    here.add(
        "ruptures",
        "?indicateur=funds",
        year="2021",
        sentence="Sans les reversements.",
        recounted="255",
    )
    reading.after("funds broken")
    here.revise("students-2022", "1400")
    reading.after("students revised")


def a_year_opened_again(here: Institute, reading: Reading) -> None:
    here.move_closing(2019, days=10)
    assert here.send_back(2019, "nord", comment="Un recensement est arrivé.").status_code == 302
    here.correct(2019, "nord", "students", "460")
    reading.after("2019 being corrected")
    here.submit(2019, "nord")
    here.decide(2019, "nord")
    here.move_closing(2019, days=-1)
    reading.after("2019 corrected")


def the_second_plan(here: Institute, reading: Reading) -> None:
    """It is prepared as a draft, and published while the last campaign of the first is open."""
    readers = [here.reader, here.people["nord"], here.people["sud"]]
    before = [first_page(client) for client in readers]
    first = StrategicPlan.objects.get(code=FIRST)
    here.plan(SECOND, (2023, 2027), supersedes=str(first.pk))
    here.indicator(SECOND, "engineers", aggregation="none", is_headline="on")
    here.target(
        SECOND, "engineers", 2027, value="11600", baseline_value="9653", baseline_source="COP"
    )
    # The last figure is proposed as its baseline; it is measured against the figures of 2022.
    base = {"baseline_year": "2022", "baseline_value": "", "baseline_source": ""}
    here.target(SECOND, "students", 2027, value="1920", **base)
    here.objective(SECOND, "A1", "engineers", "students")
    reading.after("2023-2027 drafted")
    assert [first_page(client) for client in readers] == before
    here.campaign(2022, FIRST, *WITH_ALLIANCES)
    here.hand_in(2022, "nord", students="540", funds="130", alliances="28")
    reading.after("2022 of one school")
    here.publish(SECOND)
    reading.after("2023-2027 published")
    assert "2022" in here.reader.get("/tableau-de-bord/").content.decode()
    here.hand_in(2022, "sud", students="880", funds="175", alliances="48")
    here.move_closing(2022, days=-1)
    reading.after("2022 validated")


def the_institutes_own_years(here: Institute, reading: Reading) -> None:
    for name, role in (("irene", "institute_reporter"), ("victor", "institute_validator")):
        email = f"{name}@example.org"
        named = {"name-person": "", "email": email, "name": name, "role": role, "ends_on": ""}
        assert here.office.client.post("/ecole/imt/personnes/", named).status_code == 302
        here.people[name] = here.signed_in(User.objects.get(email=email))
    here.people["imt"] = here.people["irene"]
    years = {
        2023: ("10000", "580", "940"),
        2024: ("10200", "600", "980"),
        2025: ("10500", "630", "1010"),
    }
    for year, (engineers, north, south) in years.items():
        here.campaign(year, SECOND, "engineers", "students")
        here.hand_in(year, "nord", students=north)
        here.hand_in(year, "sud", students=south)
        here.type(year, "imt", engineers=engineers)
        here.submit(year, "imt")
        here.decide(year, "imt", by="victor")
        here.move_closing(year, days=-1)
        reading.after(f"{year} validated")


def what_readers_see(here: Institute) -> None:
    """The pages of both plans say what happened, in their own years."""

    def page(path: str, **where: Any) -> str:
        answer = here.reader.get(path, where)
        assert answer.status_code == 200
        return answer.content.decode()

    first = page("/tableau-de-bord/", plan=FIRST, year=2021)
    assert "Les alliances comptent désormais." in first
    assert "Révisée" in page("/indicateurs/students/", plan=FIRST, year=2021)
    funds = page("/indicateurs/funds/", plan=FIRST, year=2021)
    assert "Sans les reversements." in funds
    assert "École du Grand Nord" in page("/ecoles/nord/", plan=FIRST, year=2022)
    assert "École du Nord" in page("/ecoles/nord/", plan=FIRST, year=2022)
    assert "École du Sud" in page("/ecoles/est/", plan=FIRST, year=2020)
    second = page("/tableau-de-bord/", plan=SECOND, year=2025)
    assert "Engineers" in second
    assert "Alliances" not in second
