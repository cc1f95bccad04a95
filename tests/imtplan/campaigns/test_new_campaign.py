"""A campaign is made by somebody who chose its days, and by no form sent untouched; a form of one
that was deleted meanwhile leads back to the others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.campaigns.gate import CampaignGone
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.review import campaign_progress_views
from imtplan.campaigns.terms import campaign_views
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


@pytest.mark.parametrize(
    ("address", "button"),
    [("/campagnes/2022/", "store"), ("/campagnes/2022/imt-mines-albi/delai/", "give")],
)
def test_a_form_of_a_deleted_one_leads_to_the_others(
    campaign: Campaign,
    albi: School,
    paul: User,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    button: str,
) -> None:
    def refuse(**_terms: Any) -> None:
        raise CampaignGone

    monkeypatch.setattr(campaign_progress_views, "change_campaign", refuse)
    monkeypatch.setattr(campaign_views, "give_extension", refuse)
    page = signed_in(paul)
    begins = as_shown(page.get(address).context["form"])
    later = {"closes_day": "2099-01-01", "reason": "Oubli."}
    response = page.post(address, begins | later | {button: ""}, follow=True)
    assert response.redirect_chain == [("/campagnes/", 302)]
    assert "supprimée entre-temps" in response.content.decode()
