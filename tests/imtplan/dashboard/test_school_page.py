"""A school's sheet: its own numbers, for those who may see them and nobody else."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from imtplan.accounts.models import School
from imtplan.accounts.roles import Role
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.school.page import SchoolPage, SchoolPageLine, school_page
from indicators.models import Figure, Progress
from tests import factories

ALBI = "/ecoles/imt-mines-albi/"
# Of the page: school, plans, latest year, the figures that count, those of the year, corrections,
# what is not asked,
# targets, progress, indicators, projects, campaign, submission; then freshness, session, person,
# roles, demonstration, campaign of the bar.
BUDGET = 12 + 7


def page_of(user: Any, **asked: str) -> SchoolPage:
    with translation.override("en"):
        return school_page(user, "imt-mines-albi", asked, Freshness.read())


def students_of(page: SchoolPage) -> SchoolPageLine:
    return next(line for line in page.lines if line.indicator.code == "students")


def test_the_years_side_by_side(students, alice):
    line = students_of(page_of(alice, year="2020"))

    with translation.override("en"):
        assert (line.baseline, line.before, line.value) == ("13,400", "", "15,000")
        assert line.change == "+1,600"


def test_it_opens_on_the_schools_own_latest_year(students, albi, ales, alice, diane):
    """Alès has nothing to say yet, and that is no reason to open Albi's sheet elsewhere."""
    assert page_of(alice).scope.year == 2020
    assert page_of(diane).scope.year == 2020


def test_what_does_not_count_yet_is_a_word_and_no_number(students, albi, alice, signed_in, read):
    factories.FigureFactory(
        indicator=students.indicator, school=albi, year=2021, value=15555, status="draft"
    )

    line = students_of(page_of(alice, year="2021"))
    words = read(signed_in(alice).get(ALBI + "?year=2021"))

    assert (line.value, line.why_no_number) == ("", "brouillon")
    assert "15\u202f555" not in words
    assert "brouillon" in words


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (None, "missing"),
        ({"state": "not_available", "value": None, "reason": "Later."}, "not available"),
        ({"state": "not_applicable", "value": None}, "not applicable"),
    ],
)
def test_no_number_is_never_zero(figure, said, students, albi, alice):
    if figure:
        factories.FigureFactory(indicator=students.indicator, school=albi, year=2021, **figure)

    with translation.override("en"):
        line = students_of(page_of(alice, year="2021"))
        assert (line.value, line.why_no_number) == ("", said)


@pytest.fixture
def moved(students, albi):
    """Beside the students, which grew by 11.94 %: a rate that fell, and is meant to; a share in
    percent that fell, and should not; a number that stayed; one that is only to be kept."""
    for direction, kind, then, now in (
        ("decrease", {}, 50, 40),
        ("increase", {"unit_fr": "%", "ratio": True}, 50, 40),
        ("increase", {}, 5, 5),
        ("keep", {"band_low": 1, "band_high": 9}, 5, 6),
    ):
        indicator = factories.IndicatorFactory(direction=direction, **kind)
        for year, value in ((2017, then), (2020, now)):
            given = {"value": value}
            if indicator.is_ratio:
                given = {"value": None, "numerator": value, "denominator": 100}
            factories.FigureFactory(indicator=indicator, school=albi, year=year, **given)


def test_how_many_moved_the_good_way(moved, alice):
    with translation.override("en"):
        page = page_of(alice, year="2020")
        assert page.sentences == ["Since 2017: 2 indicators moved the good way, 1 the other way."]


def test_each_line_says_its_way_and_what_it_is_in_percent(moved, alice):
    """A percentage has no percentage of its own."""
    with translation.override("en"):
        lines = page_of(alice, year="2020").lines
        told = {(line.change, line.growth, line.way and line.way.value) for line in lines}

    assert told == {
        ("+1,600", "+11.9%", "good"),
        ("−10", "−20%", "good"),
        ("−10.0", "", "bad"),
        ("0", "0%", "level"),
        ("+1", "+20%", None),
    }


def test_nothing_is_said_of_a_move_that_is_not_known(students, alice):
    assert page_of(alice, year="2021").sentences == []


def test_how_many_of_its_own_targets_are_kept(students, albi, alice, recomputed):
    for baseline in (14000, 1):  # 2020: five thirds of the way, and next to nothing of it
        factories.TargetFactory(
            plan=students.plan,
            indicator=students.indicator if baseline == 14000 else factories.IndicatorFactory(),
            school=albi,
            is_reference=False,
            value=14600,
            baseline_value=baseline,
        )
    recomputed()

    with translation.override("en"):
        assert page_of(alice, year="2020").sentences[-1] == (
            "Of its 2 own targets, 1 is reached, on its path or close to it. "
            "1 cannot be assessed yet."
        )


