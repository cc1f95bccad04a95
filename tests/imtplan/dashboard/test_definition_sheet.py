"""The definition sheet on the page of an indicator, as it holds in the page's year."""

from collections.abc import Callable

import pytest
from django.test import Client

from imtplan.accounts.models import User
from indicators.models import Indicator, Target

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "Inscrits au 15 octobre.", "Présents au 15 janvier."


@pytest.fixture
def reworded(students: Target) -> None:
    rows = Indicator.objects.filter(pk=students.indicator_id)
    rows.update(definition_fr=OLD, owner_fr="Le bureau du plan.")
    documents = "Note de méthode https://exemple.test/note"
    rows.update(definition_fr=NEW, defined_from_year=2021, documents=documents)


def section(page: str) -> str:
    return page.partition('<h2 id="definition">')[2].partition("</section>")[0]


@pytest.mark.usefixtures("reworded")
def test_the_page_shows_the_sheet_of_its_year(
    diane: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(diane)
    pages = [client.get(f"/indicateurs/students/?year={year}") for year in (2019, 2022)]
    assert [page.status_code for page in pages] == [200, 200]
    before, now = (page.content.decode() for page in pages)
    for page, own, other, years in (
        (before, OLD, NEW, ("jusqu’en 2020", "à partir de 2021")),
        (now, NEW, OLD, ("à partir de 2021", "jusqu’en 2020")),
    ):
        heading = page.partition("<h1>")[2].partition("</header>")[0]
        assert own in heading
        assert other not in heading
        held, _title, otherwise = section(page).partition("Ce qui s’écrit autrement")
        assert all(text in held for text in (own, years[0]))
        assert all(text in otherwise for text in (other, years[1]))
        assert "Le bureau du plan." in held
        assert '<a href="https://exemple.test/note">Note de méthode</a>' in held
        assert "Système source" not in page, "nothing is said of it"


def test_an_indicator_without_any_text_has_no_sheet(
    students: Target, diane: User, signed_in: Callable[[User], Client]
) -> None:
    Indicator.objects.update(definition_fr="", definition_en="", counted_on_fr="", counted_on_en="")
    Indicator.objects.update(left_out_fr="", left_out_en="", contact_fr="", contact_en="")
    page = signed_in(diane).get("/indicateurs/students/").content.decode()
    assert '<h2 id="definition">' not in page
