"""Whom a total adds up is said where it stands: the own schools, and which kinds are not in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.indicator.page import indicator_page
from imtplan.dashboard.wording import perimeter_in_words
from imtplan.exports import deck, paper_sheets
from indicators.models import Indicator
from tests import factories

KINDS = School.Affiliation
ALONE = "Totaux\u202f: 1 école propre"
YEAR = {"year": "2020"}


@pytest.mark.parametrize(
    ("own", "outside", "words"),
    [
        (None, (), ""),
        (0, (KINDS.SUBSIDIARY,), ""),
        (1, (), ALONE),
        (8, (KINDS.SUBSIDIARY,), "Totaux\u202f: 8 écoles propres, sans les filiales"),
        (8, (KINDS.ASSOCIATED,), "Totaux\u202f: 8 écoles propres, sans les écoles associées"),
        (
            8,
            (KINDS.ASSOCIATED, KINDS.SUBSIDIARY),
            "Totaux\u202f: 8 écoles propres, sans les filiales ni les écoles associées",
        ),
    ],
)
def test_it_says_who_is_in_it_and_who_is_not(
    own: int | None, outside: tuple[str, ...], words: str
) -> None:
    assert perimeter_in_words(own, outside) == words


@pytest.fixture
def with_others(students: Any) -> None:
    """A subsidiary; and an associated school that is one from 2021 on."""
    factories.SchoolFactory(kind=KINDS.SUBSIDIARY)
    factories.SchoolFactory(kind=KINDS.ASSOCIATED, first_year=2021)


@pytest.mark.parametrize("page", ["/tableau-de-bord/", "/indicateurs/students/"])
def test_the_pages_say_it_of_their_year(
    with_others: None, diane: User, signed_in: Callable[[User], Client], page: str
) -> None:
    client = signed_in(diane)
    bodies = {year: client.get(f"{page}?year={year}").content.decode() for year in (2020, 2021)}
    assert f"{ALONE}, sans les filiales<" in bodies[2020]
    assert f"{ALONE}, sans les filiales ni les écoles associées<" in bodies[2021]


def test_paper_and_slides_say_it_too(with_others: None, diane: User) -> None:
    words = f"{ALONE}, sans les filiales"
    assert paper_sheets.dashboard(diane, "", YEAR).page.counted_schools == words
    assert paper_sheets.indicator(diane, "students", YEAR).page.counted_schools == words
    assert f"{words}." in deck.read(diane, "", YEAR).notes


def test_what_the_institute_enters_adds_up_no_school(
    with_others: None, students: Any, diane: User
) -> None:
    Indicator.objects.update(aggregation=Indicator.Aggregation.NONE)
    assert indicator_page(diane, "students", YEAR, Freshness.read()).counted_schools == ""
