"""What is put aside leaves every list; the years it was there still read."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.terms.campaign_forms import CampaignForm, initial_of_next
from indicators.models import Indicator, IndicatorLink, Target
from objectives.models import Objective
from projects.models import Serves
from tests import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def target(albi: School, recomputed: Callable[[], Any]) -> Target:
    found = factories.students_of_the_plan(albi)
    recomputed()
    return found


def aside(row: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(archived_at=timezone.now())


def codes(client: Client, url: str) -> set[str]:
    return {row["code"] for row in client.get(url).json()["results"]}


def test_an_indicator_leaves_the_dashboard_and_keeps_its_page(
    target: Target, diane: User, signed_in: SignIn
) -> None:
    client = signed_in(diane)
    assert "20 000" in client.get("/tableau-de-bord/").content.decode().replace("\u202f", " ")
    aside(target.indicator)
    assert "/indicateurs/students/" not in client.get("/tableau-de-bord/").content.decode()
    page = client.get("/indicateurs/students/?year=2020").content.decode().replace("\u202f", " ")
    assert "15 000" in page


def test_a_target_leaves_the_page_of_its_indicator(
    target: Target, diane: User, signed_in: SignIn
) -> None:
    aside(target)
    answer = signed_in(diane).get("/indicateurs/students/")
    assert list(answer.context["page"].followed_targets) == []


def test_a_new_campaign_does_not_ask_it_and_an_old_one_still_does(
    target: Target, paul: User
) -> None:
    kept = factories.IndicatorFactory()
    campaign = factories.CampaignFactory(indicators=[target.indicator, kept])
    aside(target.indicator)
    assert initial_of_next(paul, campaign.plan)["indicators"] == [kept]
    assert list(CampaignForm(user=paul).fields["indicators"].queryset) == [kept]
    of_the_old = CampaignForm(user=paul, campaign=campaign).fields["indicators"].queryset
    assert set(of_the_old) == {target.indicator, kept}
    plan = campaign.plan
    campaign.delete()
    assert initial_of_next(paul, plan)["indicators"] == [kept]


def test_what_counts_in_a_project_no_longer_names_it(
    target: Target, diane: User, signed_in: SignIn
) -> None:
    project = factories.ProjectFactory(plan=target.plan, code="P01")
    objective = factories.ObjectiveFactory(plan=target.plan)
    Serves.objects.create(project=project, objective=objective)
    IndicatorLink.objects.create(project=project, indicator=target.indicator)
    client = signed_in(diane)
    page = client.get("/projets/P01/").context["page"]
    assert (len(page.serves), len(page.indicators)) == (1, 1)
    aside(objective)
    aside(target.indicator)
    page = client.get("/projets/P01/").context["page"]
    assert (list(page.serves), list(page.indicators)) == ([], [])


@pytest.mark.parametrize("kind", ["indicators", "targets", "objectives", "levers", "projects"])
def test_the_api_lists_what_is_in_use_unless_asked(
    kind: str, target: Target, diane: User, signed_in: SignIn
) -> None:
    rows = {
        "indicators": lambda: factories.IndicatorFactory(code="old"),
        "targets": lambda: factories.TargetFactory(
            code="old", indicator=target.indicator, is_reference=False
        ),
        "objectives": lambda: factories.ObjectiveFactory(code="old"),
        "levers": lambda: factories.LeverFactory(code="old"),
        "projects": lambda: factories.ProjectFactory(code="old"),
    }
    row = rows[kind]()
    client = signed_in(diane)
    assert "old" in codes(client, f"/api/v1/{kind}/")
    aside(row)
    assert "old" not in codes(client, f"/api/v1/{kind}/")
    assert codes(client, f"/api/v1/{kind}/?archived=true") == {"old"}
    key = row.code if isinstance(row, Indicator | Target) else row.pk
    assert client.get(f"/api/v1/{kind}/{key}/").status_code == 200


def test_the_plan_page_folds_it_below(target: Target, paul: User, signed_in: SignIn) -> None:
    objective = factories.ObjectiveFactory(plan=target.plan)
    aside(objective)
    overview = signed_in(paul).get("/plan/plans/2018-2022/").context["overview"]
    assert overview.objectives == []
    assert overview.archived == [("objectifs", Objective.objects.get())]
