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
    page = office.client.get(f"/indicateurs/{students.code}/?plan={project.plan.code}")
    assert [link.project for link in page.context["page"].links] == [project]
    office.do(url, **{name: None})
    assert not project.indicator_links.exists()


def test_one_of_no_weight_is_named_on_the_indicators_page_too(
    office: Any, project: FlagshipProject, students: Indicator
) -> None:
    factories.LinkFactory(indicator=students, objective=None, project=project, weight=0)
    page = office.client.get(f"/indicateurs/{students.code}/?plan={project.plan.code}")
    assert [link.project for link in page.context["page"].links] == [project]


def test_ticks_cost_as_many_queries_however_many(
    office: Any, project: FlagshipProject, django_assert_max_num_queries: Any
) -> None:
    for _number in range(12):
        target = factories.TargetFactory(plan=project.plan)
        factories.LinkFactory(indicator=target.indicator, objective=None, project=project)
    form = office.client.get(f"/plan/modifier/projets/{project.pk}/").context["form"]
    with django_assert_max_num_queries(0):
        assert len([form._weight("indicator", end, True) for end in form.ends.values()]) >= 12


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
