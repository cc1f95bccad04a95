"""An English title may wait: the French one stands in, and is marked as French."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import User
from indicators.models import Indicator
from objectives.models import Objective, StrategicPlan
from tests import factories
from tests.factories import PlanFactory

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def plan() -> StrategicPlan:
    plan: StrategicPlan = PlanFactory(code="2018-2022")
    return plan


def test_the_forms_take_what_has_no_english_name_yet(office: Any, plan: StrategicPlan) -> None:
    years = {"baseline_year": "2022", "first_year": "2023", "last_year": "2027"}
    office.do("/plan/ajouter/plans/", code="2023-2027", name_fr="Plan 2023-2027", **years)
    office.do("/plan/ajouter/objectifs/?plan=2018-2022", code="O1", title_fr="Grandir", weight="1")
    assert StrategicPlan.objects.get(code="2023-2027").name_en == ""
    assert Objective.objects.get().title_en == ""


def test_the_french_title_is_asked_for(office: Any, plan: StrategicPlan) -> None:
    typed = {"code": "O1", "title_fr": "", "title_en": "Growing", "weight": "1"}
    answer = office.client.post("/plan/ajouter/objectifs/?plan=2018-2022", typed)
    assert "title_fr" in answer.context["form"].errors
    assert "title_en" not in answer.context["form"].errors


@pytest.mark.parametrize("address", ["/tableau-de-bord/", "/objectifs/O1/", "/indicateurs/growth/"])
def test_an_english_reader_is_told_that_it_is_french(
    plan: StrategicPlan, diane: User, signed_in: Callable[[User], Client], address: str
) -> None:
    factories.ObjectiveFactory(plan=plan, code="O1", title_fr="Grandir", title_en="")
    factories.IndicatorFactory(code="growth", name_fr="Grandir", name_en="", is_headline=True)
    client = signed_in(diane)
    assert "Grandir (in French)" in client.get(address, headers=ENGLISH).content.decode()
    assert "(in French)" not in client.get(address).content.decode()


def test_the_plans_page_counts_what_is_still_to_come(office: Any, plan: StrategicPlan) -> None:
    factories.ObjectiveFactory(plan=plan, code="O1", title_en="")
    factories.LeverFactory(plan=plan, code="L1", title_en="")
    factories.ProjectFactory(plan=plan, title_fr="", title_en="")  # not published
    Indicator.objects.all().delete()
    page = office.client.get("/plan/plans/2018-2022/").content.decode()
    assert "2 titres anglais à venir" in page
