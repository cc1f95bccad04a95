"""What a document says of an indicator stands beside what its figures make, and counts nowhere."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from indicators.models import InstituteValue, PublishedValue, StaleMark, Target
from indicators.recomputing.recompute import recompute_stale
from tests import factories

SOURCE = "Communiqué de presse du 25 novembre 2022"
ADDING = "/plan/ajouter/publications/?indicateur=students"


@pytest.fixture
def target(albi: School) -> Target:
    students = factories.students_of_the_plan(albi)
    recompute_stale()
    return students


def test_it_is_added_changed_put_aside_and_brought_back(office: Any, target: Target) -> None:
    of_indicator = f"/plan/modifier/indicateurs/{target.indicator_id}/"
    assert ADDING in office.client.get(of_indicator).content.decode()
    assert office.do(ADDING, year="2020", value="15 100", source=SOURCE).url == of_indicator
    stored = PublishedValue.objects.get()
    assert (stored.indicator, stored.year, stored.value) == (target.indicator, 2020, 15100)
    assert "15\u202f100\u00a0étudiants" in office.client.get(of_indicator).content.decode()

    office.do(f"/plan/modifier/publications/{stored.pk}/", value="15 200")
    aside = f"/plan/archiver/publications/{stored.pk}/"
    office.do(aside)
    assert not PublishedValue.objects.in_use().exists()
    office.do(ADDING, year="2020", value="15 000", source=SOURCE)
    assert "déjà" in str(office.refused(aside)), "its source has another value meanwhile"
    assert PublishedValue.objects.in_use().get().value == 15000
    assert (
        "valeur publiée pour 2020"
        in office.client.get(f"/historique/changements/?plan={target.plan.code}").content.decode()
    )


def test_what_cannot_be_published_is_refused_at_its_field(office: Any, target: Target) -> None:
    good = {"year": "2020", "value": "15 100", "source": SOURCE}
    for name, typed in (
        ("year", "2016"),
        ("year", "2023"),
        ("year", "vingt"),
        ("value", ""),
        ("value", "beaucoup"),
        ("value", "15 100 €"),
        ("source", " "),
    ):
        assert name in office.refused(ADDING, **good | {name: typed}), (name, typed)
    office.do(ADDING, **good | {"year": "2017"})  # the baseline year is shown too
    assert "source" in office.refused(ADDING, **good | {"year": "2017", "value": "3"})


def test_readers_see_it_with_the_difference_and_no_result_moves(
    office: Any, signed_in: Callable[[User], Client], diane: User, target: Target, ales: School
) -> None:
    factories.FigureFactory(indicator=target.indicator, school=ales, year=2017, value=0)
    recompute_stale()
    before = list(InstituteValue.objects.order_by("pk").values())
    terms = {"perimeter_fr": "Groupe", "source": SOURCE}
    office.do(ADDING, year="2017", value="13 500", **terms)
    office.do(ADDING, year="2020", value="15 100,5", **terms)
    office.do(ADDING, year="2021", value="16 000", **terms)
    assert not StaleMark.objects.exists()
    assert list(InstituteValue.objects.order_by("pk").values()) == before

    client = signed_in(diane)
    page = client.get("/indicateurs/students/?year=2020&plan=2018-2022")
    rows = {row.year: row for row in page.context["page"].published}
    assert rows[2020].gap == "", "a year that lacks a school is not compared"
    assert "estimation" in rows[2020].apart
    assert (rows[2021].total, rows[2021].gap) == ("", ""), "nothing is known: no difference"
    assert SOURCE in page.content.decode()

    factories.FigureFactory(indicator=target.indicator, school=ales, year=2020, value=0)
    recompute_stale()
    page = client.get("/indicateurs/students/?year=2020&plan=2018-2022")
    rows = {row.year: row for row in page.context["page"].published}
    assert [rows[year].gap for year in (2017, 2020)] == ["−100", "−100,5"]
    assert (rows[2020].total, rows[2020].value) == ("15\u202f000", "15\u202f100,5")
    listed = client.get("/api/v1/indicators/students/").json()["published_values"]
    assert [row["value"] for row in listed] == ["13500", "15100.5", "16000"]
    assert listed[0]["perimeter_fr"] == "Groupe"


def test_only_the_plan_office_writes_it(
    signed_in: Callable[[User], Client], diane: User, alice: User, target: Target
) -> None:
    for person in (diane, alice):
        assert signed_in(person).get(ADDING).status_code == 403
