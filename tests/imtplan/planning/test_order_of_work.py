"""The order of work on a plan's page: what stands, what is missing and where it is done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.planning.order_of_work import WorkStep
from indicators.models import IndicatorLink
from objectives.models import PlanState, StrategicPlan
from tests import factories


@pytest.fixture
def work(
    paul: User, signed_in: Callable[[User], Client]
) -> Callable[[StrategicPlan], list[WorkStep]]:
    client = signed_in(paul)

    def read(plan: StrategicPlan) -> list[WorkStep]:
        steps: list[WorkStep] = client.get(f"/plan/plans/{plan.code}/").context["work"].steps
        for step in steps:
            for link in [step.act, *(link for lack in step.lacks for link in lack.links)]:
                assert client.get(link.url.split("#")[0]).status_code == 200, link
        return steps

    return read


def _missing(step: WorkStep) -> dict[str, list[str]]:
    return {lack.text: [link.text for link in lack.links] for lack in step.lacks}


def test_of_an_empty_plan_nothing_stands_but_its_years(
    draft: StrategicPlan, alice: User, work: Any
) -> None:
    plan, elements, indicators, targets, schools, last = work(draft)
    assert plan.stands == "2018 à 2022, mesuré par rapport à 2017"
    assert [plan.is_done, elements.is_done, indicators.is_done, targets.is_done] == [
        True,
        False,
        False,
        False,
    ]
    assert _missing(elements) == {"aucun objectif": []}
    assert _missing(indicators) == {"aucun indicateur": []}
    assert schools.is_done  # Alice directs the only one
    assert not last.is_done
    assert last.lacks[0].text == "les étapes 2, 3, 4 ne sont pas faites"


def test_what_is_missing_of_a_half_filled_plan_is_named_and_linked(
    whole: StrategicPlan, albi: School, work: Any
) -> None:
    lonely = factories.IndicatorFactory(code="lonely", name_fr="Doctorants")
    factories.follow(whole, lonely)
    _plan, elements, indicators, targets, schools, last = work(whole)
    assert elements.is_done
    assert elements.stands == "2 objectifs, 1 projet phare"
    assert list(_missing(indicators)) == ["rien ne compte dans", "lié à rien"]
    assert _missing(indicators)["lié à rien"] == ["Doctorants"]
    assert _missing(targets)["pas de cible de référence"] == ["Doctorants"]
    assert targets.act.url == "/plan/ajouter/cibles/?plan=2018-2022&indicateur=lonely"
    assert albi.name in _missing(schools)["aucune direction nommée"]
    assert not last.is_done


def test_a_complete_draft_is_ready_to_publish_and_then_waits_for_a_campaign(
    whole: StrategicPlan, work: Any
) -> None:
    indicator = whole.targets.get().indicator
    whole.targets.update(is_reference=True)
    for objective in whole.objective_set.exclude(indicator_links__indicator=indicator):
        IndicatorLink.objects.create(indicator=indicator, objective=objective)
    for school in School.objects.members_in(whole.first_year):
        factories.person(f"Direction {school}", "director", school)
    steps = work(whole)
    assert all(step.is_done for step in steps), [step for step in steps if not step.is_done]
    assert steps[-1].stands == "Prêt à publier. Une campagne pourra ensuite porter sur lui."
    assert steps[-1].act.url == "/plan/plans/2018-2022/vie/publier/"

    StrategicPlan.objects.filter(pk=whole.pk).update(state=PlanState.PUBLISHED)
    last = work(whole)[-1]
    assert _missing(last) == {"aucune campagne ne porte encore sur lui": []}
    assert last.act.url == "/campagnes/nouvelle/?plan=2018-2022"
    factories.CampaignFactory(plan=whole, indicators=[indicator])
    assert work(whole)[-1].is_done


def test_a_draft_that_follows_a_draft_says_why_it_cannot_be_published(
    draft: StrategicPlan, work: Any
) -> None:
    later = factories.PlanFactory(
        code="later",
        name_fr="Suivant",
        state=PlanState.DRAFT,
        baseline_year=2022,
        first_year=2023,
        last_year=2027,
        supersedes=draft,
    )
    assert "publiez" in work(later)[-1].lacks[0].text
