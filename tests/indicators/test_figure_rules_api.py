"""Programs read the rules in force, today and as they were; a rule moves no result."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import User
from indicators.models import FigureRule, RuleKind, StaleMark
from tests import factories

# Versions carry the moment their transaction began: each edit must be one of its own.
pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/api/v1/indicators/women/"


@pytest.fixture
def rule() -> FigureRule:
    women = factories.IndicatorFactory(code="women")
    students = factories.IndicatorFactory(code="students")
    factories.FigureRuleFactory(indicator=women, is_on=False)
    return factories.FigureRuleFactory(
        indicator=women, kind=RuleKind.AT_MOST, limit=None, other=students, tolerance=Decimal(2)
    )


def test_those_in_force_are_listed_as_they_are_and_as_they_were(
    rule: FigureRule, diane: User, signed_in: Callable[[User], Client]
) -> None:
    client, then = signed_in(diane), timezone.now()

    def rules(**asked: str) -> list[dict[str, Any]]:
        return client.get(ADDRESS, asked).json()["rules"]

    in_force = {
        "kind": "at_most",
        "severity": "refuse",
        "limit": None,
        "other": "students",
        "third": None,
        "tolerance": "2",
        "sentence_fr": "Vérifiez ce chiffre.",
        "sentence_en": "Check this figure.",
    }
    assert rules() == [in_force], "the draft is the plan office’s"
    FigureRule.objects.update(tolerance=3)
    assert [row["tolerance"] for row in rules()] == ["3"]
    assert rules(as_of=then.isoformat()) == [in_force]
    FigureRule.objects.update(is_on=False)
    assert rules() == []


def test_no_result_is_stale_by_a_rule(rule: FigureRule) -> None:
    StaleMark.objects.all().delete()
    FigureRule.objects.update(tolerance=5)
    rule.delete()
    assert not StaleMark.objects.exists()
