"""Which element of the plan before an objective, a lever or a project goes on from."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.clock import today
from imtplan.planning.workbook.sheets import SHEETS, rows_of
from indicators import past
from indicators.models import RollUp
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective, PlanState, StrategicPlan
from objectives.services import store_objective
from tests import factories
from tests.imtplan.planning.workbooks import changed


@pytest.fixture
def plan(albi: School) -> StrategicPlan:
    target = factories.students_of_the_plan(albi)
    plan = target.plan
    objective = factories.ObjectiveFactory(plan=plan, code="O1", title_fr="Former")
    factories.ObjectiveFactory(plan=plan, code="O2", title_fr="Chercher")
    factories.LeverFactory(plan=plan, code="L1")
    factories.ProjectFactory(plan=plan, code="P01")
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    recompute_stale()
    return plan


@pytest.fixture
def draft(plan: StrategicPlan) -> StrategicPlan:
    draft = factories.PlanFactory(
        code="2023-2027",
        state=PlanState.DRAFT,
        supersedes=plan,
        baseline_year=2022,
        first_year=2023,
        last_year=2027,
    )
    for rows in (plan.objective_set, plan.lever_set, plan.flagshipproject_set):
        for row in rows.all():
            factory = {
                "objective": factories.ObjectiveFactory,
                "lever": factories.LeverFactory,
                "flagshipproject": factories.ProjectFactory,
            }[row._meta.model_name]
            factory(plan=draft, code=row.code, continues=row)
    return draft


def test_a_reader_follows_an_objective_from_plan_to_plan(
    draft: StrategicPlan, plan: StrategicPlan, office: Any, diane: User, signed_in: Any
) -> None:
    old, new = f"/objectifs/O1/?plan={plan.code}", f"/objectifs/O1/?plan={draft.code}"
    assert "Se poursuit dans" in office.client.get(old).content.decode()
    client = signed_in(diane)
    assert draft.code not in client.get(old).content.decode(), "a draft is hidden"
    StrategicPlan.objects.filter(pk=draft.pk).update(state=PlanState.PUBLISHED)
    (later,) = client.get(old).context["page"].succession
    assert (later.row.plan, later.is_former) == (draft, False)
    (former,) = client.get(new).context["page"].succession
    assert (former.row.plan, former.is_former) == (plan, True)
    assert f"plan={plan.code}" in former.address
    assert former.standing is not None
    assert RollUp.objects.filter(objective=former.row, year=former.year).exists()
    assert client.get(former.address).status_code == 200
    for kind, code in (("leviers", "L1"), ("projets-phares", "P01")):
        assert client.get(f"/{kind}/{code}/?plan={draft.code}").status_code in (200, 404)


def test_a_year_that_has_not_come_is_no_last_known_status(
    draft: StrategicPlan, plan: StrategicPlan, office: Any
) -> None:
    url = f"/objectifs/O1/?plan={draft.code}"
    (former,) = office.client.get(url).context["page"].succession
    later = RollUp.objects.get(objective=former.row, year=former.year, view="validated")
    later.pk, later.year = None, today().year + 1
    later.save()
    assert office.client.get(url).context["page"].succession[0].year == former.year


def test_programs_read_it(draft: StrategicPlan, office: Any) -> None:
    for kind in ("objectives", "levers", "projects"):
        rows = office.client.get(f"/api/v1/{kind}/?plan={draft.code}").json()["results"]
        assert rows, kind
        assert all(row["continues"] == row["code"] for row in rows)


def test_the_workbook_has_it_and_takes_it(
    draft: StrategicPlan, plan: StrategicPlan, desk: Callable[..., Any]
) -> None:
    here = desk(draft.code)
    assert here.moving(here.download()) == {}
    here.load(changed(here.download(), "objectifs", "O1", continues="O2"))
    assert Objective.objects.get(plan=draft, code="O1").continues.code == "O2"
    here.load(changed(here.download(), "objectifs", "O1", continues=None))
    assert Objective.objects.get(plan=draft, code="O1").continues is None
    (refusal,) = here.refused(changed(here.download(), "objectifs", "O1", continues="O9"))
    assert plan.code in refusal[2]
    first = desk(plan.code)
    assert first.refused(changed(first.download(), "objectifs", "O1", continues="O2"))


def test_the_workbook_reads_what_elements_continue_with_them(
    draft: StrategicPlan, django_assert_num_queries: Any
) -> None:
    for sheet in SHEETS:
        if sheet.slug in ("objectifs", "leviers", "projets"):
            with django_assert_num_queries(1):
                assert all(row.continues.code for row in rows_of(sheet, draft))


def test_it_is_changed_by_hand(draft: StrategicPlan, office: Any, plan: StrategicPlan) -> None:
    row = Objective.objects.get(plan=draft, code="O1")
    url = f"/plan/modifier/objectifs/{row.pk}/"
    other = Objective.objects.get(plan=plan, code="O2")
    office.do(url, continues=str(other.pk))
    row.refresh_from_db()
    assert row.continues == other
    assert "continues" in office.refused(url, continues=str(row.pk))
    former = f"/plan/modifier/objectifs/{other.pk}/"
    assert "continues" not in office.client.get(former).context["form"].fields


def test_a_plan_keeps_what_its_elements_go_on_from(
    draft: StrategicPlan, office: Any, plan: StrategicPlan
) -> None:
    refused = office.refused(f"/plan/modifier/plans/{draft.pk}/", supersedes=None)
    assert "supersedes" in refused


@pytest.mark.django_db(transaction=True)
def test_it_is_read_in_the_past(draft: StrategicPlan, paul: User) -> None:
    row = Objective.objects.get(plan=draft, code="O1")
    then = timezone.now()
    store_objective(objective=row, by=paul, continues=None)
    assert Objective.objects.get(pk=row.pk).continues is None
    with past.at(then):
        assert Objective.objects.get(pk=row.pk).continues.code == "O1"
