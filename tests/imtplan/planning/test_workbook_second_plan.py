"""The plan 2023-2027, put in by workbook from what was published of it, beside the first."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from indicators.models import Indicator, IndicatorLink, Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import PlanState, StrategicPlan
from tests.imtplan.planning.workbooks import Rows, made, opened, saved, with_lines

FACTS = json.loads(
    (Path(__file__).resolve().parents[3] / "fixtures" / "plan_2023.json").read_text("utf-8")
)
SHEETS = ("plans", "indicateurs", "cibles")


@pytest.fixture
def first(db: None) -> StrategicPlan:
    call_command("load_plan", verbosity=0)
    recompute_stale()
    return StrategicPlan.objects.get()


def typed_into(data: bytes) -> bytes:
    """The empty workbook with every published fact typed in, as its sheets ask for it."""
    return with_lines(data, {slug: FACTS[slug] for slug in SHEETS})


def test_put_in_by_workbook_it_stands_beside_the_first(
    first: StrategicPlan,
    desk: Callable[..., Any],
    paul: User,
    diane: User,
    signed_in: Callable[[User], Client],
) -> None:
    here = desk()
    before = opened_plan(here.client, first)
    answer = here.preview(typed_into(here.download()))
    assert not StrategicPlan.objects.exclude(pk=first.pk).exists()
    assert {one.sheet.slug: one.new for one in answer.context["form"].report.sheets if one.new} == {
        "plans": 1,
        "indicateurs": 3,
        "cibles": 3,
    }
    here.confirm(answer, "Contrat signé le 21 décembre 2023")
    recompute_stale()

    second = StrategicPlan.objects.get(code="2023-2027")
    assert second.state == PlanState.DRAFT
    assert second.supersedes == first
    assert (second.baseline_year, second.first_year, second.last_year) == (2022, 2023, 2027)
    found = Target.objects.filter(plan=second).values_list(
        "indicator__code", "baseline_year", "baseline_value", "year", "value", "is_reference"
    )
    assert set(found) == {
        ("engineers", 2022, Decimal(9653), 2027, Decimal(11600), True),
        ("women-share", 2022, Decimal("22.7"), 2027, Decimal(30), True),
        ("long-mobility", 2022, Decimal(18), 2027, Decimal(33), True),
    }
    events = Event.objects.filter(verb=Event.Verb.PLAN_EDITED)
    assert events.count() == 1 + 3 + 3 + 3  # each indicator is followed
    assert set(events.values_list("actor", flat=True)) == {paul.pk}

    here.client.post("/plan/plans/2023-2027/vie/publier/", {"confirm": "1"})
    plans = here.client.get("/plan/").content.decode()
    assert plans.index("2023-2027") < plans.index("2018-2022")
    assert opened_plan(here.client, first) == before
    client = signed_in(diane)
    new = client.get("/tableau-de-bord/").content.decode().replace("\u202f", " ")
    for wanted in ("11 600", "Élèves-ingénieurs", "Femmes au recrutement"):
        assert wanted in new
    assert "plan=2018-2022" in new
    old = client.get("/tableau-de-bord/?plan=2018-2022").content.decode().replace("\u202f", " ")
    assert "20 000" in old
    assert "11 600" not in old


def opened_plan(client: Client, plan: StrategicPlan) -> dict[str, Rows]:
    """The workbook of a plan without its first sheet, which says when it was made."""
    found = opened(client.get(f"/plan/plans/{plan.code}/classeur.xlsx").content)
    del found[next(iter(found))], found["imtplan-plan"]
    for codes in ("Mots et codes", "Words and codes"):
        found.pop(codes, None)
    return found


def test_nothing_is_in_it_that_was_not_published(
    first: StrategicPlan, desk: Callable[..., Any]
) -> None:
    here = desk()
    here.load(typed_into(here.download()))
    second = StrategicPlan.objects.get(code="2023-2027")
    assert not second.objective_set.exists()
    assert not second.flagshipproject_set.exists()
    assert not IndicatorLink.objects.of(second).exists()
    assert (second.validated_on, second.presented_on) == (None, None)
    for indicator in Indicator.objects.filter(targets__plan=second):
        assert (indicator.definition_fr, indicator.minimum, indicator.maximum) == ("", None, None)
        assert indicator.source == Target.objects.get(indicator=indicator).source
    for line in (*FACTS["indicateurs"], *FACTS["cibles"]):
        assert line["source"]


def test_given_back_a_second_time_it_changes_nothing(
    first: StrategicPlan, desk: Callable[..., Any]
) -> None:
    data = typed_into(desk().download())
    desk().load(data)
    events = Event.objects.count()
    assert desk().moving(data) == {}
    assert desk("2023-2027").moving(data) == {}
    desk("2023-2027").load(data)
    assert Event.objects.count() == events


def test_a_new_plan_needs_its_own_sheet(first: StrategicPlan, desk: Callable[..., Any]) -> None:
    assert desk().unreadable(made(cibles=FACTS["cibles"]))
    wrong = made(plans=[{**FACTS["plans"][0], "first_year": 2022}], cibles=FACTS["cibles"])
    answer = desk().give(wrong)
    assert len(answer.context["form"].report.refusals) == 1
    two = made(plans=[FACTS["plans"][0], {**FACTS["plans"][0], "code": "2028-2032"}])
    assert desk().refused(two)
    assert not StrategicPlan.objects.exclude(pk=first.pk).exists()


def test_a_table_of_facts_is_enough(first: StrategicPlan, desk: Callable[..., Any]) -> None:
    """The same facts in sheets of somebody's own, with no column that says nothing."""
    desk().load(saved({slug: table_of(FACTS[slug]) for slug in SHEETS}))
    assert StrategicPlan.objects.get(code="2023-2027").targets.count() == 3


def table_of(lines: list[dict[str, Any]]) -> Rows:
    names = list(dict.fromkeys(name for line in lines for name in line))
    return [names, *([line.get(name, "") for name in names] for line in lines)]
