"""Levers through the API."""

from collections.abc import Callable

import pytest
from django.test import Client

from imtplan.accounts.models import User
from levers.models import LeverKind
from tests import factories

LEVERS = "/api/v1/levers/"


def test_a_lever_says_its_kind(alice: User, signed_in: Callable[[User], Client]) -> None:
    factories.LeverFactory(code="L2", kind=LeverKind.FINANCIAL, title_en="New resources")
    [row] = signed_in(alice).get(LEVERS).json()["results"]
    assert (row["code"], row["kind"], row["title_en"]) == ("L2", "financial", "New resources")


def test_levers_of_one_kind(alice: User, signed_in: Callable[[User], Client]) -> None:
    factories.LeverFactory(code="L1", kind=LeverKind.STRUCTURAL)
    factories.LeverFactory(code="L2", kind=LeverKind.FINANCIAL)
    answer = signed_in(alice).get(LEVERS, {"kind": "structural"}).json()
    assert [row["code"] for row in answer["results"]] == ["L1"]


@pytest.mark.parametrize("kind", ["structurel", "\x00", "STRUCTURAL"])
def test_an_unknown_kind_is_answered_with_those_there_are(
    kind: str, alice: User, signed_in: Callable[[User], Client]
) -> None:
    response = signed_in(alice).get(LEVERS, {"kind": kind})
    assert response.status_code == 400
    [sentence] = response.json()["kind"]
    assert kind in sentence
    assert "structural, financial, managerial, promotional" in sentence
