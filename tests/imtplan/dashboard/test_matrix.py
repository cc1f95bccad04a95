"""Indicators by schools: each cell says its number, its state, and how it stands."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.models import School
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.matrix.cells import CellState, MatrixCell, ReportedFigure
from imtplan.dashboard.matrix.page import COLUMNS, matrix_page
from imtplan.dashboard.queries import Trend
from imtplan.dashboard.wording import Wording
from indicators.models import Figure, Indicator
from tests import factories

URL = "/matrice/"
# Plans, indicators, objectives and levers with their links, schools, seven of the cells; freshness;
# session, person, roles; whether this is a demonstration.
BUDGET = 8 + 7 + 1 + 3 + 1


def page_for(user, **asked):
    return matrix_page(user, {"year": "2020", **asked}, Freshness.read())


def cells(page, indicator="students"):
    """Each cell of a row as text, by school."""
    rows = {row.indicator.code: row for group in page.row_groups for row in group.rows}
    texts = [
        re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", cell)).strip()
        for cell in re.findall(r"<td.*?</td>", rows[indicator].cells)
    ]
    return dict(zip([column.school.code for column in page.columns], texts, strict=True))


def figure(indicator, school, **more):
    return factories.FigureFactory(indicator=indicator, school=school, **more)


@pytest.fixture
def own_target(students, ales, recomputed):
    """Alès had 1,000 students in 2017, has 1,300 in 2020 and wants 2,000 in 2022: half the pace."""
    for year, value in ((2017, 1000), (2020, 1300)):
        figure(students.indicator, ales, year=year, value=value)
    factories.TargetFactory(
        plan=students.plan,
        indicator=students.indicator,
        school=ales,
        value=2000,
        baseline_value=None,
        is_reference=False,
    )
    recomputed()


# --- cells ---


def test_a_school_with_a_target_is_judged_by_its_pace(own_target, diane):
    assert cells(page_for(diane))["imt-mines-ales"] == "1\u202f300 ● validée hors trajectoire"


def test_a_school_without_a_target_shows_its_change_and_no_verdict(own_target, diane):
    """13,400 in 2017, 15,000 in 2020."""
    page = page_for(diane)

    assert cells(page)["imt-mines-albi"] == "15\u202f000 ● validée ↗ +12\u202f%"
    assert "heat-" not in page.row_groups[0].rows[0].cells.split("</td>")[0]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (ReportedFigure("number", "validated", Decimal(1)), CellState.VALIDATED),
        (ReportedFigure("number", "submitted", Decimal(1)), CellState.SUBMITTED),
        (ReportedFigure("number", "draft", Decimal(1)), CellState.DRAFT),
        (ReportedFigure("not_entered", "draft", None), CellState.MISSING),
        (ReportedFigure("not_available", "validated", None), CellState.NOT_AVAILABLE),
        (ReportedFigure("not_applicable", "submitted", None), CellState.NOT_APPLICABLE),
    ],
)
def test_the_state_of_a_cell(said, state):
    assert MatrixCell(said).state == state


def test_each_state_of_a_number_has_a_sign_of_its_own():
    signs = [one.sign for one in CellState if one.sign]

    assert len(signs) == len(set(signs)) == 4


@pytest.mark.parametrize(
    ("before", "now", "is_ratio", "text", "trend"),
    [
        (100, 150, False, "+50\u202f%", Trend.UP),
        (100, 50, False, "−50\u202f%", Trend.DOWN),
        (100, 100, False, "0\u202f%", Trend.LEVEL),
        (0, 5, False, "+5 étudiants", Trend.UP),  # of nothing there is no percentage
        (20, 25, True, "+5 étudiants", Trend.UP),
    ],
)
def test_the_change_since_the_baseline(before, now, is_ratio, text, trend):
    cell = MatrixCell(ReportedFigure("number", "validated", Decimal(now)), Decimal(before))

    assert cell.change(Wording("fr", "étudiants", 0), is_ratio=is_ratio) == text
    assert cell.trend == trend


def test_percentages_change_by_points():
    cell = MatrixCell(ReportedFigure("number", "validated", Decimal("22.5")), Decimal(20))

    assert cell.change(Wording("fr", "%", 1), is_ratio=True) == "+2,5 points"


def test_a_ratio_is_made_of_its_parts(students, albi, diane):
    share = factories.IndicatorFactory(code="share", ratio=True, unit_fr="%")
    figure(share, albi, value=None, numerator=1, denominator=3)

    assert cells(page_for(diane), "share")["imt-mines-albi"] == "33,3 ● validée"


def test_without_a_figure_of_the_baseline_nothing_changed(students, ales, diane):
    figure(students.indicator, ales, value=7)

    assert cells(page_for(diane))["imt-mines-ales"] == "7 ● validée"


def test_a_draft_gets_no_verdict(own_target, ales, diane, recomputed):
    figure(Indicator.objects.get(), ales, year=2021, value=9, status=Figure.Status.DRAFT)
    recomputed()

    assert cells(page_for(diane, year="2021"))["imt-mines-ales"] == "9 ○ brouillon ↘ −99\u202f%"


def test_a_unit_that_looks_like_html_stays_text(students, albi, diane):
    odd = factories.IndicatorFactory(code="odd", unit_fr="<b>&", unit_en="<b>&")
    for year, value in ((2017, 0), (2020, 3)):
        figure(odd, albi, year=year, value=value)

    (row,) = [r for g in page_for(diane).row_groups for r in g.rows if r.indicator == odd]

    assert "+3 &lt;b&gt;&amp;" in row.cells
    assert "<b>" not in row.cells


# --- edges ---


def test_each_school_says_how_much_of_its_figures_counts(students, albi, ales, diane):
    other, third = factories.IndicatorFactory(), factories.IndicatorFactory()
    figure(other, albi, status=Figure.Status.SUBMITTED)
    figure(third, albi, value=None, state=Figure.State.NOT_APPLICABLE)

    def edge(**asked):
        return {
            one.school.code: (one.reported, one.expected)
            for one in page_for(diane, **asked).columns
        }

    assert edge() == {"imt-mines-albi": (1, 2), "imt-mines-ales": (0, 3)}
    assert edge(view="provisional")["imt-mines-albi"] == (2, 2)


def test_each_row_ends_in_the_institutes_total(own_target, diane, signed_in, read):
    words = read(signed_in(diane).get(URL + "?year=2020"))

    assert "16\u202f300" in words
    assert "2 écoles sur 2" in words


# --- which rows and columns ---


def test_an_indicator_stands_once_under_its_first_objective(students, diane):
    first, second = (factories.ObjectiveFactory(code=code, rank=n) for n, code in enumerate("AB"))
    alone = factories.IndicatorFactory(code="alone")
    for objective in (second, first):
        factories.LinkFactory(indicator=students.indicator, objective=objective)

    groups = page_for(diane).groups

    assert [(one.code, [i.code for i in one.indicators]) for one in groups] == [
        ("A", ["students"]),
        ("-", [alone.code]),
    ]


def test_an_indicator_of_no_objective_stands_under_its_lever(students, diane):
    lever = factories.LeverFactory(plan=students.plan, code="L2", title_fr="Ressources")
    funds = factories.IndicatorFactory(code="own-funds", followed_by=[students.plan])
    alone = factories.IndicatorFactory(code="alone", followed_by=[students.plan])
    objective = factories.ObjectiveFactory(plan=students.plan, code="O1")
    for indicator in (students.indicator, funds):
        factories.LinkFactory(indicator=indicator, objective=None, lever=lever)
    factories.LinkFactory(indicator=students.indicator, objective=objective)
    groups = page_for(diane).groups
    assert [(group.code, [row.code for row in group.indicators]) for group in groups] == [
        ("O1", ["students"]),
        ("lever-L2", ["own-funds"]),
        ("-", [alone.code]),
    ]
    assert groups[1].address.startswith("/leviers/L2/")
    (only,) = page_for(diane, group="lever-L2").row_groups
    assert [row.indicator.code for row in only.rows] == ["own-funds"]


def test_rows_by_theme(students, diane):
    factories.IndicatorFactory(code="funds", theme="resources")

    groups = page_for(diane, by="theme").groups
    (only,) = page_for(diane, by="theme", group="resources").row_groups

    assert [one.code for one in groups] == ["training", "resources"]
    assert [row.indicator.code for row in only.rows] == ["funds"]


def test_only_what_is_missing(students, albi, ales, diane):
    """Albi said everything, Alès nothing of the second."""
    figure(students.indicator, ales, value=3)
    second = factories.IndicatorFactory(code="second")
    figure(second, albi)

    page = page_for(diane, only="missing")

    assert [column.school for column in page.columns] == [ales]
    assert [row.indicator for group in page.row_groups for row in group.rows] == [second]


def test_where_nothing_is_missing_the_page_says_so(students, diane, signed_in, read):
    School.objects.exclude(code="imt-mines-albi").delete()

    assert "Rien ne manque" in read(signed_in(diane).get(URL + "?year=2020&only=missing"))


def test_one_indicator_has_its_schools_in_rows(own_target, diane, signed_in, read):
    page = page_for(diane, indicator="students")
    words = read(signed_in(diane).get(URL + "?year=2020&indicator=students"))

    assert [row.school.code for row in page.school_rows] == ["imt-mines-albi", "imt-mines-ales"]
    assert "16\u202f300" in words


def test_one_school_is_one_column(own_target, ales, diane):
    assert [one.school for one in page_for(diane, school=ales.code).columns] == [ales]


def test_a_school_that_left_has_no_column(students, ales, diane):
    ales.last_year = 2019
    ales.save()

    assert "imt-mines-ales" not in cells(page_for(diane))


def test_many_schools_stand_on_several_pages(students, diane, signed_in, read):
    School.objects.bulk_create(
        School(code=f"s{n}", name=f"École {n}", rank=n + 10) for n in range(COLUMNS + 4)
    )

    words = read(signed_in(diane).get(URL + "?year=2020&page=2"))

    assert len(page_for(diane).columns) == COLUMNS
    assert f"Écoles {COLUMNS + 1} à {COLUMNS + 5} sur {COLUMNS + 5}" in words


@pytest.mark.parametrize(
    "asked", ["by=rank", "group=nowhere", "school=nowhere", "indicator=nowhere", "year=1999"]
)
def test_what_there_is_not_is_not_found(asked, students, diane, signed_in):
    assert signed_in(diane).get(f"{URL}?{asked}").status_code == 404


# --- who, when, in which words ---


def test_a_school_does_not_see_the_others(students, alice, signed_in):
    assert signed_in(alice).get(URL).status_code == 403


def test_no_plan_yet(diane, signed_in, read):
    assert "Aucun plan" in read(signed_in(diane).get(URL))


def test_no_indicator_yet(diane, albi, signed_in, read):
    factories.PlanFactory()

    assert "Pas encore d’indicateur" in read(signed_in(diane).get(URL))


def test_links_and_choices_keep_what_is_asked(own_target, diane, signed_in):
    body = signed_in(diane).get(URL + "?year=2020&view=provisional&by=theme").content.decode()

    assert '/indicateurs/students/?year=2020&amp;view=provisional"' in body
    assert 'name="view" value="provisional"' in body
    assert "view=provisional&amp;by=theme&amp;only=missing" in body


def test_the_matrix_of_an_earlier_moment(own_target, albi, diane, signed_in, read):
    """What is entered today was not known a year ago."""
    words = read(signed_in(diane).get(URL + "?year=2020&as_of=2020-06-30"))

    assert "15\u202f000" not in words


@pytest.mark.parametrize("schools", [8, 80])
def test_the_price_does_not_grow(schools, students, diane, signed_in, recomputed):
    factories.LinkFactory(indicator=students.indicator, objective=factories.ObjectiveFactory())
    for number in range(schools):
        school = factories.SchoolFactory(code=f"s{number}")
        figure(students.indicator, school)
        figure(factories.IndicatorFactory(), school)
    recomputed()
    client = signed_in(diane)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).status_code == 200

    assert len(queries) <= BUDGET, "\n".join(query["sql"][:120] for query in queries)
