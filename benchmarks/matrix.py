"""Measures how long the server takes to make the matrix and the projects page.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/matrix.py

A plan of a hundred schools and a hundred indicators, two years of figures, a third of the schools
with a target of their own, and eighty projects. Each page is asked for twenty times in this
process, through the whole stack but the network; median and slowest are printed,
with the weight of the page. Everything is rolled back.
"""

import os
import secrets
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import perf_counter

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "imtplan.settings",
    "SECRET_KEY": secrets.token_hex(40),
    "SECURE": "false",
}

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings

from imtplan.accounts.models import School
from imtplan.accounts.roles import Role
from indicators.models import Figure, Indicator, Target
from indicators.recomputing.recompute import recompute_stale
from projects.models import FlagshipProject, Milestone, StatusReport
from tests import factories

SCHOOLS, INDICATORS, PROJECTS, TRIALS = 100, 100, 80, 20
PAGES = [
    "/matrice/?year=2020",
    "/matrice/?year=2020&only=missing",
    "/matrice/?year=2020&school=s1",
    "/projets/?year=2020",
]


def make() -> Client:
    """The plan, its schools and figures, and somebody who may read them all."""
    plan = factories.PlanFactory()
    schools = School.objects.bulk_create(
        School(code=f"s{n}", name=f"École {n}", rank=n) for n in range(SCHOOLS)
    )
    indicators = [factories.IndicatorFactory() for _ in range(INDICATORS)]
    for number in range(10):
        objective = factories.ObjectiveFactory(plan=plan)
        for indicator in indicators[number::10]:
            factories.LinkFactory(indicator=indicator, objective=objective)
    make_figures(indicators, schools)
    for indicator in indicators:
        factories.TargetFactory(plan=plan, indicator=indicator, baseline_value=None)
    Target.objects.bulk_create(own_target(plan, i, s) for i in indicators for s in schools[::3])
    make_projects(plan)
    recompute_stale()
    with connection.cursor() as cursor:  # as the database does by itself in a site that runs
        cursor.execute("ANALYZE")
    client = Client(headers={"accept-language": "fr", "host": "localhost"})
    client.force_login(factories.person("Diane", Role.DIRECTORATE_GENERAL))
    return client


def make_figures(indicators: list[Indicator], schools: list[School]) -> None:
    """One in ten was not said in 2020, one in ten is a draft, one in ten waits for a decision."""
    statuses = ["draft", "submitted", *["validated"] * 7]
    Figure.objects.bulk_create(
        Figure(
            indicator=indicator,
            school=school,
            year=year,
            state="number",
            value=Decimal(1000 + 7 * place + year),
            status=statuses[place % 9] if year == 2020 else "validated",
            origin="form",
        )
        for indicator in indicators
        for place, school in enumerate(schools)
        for year in (2017, 2020)
        if year == 2017 or (place + indicator.pk) % 10
    )


def own_target(plan, indicator: Indicator, school: School) -> Target:
    return Target(
        plan=plan,
        indicator=indicator,
        school=school,
        code=f"{indicator.code}-{school.code}",
        year=2022,
        value=Decimal(4000),
        baseline_year=2017,
        source="Contrat d’objectifs",
        sureness="high",
    )


def make_projects(plan) -> None:
    projects = FlagshipProject.objects.bulk_create(
        FlagshipProject(plan=plan, code=f"P{n:02}", title_fr=f"Projet {n}", rank=n)
        for n in range(PROJECTS)
    )
    days = [date(year, 6, 30) for year in range(2018, 2023)]
    Milestone.objects.bulk_create(
        Milestone(
            project=project, title_fr="Jalon", due_on=day, done_on=day if day.year < 2020 else None
        )
        for project in projects
        for day in days
    )
    StatusReport.objects.bulk_create(
        StatusReport(project=project, status="on_track", sentence="Tout va bien.", reported_on=day)
        for project in projects
        for day in days[:3]
    )


def measure(client: Client, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    times = []
    for _ in range(TRIALS):
        begun = perf_counter()
        client.get(page)
        times.append((perf_counter() - begun) * 1000)
    print(
        f"{page:40} median {median(times):4.0f} ms, slowest {max(times):4.0f} ms, "
        f"{len(answer.content) / 1024:.0f} KiB"
    )


# The addresses of files as they are: nothing has to be collected first.
PLAIN = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}


def main() -> None:
    call_command("migrate", verbosity=0)
    with override_settings(STORAGES=PLAIN), transaction.atomic():
        client = make()
        for page in PAGES:
            measure(client, page)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
