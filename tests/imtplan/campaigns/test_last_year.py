"""“Same as last year”: one action, which counts as typed, is marked so, and copies no word."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign, KeptInput
from indicators.models import Figure, Indicator
from tests import factories

PAGE = "/saisie/2022/imt-mines-albi/"
CELL = f"{PAGE}valeur/students/"
LAST_YEAR = Figure.Origin.LAST_YEAR


@pytest.fixture
def last(students: Indicator, albi: School) -> Figure:
    return factories.FigureFactory(indicator=students, school=albi, year=2021, value=Decimal(1142))


@pytest.fixture
def alices(campaign: Campaign, alice: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(alice)


def typed(code: str = "students", **fields: str) -> dict[str, str]:
    return {f"{code}-{name}": text for name, text in fields.items()}


def now(year: int = 2022) -> Figure:
    return Figure.objects.get(year=year)


def test_without_a_number_typed_the_tick_takes_last_years(alices: Client, last: Figure) -> None:
    """As a form without JavaScript sends it."""
    answer = alices.post(PAGE, typed(value="", version="", same="on"))
    assert answer.status_code == 302
    assert (now().value, now().origin, now().version) == (1142, LAST_YEAR, 1)


def test_it_counts_as_typed_by_that_person(alices: Client, last: Figure, alice: User) -> None:
    answer = alices.post(CELL, typed(value="1 142", version="", same="on")).json()
    assert (answer["outcome"], answer["page"]["filled"]) == ("saved", 1)
    assert (now().entered_by, now().status, now().origin) == (alice, "draft", LAST_YEAR)
    assert Event.objects.filter(verb=Event.Verb.FIGURES_SAVED).count() == 1


def test_a_ratio_copies_both_its_parts(alices: Client, campaign: Campaign, albi: School) -> None:
    share = factories.IndicatorFactory(
        code="share",
        aggregation="ratio",
        scale=100,
        decimals=1,
        numerator_fr="part",
        denominator_fr="tout",
    )
    campaign.indicators.set([share])
    factories.FigureFactory(
        indicator=share, school=albi, year=2021, value=None, numerator=3, denominator=8
    )
    alices.post(PAGE, typed("share", numerator="", denominator="", version="", same="on"))
    assert (now().numerator, now().denominator, now().origin) == (3, 8, LAST_YEAR)


@pytest.mark.parametrize("state", ["not_available", "not_applicable", "not_entered"])
def test_a_word_last_year_is_not_copied(
    alices: Client, students: Indicator, albi: School, state: str
) -> None:
    factories.FigureFactory(
        indicator=students, school=albi, year=2021, value=None, state=state, reason="En attente"
    )
    assert "students-same" not in alices.get(PAGE).content.decode()
    answer = alices.post(CELL, typed(value="", version="", same="on"))
    assert (answer.status_code, answer.json()["outcome"]) == (422, "kept")
    assert "2021" in answer.json()["message"]
    assert not Figure.objects.filter(year=2022).exists()
    assert KeptInput.objects.get().typed["same"] == "on"


def test_no_earlier_figure_offers_nothing(alices: Client) -> None:
    assert "students-same" not in alices.get(PAGE).content.decode()


def test_a_number_typed_later_takes_the_mark_away(alices: Client, last: Figure) -> None:
    alices.post(CELL, typed(value="", version="", same="on"))
    alices.post(CELL, typed(value="1150", version="1", same="on"))
    assert (now().value, now().origin) == (1150, Figure.Origin.FORM)


def test_a_tick_replaces_the_number_that_stands_there(alices: Client, last: Figure) -> None:
    alices.post(CELL, typed(value="1150", version=""))
    alices.post(CELL, typed(value="1150", version="1", same="on"))
    assert (now().value, now().origin) == (1142, LAST_YEAR)


def test_a_tick_beside_another_number_just_typed_is_asked(alices: Client, last: Figure) -> None:
    answer = alices.post(CELL, typed(value="1150", version="", same="on"))
    assert (answer.status_code, answer.json()["outcome"]) == (422, "kept")
    assert not Figure.objects.filter(year=2022).exists()


def test_a_tick_beside_a_word_is_asked(alices: Client, last: Figure) -> None:
    answer = alices.post(CELL, typed(value="", version="", word="not_applicable", same="on"))
    assert answer.status_code == 422
    assert not Figure.objects.filter(year=2022).exists()


def test_the_mark_can_be_given_and_taken_away_alone(alices: Client, last: Figure) -> None:
    alices.post(CELL, typed(value="1142", version=""))
    assert now().origin == Figure.Origin.FORM
    assert alices.post(CELL, typed(value="1142", version="1", same="on")).json()["version"] == 2
    assert now().origin == LAST_YEAR
    alices.post(CELL, typed(value="1142", version="2", same=""))
    assert now().origin == Figure.Origin.FORM


def test_the_page_shows_the_mark_again(alices: Client, last: Figure) -> None:
    assert 'data-part="same"' in alices.get(PAGE).content.decode()
    alices.post(PAGE, typed(value="", version="", same="on"))
    page = alices.get(PAGE).content.decode()
    assert 'data-part="same" checked' in page
    assert 'value="1\u202f142"' in page
    answer = alices.post(PAGE, typed(value="1 142", version="1", same="on"), follow=True)
    assert now().version == 1, answer


def test_the_history_and_the_directorate_see_the_mark(
    alices: Client, last: Figure, diane: User, signed_in: Any
) -> None:
    alices.post(PAGE, typed(value="", version="", same="on"))
    words = "repris de l’année précédente"
    assert words in alices.get(f"{PAGE}historique/students/").content.decode()
    assert words in signed_in(diane).get(f"{PAGE}relire/").content.decode()
