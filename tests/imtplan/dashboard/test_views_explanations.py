"""The page of an explanation: who may open it, what it keeps, what it says."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.http import urlencode

from imtplan.dashboard.explanation import steps_in_words as explanation
from indicators.explaining import InputUse, NotCountedReason, StatusRule
from indicators.formulas.progress import FORMULA_VERSION
from indicators.models import InstituteValue, Progress
from tests import factories

WHY = "/explication/"
PAGES = [
    "indicateurs/students/",
    "cibles/students-plan-2022/",
    "plan/",
    "objectifs/O1/",
    "leviers/L1/",
    "projets/P01/",
]
SCOPE = "?plan=2018-2022&year=2020"


@pytest.fixture
def content(students, recomputed):
    """One of each thing that has a progress."""
    objective = factories.ObjectiveFactory(code="O1", plan=students.plan)
    lever = factories.LeverFactory(code="L1", plan=students.plan)
    for element in ({"objective": objective}, {"lever": lever}):
        factories.LinkFactory(indicator=students.indicator, **element)
    project = factories.ProjectFactory(code="P01", plan=students.plan)
    factories.MilestoneFactory(project=project, title_en="Framing", done_on="2020-05-01")
    objective.served_by.create(project=project, weight=2)
    recomputed()
    return students


@pytest.fixture
def english(diane, signed_in, read):
    """The words of an explanation, in English."""
    diane.language = "en"
    diane.save()
    return lambda path, scope=SCOPE: read(signed_in(diane).get(WHY + path + scope))


# --- who ---


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("who", "status"), [("alice", 403), ("charlie", 403), ("diane", 200), ("paul", 200)]
)
def test_the_institutes_numbers_are_for_its_people(path, who, status, request, signed_in):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(WHY + path).status_code == status


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_sign_in(path, client):
    assert client.get(WHY + path).status_code == 302


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("charlie", 404), ("diane", 200)])
def test_a_school_explains_its_own_target(
    content, albi, ales, recomputed, who, status, request, signed_in
):
    factories.TargetFactory(
        indicator=content.indicator, code="students-albi", school=albi, is_reference=False
    )
    factories.FigureFactory(indicator=content.indicator, school=ales, year=2020, value=4321)
    recomputed()
    client = signed_in(request.getfixturevalue(who))

    answer = client.get(WHY + "cibles/students-albi/" + SCOPE)

    assert answer.status_code == status
    assert "4\u202f321" not in answer.content.decode()  # the figure of another school


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    "path",
    [
        "indicateurs/unknown/",
        "cibles/unknown/",
        "objectifs/L1/",
        "projets/P99/",
        "plan/?plan=unknown",
        "plan/?year=1999",
        "plan/?view=draft",
        "plan/?as_of=tomorrow",
    ],
)
def test_what_is_not_there_is_404(path, diane, signed_in):
    assert signed_in(diane).get(WHY + path).status_code == 404


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_written_here(path, diane, signed_in):
    assert signed_in(diane).post(WHY + path).status_code == 405


# --- what is kept ---


def test_the_address_keeps_plan_year_and_view(content, diane, signed_in):
    """A later plan becomes the default one: what was explained stays what it was."""
    page = signed_in(diane).get("/tableau-de-bord/?year=2019&view=provisional").content.decode()
    kept = "/explication/plan/?plan=2018-2022&amp;year=2019&amp;view=provisional"
    assert f'href="{kept}' in page or f'href="{kept.replace("&amp;", "&")}' in page

    factories.PlanFactory(code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027)
    words = signed_in(diane).get(kept.replace("&amp;", "&")).content.decode()
    assert "Plan stratégique 2018-2022" in words


def test_a_target_belongs_to_its_plan_whatever_is_asked(content, english):
    factories.PlanFactory(code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027)

    words = english("cibles/students-plan-2022/", "?plan=2023-2027&year=2020")

    assert "Strategic plan 2018-2022" in words


# --- what is said ---


def test_progress_says_every_step_its_promise_and_its_figures(content, alice, english):
    content.indicator.figures.update(entered_by=alice, version=4)
    words = english("cibles/students-plan-2022/")

    for said in (
        "= (15,000 − 13,400) / (20,000 − 13,400)",
        "= (value − baseline) / (target − baseline)",
        "24.24%",
        "The pace decides.",
        "Communiqué de presse (primary source, or two that agree)",
        "At this pace 2022 would reach 16,067 students. This is indicative",
        "13,400 (2017), 15,000 (2020)",
        "IMT Mines Albi",
        "Alice",
        "version 4",
        f"Formula version {FORMULA_VERSION}",
        "Recomputed just now from the figures: the same.",
    ):
        assert said in words


def test_a_value_says_who_is_missing_and_the_range(
    content, ales, recomputed, english, diane, signed_in, read
):
    factories.FigureFactory(indicator=content.indicator, school=ales, year=2019, value=700)
    factories.TargetFactory(
        indicator=content.indicator,
        school=ales,
        is_reference=False,
        baseline_value=500,
        value=1000,
    )
    recomputed()
    words = english("indicateurs/students/")

    assert "≈ estimate on validated figures" in words
    assert "≈ 700 carried forward from 2019" in words
    assert "= 15,000 + 700" in words
    assert "each missing school at its baseline = 15,000 + 500" in words
    assert "= 15,800 students" in words
    dashboard = read(signed_in(diane).get("/tableau-de-bord/?year=2020"))
    assert "Between 15,500 and 15,800" in dashboard
    assert "Carried forward: IMT Mines Alès (2019)" in dashboard


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"imt-mines-albi"}, "IMT Mines Alès has no earlier figure to carry forward"),
        (set(), "nobody has reported for this year"),
    ],
)
def test_why_there_is_no_estimate(figures, said, albi, ales, recomputed, english):
    indicator = factories.TargetFactory(indicator__code="students").indicator
    for school in (albi, ales):
        if school.code in figures:
            factories.FigureFactory(indicator=indicator, school=school, year=2020)
    recomputed()

    assert said in english("indicateurs/students/")


def test_an_objective_says_what_each_item_brings(content, english):
    words = english("objectifs/O1/")

    assert "mean by weight" in words
    assert "= (1 × 24.24% + 2 × 100%) / (1 + 2)" in words
    assert "74.75%" in words
    assert "66.67%" in words  # what the project brings
    assert "P01" in words


def test_an_items_number_leads_to_its_own_explanation(content, diane, signed_in):
    body = signed_in(diane).get(WHY + "objectifs/O1/" + SCOPE).content.decode()

    for path in ("cibles/students-plan-2022/", "projets/P01/"):
        assert f'href="{WHY}{path}?plan=2018-2022&amp;year=2020#progress"' in body


def test_the_plan_leaves_out_what_has_no_data(content, recomputed, english):
    factories.ObjectiveFactory(code="O2", plan=content.plan)
    recomputed()
    words = english("plan/")

    assert "1 of 2 has no data and is left out of the mean." in words
    assert "= 1 / (1 + 1)" in words
    assert "50%" in words


def test_a_project_says_its_milestones_on_the_day(content, english):
    words = english("projets/P01/")

    assert "Its milestones on 31 December 2020" in words
    assert "done, and due by then" in words
    assert "weight of these milestones / weight of all" in words


@pytest.mark.usefixtures("content")
def test_what_is_stored_wrong_is_told_with_both_numbers(english):
    Progress.objects.update(progress=Decimal("0.9"))
    InstituteValue.objects.update(value=Decimal(999))

    words = english("cibles/students-plan-2022/")
    assert "does not give the stored numbers back" in words
    assert "Progress: stored 90%, computed now 24.24%" in words
    assert "Value: stored 999 students, computed now 15,000 students" in english(
        "indicateurs/students/"
    )


def test_a_change_under_way_is_no_difference_to_report(content, english):
    content.indicator.figures.filter(year=2020).update(value=16000)

    words = english("cibles/students-plan-2022/")
    assert "these numbers are being recomputed" in words
    assert "Tell the plan office" not in words


@pytest.mark.usefixtures("content")
def test_nothing_known_is_said(english):
    words = english("cibles/students-plan-2022/", "?year=2019")

    assert "No value is known for 2019" in words
    assert "= 16,040 students" in words


def test_a_band_is_kept_or_lost(albi, recomputed, english):
    indicator = factories.IndicatorFactory(
        code="kept", direction="keep", band_low=100, tolerance=10
    )
    factories.TargetFactory(indicator=indicator, code="kept-2022", baseline_value=100, value=100)
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=98)
    recomputed()

    words = english("cibles/kept-2022/")
    assert "2 students outside the band, the promise is lost" in words
    assert "= max(0; 1 − 2 / 10)" in words
    assert "a band holds in every year" in words


@pytest.mark.django_db(transaction=True)
def test_an_explanation_of_an_earlier_moment_is_of_what_was_known(content, english):
    then = timezone.now().isoformat()
    content.indicator.figures.filter(year=2020).update(value=18000)

    words = english("cibles/students-plan-2022/", f"?year=2020&{urlencode({'as_of': then})}")

    assert "15,000 students in 2020" in words
    assert "the same" in words
    assert "As it was known on" in words


# --- at which price ---


@pytest.mark.parametrize("path", PAGES)
def test_questions_do_not_grow_with_the_schools(path, content, diane, signed_in):
    client = signed_in(diane)
    client.get(WHY + path + SCOPE)
    with CaptureQueriesContext(connection) as few:
        client.get(WHY + path + SCOPE)
    for _ in range(4):
        school = factories.SchoolFactory()
        for year in (2019, 2020):
            factories.FigureFactory(indicator=content.indicator, school=school, year=year)
    with CaptureQueriesContext(connection) as many:
        client.get(WHY + path + SCOPE)

    assert len(many) == len(few) <= 30


def test_every_word_has_a_place():
    """The names of results, rules and reasons are all told in words."""
    told = explanation.VERDICTS, explanation.USES, explanation.REASONS
    enums = StatusRule, InputUse, NotCountedReason

    for words, enum in zip(told, enums, strict=True):
        assert set(words) == set(enum)
    with translation.override("en"):
        assert all(str(word) for words in told for word in words.values())
