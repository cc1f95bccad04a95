"""The campaigns of a plan: which step they hold back, and which state holds them back."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.terms.campaign_services import (
    Terms,
    TermsRefused,
    change_campaign,
    give_extension,
    open_campaign,
)
from imtplan.outbox.models import Mail
from imtplan.planning.plan_life import (
    PlanStep,
    StepRefused,
    obstacle_to,
    take_step,
)
from indicators.models import Indicator
from objectives.models import StrategicPlan
from tests import factories
from tests.imtplan.planning.plan_steps import WHY, walk


def test_a_plan_with_a_campaign_is_no_draft_again(draft: StrategicPlan, paul: User) -> None:
    plan = walk(draft, paul, PlanStep.PUBLISH)
    factories.CampaignFactory(plan=plan)
    assert "campagne" in str(obstacle_to(plan, PlanStep.WITHDRAW))
    with pytest.raises(StepRefused, match="campagne"):
        take_step(plan=plan, step=PlanStep.WITHDRAW, by=paul, reason=WHY)


def test_a_draft_opens_no_campaign_and_sends_no_mail(whole: StrategicPlan, paul: User) -> None:
    terms = Terms(
        plan=whole,
        year=2021,
        opens_at=timezone.now(),
        closes_at=timezone.now() + timedelta(days=30),
        indicators=list(Indicator.objects.all()),
        schools=[],
        entered_by="school",
    )
    with pytest.raises(TermsRefused) as refusal:
        open_campaign(terms=terms, by=paul)
    assert "projet" in str(refusal.value.problems["plan"])
    assert not Mail.objects.exists()
    walk(whole, paul, PlanStep.PUBLISH)
    assert open_campaign(terms=terms, by=paul).plan == whole


@pytest.mark.parametrize("who_has_time", ["all", "one school"])
def test_a_plan_is_closed_but_not_archived_while_a_campaign_is_to_close(
    who_has_time: str, draft: StrategicPlan, paul: User, albi: School
) -> None:
    walk(draft, paul, PlanStep.PUBLISH)
    campaign = factories.CampaignFactory(plan=draft, year=2022, closed=who_has_time != "all")
    if who_has_time == "one school":
        later = {"closes_at": timezone.now() + timedelta(days=1), "reason": "Incendie."}
        give_extension(campaign=campaign, school=albi, by=paul, **later)
    walk(draft, paul, PlanStep.CLOSE)
    with pytest.raises(StepRefused, match="Campagne 2022"):
        walk(draft, paul, PlanStep.ARCHIVE)
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        walk(draft, paul, PlanStep.ARCHIVE)


def test_no_campaign_asks_for_an_archived_plan(
    draft: StrategicPlan, paul: User, albi: School
) -> None:
    walk(draft, paul, PlanStep.PUBLISH)
    asked = [factories.IndicatorFactory()]
    campaign = factories.CampaignFactory(plan=draft, year=2021, closed=True, indicators=asked)
    plan = walk(draft, paul, PlanStep.CLOSE, PlanStep.ARCHIVE)
    later = timezone.now() + timedelta(days=30)
    longer = replace(Terms.of(campaign), plan=plan, closes_at=later)
    with pytest.raises(TermsRefused) as refusal:
        open_campaign(terms=replace(longer, year=2022), by=paul)
    assert "archivé" in str(refusal.value.problems["plan"])
    with pytest.raises(TermsRefused):
        change_campaign(campaign=campaign, terms=longer, by=paul)
    with pytest.raises(TermsRefused):
        give_extension(campaign=campaign, school=albi, closes_at=later, reason="Feu.", by=paul)
