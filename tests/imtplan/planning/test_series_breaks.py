"""The plan office puts a break of a series at its year; readers and programs see it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.dashboard.overview.decisions import TwoYearsProgress
from indicators.models import Progress, SeriesBreak, Target
from indicators.recomputing.recompute import recompute_stale
from tests import factories

SENTENCE = "Les doubles inscriptions sont ôtées."


@pytest.fixture
def target(albi: School) -> Target:
    students = factories.students_of_the_plan(albi)
    factories.FigureFactory(indicator=students.indicator, school=albi, year=2021, value=15600)
    recompute_stale()
    return students


@pytest.fixture
def adding(target: Target) -> str:
    return "/plan/ajouter/ruptures/?indicateur=students"


def test_it_is_put_at_its_year_changed_and_taken_back(
    office: Any, adding: str, target: Target
) -> None:
    assert (
        adding
        in office.client.get(f"/plan/modifier/indicateurs/{target.indicator_id}/").content.decode()
    )
    answer = office.do(adding, year="2020", sentence=SENTENCE, recounted="14 900")
    assert answer.url == f"/plan/modifier/indicateurs/{target.indicator_id}/"
    stored = SeriesBreak.objects.get()
    assert (stored.indicator, stored.year, stored.recounted) == (target.indicator, 2020, 14900)

    office.do(f"/plan/modifier/ruptures/{stored.pk}/", year="2021")
    assert SeriesBreak.objects.get().year == 2021
    office.do(f"/plan/archiver/ruptures/{stored.pk}/")
    assert not SeriesBreak.objects.in_use().exists()
    office.do(adding, year="2021", sentence=SENTENCE)
    assert SeriesBreak.objects.in_use().count() == 1, "one put aside does not take the year"


@pytest.mark.parametrize("year", ["2017", "2023", "1066", "", "vingt"])
def test_a_year_that_no_plan_shows_is_refused(office: Any, adding: str, year: str) -> None:
    assert "year" in office.refused(adding, year=year, sentence=SENTENCE)


def test_a_second_one_in_a_year_is_refused_at_the_year(office: Any, adding: str) -> None:
    office.do(adding, year="2020", sentence=SENTENCE)
    assert "year" in office.refused(adding, year="2020", sentence="Une autre.")


def test_it_says_what_changed(office: Any, adding: str) -> None:
    assert "sentence" in office.refused(adding, year="2020", sentence=" ")


def test_nobody_else_opens_its_pages(
    signed_in: Callable[[User], Client], diane: User, adding: str
) -> None:
    assert signed_in(diane).get(adding).status_code == 403


def test_readers_see_it_with_the_number(
    office: Any, adding: str, signed_in: Callable[[User], Client], diane: User, target: Target
) -> None:
    office.do(adding, year="2020", sentence=SENTENCE, recounted="14 900")
    recompute_stale()
    client = signed_in(diane)
    page = client.get("/indicateurs/students/?year=2021").content.decode()
    assert SENTENCE in page
    assert "14\u202f900" in page
    assert "≠" in page
    explained = client.get(f"/explication/cibles/{target.code}/?year=2021").content.decode()
    assert "La valeur de référence de 2017 n’est pas comptée comme la valeur de 2021" in explained
    answer = client.get("/api/v1/indicators/students/").json()
    assert answer["breaks"] == [{"year": 2020, "sentence": SENTENCE, "recounted": "14900"}]


def test_before_the_break_nothing_is_crossed(
    office: Any, adding: str, signed_in: Callable[[User], Client], diane: User, target: Target
) -> None:
    office.do(adding, year="2021", sentence=SENTENCE)
    page = signed_in(diane).get("/indicateurs/students/?year=2020")
    assert not page.context["page"].is_compared_over_a_break


def test_its_preview_shows_the_forecast_that_moves(office: Any, adding: str) -> None:
    preview = office.preview(adding, year="2021", sentence=SENTENCE).context["preview"]
    moved = [result for group in preview.groups for result in group.results]
    assert moved
    assert all(result.numbers for result in moved)


def test_readers_find_it_among_the_changes_of_the_plan(
    office: Any, adding: str, signed_in: Callable[[User], Client], diane: User, target: Target
) -> None:
    office.do(adding, year="2021", sentence=SENTENCE)
    address = f"/historique/changements/?plan={target.plan.code}"
    assert "rupture de série en 2021" in signed_in(diane).get(address).content.decode()


def test_a_fall_over_it_is_no_decision_to_take(target: Target) -> None:
    indicator, half, less = target.indicator, Decimal("0.5"), Decimal("0.4")
    rows = {year: Progress(year=year, progress=it) for year, it in ((2020, half), (2021, less))}
    pair = TwoYearsProgress(indicator, rows[2021], rows[2020])
    assert pair.falls
    SeriesBreak.objects.create(indicator=indicator, year=2021, sentence=SENTENCE)
    assert not pair.falls


def test_the_first_page_draws_it(
    target: Target, signed_in: Callable[[User], Client], diane: User
) -> None:
    SeriesBreak.objects.create(indicator=target.indicator, year=2020, sentence=SENTENCE)
    recompute_stale()
    page = signed_in(diane).get("/tableau-de-bord/?year=2021").content.decode()
    assert "≠" in page
    assert '"x0": 2019.5' in page


def test_the_first_page_says_why_there_is_no_forecast(
    target: Target, signed_in: Callable[[User], Client], diane: User
) -> None:
    SeriesBreak.objects.create(indicator=target.indicator, year=2021, sentence=SENTENCE)
    recompute_stale()
    page = signed_in(diane).get("/tableau-de-bord/?year=2021").content.decode()
    assert "Pas de prévision\u202f: la série est rompue en 2021." in page
    assert "Trop peu de valeurs" not in page
