"""Indicators, targets, figures and results through the API: who sees which, and what they say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imtplan.accounts.models import School, User
from indicators.models import Figure, Indicator, IndicatorLink, Progress, TrajectoryPoint
from tests import factories

API = "/api/v1/"

SignIn = Callable[[User], Client]
Recompute = Callable[[], Any]


@pytest.fixture
def diane_reads(diane: User, signed_in: SignIn) -> Client:
    return signed_in(diane)


@pytest.fixture
def alice_reads(alice: User, signed_in: SignIn) -> Client:
    return signed_in(alice)


def rows(client: Client, name: str, **question: str) -> list[dict[str, Any]]:
    response = client.get(f"{API}{name}/", question)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def figure(school: School | None, **fields: Any) -> Figure:
    return factories.FigureFactory(school=school, **fields)


# --- Indicators and targets ---------------------------------------------------------------------


def test_an_indicator_says_what_it_speaks_for(alice_reads: Client) -> None:
    indicator = factories.IndicatorFactory(code="students", scale=Decimal("1.000"))
    factories.LinkFactory(
        indicator=indicator, objective=factories.ObjectiveFactory(code="O1"), weight=Decimal("0.5")
    )
    row = alice_reads.get(f"{API}indicators/students/").json()
    assert (row["scale"], row["minimum"], row["maximum"]) == ("1", "0", None)
    assert row["links"] == [
        {
            "plan": "2018-2022",
            "objective": "O1",
            "lever": None,
            "project": None,
            "weight": "0.5",
            "inferred": False,
        }
    ]


def test_indicators_by_what_they_speak_for(alice_reads: Client) -> None:
    linked = factories.IndicatorFactory(code="linked", is_headline=True)
    factories.LinkFactory(indicator=linked, objective=factories.ObjectiveFactory(code="O1"))
    factories.LinkFactory(indicator=linked, project=factories.ProjectFactory(code="P01"))
    factories.TargetFactory(indicator=linked)
    factories.TargetFactory(indicator=linked, is_reference=False)
    factories.IndicatorFactory(code="alone", followed_by=[])
    for question in (
        {"objective": "O1"},
        {"project": "P01"},
        {"plan": "2018-2022"},
        {"is_headline": "true"},
    ):
        assert [row["code"] for row in rows(alice_reads, "indicators", **question)] == ["linked"]
    assert [row["code"] for row in rows(alice_reads, "indicators", is_headline="false")] == [
        "alone"
    ]


def test_a_target_gives_its_value_or_its_growth_and_its_stated_years(alice_reads: Client) -> None:
    target = factories.TargetFactory(
        code="own-funds", value=None, growth_percent=60, baseline_value=None
    )
    TrajectoryPoint.objects.create(target=target, year=2020, value=Decimal("220.5"))
    row = alice_reads.get(f"{API}targets/own-funds/").json()
    assert (row["value"], row["growth_percent"], row["baseline_value"]) == (None, "60", None)
    assert row["points"] == [{"year": 2020, "value": "220.5"}]
    assert row["school"] is None


def test_a_school_sees_the_institutes_targets_and_its_own(
    alice_reads: Client, diane_reads: Client, albi: School, ales: School
) -> None:
    for school in (None, albi, ales):
        factories.TargetFactory(
            school=school, code=f"of-{school.code if school else 'imt'}", is_reference=not school
        )
    seen = {row["code"] for row in rows(alice_reads, "targets")}
    assert seen == {"of-imt", "of-imt-mines-albi"}
    assert alice_reads.get(f"{API}targets/of-imt-mines-ales/").status_code == 404
    assert len(rows(diane_reads, "targets")) == 3
    assert [row["school"] for row in rows(diane_reads, "targets", level="institute")] == [None]
    assert len(rows(diane_reads, "targets", level="school")) == 2
    assert len(rows(diane_reads, "targets", is_reference="true")) == 1


# --- Figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("alice", {"imt-mines-albi", None}),
        ("bob", {"imt-mines-albi", None}),
        ("charlie", {"imt-mines-ales", None}),
        ("diane", {"imt-mines-albi", "imt-mines-ales", None}),
        ("paul", {"imt-mines-albi", "imt-mines-ales", None}),
    ],
)
def test_figures_are_those_of_ones_school_and_the_institutes(
    who: str,
    seen: set[str | None],
    request: pytest.FixtureRequest,
    signed_in: SignIn,
    albi: School,
    ales: School,
) -> None:
    for school in (albi, ales, factories.InstituteFactory()):
        figure(school)
    client = signed_in(request.getfixturevalue(who))
    assert {row["school"] for row in rows(client, "figures")} == seen


def test_another_schools_figure_is_404(alice_reads: Client, albi: School, ales: School) -> None:
    assert alice_reads.get(f"{API}figures/{figure(albi).pk}/").status_code == 200
    assert alice_reads.get(f"{API}figures/{figure(ales).pk}/").status_code == 404


def test_another_schools_code_is_answered_like_one_that_nobody_has(
    alice_reads: Client, ales: School
) -> None:
    theirs = alice_reads.get(f"{API}figures/", {"school": ales.code})
    nobodys = alice_reads.get(f"{API}figures/", {"school": "hogwarts"})
    assert (theirs.status_code, nobodys.status_code) == (400, 400)
    assert theirs.json()["school"][0].replace(ales.code, "hogwarts") == nobodys.json()["school"][0]


def test_a_number_is_text_with_the_digits_it_has(diane_reads: Client, albi: School) -> None:
    for year, value in ((2018, "13400"), (2019, "0.5"), (2020, "-3"), (2021, "999999999999999.25")):
        figure(albi, year=year, value=Decimal(value))
    values = [row["value"] for row in rows(diane_reads, "figures", ordering="year")]
    assert values == ["13400", "0.5", "-3", "999999999999999.25"]


def test_a_ratio_gives_both_parts_and_what_they_come_to(diane_reads: Client, albi: School) -> None:
    ratio = factories.IndicatorFactory(ratio=True)
    figure(albi, indicator=ratio, value=None, numerator=Decimal(1), denominator=Decimal(3))
    [row] = rows(diane_reads, "figures")
    assert (row["numerator"], row["denominator"]) == ("1", "3")
    assert row["value"] == "33.3333333333"


@pytest.mark.parametrize("state", ["not_entered", "not_available", "not_applicable"])
def test_a_missing_number_is_null_and_the_state_says_why(
    diane_reads: Client, albi: School, state: str
) -> None:
    figure(albi, state=state, value=None, reason="Logiciel remplacé")
    [row] = rows(diane_reads, "figures")
    assert (row["state"], row["reason"]) == (state, "Logiciel remplacé")
    assert (row["value"], row["numerator"], row["denominator"]) == (None, None, None)


def test_figures_by_year_indicator_status_and_view(diane_reads: Client, albi: School) -> None:
    indicator = factories.IndicatorFactory(code="students")
    for year, status in ((2018, "validated"), (2019, "submitted"), (2020, "draft")):
        figure(albi, indicator=indicator, year=year, status=status)
    figure(albi, year=2018)

    def years(**question: str) -> list[int]:
        found = rows(diane_reads, "figures", indicator="students", ordering="year", **question)
        return [row["year"] for row in found]

    assert years() == [2018, 2019, 2020]
    assert years(view="validated") == [2018]
    assert years(view="provisional") == [2018, 2019]
    assert years(status="draft") == [2020]
    assert years(year="2019") == [2019]
    assert years(year_from="2019") == [2019, 2020]
    assert years(year_to="2018") == [2018]
    assert years(year="99999999999999999999") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("year", "deux mille"),
        ("year", "2020.5"),
        ("year", "1e5"),
        ("year", "\x002020"),
        ("view", "brouillon"),
        ("state", "\x00"),
        ("indicator", "students\x00"),
        ("school", "' OR 1=1 --"),
        ("level", "region"),
    ],
)
def test_a_value_that_is_not_known_is_400_with_a_sentence(
    diane_reads: Client, name: str, value: str
) -> None:
    response = diane_reads.get(f"{API}figures/", {name: value})
    assert response.status_code == 400
    [sentence] = response.json()[name]
    assert sentence.endswith(".")


# --- Results ------------------------------------------------------------------------------------


@pytest.fixture
def worked_example(albi: School, recomputed: Recompute) -> Indicator:
    """13,400 students in 2017, 20,000 wanted in 2022, 15,000 in 2020; and what follows."""
    target = factories.students_of_the_plan(albi)
    factories.LinkFactory(
        indicator=target.indicator, objective=factories.ObjectiveFactory(code="O1")
    )
    recomputed()
    return target.indicator


def test_the_worked_example_to_the_last_digit(
    diane_reads: Client, worked_example: Indicator
) -> None:
    [row] = rows(diane_reads, "progress", year="2020")
    assert (row["target"], row["indicator"], row["plan"]) == (
        "students-plan-2022",
        "students",
        "2018-2022",
    )
    assert (row["baseline"], row["value"], row["target_value"]) == ("13400", "15000", "20000")
    assert (row["expected_value"], row["gap"]) == ("17360", "-2360")
    assert (row["progress"], row["expected_progress"]) == ("0.2424242424", "0.6")
    assert (row["pace"], row["status"]) == ("0.404040404", "off_track")
    assert (row["school"], row["view"], row["needed_per_year"]) == (None, "validated", "2500")


def test_figures_and_progress_of_the_indicators_of_an_objective(
    diane_reads: Client, worked_example: Indicator, albi: School
) -> None:
    factories.LinkFactory(indicator=worked_example, objective=factories.ObjectiveFactory(code="O2"))
    figure(albi)
    for name in ("figures", "progress"):
        of_the_objective = rows(diane_reads, name, objective="O1", ordering="-year")
        assert of_the_objective == rows(diane_reads, name, indicator="students", ordering="-year")
        assert of_the_objective != []
    assert diane_reads.get("/api/v1/figures.csv", {"objective": "O1"}).status_code == 200


def test_values_say_who_is_missing(
    diane_reads: Client, worked_example: Indicator, ales: School, recomputed: Recompute
) -> None:
    figure(ales, indicator=worked_example, year=2017, value=Decimal(600))
    recomputed()
    [row] = rows(diane_reads, "values", year="2020", indicator="students")
    assert (row["value"], row["estimate"]) == (None, "15600")
    assert (row["expected"], row["reported"], row["missing"]) == (2, 1, ["imt-mines-ales"])
    assert row["carried"] == {"imt-mines-ales": 2017}


def test_roll_ups_name_their_element(diane_reads: Client, worked_example: Indicator) -> None:
    [objective] = rows(diane_reads, "roll-ups", year="2020", kind="objective")
    assert (objective["plan"], objective["objective"]) == ("2018-2022", "O1")
    assert (objective["lever"], objective["project"]) == (None, None)
    assert objective["progress"] == "0.2424242424"
    [plan] = rows(diane_reads, "roll-ups", year="2020", kind="plan")
    assert (plan["plan"], plan["objective"], plan["progress"]) == (
        "2018-2022",
        None,
        "0.2424242424",
    )
    assert rows(diane_reads, "roll-ups", year="2020", objective="O1") == [objective]
    assert plan in rows(diane_reads, "roll-ups", plan="2018-2022")


@pytest.mark.parametrize("name", ["progress", "values", "roll-ups"])
def test_validated_figures_alone_count_unless_another_view_is_asked_for(
    diane_reads: Client, worked_example: Indicator, name: str
) -> None:
    assert {row["view"] for row in rows(diane_reads, name)} == {"validated"}
    assert diane_reads.get(f"{API}{name}/", {"view": ""}).status_code == 400
    provisional = rows(diane_reads, name, view="provisional")
    assert {row["view"] for row in provisional} == {"provisional"}
    # A row asked for by its number is given whatever its view.
    assert diane_reads.get(f"{API}{name}/{provisional[0]['id']}/").json() == provisional[0]


@pytest.mark.parametrize("name", ["progress", "values", "roll-ups"])
@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_the_institutes_results_are_for_its_people(
    name: str,
    who: str,
    request: pytest.FixtureRequest,
    signed_in: SignIn,
    diane_reads: Client,
    worked_example: Indicator,
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert rows(client, name) == []
    theirs = rows(diane_reads, name)[0]["id"]
    assert client.get(f"{API}{name}/{theirs}/").status_code == 404


def test_a_school_sees_its_own_progress_and_no_other(
    alice_reads: Client, diane_reads: Client, albi: School, ales: School, recomputed: Recompute
) -> None:
    indicator = factories.IndicatorFactory()
    for school in (albi, ales):
        factories.TargetFactory(
            indicator=indicator, school=school, code=f"of-{school.code}", is_reference=False
        )
        figure(school, indicator=indicator, year=2020, value=Decimal(15000))
    recomputed()
    assert {row["school"] for row in rows(alice_reads, "progress")} == {albi.code}
    assert {row["school"] for row in rows(diane_reads, "progress")} == {albi.code, ales.code}
    assert {row["school"] for row in rows(diane_reads, "progress", school=ales.code)} == {ales.code}
    foreign = Progress.objects.filter(target__school=ales).first()
    assert foreign is not None
    assert alice_reads.get(f"{API}progress/{foreign.pk}/").status_code == 404


# --- Queries ------------------------------------------------------------------------------------

# Session, person, roles, count, rows; then one for each thing that is many.
BUDGETS = {"indicators": 12, "targets": 6, "figures": 5, "progress": 6, "values": 5, "roll-ups": 5}


def grow(count: int, recomputed: Recompute) -> None:
    """So many more of everything."""
    for _ in range(count):
        target = factories.TargetFactory()
        TrajectoryPoint.objects.create(target=target, year=2020, value=1)
        for element in (
            {"objective": factories.ObjectiveFactory()},
            {"lever": factories.LeverFactory()},
            {"project": factories.ProjectFactory()},
        ):
            IndicatorLink.objects.create(indicator=target.indicator, **element)
        figure(factories.SchoolFactory(), indicator=target.indicator)
    recomputed()


def test_the_number_of_queries_does_not_grow_with_the_rows(
    diane_reads: Client, recomputed: Recompute, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (3, 27):
        grow(count, recomputed)
        for name, budget in BUDGETS.items():
            with django_assert_num_queries(budget):
                assert len(rows(diane_reads, name)) >= count


def test_a_rows_own_address_asks_nothing_that_is_passed_over(
    diane_reads: Client, albi: School
) -> None:
    figure = factories.FigureFactory(school=albi)
    address = f"/api/v1/figures/{figure.pk}/"
    assert diane_reads.get(address, {"as_of": "2021-03-03"}).status_code in (200, 404)
    assert diane_reads.get(address, {"year": "1999"}).status_code == 400


@pytest.mark.parametrize("size", ["501", "0", "\u0665"])
def test_a_page_of_another_size_than_asked_is_not_given(diane_reads: Client, size: str) -> None:
    assert diane_reads.get("/api/v1/figures/", {"page_size": size}).status_code == 400
