"""What a plan put aside takes no new target or link there; what it has is still corrected."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.integrity.checks import versions_unlike_rows
from indicators import past
from indicators.models import FollowedIndicator, Indicator, Target
from indicators.services_followed import bring_indicator_back, follow
from indicators.services_plan import store_school_targets, store_target, weigh_indicators
from objectives.followed_years import EndReason
from objectives.models import Objective
from objectives.services import put_aside
from tests import factories


@pytest.fixture
def aside(albi: School, paul: User) -> FollowedIndicator:
    """An indicator with a target and a link, which its plan follows to 2020."""
    target = factories.students_of_the_plan(albi)
    factories.LinkFactory(
        indicator=target.indicator, objective=factories.ObjectiveFactory(code="O1")
    )
    row: FollowedIndicator = put_aside(
        element=FollowedIndicator.objects.get(),
        last_year=2020,
        why=EndReason.ENDED,
        by=paul,
        reason="La source a disparu.",
    )
    return row


@pytest.mark.parametrize("kind", ["target", "link", "school", "indicator"])
def test_it_takes_no_new_target_or_link(
    aside: FollowedIndicator, paul: User, albi: School, kind: str
) -> None:
    plan, indicator = aside.plan, aside.indicator
    terms = {"code": "t", "value": 1, "year": 2022, "baseline_year": 2017, "source": "Contrat"}
    new = Target(plan=plan, indicator=indicator)
    objective = factories.ObjectiveFactory(code="O2")
    of_school = {albi: {"value": 1}}
    acts: dict[str, Callable[[], Any]] = {
        "target": lambda: store_target(target=new, by=paul, sureness="low", **terms),
        "link": lambda: weigh_indicators(element=objective, weights={indicator: 1}, by=paul),
        "school": lambda: store_school_targets(
            plan=plan, indicator=indicator, terms=of_school, by=paul
        ),
        "indicator": lambda: follow(plan=plan, indicator=indicator, by=paul),
    }
    with pytest.raises(ValidationError, match="a mis de côté"):
        acts[kind]()


def test_what_it_has_is_still_corrected(aside: FollowedIndicator, paul: User) -> None:
    store_target(target=Target.objects.get(), by=paul, source="Contrat")
    objective = Objective.objects.get()
    weigh_indicators(
        element=objective, weights={aside.indicator: 2}, by=paul, reason="Pèse davantage."
    )
    bring_indicator_back(element=aside.indicator, by=paul, reason="Rien à faire.")
    aside.refresh_from_db()
    assert aside.last_year == 2020


@pytest.mark.django_db(transaction=True)  # versions carry the moment their transaction began
def test_what_was_archived_before_plans_followed_it_is_listed_at_an_earlier_moment(
    albi: School,
) -> None:
    target = factories.students_of_the_plan(albi)
    moment = timezone.now()
    Indicator.objects.update(archived_at=timezone.now())
    migration: Any = import_module("indicators.migrations.0015_followed_until_archived")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM indicators_followedindicator")
        cursor.execute("TRUNCATE indicators_followedindicatorevent")
        cursor.execute(migration.FOLLOWED_UNTIL_ARCHIVED)
    followed = Indicator.objects.followed_in_plan(target.plan, 2020)
    with past.at(moment):
        assert list(followed.all()) == [target.indicator]
    assert list(followed.all()) == []
    assert not FollowedIndicator.objects.exists()
    with transaction.atomic():
        assert list(versions_unlike_rows()) == []