def test_the_projects_it_leads(students, albi, ales, alice, diane, signed_in, read):
    for school, title in ((albi, "Le bois"), (ales, "Le feu"), (None, "Le vent")):
        factories.ProjectFactory(plan=students.plan, title_fr=title, lead_school=school)

    own = signed_in(alice).get(ALBI + "?year=2020")
    institute = signed_in(diane).get(ALBI + "?year=2020")

    for page in (own, institute):
        words = read(page)
        assert "Le bois" in words
        assert "Le feu" not in words
        assert "Le vent" not in words
    assert b"/projets/" not in own.content.split(b"<main")[1]
    assert b"/projets/" in institute.content.split(b"<main")[1]


def test_its_own_target_and_what_it_wrote(students, albi, alice, signed_in, read, recomputed):
    factories.TargetFactory(
        plan=students.plan,
        indicator=students.indicator,
        school=albi,
        is_reference=False,
        value=20000,
        baseline_value=13400,
    )
    Figure.objects.filter(year=2020).update(explanation="A new campus.")
    recomputed()

    answer = signed_in(alice).get(ALBI + "?year=2020")
    words = read(answer)

    status = Progress.objects.get(target__school=albi, year=2020, view="validated").status
    assert f'class="bullet bullet-{status}"' in answer.content.decode()
    assert "24,24\u202f%" in words
    assert "cible 20\u202f000 en 2022" in words
    assert "A new campus." in words


@pytest.mark.parametrize(
    "role", [Role.DIRECTORATE_GENERAL, Role.INSTITUTE_REPORTER, Role.INSTITUTE_VALIDATOR]
)
def test_the_institutes_page_has_its_figures_and_reference_targets(
    role, alice, signed_in, read, recomputed
):
    institute = School.objects.get(code=School.THE_INSTITUTE)
    target = factories.TargetFactory(
        indicator__aggregation="none", baseline_value=50, value=100, year=2022
    )
    factories.FigureFactory(indicator=target.indicator, school=institute, year=2020, value=70)
    recomputed()
    reader = factories.person("Inès", role, institute if role.spec.in_a_school else None)

    words = read(signed_in(reader).get("/ecoles/imt/?year=2020"))

    assert "1 valeur sur 1 en 2020" in words
    assert "cible 100 en 2022" in words
    assert "40\u202f%" in words
    why = f"/explication/cibles/{target.code}/?year=2020"
    answer = signed_in(reader).get(why)
    assert answer.status_code == 200
    page = answer.content.decode().partition("<main")[2].partition("</main")[0]
    for link in set(re.findall(r'href="(/(?!static/)[^"#]*)', page)):
        assert signed_in(reader).get(link.replace("&amp;", "&")).status_code == 200, link
    assert signed_in(alice).get(why).status_code == 403
    assert not Progress.objects.visible_to(alice).exists()


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("diane", 200), ("paul", 200), ("charlie", 404)]
)
def test_another_schools_sheet_is_not_there(who, status, students, signed_in, request):
    user = request.getfixturevalue(who)

    assert signed_in(user).get(ALBI).status_code == status


def test_a_school_sees_nothing_of_the_institute(students, ales, alice, signed_in, recomputed):
    factories.FigureFactory(indicator=students.indicator, school=ales, year=2020, value=777)
    recomputed()

    body = signed_in(alice).get(ALBI + "?year=2020").content.decode()

    assert "15\u202f777" not in body
    assert "/indicateurs/" not in body
    assert "/ecoles/imt-mines-ales/" not in body


def test_the_list_is_the_institutes(students, ales, alice, diane, signed_in, read):
    assert signed_in(alice).get("/ecoles/").status_code == 403
    words = read(signed_in(diane).get("/ecoles/"))
    assert "IMT Mines Albi" in words
    found = read(signed_in(diane).get("/ecoles/?q=alès"))
    assert "IMT Mines Alès" in found
    assert "IMT Mines Albi" not in found
    assert "Aucune école de ce nom" in read(signed_in(diane).get("/ecoles/?q=zzz"))


@pytest.mark.parametrize("indicators", [8, 80])
def test_the_price_does_not_grow(indicators, students, albi, alice, signed_in, recomputed):
    for _number in range(indicators):
        target = factories.TargetFactory(plan=students.plan, school=albi, is_reference=False)
        factories.FigureFactory(indicator=target.indicator, school=albi, year=2020)
    factories.CampaignFactory(plan=students.plan, year=2020)
    recomputed()
    client = signed_in(alice)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(ALBI + "?year=2020").status_code == 200

    assert len(queries) <= BUDGET, "\n".join(query["sql"][:120] for query in queries)
