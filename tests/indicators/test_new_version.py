"""After an upgrade the numbers on the pages are those of the new formulas, not of the old ones."""

import pytest
from django.core.management import call_command

from indicators.formulas.progress import FORMULA_VERSION
from indicators.models import InstituteValue, Progress, RollUp, StaleMark
from indicators.recomputing.recompute import recompute, recompute_stale
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def computed() -> None:
    target = factories.TargetFactory()
    objective = factories.ObjectiveFactory(plan=target.plan)
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    recompute()
    StaleMark.objects.all().delete()


def migrate() -> list[str]:
    call_command("migrate", verbosity=0)
    return [mark.reason for mark in StaleMark.objects.for_everything()]


@pytest.mark.parametrize("result", [InstituteValue, Progress, RollUp])
def test_a_result_of_an_older_version_is_computed_again(computed: None, result: type) -> None:
    result.objects.update(formula_version="0")
    assert migrate() == ["new version"]
    recompute_stale()
    versions = {row.formula_version for row in result.objects.all()}
    assert versions == {FORMULA_VERSION}
    assert migrate() == []


def test_nothing_is_asked_for_twice_or_without_need(computed: None) -> None:
    assert migrate() == []
    Progress.objects.update(formula_version="0")
    assert migrate() == migrate() == ["new version"]


def test_an_empty_database_asks_for_nothing(db: None) -> None:
    assert migrate() == []
