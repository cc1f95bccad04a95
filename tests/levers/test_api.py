"""Levers through the API."""

from collections.abc import Callable

from django.test import Client

from imtplan.accounts.models import User
from tests import factories

LEVERS = "/api/v1/levers/"


def test_a_lever_says_its_kind(alice: User, signed_in: Callable[[User], Client]) -> None:
    factories.LeverFactory(code="L2", kind_fr="territorial", kind_en="", title_en="New places")
    [row] = signed_in(alice).get(LEVERS).json()["results"]
    assert (row["code"], row["title_en"]) == ("L2", "New places")
    assert (row["kind_fr"], row["kind_en"]) == ("territorial", "")
