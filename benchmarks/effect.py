"""Measures the effect of a cell before it is saved, with 8 schools and with 200.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/effect.py

A plan of 40 indicators in 4 objectives; nine years of figures of the one that is typed. The
director's answer reads one school, the institute's all of them. It makes a database of its own and
drops it at the end.
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.test import Client

from benchmarks.entry import in_a_database_of_its_own, queries, timed  # sets Django up
from imtplan.accounts.models import School
from imtplan.accounts.roles import Role
from indicators.models import Figure, Indicator
from indicators.recomputing.recompute import recompute_stale
from indicators.tasks import _poker
from objectives.models import StrategicPlan
from tests import factories

INDICATORS, YEARS = 40, range(2013, 2022)
BUDGET = 300  # ms on the server


def make_plan() -> list[Indicator]:
    plan: StrategicPlan = factories.PlanFactory()
    objectives = factories.ObjectiveFactory.create_batch(4, plan=plan)
    indicators = []
    for at in range(INDICATORS):
        target = factories.TargetFactory(plan=plan, indicator__code=f"indicator-{at}")
        factories.LinkFactory(indicator=target.indicator, objective=objectives[at % 4])
        indicators.append(target.indicator)
    factories.CampaignFactory(plan=plan, indicators=indicators)
    return indicators


def fill(indicator: Indicator, schools: list[School]) -> None:
    Figure.objects.bulk_create(
        Figure(
            indicator=indicator,
            school=school,
            year=year,
            state="number",
            value=Decimal(1000 + year % 7),
            status="validated",
            origin="form",
        )
        for school in schools
        for year in YEARS
    )


def asking(client: Client, school: School) -> Callable[[], object]:
    address = f"/saisie/2022/{school.code}/effet/indicator-1/"
    return lambda: client.post(address, {"indicator-1-value": "1234"})


def person(name: str, role: Role, school: School | None = None) -> Client:
    client = Client()
    client.force_login(factories.person(name, role, school))
    return client


def measure() -> None:
    _poker.poke = lambda: None
    _, typed, *_ = make_plan()
    first = factories.SchoolFactory()
    fill(typed, [first])
    director = person("Alice", Role.DIRECTOR, first)
    office = person("Paul", Role.PLAN_OFFICE)
    print(f"{'':34}{'budget':>8}{'measured':>10}{'queries':>9}")
    for count in (8, 200):
        more = factories.SchoolFactory.create_batch(count - School.objects.count())
        fill(typed, more)
        if count == 8:
            recompute_stale()
        for name, client in (("director", director), ("institute", office)):
            act = asking(client, first)
            spent, asked = timed(act), queries(act)
            print(f"{f'{name}, {count} schools, ms':34}{BUDGET:>8}{spent:>10.1f}{asked:>9}")


if __name__ == "__main__":
    in_a_database_of_its_own(measure)
