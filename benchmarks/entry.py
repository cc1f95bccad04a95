"""Measures the entry page and the autosave of a school with 40 indicators and ten earlier years.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/entry.py

It makes a database of its own and drops it at the end. Each line is a budget, what was measured,
and the share of the budget that is used; the last column holds the times against the sign-in page
of the same run, so that two machines can be compared.
"""

import gzip
import os
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.template import Template
from django.test import Client
from django.test.utils import (
    CaptureQueriesContext,
    get_runner,
    setup_test_environment,
    teardown_test_environment,
)

from imtplan.accounts.roles import Role
from indicators.models import Figure
from indicators.tasks import _poker
from tests import factories

INDICATORS, YEARS, RUNS = 40, 10, 60
PAGE = "/saisie/2022/imt-mines-albi/"


def make_school() -> Client:
    """A director, signed in, with every figure of ten years and half of this one."""
    school = factories.SchoolFactory(code="imt-mines-albi", name="IMT Mines Albi")
    indicators = [
        factories.IndicatorFactory(code=f"indicator-{at}", ratio=at % 5 == 0)
        for at in range(INDICATORS)
    ]
    parts = {"value": None, "numerator": Decimal(40), "denominator": Decimal(200)}
    for indicator in indicators:
        for year in range(2022 - YEARS, 2022):
            number = parts if indicator.is_ratio else {"value": Decimal(100 + year % 7)}
            factories.FigureFactory(indicator=indicator, school=school, year=year, **number)
    factories.CampaignFactory(indicators=indicators)
    client = Client()
    client.force_login(factories.person("Alice", Role.DIRECTOR, school))
    return client


def timed(act: Callable[[], object]) -> float:
    """The median of many, in milliseconds, after a warm-up."""
    times = []
    for _run in range(RUNS):
        begin = perf_counter()
        act()
        times.append((perf_counter() - begin) * 1000)
    return median(times[RUNS // 6 :])


def queries(act: Callable[[], object]) -> int:
    """What the database was asked, BEGIN and COMMIT beside."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return sum(one["sql"] not in ("BEGIN", "COMMIT") for one in asked)


def cold_kilobytes(html: bytes) -> float:
    """The page and every file it asks for, compressed as they are sent."""
    total = len(gzip.compress(html))
    for name in sorted(set(re.findall(rb'(?:href|src)="/static/([^"#]+)', html))):
        data = (BASE / "static" / name.decode()).read_bytes()
        total += len(data) if name.endswith((b".woff2", b".png")) else len(gzip.compress(data))
    for sheet in re.findall(rb'href="/static/([^"]+\.css)', html):
        text = (BASE / "static" / sheet.decode()).read_text()
        total += sum(
            (BASE / "static" / sheet.decode()).parent.joinpath(font).stat().st_size
            for font in set(re.findall(r'url\("?([^)"]+\.woff2)', text))
            if font.encode() not in html and not font.startswith("data:")
        )
    return total / 1024


def save_cell(client: Client) -> Callable[[], object]:
    """Each save changes the same cell, on the version of the save before."""
    state = {"version": ""}

    def save() -> None:
        number = str(101 + int(state["version"] or 0) % 5)
        answer = client.post(
            f"{PAGE}valeur/indicator-1/",
            {"indicator-1-value": number, "indicator-1-version": state["version"]},
            headers={"Idempotency-Key": f"run-{state['version']}"},
        )
        assert answer.json()["outcome"] == "saved", answer.content
        state["version"] = str(answer.json()["version"])

    return save


def measure() -> None:
    _poker.poke = lambda: None
    client = make_school()
    save = save_cell(client)
    page = partial(client.get, PAGE)
    sign_in = timed(lambda: Client().get("/compte/login/"))
    rows = [
        ("entry page, queries", 12, queries(page), ""),
        ("entry page, server ms", 250, one := timed(page), f"{one / sign_in:.1f}×"),
        ("entry page, KB gzipped cold", 220, cold_kilobytes(page().content), ""),
        ("cell save, queries", 12, (save(), queries(save))[1], ""),
        ("cell save, server ms", 100, one := timed(save), f"{one / sign_in:.1f}×"),
    ]
    print(f"{'':30}{'budget':>8}{'measured':>10}{'used':>7}{'sign-in page':>14}")
    for name, budget, measured, beside in rows:
        print(f"{name:30}{budget:>8}{measured:>10.1f}{measured / budget:>7.0%}{beside:>14}")
    assert Figure.objects.filter(year=2022).count() == 1


def in_a_database_of_its_own(measure: Callable[[], None]) -> None:
    as_in_use = Template._render
    setup_test_environment()
    Template._render = as_in_use  # what tests keep of each template is no part of a page's time
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        measure()
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


if __name__ == "__main__":
    in_a_database_of_its_own(measure)
