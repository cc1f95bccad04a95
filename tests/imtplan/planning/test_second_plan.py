"""The plan 2023-2027, put in by its office through the pages, beside the first and after it.

Every number is from the State contract signed on 21 December 2023.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from indicators.models import Target
from indicators.recomputing.recompute import recompute_stale
from objectives.models import StrategicPlan
from tests import factories

SOURCE = "Contrat d’objectifs et de performance 2023-2027, signé le 21 décembre 2023."
PLAN = "2023-2027"
# Code, French and English name, unit, decimals, what it was in 2022, what it is to be in 2027.
PUBLISHED = [
    ("engineers", "Élèves-ingénieurs", "Engineers in training", "élèves", "0", "9 653", "11 600"),
    (
        "women-share",
        "Femmes au recrutement",
        "Women in recruitment",
        "%",
        "1",
        "22,7",
        "30",
    ),
    ("long-mobility", "Mobilité longue", "Long mobility", "%", "1", "18", "33"),
]


@pytest.fixture
def first(db: None) -> StrategicPlan:
    call_command("load_plan", verbosity=0)
    return StrategicPlan.objects.get()


@pytest.fixture
def second(office: Any, first: StrategicPlan) -> StrategicPlan:
    office.do(
        "/plan/ajouter/plans/",
        code=PLAN,
        name_fr="Plan stratégique 2023-2027",
        name_en="Strategic plan 2023-2027",
        baseline_year="2022",
        first_year="2023",
        last_year="2027",
        supersedes=str(first.pk),
    )
    for code, french, english, unit, decimals, was, wanted in PUBLISHED:
        office.do(
            "/plan/ajouter/indicateurs/",
            code=code,
            name_fr=french,
            name_en=english,
            unit_fr=unit,
            unit_en="students" if decimals == "0" else unit,
            theme="training",
            decimals=decimals,
            aggregation="none",
            is_headline="on",
            source=SOURCE,
        )
        office.do(
            f"/plan/ajouter/cibles/?plan={PLAN}&indicateur={code}",
            code=f"{code}-2027",
            value=wanted,
            baseline_value=was,
            baseline_source=SOURCE,
            source=SOURCE,
            sureness="high",
            is_reference="on",
        )
    recompute_stale()
    office.client.post(f"/plan/plans/{PLAN}/vie/publier/", {"confirm": "1"})
    return StrategicPlan.objects.get(code=PLAN)


def test_it_stands_beside_the_first_and_follows_it(
    second: StrategicPlan,
    first: StrategicPlan,
    paul: User,
    diane: User,
    signed_in: Callable[[User], Client],
) -> None:
    assert second.supersedes == first
    assert StrategicPlan.objects.current() == second
    found = Target.objects.filter(plan=second).values_list(
        "indicator__code", "baseline_year", "baseline_value", "year", "value", "is_reference"
    )
    assert set(found) == {
        ("engineers", 2022, Decimal(9653), 2027, Decimal(11600), True),
        ("women-share", 2022, Decimal("22.7"), 2027, Decimal(30), True),
        ("long-mobility", 2022, Decimal(18), 2027, Decimal(33), True),
    }
    events = Event.objects.filter(verb=Event.Verb.PLAN_EDITED)
    assert events.count() == 1 + 3 * len(PUBLISHED) + 1  # published at last
    assert set(events.values_list("actor", flat=True)) == {paul.pk}
    client = signed_in(diane)
    new = client.get("/tableau-de-bord/").content.decode().replace("\u202f", " ")
    for wanted in ("11 600", "Élèves-ingénieurs", "Femmes au recrutement"):
        assert wanted in new
    assert "plan=2018-2022" in new
    old = client.get("/tableau-de-bord/?plan=2018-2022").content.decode().replace("\u202f", " ")
    assert "20 000" in old
    assert "11 600" not in old


def test_an_objective_is_made_with_its_weights(office: Any, db: None) -> None:
    factories.PlanFactory(code=PLAN, baseline_year=2022, first_year=2023, last_year=2027)
    engineers, women = factories.IndicatorFactory.create_batch(2)
    office.do(
        f"/plan/ajouter/objectifs/?plan={PLAN}",
        code="O1",
        title_fr="Former davantage",
        title_en="Train more",
        **{f"indicator_{engineers.pk}": "1,5", f"indicator_{women.pk}": "0,5"},
    )
    overview = office.client.get(f"/plan/plans/{PLAN}/").context["overview"]
    assert overview.objectives[0].sum == "2"
    assert [link.weight for link in overview.objectives[0].links] == ["1,5", "0,5"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"code": "2018-2022"}, "code"),
        ({"code": "deux mots"}, "code"),
        ({"code": None}, "code"),
        ({"first_year": "2022"}, "first_year"),
        ({"last_year": "2020"}, "first_year"),
        ({"on_track_from": "0,5"}, "on_track_from"),
        ({"on_track_from": "vite"}, "on_track_from"),
        ({"verdict_from": "0"}, "verdict_from"),
        ({"verdict_from": "1,5"}, "verdict_from"),
        ({"verdict_from": None}, "verdict_from"),
        ({"name_fr": None}, "name_fr"),
        ({"presented_on": "bientôt"}, "presented_on"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(
    office: Any, typed: dict[str, Any], field: str
) -> None:
    factories.PlanFactory()
    good = {
        "code": PLAN,
        "name_fr": "Plan",
        "name_en": "Plan",
        "baseline_year": "2022",
        "first_year": "2023",
        "last_year": "2027",
    }
    assert list(office.refused("/plan/ajouter/plans/", **(good | typed))) == [field]


def test_a_plan_does_not_follow_itself(office: Any, db: None) -> None:
    first = factories.PlanFactory()
    second = factories.PlanFactory(
        code=PLAN, baseline_year=2022, first_year=2023, last_year=2027, supersedes=first
    )
    url = f"/plan/modifier/plans/{first.pk}/"
    assert list(office.refused(url, supersedes=str(second.pk))) == ["supersedes"]


def test_an_unnamed_project_gets_its_title(office: Any, first: StrategicPlan) -> None:
    project = first.flagshipproject_set.get(code="P09")
    url = f"/plan/modifier/projets/{project.pk}/"
    office.do(url, reason="", title_fr="Un titre enfin publié", title_en="A title at last")
    project.refresh_from_db()
    assert project.is_named
    page = office.client.get(url).content.decode()
    assert "Un titre enfin publié" in page
