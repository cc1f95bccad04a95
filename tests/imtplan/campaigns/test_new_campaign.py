"""A campaign is made by somebody who chose its days, and by no form sent untouched."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from imtplan.accounts.models import User
from imtplan.campaigns.models import Campaign
from tests import factories

NEW = "/campagnes/nouvelle/"
SignIn = Callable[[User], Client]


def as_shown(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    values = {name: form[name].value() for name in form.fields}
    lists = {
        name: [getattr(one, "pk", one) for one in value or []]
        for name, value in values.items()
        if isinstance(value, list)
    }
    return {name: "" if value is None else value for name, value in values.items()} | lists


def test_a_new_one_sent_untouched_makes_nothing(
    campaign: Campaign, paul: User, signed_in: SignIn
) -> None:
    page = signed_in(paul)
    untouched = as_shown(page.get(NEW).context["form"]) | {"store": ""}
    response = page.post(NEW, untouched)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Choisissez le jour de l’ouverture." in page
    assert "Choisissez le jour de la fermeture." in page
    assert Campaign.objects.get() == campaign


def test_the_first_one_sent_untouched_makes_nothing(
    albi: None, paul: User, signed_in: SignIn
) -> None:
    factories.IndicatorFactory(code="students")
    factories.PlanFactory()
    page = signed_in(paul)
    assert (
        page.post(NEW, as_shown(page.get(NEW).context["form"]) | {"store": ""}).status_code == 422
    )
    assert not Campaign.objects.exists()
