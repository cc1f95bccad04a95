"""What a plan is for and what its elements are for: written once, read where they are followed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from imtplan.accounts.models import User
from imtplan.planning.next_plan.services import GoingOn, prepare_next_plan
from indicators.past import at
from objectives.models import Objective, StrategicPlan
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

SignedIn = Callable[[User], Client]
AMBITION = "Devenir la référence.\nPartout <b>où</b> l’on forme."
PREAMBLE = "Le monde change. " * 100
PURPOSE = "Accueillir davantage d’étudiants."


@pytest.fixture
def plan(db: None) -> StrategicPlan:
    plan = factories.PlanFactory(code="2018-2022", ambition_fr=AMBITION, preamble_fr=PREAMBLE)
    texts = {"description_fr": PURPOSE, "description_en": "Welcome more students."}
    factories.ObjectiveFactory(plan=plan, code="O1", title_fr="Croissance", **texts)
    factories.LeverFactory(plan=plan, code="L1", title_fr="Ressources", **texts)
    return plan


def test_the_dashboard_opens_with_the_ambition(
    plan: StrategicPlan, diane: User, signed_in: SignedIn
) -> None:
    page = signed_in(diane).get("/tableau-de-bord/").content.decode()
    assert "Devenir la référence.\nPartout &lt;b&gt;où&lt;/b&gt;" in page
    assert "Préambule du plan" in page
    assert PREAMBLE.strip() in page


def test_an_english_reader_gets_the_french_one_where_it_alone_is_written(
    plan: StrategicPlan, diane: User, signed_in: SignedIn
) -> None:
    client = signed_in(diane)
    page = client.get("/tableau-de-bord/", headers={"accept-language": "en"}).content.decode()
    assert "Devenir la référence." in page
    page = client.get("/objectifs/O1/", headers={"accept-language": "en"}).content.decode()
    assert "Welcome more students." in page


def test_where_nothing_is_written_nothing_is_shown(diane: User, signed_in: SignedIn) -> None:
    factories.ObjectiveFactory(code="O1")
    for address in ("/tableau-de-bord/", "/objectifs/O1/"):
        page = signed_in(diane).get(address).content.decode()
        assert "Préambule" not in page
        assert 'class="definition' not in page


@pytest.mark.parametrize("address", ["/objectifs/O1/", "/leviers/L1/"])
def test_an_element_says_what_it_is_for(
    plan: StrategicPlan, diane: User, signed_in: SignedIn, address: str
) -> None:
    assert PURPOSE in signed_in(diane).get(address).content.decode()


def test_programs_read_it(plan: StrategicPlan, diane: User, signed_in: SignedIn) -> None:
    client = signed_in(diane)
    [row] = client.get("/api/v1/plans/").json()["results"]
    assert (row["ambition_fr"], row["preamble_fr"]) == (AMBITION, PREAMBLE)
    for name in ("objectives", "levers"):
        [row] = client.get(f"/api/v1/{name}/").json()["results"]
        assert (row["description_fr"], row["description_en"]) == (PURPOSE, "Welcome more students.")


def test_an_earlier_day_reads_what_stood_there(plan: StrategicPlan) -> None:
    moment = timezone.now()
    StrategicPlan.objects.update(ambition_fr="Tout autre chose.")
    Objective.objects.update(description_fr="")
    with at(moment), translation.override("fr"):
        assert StrategicPlan.objects.get().ambition == AMBITION
        assert Objective.objects.get().description == PURPOSE


def test_what_elements_are_for_goes_on_and_the_plans_own_words_do_not(
    plan: StrategicPlan, paul: User
) -> None:
    going_on = GoingOn(objectives=list(plan.objective_set.all()), levers=list(plan.lever_set.all()))
    terms: dict[str, Any] = {"code": "2023-2027", "name_fr": "Plan", "name_en": "Plan"}
    terms |= {"baseline_year": 2022, "first_year": 2023, "last_year": 2027}
    draft = prepare_next_plan(plan=plan, terms=terms, going_on=going_on, by=paul)
    assert [row.description_fr for row in draft.objective_set.all()] == [PURPOSE]
    assert [row.description_en for row in draft.lever_set.all()] == ["Welcome more students."]
    assert (draft.ambition_fr, draft.preamble_fr) == ("", "")
