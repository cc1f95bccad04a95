"""A note of one's own on any figure, whether it surprises or not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import User
from imtplan.campaigns.models import Campaign
from indicators.models import Figure

PAGE = "/saisie/2022/imt-mines-albi/"


@pytest.fixture
def alices(campaign: Campaign, alice: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(alice)


def test_every_row_offers_a_note_without_a_script(alices: Client) -> None:
    page = alices.get(PAGE).content.decode()
    assert "<details" in page
    assert "Ajouter une note" in page
    assert "data-note open" not in page


def test_a_note_on_a_calm_figure_is_stored_and_read_by_the_directorate(
    alices: Client, diane: User, signed_in: Any
) -> None:
    note = "Effectif arrêté après la réunion du 12 janvier."
    alices.post(
        PAGE,
        {"students-value": "100", "students-version": "", "students-explanation": note},
    )
    figure = Figure.objects.get()
    assert (figure.explanation, figure.confirmed) == (note, {})
    page = alices.get(PAGE).content.decode()
    assert "data-note open" in page
    assert note in page
    assert note in signed_in(diane).get(f"{PAGE}relire/").content.decode()


def test_a_note_needs_no_figure(alices: Client) -> None:
    alices.post(
        PAGE,
        {
            "students-value": "",
            "students-version": "",
            "students-explanation": "En attente de la rectrice.",
        },
    )
    figure = Figure.objects.get()
    assert (figure.state, figure.explanation) == ("not_entered", "En attente de la rectrice.")
