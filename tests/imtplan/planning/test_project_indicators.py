"""A project's progress is that of its milestones: the indicators it is to move have no weight."""

from decimal import Decimal
from typing import Any

import pytest

from indicators.models import Indicator, RollUp
from indicators.recomputing.recompute import recompute_stale
from projects.models import FlagshipProject
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> FlagshipProject:
    return factories.ProjectFactory(code="P01")


@pytest.fixture
def students(project: FlagshipProject) -> Indicator:
    return factories.TargetFactory(plan=project.plan).indicator


def test_they_are_ticked_and_unticked(
    office: Any, project: FlagshipProject, students: Indicator
) -> None:
    url, name = f"/plan/modifier/projets/{project.pk}/", f"indicator_{students.pk}"
    office.do(url, **{name: "on"})
    assert project.indicator_links.get().weight == 1
    office.do(url, **{name: None})
    assert not project.indicator_links.exists()


def test_a_weight_from_before_stays_and_counts_nothing(
    office: Any, project: FlagshipProject, students: Indicator
) -> None:
    factories.LinkFactory(
        indicator=students, objective=None, project=project, weight=Decimal("2.5")
    )
    factories.MilestoneFactory(project=project)
    recompute_stale()
    before = list(RollUp.objects.filter(project=project).values_list("year", "progress"))
    page = office.client.get(f"/plan/modifier/projets/{project.pk}/")
    [group] = [group for group in page.context["form"].groups() if group.is_ticked]
    assert [field.value() for field in group.linked] == [True]
    office.do(f"/plan/modifier/projets/{project.pk}/", leader="Diane")
    assert project.indicator_links.get().weight == Decimal("2.5")
    recompute_stale()
    after = list(RollUp.objects.filter(project=project).values_list("year", "progress"))
    assert before == after != []
