"""Levers stand beside the objectives."""

from typing import Any

import pytest
from django.db import IntegrityError

from indicators.models import RollUp
from levers.models import Lever
from tests import factories


def test_a_code_stands_once_in_a_plan(db: None) -> None:
    factories.LeverFactory(code="L1")
    with pytest.raises(IntegrityError, match="lever_code_once"):
        factories.LeverFactory(code="L1")


def test_levers_stand_in_the_order_of_their_rank(db: None) -> None:
    last = factories.LeverFactory(rank=2)
    first = factories.LeverFactory(rank=1)
    assert list(Lever.objects.of(first.plan)) == [first, last]


def test_a_lever_is_never_mixed_into_the_plan(albi: Any, recomputed: Any) -> None:
    target = factories.students_of_the_plan(albi)
    lever = factories.LeverFactory(plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, lever=lever)
    recomputed()
    of_lever = RollUp.objects.get(lever=lever, year=2020, view="validated")
    of_plan = RollUp.objects.get(plan=target.plan, year=2020, view="validated")
    assert of_lever.progress is not None
    assert of_plan.progress is None
